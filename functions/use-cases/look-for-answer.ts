import { factsOf as factsDuring } from '@baton/rules/journey/moment.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import type { Ports } from '../ports.ts';
import { getHead, rowsOf } from '../repositories/read.ts';
import { type EnrolmentRow, EventRow, enrolmentKey, type WaitRow } from '../repositories/rows.ts';
import { factsOf } from './contact-change.ts';
import { mayAnswer } from './tasks.ts';
import { answeredBy, signalItem } from './waits.ts';

type LookPorts = Pick<Ports, 'store' | 'clock' | 'documents' | 'metrics'>;

/**
 * The look after the write: an event that is stored already answers the wait. Events tied to this enrolment by a match may
 * have arrived before it and count from any time, but not from an earlier round under the same key. Answers to a handover,
 * which is named by its document, and events without a match count from the moment of entry.
 */
export async function lookForAnswer(ports: LookPorts, row: EnrolmentRow, wait: WaitRow): Promise<boolean> {
  const { store, clock, documents } = ports;
  const types = new Set(wait.events.map(({ event }) => event));
  const stored = (await rowsOf(store, row.contactId, 'EVT#', EventRow))
    .filter(({ type, sk, pend }) => !pend && types.has(type) && !row.answered.includes(sk))
    .sort((a, b) => (a.at === b.at ? a.sk.localeCompare(b.sk) : a.at.localeCompare(b.at)));

  for (const candidate of stored) {
    const events = wait.events.filter(({ event, match }) => counts(candidate, row, event, match.length > 0));
    if (events.length === 0 || !(await mayAnswer(store, row.contactId, candidate))) continue;
    const event: JsonObject = { ...candidate.data, type: candidate.type, at: candidate.at };
    const now = clock.now().toISOString();
    const live = await documents.live();
    const head = await getHead(store, row.contactId);
    if (!head) return false;
    const answer = await answeredBy({ events }, event, factsDuring(row, factsOf({ head, live, now }), now));
    if (answer) return claimFor(ports, row, wait, { candidate, event, to: answer.to, now });
  }
  return false;
}

function counts(candidate: EventRow, row: EnrolmentRow, type: string, matched: boolean): boolean {
  if (type.startsWith('handover.')) return candidate.receivedAt > row.enteredAt;
  if (matched) return row.after === undefined || candidate.receivedAt > row.after;
  return candidate.receivedAt >= row.enteredAt;
}

/** Claims the wait for an event that was found by looking, as the event's own side would: row, answer and signal at once. */
async function claimFor(
  { store, metrics }: LookPorts,
  row: EnrolmentRow,
  wait: WaitRow,
  { candidate, event, to, now }: { candidate: EventRow; event: JsonObject; to: string; now: string },
): Promise<boolean> {
  const output = { to };
  const { ok } = await store.transact([
    {
      kind: 'update',
      table: 'core',
      key: { pk: wait.pk, sk: wait.sk },
      set: { status: 'CLAIMED', claim: { to, eventId: candidate.sk, output }, duesk: now },
      if: { equals: { status: 'OPEN' } },
    },
    {
      kind: 'update',
      table: 'core',
      key: enrolmentKey(row.contactId, row.id),
      set: { answer: event, answered: [...row.answered, candidate.sk], result: { to } },
      if: { equals: { status: 'active', iteration: row.iteration } },
    },
    { kind: 'put', table: 'core', item: signalItem(wait, row.contactId, output, now) },
  ]);
  if (ok) metrics.count('WaitClaimed');
  return ok;
}
