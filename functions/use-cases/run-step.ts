import type { Journey } from '@baton/rules/documents/index.ts';
import { advance, planSeconds } from '@baton/rules/journey/advance.ts';
import { effectId } from '@baton/rules/journey/effect-id.ts';
import type { Advance, Next } from '@baton/rules/journey/enrolment.ts';
import { factsOf as factsDuring } from '@baton/rules/journey/moment.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import * as z from 'zod';
import { type Metrics, type Ports, Rejected, Transient } from '../ports.ts';
import { failedAt } from '../repositories/failed-at.ts';
import { getHead, getRow, presentId } from '../repositories/read.ts';
import {
  contactKey,
  duePartition,
  EnrolmentRow,
  enrolmentKey,
  enrolmentList,
  WaitRow,
  waitKey,
} from '../repositories/rows.ts';
import {
  addOperation,
  beginChange,
  type ContactChange,
  commitChange,
  factsOf,
  putRow,
} from './contact-change.ts';
import { diceFor } from './dice.ts';
import { giveUpHeld, releaseLock, tellParent, withdrawOffer } from './enrol.ts';
import { winnersAt } from './experiments.ts';
import { haltBefore, isWorn, renewBefore } from './halt.ts';
import { lookForAnswer } from './look-for-answer.ts';
import { performEffect } from './perform-effect.ts';
import { permitSend } from './permit-send.ts';
import { answerByFacts, watchingFacts, wayByFacts } from './waits.ts';

/** What a machine asks: go on with these enrolments at this step. Ids only; nothing personal enters a machine. */
export const RunStep = z.strictObject({
  enrolments: z
    .array(
      z.strictObject({
        contactId: z.string(),
        enrolmentId: z.string(),
        /** Of an execution that goes on after a pause: its number, and the step with which it begins. */
        run: z.int().positive().optional(),
        step: z.string().optional(),
      }),
    )
    .min(1)
    .max(100),
  step: z.string(),
  phase: z.enum(['enter', 'plan', 'timeout', 'failed']),
  /** When the machine entered the state: the same for repetitions of one visit, another for the next round of a loop. */
  visit: z.string(),
  token: z.string().optional(),
});
export type RunStep = z.infer<typeof RunStep>;

/** `to`: the step to go on with, `$ended` when the enrolment is over. `held`: ask again at `until`. */
export type StepResult = { to: string; until?: string; seconds?: number; held?: boolean };

const tries = 8;
const ended: StepResult = { to: '$ended' };

/**
 * The step function: the only thing that a journey's machine may call.
 *
 * 1. The enrolment row is checked in the transaction that performs the effects; who has left causes nothing more.
 * 2. A repeated call for a step that is already done gives the recorded answer and does nothing.
 * 3. A wait is written first, then stored events are looked at; whoever flips the row from OPEN decides its outcome. One
 *    that is over when it begins is closed after that look, and nobody waits for a timer.
 * 4. While a journey is paused no step is entered: the enrolment is parked before the step and its execution ends. When
 *    the journey goes on, another execution begins at that step; what the former still asks changes nothing.
 * 5. A call that the machine has left behind, because its time ran out or its answer got lost, does nothing any more.
 */
export async function runStep(ports: Ports, call: RunStep): Promise<{ results: StepResult[] }> {
  const begun = ports.clock.now().getTime();
  const results: StepResult[] = [];
  for (const enrolment of call.enrolments) {
    const result = await settled(ports, enrolment, call);
    if (call.token && result && result.to !== '$waiting') await ports.workflows.succeed(call.token, result);
    results.push(result);
  }
  ports.metrics.measure('StepMilliseconds', ports.clock.now().getTime() - begun);
  return { results };
}

type Called = RunStep['enrolments'][number];

async function settled(ports: Ports, enrolment: Called, call: RunStep): Promise<StepResult> {
  for (let attempt = 0; attempt < tries; attempt++) {
    const result = await attemptStep(ports, enrolment, call);
    if (result) return result;
  }
  throw new Transient(`enrolment ${enrolment.enrolmentId} kept changing at step ${call.step}`);
}

