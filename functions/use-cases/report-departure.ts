import { Instant } from '@baton/rules/documents/common.ts';
import * as z from 'zod';
import type { DepartureView } from '../api/views.ts';
import { auditOperation } from '../library/audit.ts';
import type { CloudEvent, Ports } from '../ports.ts';
import { digest, OwnedRow, ownedList } from '../repositories/rows.ts';

/** Somebody who looks after their contacts no more, or not until a day that may be known. */
export const Departure = z.strictObject({
  person: z.string().trim().min(1).max(200),
  reason: z.enum(['left', 'absent']),
  until: Instant.optional(),
});
export type Departure = z.infer<typeof Departure>;

/** Told in one request, which on AWS may take half a minute; for the others it is reported once more. */
const most = 5000;
const page = 500;

/**
 * Tells every contact that a person owns that this owner has left or is away. Each hears of it as of anything else, by an
 * event; what follows is decided by the rules.
 */
export async function reportDeparture(
  { store, bus, clock }: Pick<Ports, 'store' | 'bus' | 'clock'>,
  departure: Departure,
  by: string,
): Promise<DepartureView> {
  const at = clock.now().toISOString();
  const list = { table: 'core', index: 'g1', pk: ownedList(departure.person), limit: page } as const;
  let told = 0;
  let cursor: string | undefined;
  do {
    const read = await store.query({ ...list, cursor });
    const owned = read.items.map((item) => OwnedRow.parse(item));
    if (owned.length > 0) await bus.put(owned.map(({ contactId }) => eventOf(contactId, departure, at)));
    told += owned.length;
    cursor = read.cursor;
  } while (cursor && told < most);
  const what = `said that ${departure.person} ${departure.reason === 'left' ? 'has left' : 'is away'}`;
  await store.transact([auditOperation({ at, by, what }, departure.person)]);
  await store.durable();
  return { told, more: cursor !== undefined };
}

function eventOf(contactId: string, data: Departure, time: string): CloudEvent {
  const id = digest('departure', contactId, data.person, time);
  const subject = `contact:${contactId}`;
  return { specversion: '1.0', id, source: 'baton', type: 'owner.left', time, subject, data };
}
