import * as z from 'zod';
import type { AuditLine, AuditView } from '../api/views.ts';
import { auditList } from '../library/audit.ts';
import type { Item, Ports } from '../ports.ts';
import { readCursor } from './cursor.ts';
import { readPage, walk } from './page.ts';

/** Of a document, or of a journey whose state was changed. */
const AuditRow = z.object({
  sk: z.string(),
  at: z.string(),
  by: z.string(),
  what: z.string().optional(),
  from: z.string().optional(),
  to: z.string().optional(),
  kind: z.string().optional(),
  document: z.string().optional(),
  note: z.string().optional(),
  reason: z.string().optional(),
});

/** Who changed what, newest first. */
export async function auditView(
  { store }: Pick<Ports, 'store'>,
  { cursor }: { cursor?: string },
): Promise<AuditView> {
  const list = {
    name: 'audit',
    table: 'design',
    index: 'g1',
    reverse: true,
    partitions: [auditList],
  } as const;
  const { lines, cursor: next } = await readPage(walk(store, list, readCursor(cursor, ['audit'])), lineOf);
  return { entries: lines, ...(next === undefined ? {} : { cursor: next }) };
}

function lineOf(item: Item): AuditLine {
  const { sk, at, by, what, from, to, kind, document, note, reason } = AuditRow.parse(item);
  const said = note ?? reason;
  return {
    id: sk,
    at,
    by,
    what: what ?? `changed it from ${from} to ${to}`,
    ...(kind === undefined ? {} : { kind }),
    ...(document === undefined ? {} : { document }),
    ...(said === undefined ? {} : { note: said }),
  };
}