/** One try; `undefined` when the contact changed meanwhile. */
async function attemptStep(
  ports: Ports,
  { contactId, enrolmentId, run }: Called,
  call: RunStep,
): Promise<StepResult | undefined> {
  const { store, documents } = ports;
  const row = await getRow(store, enrolmentKey(contactId, enrolmentId), EnrolmentRow);
  if (!row) {
    const present = await presentId(store, contactId);
    if (present === contactId) throw new Rejected(`no enrolment ${enrolmentId}`);
    return attemptStep(ports, { contactId: present, enrolmentId, run }, call);
  }
  // Who left while a message was held has nothing to ask again for.
  if (row.status !== 'active')
    return call.phase === 'enter' && row.step === call.step && !row.result?.held
      ? (row.result ?? ended)
      : ended;
  if (row.parked || run !== row.run) return ended;

  const journey = await documents.journey(row.journey, row.version);
  switch (call.phase) {
    case 'failed':
      return failEnrolment(ports, row, call.step);
    case 'plan': {
      const { facts, ...context } = await contextOf(ports, row);
      const seconds = planSeconds(journey, row, call.step, { ...context, facts: facts() });
      return { to: call.step, seconds };
    }
    case 'timeout':
      if (row.visit === undefined || row.step !== call.step) return enterLate(ports, journey, row, call);
      return closeWait(ports, row, call.step);
    case 'enter':
      if (isLeftBehind(call, row)) return ended;
      if (row.visit === call.visit && row.step === call.step && row.result)
        return repeated(ports, row, call.token);
      if (row.from !== undefined && row.from !== call.step)
        throw new Rejected(`the machine of version ${row.version} cannot go on at ${row.from}`);
      return enterStep(ports, journey, row, call);
  }
}

/**
 * A later state of the machine has been performed. Instants, not texts: a visit may be told with or without fractions. The
 * first visit of an execution that goes on for another is later than all of the former one, whatever its clock said.
 */
function isLeftBehind({ visit }: RunStep, row: EnrolmentRow): boolean {
  return row.from === undefined && row.visit !== undefined && Date.parse(visit) < Date.parse(row.visit);
}

/**
 * The timer ran out before the step was begun: it is begun now, so that nothing it does is left out, and looked at again.
 * Its wait has a token that nobody waits for; the call that should have begun it is left behind by this visit.
 */
async function enterLate(
  ports: Ports,
  journey: Journey,
  row: EnrolmentRow,
  call: RunStep,
): Promise<undefined> {
  await enterStep(ports, journey, row, { ...call, token: 'timed-out' });
}

async function contextOf(ports: Ports, row: EnrolmentRow) {
  const now = ports.clock.now().toISOString();
  const live = await ports.documents.live();
  const head = await getHead(ports.store, row.contactId);
  if (!head) throw new Rejected(`no contact ${row.contactId}`);
  const facts = () => factsDuring(row, factsOf({ head, live, now }), now);
  return { facts, now, tables: live.tables, dice: diceFor(row.contactId), head, live };
}

/**
 * The step is done already: the machine asks again because the first answer was lost, perhaps with a new token. Whether the
 * first call came to look for an answer is not known, so this one looks.
 */
async function repeated(
  ports: Ports,
  row: EnrolmentRow,
  token: string | undefined,
): Promise<StepResult | undefined> {
  if (row.result?.to !== '$waiting' || !token) return row.result ?? ended;
  const key = waitKey(row.contactId, row.id, row.step, row.iteration);
  const wait = await getRow(ports.store, key, WaitRow);
  if (!wait) return undefined;
  if (wait.claim) return { to: wait.claim.to };
  const { ok } = await ports.store.transact([
    { kind: 'update', table: 'core', key, set: { token }, if: { equals: { status: 'OPEN' } } },
  ]);
  if (!ok) return undefined;
  return lookThen(ports, row, wait, row.result);
}

