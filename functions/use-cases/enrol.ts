import type { TraceLine } from '@baton/rules/conditions/evaluate.ts';
import type { Journey } from '@baton/rules/documents/index.ts';
import { effectId } from '@baton/rules/journey/effect-id.ts';
import { type Holdout, heldOutBy } from '@baton/rules/journey/holdout.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import { addDuration } from '@baton/rules/time/duration.ts';
import type { Key, Store } from '../ports.ts';
import { getRow, waitOf } from '../repositories/read.ts';
import {
  digest,
  EnrolmentLockRow,
  type EnrolmentRow,
  enrolmentKey,
  enrolmentList,
  executionOf,
  HoldoutRow,
  holdoutKey,
  holdoutRow,
  lockKey,
  sendKey,
  type WaitRow,
} from '../repositories/rows.ts';
import {
  addOperation,
  addToOutbox,
  type ContactChange,
  operationOn,
  putRow,
  raiseEvent,
  touches,
} from './contact-change.ts';
import { diceFor } from './dice.ts';
import { closeTask } from './tasks.ts';

type EnrolVerdict = 'enrolled' | 'inside' | 'was-inside' | 'too-soon' | 'paused' | 'stopped' | 'held-out';

/** `heldOut` and `notBefore` say more of the verdicts that they belong to. */
export type Enrolled = {
  verdict: EnrolVerdict;
  enrolmentId?: string;
  heldOut?: Holdout;
  notBefore?: string;
};

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
): Promise<Enrolled> {
  const { contactId } = change.head;
  const lock = lockKey(contactId, journey.id, start.key);
  const left = leavesBy(change, lock);
  if (touches(change, lock) && !left) return { verdict: 'inside' };
  const before = await getRow(store, lock, EnrolmentLockRow);
  const former = before && left ? { ...before, ...left } : before;
  const refused = refuseReEntry(journey, former, change.now);
  if (refused) return refused;
  const status = change.live.statusOf(journey.id);
  if (status !== 'running') return { verdict: status };
  const heldOut = heldOutBy(journey, change.live.settings.values(), diceFor(contactId));
  if (heldOut) {
    await rememberHeldOut(store, change, journey.id, heldOut);
    return { verdict: 'held-out', heldOut };
  }

  const id = enrolmentId(contactId, journey.id, start.key, change.cause);
  const version = change.live.version('journeys', journey.id);
  const machine = change.live.machine(journey.id);
  const taken = { active: id, entries: (former?.entries ?? 0) + 1, lastEnteredAt: change.now };
  addOperation(
    change,
    left
      ? { kind: 'update', table: 'core', key: lock, set: taken }
      : {
          kind: 'put',
          table: 'core',
          item: { ...lock, ...taken },
          if: former ? { equals: { entries: former.entries } } : { absent: true },
        },
  );
  const row: EnrolmentRow = {
    ...enrolmentKey(contactId, id),
    tl: `${change.now}#ENR#${id}`,
    g1pk: enrolmentList(journey.id, 'active'),
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

/** Follows from what caused it, so that a repetition is known again. */
export const enrolmentId = (contactId: string, journey: string, key: string, cause: string): string =>
  `e-${digest(contactId, journey, key, cause)}`;

/** An event that ends a trip may begin the next one: what the lock is by this very change, if the change gives it free. */
function leavesBy(change: ContactChange, lock: Key): { active: null; endedAt: string } | undefined {
  const operation = operationOn(change, lock);
  return operation?.kind === 'update' && operation.set?.active === null
    ? { active: null, endedAt: change.now }
    : undefined;
}

function refuseReEntry(
  journey: Journey,
  former: EnrolmentLockRow | undefined,
  now: string,
): Enrolled | undefined {
  if (!former) return undefined;
  if (former.active !== null) return { verdict: 'inside', enrolmentId: former.active };
  if (journey.reEntry.policy === 'never') return { verdict: 'was-inside' };
  if (journey.reEntry.policy === 'always') return undefined;
  const notBefore = addDuration(former.lastEnteredAt, journey.reEntry.gap);
  return notBefore > now ? { verdict: 'too-soon', notBefore } : undefined;
}

/** Once per contact and journey, so that those who were kept out can be counted beside those who entered. */
async function rememberHeldOut(
  store: Store,
  change: ContactChange,
  journey: string,
  by: Holdout,
): Promise<void> {
  const key = holdoutKey(change.head.contactId, journey);
  if (touches(change, key) || (await getRow(store, key, HoldoutRow))) return;
  putRow(change, holdoutRow(change.head.contactId, { journey, by, since: change.now }), true);
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
      g1pk: enrolmentList(row.journey, end.status),
    },
    if: { equals: { status: 'active' } },
  });
  releaseLock(change, row);
  giveUpHeld(change, row);
  tellParent(change, row, { goal: end.reason === 'goal', reason: end.reason });
  const wait = await waitOf(store, row);
  if (wait && !touches(change, wait)) {
    addOperation(change, { kind: 'delete', table: 'core', key: { pk: wait.pk, sk: wait.sk } });
    await withdrawOffer(store, change, wait);
    await withdrawTask(store, change, wait);
  }
  addToOutbox(change, { kind: 'STOP', machine: row.machine, name: executionOf(row), cause: end.reason });
}

/** A message that was held for this enrolment is not sent any more. */
export function giveUpHeld(change: ContactChange, row: EnrolmentRow): void {
  if (!row.result?.held) return;
  addOperation(change, {
    kind: 'update',
    table: 'core',
    key: sendKey(row.contactId, effectId(row, row.step, row.iteration)),
    set: { status: 'SKIPPED', g1pk: 'MSG#SKIPPED', reason: 'left-journey' },
    if: { equals: { status: 'HELD' } },
  });
  change.happened.push((metrics) => metrics.count('PermitDenied', 1, 'left-journey'));
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

/** What a journey asked somebody to do goes with it: who has cancelled is not to be welcomed any more. */
async function withdrawTask(store: Store, change: ContactChange, { events }: WaitRow): Promise<void> {
  const match = events.filter(({ event }) => event === 'task.completed').flatMap((asked) => asked.match);
  const taskId = match.find(({ path }) => path === '$.taskId')?.equals;
  if (typeof taskId === 'string') await closeTask(store, change, taskId, 'expired');
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
