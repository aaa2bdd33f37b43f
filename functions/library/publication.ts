import { type DocumentKind, documentKinds } from '@baton/rules/documents/index.ts';
import * as z from 'zod';
import type { PublicationView } from '../api/views.ts';
import type { Key, Ports } from '../ports.ts';

export const Kind = z.custom<DocumentKind>(
  (value) => typeof value === 'string' && Object.hasOwn(documentKinds, value),
  `must be one of ${Object.keys(documentKinds).join(', ')}`,
);

const Place = z.object({ kind: Kind, id: z.string() });
export const PublicationRow = z.object({
  pk: z.string(),
  sk: z.literal('PUBLICATION'),
  id: z.string(),
  status: z.enum(['scheduled', 'publishing', 'live', 'failed', 'cancelled']),
  /** Goes live then, and not before. */
  startAt: z.string().optional(),
  reason: z.string().optional(),
  tries: z.number(),
  documents: z.array(Place.extend({ version: z.number() })),
  retire: z.array(Place),
  requestedAt: z.string(),
  /** Who asked for it, where it was a person. */
  by: z.string().optional(),
  /** The drafts that end when it is live. */
  drafts: z.array(Place.extend({ rev: z.number() })).default([]),
});
export type PublicationRow = z.infer<typeof PublicationRow>;

export const publicationKey = (id: string): Key & { sk: 'PUBLICATION' } => ({
  pk: `PUB#${id}`,
  sk: 'PUBLICATION',
});

export async function readPublication(
  { store }: Pick<Ports, 'store'>,
  id: string,
): Promise<PublicationRow | undefined> {
  const item = await store.get('design', publicationKey(id));
  return item && PublicationRow.parse(item);
}

export const viewOf = ({
  id,
  status,
  startAt,
  reason,
  documents,
  retire,
}: PublicationRow): PublicationView => ({
  id,
  status,
  ...(startAt === undefined ? {} : { startAt }),
  ...(reason === undefined ? {} : { reason }),
  documents,
  retired: retire,
});

export async function publicationView(
  ports: Pick<Ports, 'store'>,
  id: string,
): Promise<PublicationView | undefined> {
  const row = await readPublication(ports, id);
  return row && viewOf(row);
}
