import type { TraceLine } from '@baton/rules/conditions/evaluate.ts';
import type { Journey } from '@baton/rules/documents/index.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import { addDuration } from '@baton/rules/time/duration.ts';
import type { Store } from '../ports.ts';
import { getRow, waitOf } from '../repositories/read.ts';
import {
  digest,
  EnrolmentLockRow,
  type EnrolmentRow,
  enrolmentKey,
  lockKey,
  type WaitRow,
} from '../repositories/rows.ts';
import {
  addOperation,
  addToOutbox,
  type ContactChange,
  putRow,
  raiseEvent,
  touches,
} from './contact-change.ts';
import { diceFor } from './dice.ts';
import { closeTask } from './tasks.ts';

export type EnrolVerdict = 'enrolled' | 'inside' | 'was-inside' | 'too-soon' | 'held-out';

/**
 * Enrols a contact once per journey and enrolment key, as the journey's re-entry policy allows. Lock, enrolment and
 * start are one transaction; the execution's name is the enrolment id, so a start that is repeated starts nothing.
 */
export async function enrol(
  store: Store,
  change: ContactChange,
  journey: Journey,
  start: {
    key: string;
    event: JsonObject;
    /** Row of the event that starts it; it cannot also be the answer to one of its waits. */
    trigger?: string;
    rule?: { id: string; because: TraceLine[] };
    /** The visit of a step that waits for the end. */
    startedBy?: string;
  },
): Promise<{ verdict: EnrolVerdict; enrolmentId?: string }> {
  const { contactId } = change.head;
  const lock = lockKey(contactId, journey.id, start.key);
  if (touches(change, lock)) return { verdict: 'inside' };
  const former = await getRow(store, lock, EnrolmentLockRow);
  const refused = refuseReEntry(journey, former, change.now);
  if (refused) return { verdict: refused };
  if (journey.holdout && diceFor(contactId)(journey.holdout.salt) < journey.holdout.percent)
    return { verdict: 'held-out' };

  const id = `e-${digest(contactId, journey.id, start.key, change.cause)}`;
  const version = change.live.version('journeys', journey.id);
  const machine = change.live.machine(journey.id);
  addOperation(change, {
    kind: 'put',
    table: 'core',
    item: { ...lock, active: id, entries: (former?.entries ?? 0) + 1, lastEnteredAt: change.now },
    if: former ? { equals: { entries: former.entries } } : { absent: true },
  });
  const row: EnrolmentRow = {
    ...enrolmentKey(contactId, id),
    tl: `${change.now}#ENR#${id}`,
    g1pk: `JV#${journey.id}#active`,
    g1sk: `${change.now}#${id}`,
    id,
    journey: journey.id,
    version,
    machine,
    contactId,
    key: start.key,
    status: 'active',
    step: journey.start,
    iteration: 0,
    enteredAt: change.now,
    after: former?.endedAt,
    event: start.event,
    answer: null,
    answered: start.trigger === undefined ? [] : [start.trigger],
    rule: start.rule,
    startedBy: start.startedBy,
  };
  putRow(change, row, true);
  change.head = { ...change.head, active: [...change.head.active, id] };
  addToOutbox(change, {
    kind: 'START',
    machine,
    name: id,
    input: { contactId, enrolmentId: id },
  });
  return { verdict: 'enrolled', enrolmentId: id };
}

function refuseReEntry(
  journey: Journey,
  former: EnrolmentLockRow | undefined,
  now: string,
): EnrolVerdict | undefined {
  if (!former) return undefined;
  if (former.active !== null) return 'inside';
  if (journey.reEntry.policy === 'never') return 'was-inside';
  if (journey.reEntry.policy === 'after' && addDuration(former.lastEnteredAt, journey.reEntry.gap) > now)
    return 'too-soon';
  return undefined;
}

/**
 * Ends an enrolment. The row is flipped first, which is the moment of truth: every later effect checks it. Its waits and
 * open offers are closed with it; stopping the execution is clean-up.
 */
export async function leaveJourney(
  store: Store,
  change: ContactChange,
  row: EnrolmentRow,
  end: { status: 'completed' | 'exited'; reason: string },
): Promise<void> {
  addOperation(change, {
    kind: 'update',
    table: 'core',
    key: { pk: row.pk, sk: row.sk },
    set: {
      status: end.status,
      reason: end.reason,
      endedAt: change.now,
      g1pk: `JV#${row.journey}#${end.status}`,
    },
    if: { equals: { status: 'active' } },
  });
  releaseLock(change, row);
  tellParent(change, row, { goal: end.reason === 'goal', reason: end.reason });
  const wait = await waitOf(store, row);
  if (wait && !touches(change, wait)) {
    addOperation(change, { kind: 'delete', table: 'core', key: { pk: wait.pk, sk: wait.sk } });
    await withdrawOffer(store, change, wait);
  }
  addToOutbox(change, { kind: 'STOP', machine: row.machine, name: row.id, cause: end.reason });
}

/** Gives the journey free for the contact again; the enrolment is over. */
export function releaseLock(change: ContactChange, row: Pick<EnrolmentRow, 'id' | 'journey' | 'key'>): void {
  change.head = { ...change.head, active: change.head.active.filter((id) => id !== row.id) };
  addOperation(change, {
    kind: 'update',
    table: 'core',
    key: lockKey(change.head.contactId, row.journey, row.key),
    set: { active: null, endedAt: change.now },
  });
}

/** Reports the end of an enrolment to the step of another journey that waits for it. */
export function tellParent(
  change: ContactChange,
  { startedBy, journey }: Pick<EnrolmentRow, 'startedBy' | 'journey'>,
  end: { goal: boolean; reason: string },
): void {
  if (startedBy !== undefined) raiseEvent(change, 'journey.ended', { journey, startedBy, ...end });
}

/** An offer that nobody can answer any more is taken off the agent's screen. */
export async function withdrawOffer(store: Store, change: ContactChange, wait: WaitRow): Promise<void> {
  const offered = wait.events.find(({ event }) => event === 'offer.accepted');
  const offerId = offered?.match.find(({ path }) => path === '$.offerId')?.equals;
  if (typeof offerId !== 'string') return;
  addOperation(change, {
    kind: 'update',
    table: 'core',
    key: { pk: change.head.pk, sk: `OFR#${offerId}` },
    set: { status: 'expired' },
    if: { oneOf: { status: ['presented', 'expired'] } },
  });
  await closeTask(store, change, `task-${offerId}`, 'expired');
}
