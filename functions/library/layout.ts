import * as z from 'zod';
import type { Key, Ports } from '../ports.ts';
import { toItem } from '../repositories/rows.ts';
import type { Place } from './drafts.ts';

/**
 * Where the steps of a journey stand on the canvas, in pixels. It is kept apart from the document, because it says nothing
 * about what the journey does: it needs no review, makes no version, and the last word counts.
 */
export const Layout = z.record(
  z.string().max(64),
  z.strictObject({ x: z.number().min(-1e6).max(1e6), y: z.number().min(-1e6).max(1e6) }),
);
export type Layout = z.infer<typeof Layout>;

const layoutKey = ({ kind, id }: Place): Key => ({ pk: `DOC#${kind}#${id}`, sk: 'LAYOUT' });
const LayoutRow = z.object({ layout: Layout });

export async function readLayout({ store }: Pick<Ports, 'store'>, place: Place): Promise<Layout | undefined> {
  const item = await store.get('design', layoutKey(place));
  return item && LayoutRow.parse(item).layout;
}

export async function keepLayout(
  { store }: Pick<Ports, 'store'>,
  place: Place,
  layout: Layout,
): Promise<void> {
  await store.transact([{ kind: 'put', table: 'design', item: toItem({ ...layoutKey(place), layout }) }]);
}
