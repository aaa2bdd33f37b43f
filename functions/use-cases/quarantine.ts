import type { JsonObject } from '@baton/rules/json.ts';
import * as z from 'zod';
import type { Key, LogFields, Ports } from '../ports.ts';

export const quarantineList = 'QUARANTINE';

export const quarantineKey = (id: string): Key => ({ pk: `QUARANTINE#${id}`, sk: 'EVENT' });

/**
 * What was kept: an event as it was sent, a message of a Segment client, the place of an event that was recorded, or a text
 * that is neither.
 */
export type Kept =
  | { kind: 'sent'; event: unknown }
  | ({ kind: 'message' } & KeptMessage)
  | { kind: 'recorded'; key: Key }
  | { kind: 'unreadable' };

const KeptMessage = z.strictObject({ message: z.record(z.string(), z.json()), history: z.boolean() });
type KeptMessage = { message: JsonObject; history: boolean };

/** A message is kept as it came, so that it is read anew, by the documents of that day, when it is fed in again. */
export const keepMessage = (kept: KeptMessage): string => JSON.stringify(kept);

const Sent = z.object({ detail: z.unknown() });
const Recorded = z.strictObject({ pk: z.string().startsWith('C#'), sk: z.string().startsWith('EVT#') });

export function keptIn(body: string): Kept {
  try {
    const read: unknown = JSON.parse(body);
    const recorded = Recorded.safeParse(read);
    if (recorded.success) return { kind: 'recorded', key: recorded.data };
    const message = KeptMessage.safeParse(read);
    if (message.success) return { kind: 'message', ...message.data };
    const sent = Sent.safeParse(read);
    if (sent.success && sent.data.detail !== undefined) return { kind: 'sent', event: sent.data.detail };
  } catch {
    // Whatever somebody put on the queue need not be JSON.
  }
  return { kind: 'unreadable' };
}

/** Keeps what cannot be processed, with the reason, until a person decides. `about` names it in the log. */
export async function quarantine(
  { store, clock, log, metrics }: Ports,
  { id, body, reason }: { id: string; body: string; reason: string },
  about: LogFields,
): Promise<void> {
  const at = clock.now().toISOString();
  await store.transact([
    {
      kind: 'put',
      table: 'core',
      item: {
        ...quarantineKey(id),
        g1pk: quarantineList,
        g1sk: `${at}#${id}`,
        body,
        reason,
        at,
      },
    },
  ]);
  log.warn('event quarantined', about); // the reason may quote personal data; it stands in the row
  metrics.count('EventsRejected');
}
