import type { DocumentKind } from '@baton/rules/documents/index.ts';
import { readJsonText } from '@baton/rules/documents/json-text.ts';
import type { Json } from '@baton/rules/json.ts';
import * as z from 'zod';
import type { Problem } from '../api/views.ts';
import type { Key, Operation, Ports } from '../ports.ts';
import { toItem } from '../repositories/rows.ts';
import { Kind } from './publication.ts';

/**
 * What people work on, beside what is live: one row per document in the partition `DRAFT`.
 *
 *     none → draft → in-review → approved → (scheduled →) live, which is `none` again
 *              ↑________|____________|  returned, or edited again
 *
 * 1. `rev` grows with every change and never begins anew; whoever changes a draft names the `rev` they saw, so that of two
 *    editors the second is told.
 * 2. What was reviewed is what goes live: every edit takes a draft back to `draft`.
 * 3. The text need not be a sound document; it must be one before it is reviewed.
 */
export const DraftRow = z.object({
  pk: z.literal('DRAFT'),
  sk: z.string(),
  kind: Kind,
  id: z.string(),
  rev: z.number(),
  state: z.enum(['none', 'draft', 'in-review', 'approved', 'scheduled']),
  text: z.string().default(''),
  /** The version that was live when it was begun; 0: none. */
  base: z.number(),
  /** The document is to be done away with. */
  retire: z.literal(true).optional(),
  editedBy: z.string(),
  editedAt: z.string(),
  sentBy: z.string().optional(),
  sentAt: z.string().optional(),
  note: z.string().optional(),
  answeredBy: z.string().optional(),
  answeredAt: z.string().optional(),
  answer: z.string().optional(),
  publication: z.string().optional(),
  startAt: z.string().optional(),
});
export type DraftRow = z.infer<typeof DraftRow>;

export type Place = { kind: DocumentKind; id: string };

export const draftKey = ({ kind, id }: Place): Key => ({ pk: 'DRAFT', sk: `${kind}#${id}` });

/** Also a draft that is no more: its `rev` counts on. */
export async function readDraft(
  { store }: Pick<Ports, 'store'>,
  place: Place,
): Promise<DraftRow | undefined> {
  const item = await store.get('design', draftKey(place));
  return item && DraftRow.parse(item);
}

/** Every draft that somebody works on. */
export async function openDrafts({ store }: Pick<Ports, 'store'>): Promise<DraftRow[]> {
  const drafts: DraftRow[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.query({ table: 'design', pk: 'DRAFT', limit: 100, cursor });
    drafts.push(...page.items.map((item) => DraftRow.parse(item)));
    cursor = page.cursor;
  } while (cursor);
  return drafts.filter(({ state }) => state !== 'none');
}

/** Writes a draft over the one that was read. */
export const draftOperation = (row: DraftRow, before: DraftRow | undefined): Operation => ({
  kind: 'put',
  table: 'design',
  item: toItem(row),
  if: before ? { equals: { rev: before.rev } } : { absent: true },
});

/** What is left of a draft that is live now, or was put away. */
export const noDraft = ({ pk, sk, kind, id, rev, base, editedBy, editedAt }: DraftRow): DraftRow => ({
  pk,
  sk,
  kind,
  id,
  rev: rev + 1,
  state: 'none',
  text: '',
  base,
  editedBy,
  editedAt,
});

/** The document that a draft holds, sound or not. */
export function documentIn(text: string): Json {
  const read = readJsonText(text);
  return 'flaw' in read ? null : z.json().catch(null).parse(read.value);
}

export const goesWithItsFile = ({ kind, id }: Place): Problem => ({
  path: `${kind}/${id}`,
  reason: 'this document comes from a file, which would bring it back at the next deployment',
  remedy: "remove the file and deploy; or publish a version here first, which makes it the designer's",
});