/** The look after the write; a wait that no stored event answers and whose time is over is closed at once. */
async function lookThen(
  ports: Ports,
  row: EnrolmentRow,
  wait: WaitRow,
  result: StepResult,
): Promise<StepResult | undefined> {
  const answered = await lookForAnswer(ports, row, wait);
  if (answered || wait.until > ports.clock.now().toISOString()) return result;
  return closeWait(ports, { ...row, result }, row.step);
}

async function enterStep(
  ports: Ports,
  journey: Journey,
  row: EnrolmentRow,
  { step, token, visit }: RunStep,
): Promise<StepResult | undefined> {
  const { facts: factsNow, now, tables, dice, head, live } = await contextOf(ports, row);
  const status = live.statusOf(row.journey);
  if (status !== 'running')
    return (await haltBefore(ports, row, { status, step, head, live, now })) ? ended : undefined;
  if (isWorn(row, now)) return (await renewBefore(ports, row, { step, head, live, now })) ? ended : undefined;
  const winners = await winnersAt(ports, journey, row.version, step);
  const again = row.step === step && row.result?.held === true;
  const before = again ? { ...row, iteration: row.iteration - 1 } : row;
  const facts = factsNow();
  const context = { facts, now, tables, dice, winners };
  const advanced = await advance(journey, before, { kind: 'enter', step }, context);

  const change = beginChange(head, effectId(row, step, advanced.enrolment.iteration), now, live);
  const held = await performAll(ports, change, row, advanced, facts);
  if (advanced.effects.some(({ kind }) => kind === 'update' || kind === 'stage'))
    await answerByFacts(change, await watchingFacts(ports.store, change, row.id));
  const result = held ?? resultOf(advanced.next);
  writeEnrolment(change, row, advanced, result, visit);
  let wait: WaitRow | undefined;
  if (advanced.next.kind === 'wait-for') {
    if (!token) throw new Rejected(`step ${step} waits for an event but was called without a token`);
    wait = openWait(change, advanced, advanced.next, token);
  }
  const { until } = row.result ?? {};
  if (until !== undefined) change.happened.push(lateness(until, now));
  if (!(await commitChange(ports, change))) return undefined;

  return wait ? lookThen(ports, { ...row, ...advanced.enrolment }, wait, result) : result;
}

async function performAll(
  ports: Ports,
  change: ContactChange,
  row: EnrolmentRow,
  { enrolment, effects }: Advance,
  facts: Record<string, JsonObject>,
): Promise<StepResult | undefined> {
  for (const effect of effects) {
    const id = effectId(row, effect.step, enrolment.iteration);
    if (effect.kind === 'send') {
      const permit = await permitSend(ports, change, row, { effect, sendId: id, facts });
      if (permit.kind === 'hold') return { to: effect.step, held: true, until: permit.until };
    } else {
      await performEffect(ports, change, row, effect, id, facts);
    }
  }
  return undefined;
}

function resultOf(next: Next): StepResult {
  switch (next.kind) {
    case 'continue':
      return { to: next.to };
    case 'wait':
      return { to: next.to, until: next.until };
    case 'wait-for':
      return { to: '$waiting' };
    case 'end':
      return ended;
  }
}

function writeEnrolment(
  change: ContactChange,
  row: EnrolmentRow,
  { enrolment, next }: Advance,
  result: StepResult,
  visit: string,
): void {
  const { step, iteration } = enrolment;
  // Whose first steps were not kept gets no list that begins in the middle of the way.
  const entered = row.entered ?? (row.visit === undefined ? [] : undefined);
  const set: JsonObject = {
    ...{ step, iteration, visit, result },
    ...(!entered || entered.includes(step) ? {} : { entered: [...entered, step] }),
  };
  if (next.kind === 'end') {
    const reason = next.goal ? 'goal' : next.reason;
    Object.assign(set, {
      status: 'completed',
      reason,
      endedAt: change.now,
      g1pk: enrolmentList(row.journey, 'completed'),
    });
    releaseLock(change, row);
    tellParent(change, row, { goal: next.goal, reason: next.reason });
  }
  addOperation(change, {
    kind: 'update',
    table: 'core',
    key: enrolmentKey(row.contactId, row.id),
    set,
    ...(row.from === undefined ? {} : { remove: ['from'] }),
    if: { equals: { status: 'active', iteration: row.iteration } },
  });
}

