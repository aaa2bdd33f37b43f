import type { Problem } from '../api/views.ts';
import { auditOperation } from '../library/audit.ts';
import type { Item, Key, Operation, Ports } from '../ports.ts';
import { contactOf, duePartition, EventRow, pendingOrder } from '../repositories/rows.ts';
import { checkBusEvent } from './check-event.ts';
import { type Kept, keptIn, quarantineKey } from './quarantine.ts';

export type Redriven = { ok: true } | { ok: false; status: 404 | 409 | 422; problems: Problem[] };

const refused = (status: 404 | 409 | 422, reason: string, remedy: string): Redriven => ({
  ok: false,
  status,
  problems: [{ path: 'quarantineId', reason, remedy }],
});
const gone = refused(404, 'it is not in quarantine any more', 'reload the page; somebody was first');

/**
 * Feeds what could not be taken in again, by the way that every event takes. So the one dedupe rule holds: what was
 * recorded meanwhile is not recorded twice, and what still does not fit comes back with its reason.
 */
export async function redrive(
  ports: Pick<Ports, 'store' | 'bus' | 'documents' | 'clock'>,
  { id, by }: { id: string; by: string },
): Promise<Redriven> {
  const row = await ports.store.get('core', quarantineKey(id));
  if (!row || typeof row.body !== 'string') return gone;
  const kept = keptIn(row.body);
  switch (kept.kind) {
    case 'unreadable':
      return refused(422, 'it is no event at all', 'let the producer send it as a CloudEvent');
    case 'sent':
      return sendAgain(ports, row, kept.event, by);
    case 'message':
      return readAgain(ports, row, kept, by);
    case 'recorded':
      return applyAgain(ports, row, kept.key, by);
  }
}

/** The bus first: were the process to end in between, the event would be fed in twice and recorded once. */
async function sendAgain(
  { store, bus, documents, clock }: Pick<Ports, 'store' | 'bus' | 'documents' | 'clock'>,
  row: Item,
  sent: unknown,
  by: string,
): Promise<Redriven> {
  const checked = checkBusEvent(sent, await documents.live(), clock.now());
  if (!checked.ok) return { ok: false, status: 422, problems: checked.problems };
  await bus.put([checked.event]);
  const { ok } = await store.transact([...released(row, clock.now().toISOString(), by)]);
  return ok ? { ok } : gone;
}

/** A message of a Segment client is read by the documents as they are now, which may say by now what it is. */
async function readAgain(
  { store, bus, documents, clock }: Pick<Ports, 'store' | 'bus' | 'documents' | 'clock'>,
  row: Item,
  { message, history }: Extract<Kept, { kind: 'message' }>,
  by: string,
): Promise<Redriven> {
  const { readMessage } = await import('../segment/read-message.ts');
  const read = readMessage(message, await documents.live(), clock.now());
  if (read.kind === 'refused') return { ok: false, status: 422, problems: read.problems };
  if (read.kind === 'event') await bus.put([{ ...read.event, ...(history ? { history } : {}) }]);
  const { ok } = await store.transact([...released(row, clock.now().toISOString(), by)]);
  return ok ? { ok } : gone;
}

/** It stands in its contact's history: it is made pending once more, and the sweeper finds it. */
async function applyAgain(
  { store, clock }: Pick<Ports, 'store' | 'clock'>,
  row: Item,
  key: Key,
  by: string,
): Promise<Redriven> {
  const event = EventRow.safeParse(await store.get('core', key));
  if (!event.success) return refused(409, 'its contact is not there any more', 'leave it where it is');
  const contactId = contactOf(key.pk);
  const { ok } = await store.transact([
    {
      kind: 'update',
      table: 'core',
      key,
      set: {
        pend: 1,
        duepk: duePartition('PEND', contactId),
        duesk: pendingOrder(contactId, event.data.at, event.data.eventId),
      },
      remove: ['parked'],
      if: { equals: { pend: null } },
    },
    ...released(row, clock.now().toISOString(), by),
  ]);
  return ok ? { ok } : gone;
}

const released = (row: Item, at: string, by: string): Operation[] => [
  { kind: 'delete', table: 'core', key: { pk: row.pk, sk: row.sk }, if: { present: true } },
  auditOperation({ at, by, what: 'fed an event from quarantine in again' }, row.pk),
];
