import * as z from 'zod';
import type { QuarantineLine, QuarantineView } from '../api/views.ts';
import type { Item, Ports } from '../ports.ts';
import { contactOf, EventRow } from '../repositories/rows.ts';
import { keptIn, quarantineList } from '../use-cases/quarantine.ts';
import { readCursor } from './cursor.ts';
import { readPage, walk } from './page.ts';

const QuarantineRow = z.object({ pk: z.string(), at: z.string(), reason: z.string(), body: z.string() });

/** What could not be taken, the latest first. It quotes what was sent, personal data with it. */
export async function quarantineView(
  { store }: Pick<Ports, 'store'>,
  { cursor }: { cursor?: string },
): Promise<QuarantineView> {
  const list = { name: 'quarantine', partitions: [quarantineList], index: 'g1', reverse: true } as const;
  const rows = walk(store, list, readCursor(cursor, [list.name]));
  const { lines, cursor: next } = await readPage(rows, (item) => lineOf({ store }, item));
  return { entries: lines, ...(next === undefined ? {} : { cursor: next }) };
}

/** Parts that name an event, as far as they can be read in what was sent. */
const Named = z.object({
  type: z.string().optional().catch(undefined),
  source: z.string().optional().catch(undefined),
  subject: z.string().optional().catch(undefined),
});

const name = z.string().optional().catch(undefined);
/** The same of a message of a Segment client. */
const Message = z.object({ type: name, event: name, userId: name, anonymousId: name });

async function lineOf({ store }: Pick<Ports, 'store'>, item: Item): Promise<QuarantineLine> {
  const { pk, at, reason, body } = QuarantineRow.parse(item);
  const base = { id: pk.slice('QUARANTINE#'.length), at, reason };
  const kept = keptIn(body);
  if (kept.kind === 'sent') {
    const { type, source, subject } = Named.catch({}).parse(kept.event);
    return { ...base, recorded: false, type, source, subject, body: JSON.stringify(kept.event, null, 2) };
  }
  if (kept.kind === 'message') {
    const { event, type, userId, anonymousId } = Message.catch({}).parse(kept.message);
    const about = { type: event ?? type, source: 'segment', subject: userId ?? anonymousId };
    return { ...base, recorded: false, ...about, body: JSON.stringify(kept.message, null, 2) };
  }
  if (kept.kind === 'unreadable') return { ...base, recorded: false, body };
  const row = EventRow.safeParse(await store.get('core', kept.key));
  if (!row.success) return { ...base, recorded: true, contactId: contactOf(kept.key.pk), body: '' };
  const { type, source, subject, data } = row.data;
  const contactId = contactOf(kept.key.pk);
  return { ...base, recorded: true, type, source, subject, contactId, body: JSON.stringify(data, null, 2) };
}