function openWait(
  change: ContactChange,
  { enrolment }: Advance,
  next: Extract<Next, { kind: 'wait-for' }>,
  token: string,
): WaitRow {
  const { contactId, id, step, iteration } = enrolment;
  const row: WaitRow = {
    ...waitKey(contactId, id, step, iteration),
    duepk: duePartition('WAIT', id),
    duesk: change.now,
    holder: id,
    kind: 'enrolment',
    step,
    status: 'OPEN',
    token,
    since: change.now,
    until: next.until,
    onTimeout: next.onTimeout,
    events: next.events.map(({ when, ...pattern }) => ({ ...pattern, ...(when ? { when } : {}) })),
    facts: next.facts,
  };
  putRow(change, row);
  change.happened.push((metrics) => metrics.count('WaitOpened'));
  return row;
}

/**
 * The timer has run out. The row decides: a claimed wait was answered in time, an open one is closed here. One that is gone
 * was answered, signalled and tidied up: where the enrolment does not say so yet, it was read before that.
 */
async function closeWait(ports: Ports, row: EnrolmentRow, step: string): Promise<StepResult | undefined> {
  const { store } = ports;
  const wait = await getRow(store, waitKey(row.contactId, row.id, step, row.iteration), WaitRow);
  if (!wait) return row.result?.to === '$waiting' ? undefined : (row.result ?? ended);
  if (wait.claim) return { to: wait.claim.to };

  const { facts, head, live, now } = await contextOf(ports, row);
  const to = (await wayByFacts(wait, facts)) ?? wait.onTimeout;
  const change = beginChange(head, `${wait.sk}#timeout`, now, live);
  addOperation(change, {
    kind: 'delete',
    table: 'core',
    key: { pk: wait.pk, sk: wait.sk },
    if: { equals: { status: 'OPEN' } },
  });
  addOperation(change, {
    kind: 'update',
    table: 'core',
    key: enrolmentKey(row.contactId, row.id),
    set: { result: { to } },
    if: { equals: { status: 'active', iteration: row.iteration } },
  });
  await withdrawOffer(store, change, wait);
  change.happened.push((metrics) => metrics.count('WaitExpired'), lateness(wait.until, now));
  return (await commitChange(ports, change)) ? { to } : undefined;
}

const lateness = (until: string, now: string) => (metrics: Metrics) =>
  metrics.measure('TimerLatenessSeconds', Math.max(0, (Date.parse(now) - Date.parse(until)) / 1000));

async function failEnrolment(ports: Ports, row: EnrolmentRow, step: string): Promise<StepResult | undefined> {
  const { head, live, now } = await contextOf(ports, row);
  const change = beginChange(head, `${row.id}#failed`, now, live);
  addOperation(change, {
    kind: 'update',
    table: 'core',
    key: { pk: contactKey(row.contactId), sk: row.sk },
    set: {
      status: 'failed',
      reason: failedAt(step),
      endedAt: now,
      g1pk: enrolmentList(row.journey, 'failed'),
    },
    if: { equals: { status: 'active' } },
  });
  releaseLock(change, row);
  giveUpHeld(change, row);
  tellParent(change, row, { goal: false, reason: 'failed' });
  if (!(await commitChange(ports, change))) return undefined;
  ports.log.error('enrolment failed', { contactId: row.contactId, enrolmentId: row.id, stepId: step });
  return ended;
}
