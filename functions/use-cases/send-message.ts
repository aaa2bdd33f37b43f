import type { Json } from '@baton/rules/json.ts';
import { quietUntil, zoneFor } from '@baton/rules/sending/quiet-hours.ts';
import { takeTurn } from '@baton/rules/sending/rate.ts';
import { addDuration } from '@baton/rules/time/duration.ts';
import { readStatePointer } from '../library/journey-state.ts';
import {
  type Channel,
  type Condition,
  type Key,
  type Operation,
  type Ports,
  Rejected,
  type SendAnswer,
  Transient,
} from '../ports.ts';
import { getHead, getRow, notOnItsWay, parseRow } from '../repositories/read.ts';
import {
  EnrolmentRow,
  enrolmentKey,
  type HeadRow,
  type OutboxRow,
  RateRow,
  rateKey,
  referenceKey,
  SendRow,
  sendKey,
  toItem,
} from '../repositories/rows.ts';
import { slotsBack, takeSlots } from './frequency-cap.ts';
import { pausedMessage } from './halt.ts';
import { withdrawnSince } from './permit-send.ts';

type DispatchRow = Extract<OutboxRow, { kind: 'DISPATCH' }>;

/**
 * Sends a permitted message. PERMITTED → ATTEMPT is claimed before the provider is called. An attempt that was begun and
 * not settled may have reached the customer, so what follows depends on who would notice a second:
 *
 * 1. A provider that recognises the send id: it is made again until it is settled.
 * 2. Marketing elsewhere is never repeated; it is shown as unknown.
 * 3. A service message elsewhere is made once more, and only when reports had time to tell that it need not be: two
 *    confirmations of an order are better than none. After that it is shown as unknown.
 *
 * Whoever loses a race keeps the outbox row, so that somebody looks again. `later`: it may not leave now, because its
 * journey, the channel or the contact's clock does not let it. It stays permitted, and its outbox row is due when it is
 * worth another look.
 */
export async function sendMessage(
  ports: Ports,
  outbox: DispatchRow,
  onLeaving: () => void = () => {},
): Promise<'done' | 'later'> {
  const { store, channels, clock, metrics } = ports;
  const { contactId, send: sendId } = outbox;
  const key = sendKey(contactId, sendId);
  const row = await getRow(store, key, SendRow);
  if (!row) {
    await notOnItsWay(store, contactId);
    return 'done';
  }
  if (row.status !== 'PERMITTED' && row.status !== 'ATTEMPT') return 'done';
  const { to, subject, body, purpose, at, unsubscribe } = row;
  if (to === undefined || body === undefined)
    throw new Rejected(`permitted message ${sendId} has no address or text`);

  const halted = await haltedSince(ports, row);
  if (halted && row.status === 'PERMITTED')
    return halted === 'paused' ? hold(ports, row) : skip(ports, row, 'journey-stopped', outbox);
  const waited = hasWaited(row, clock);
  const head = waited ? await getHead(store, contactId) : undefined;
  const unwanted = waited && ((await withdrawnSince(ports, row)) ?? (await overtaken(ports, row, head)));
  if (unwanted) return skip(ports, row, unwanted, outbox);
  const channel = channels[row.channel];
  const next = nextFor(row, channel, clock.now().toISOString());
  if (next === 'wait') return 'later';
  if (next === 'give-up' || (next === 'repeat' && halted)) return giveUp(ports, row);

  const begun = await begin(ports, row, here(outbox, head), next);
  if (begun !== 'begun') return begun;
  const attempts = attemptOf(row);
  const link = unsubscribe === undefined ? {} : { unsubscribe };
  const message = { sendId, contactId, channel: row.channel, to, subject, body, purpose, at, ...link };
  const sending = channel.send(message);
  onLeaving();
  const answer = await sending;
  const settled = await store.transact(
    answer.kind === 'not-accepted'
      ? backToPermitted(key, attempts, outbox)
      : settledBy(answer, { row, attempts, now: clock.now().toISOString() }),
  );
  if (!settled.ok) throw new Transient(`message ${sendId} was settled by somebody else meanwhile`);
  if (answer.kind === 'not-accepted')
    throw new Transient(`message ${sendId} was not accepted: ${answer.reason}`);
  metrics.count(answer.kind === 'refused' ? 'SendFailed' : 'SendSent');
  return 'done';
}

/** Reports of providers come within seconds, and are given this long before a service message is made once more. */
const reportsWithin = 'PT15M';

type Next = 'send' | 'repeat' | 'wait' | 'give-up';

function nextFor(
  { status, purpose, repeatedAt, attemptedAt }: SendRow,
  { recognisesSendId }: Channel,
  now: string,
): Next {
  if (status === 'PERMITTED' || recognisesSendId) return 'send';
  if (purpose === 'marketing' || repeatedAt !== undefined) return 'give-up';
  return attemptedAt !== undefined && addDuration(attemptedAt, reportsWithin) > now ? 'wait' : 'repeat';
}

/** The number of the attempt that follows. */
const attemptOf = ({ attempts = 0 }: SendRow): number => attempts + 1;

/** Whether the journey of a permitted message was paused, or was stopped after the message had been permitted. */
async function haltedSince(
  ports: Pick<Ports, 'store'>,
  { journey, at }: SendRow,
): Promise<'paused' | 'stopped' | undefined> {
  const { status, stoppedAt = '' } = (await readStatePointer(ports, journey))?.state ?? {};
  if (status === 'paused') return 'paused';
  return status === 'stopped' || stoppedAt >= at ? 'stopped' : undefined;
}

/**
 * Why a message that had to wait is not wanted any more: its enrolment ended before its way was through (who has bought needs no
 * reminder), or nothing is sold to the contact while a problem is open.
 */
async function overtaken(
  { store }: Pick<Ports, 'store'>,
  { contactId, enrolmentId, purpose, at }: SendRow,
  head: HeadRow | undefined,
): Promise<'left-journey' | 'problem-open' | undefined> {
  if (purpose === 'marketing' && head?.overlay) return 'problem-open';
  const enrolment = await getRow(store, enrolmentKey(contactId, enrolmentId), EnrolmentRow);
  const isOver =
    enrolment?.status === 'exited' || (enrolment?.status === 'completed' && enrolment.reason === 'goal');
  return isOver && (enrolment.endedAt ?? '') >= at ? 'left-journey' : undefined;
}

/** Quiet hours go by the clock where the contact is now. */
const here = (outbox: DispatchRow, head: HeadRow | undefined): DispatchRow =>
  head && outbox.quiet
    ? {
        ...outbox,
        quiet: { ...outbox.quiet, timeZone: zoneFor(outbox.quiet, head.attributes['$.timeZone']?.value) },
      }
    : outbox;

/** The message stays permitted and waits, without an outbox row, until its journey goes on. */
async function hold(ports: Ports, row: SendRow): Promise<'done'> {
  await settle(ports, row, { held: true, reason: pausedMessage });
  return 'done';
}

/** Longer than it takes to send at once. What waited, for whatever reason, is asked again whether it may be sent. */
const atOnceMs = 60_000;

const hasWaited = ({ status, held, at }: SendRow, clock: Ports['clock']): boolean =>
  status === 'PERMITTED' && (held === true || clock.now().getTime() - Date.parse(at) > atOnceMs);

const tries = 5;

/** Claims the message and takes room for it, all in one transaction; or puts it off. */
async function begin(
  ports: Ports,
  row: SendRow,
  outbox: DispatchRow,
  next: Next,
): Promise<'begun' | 'done' | 'later'> {
  const { store, clock } = ports;
  for (let attempt = 0; attempt < tries; attempt++) {
    const now = clock.now();
    const quiet = outbox.quiet && quietUntil(outbox.quiet.hours, outbox.quiet.timeZone, now.getTime());
    // An attempt may have reached the contact, so it is not called skipped.
    if (quiet === null && row.status === 'PERMITTED') return skip(ports, row, 'quiet-hours', outbox);
    if (typeof quiet === 'number' && outbox.quiet) {
      const { timeZone } = outbox.quiet;
      const putOff = later(row, outbox, { reason: 'quiet-hours', at: quiet, timeZone });
      if ((await store.transact(putOff)).ok) return 'later';
      throw inOtherHands(row);
    }

    const slots = hasWaited(row, clock) ? await slotsAnew(store, row, outbox, now.toISOString()) : [];
    if (!slots) return skip(ports, row, 'frequency-cap', outbox);
    const turn = await turnOf(store, row.channel, outbox.rate, now.getTime());
    const operations =
      turn.at === undefined
        ? [claim(row, next, now.toISOString(), slots.length > 0), ...slots, ...turn.operations]
        : [...later(row, outbox, { reason: 'rate-limit', at: turn.at }), ...turn.operations];
    const result = await store.transact(operations);
    if (result.ok) return turn.at === undefined ? 'begun' : 'later';
    if (result.failed.includes(0)) throw inOtherHands(row);
  }
  throw new Transient(`channel ${row.channel} is asked for by many at once`);
}

const inOtherHands = ({ sendId }: SendRow) => new Transient(`message ${sendId} is in other hands`);

/** Only the attempt that was read is followed by another; one that somebody else has made meanwhile is theirs. */
const asRead = ({ status, attempts }: SendRow): Condition => ({
  equals: { status, attempts: attempts ?? null },
});

function claim(row: SendRow, next: Next, now: string, newSlot: boolean): Operation {
  const { pk, sk } = row;
  const waited = (['reason', 'until', 'timeZone'] as const).filter((name) => row[name] !== undefined);
  return {
    kind: 'update',
    table: 'core',
    key: { pk, sk },
    set: {
      status: 'ATTEMPT',
      attempts: attemptOf(row),
      attemptedAt: now,
      ...(mayHaveGone(row) ? { doubtful: true } : {}),
      ...(next === 'repeat' ? { repeatedAt: now } : {}),
      ...(newSlot ? { slotAt: now } : {}),
    },
    ...(waited.length > 0 ? { remove: waited } : {}),
    if: asRead(row),
  };
}

/** A message that leaves later than it was allowed counts for the caps when it leaves. */
async function slotsAnew(
  store: Ports['store'],
  { contactId, at, slotAt = at }: SendRow,
  { caps = [] }: DispatchRow,
  now: string,
): Promise<Operation[] | undefined> {
  return takeSlots(store, contactId, caps, { now, insteadOf: slotAt });
}

/** The write that takes room in the channel's rate, or a place in the line of those who wait until `at`. */
async function turnOf(
  store: Ports['store'],
  channel: string,
  rate: DispatchRow['rate'],
  now: number,
): Promise<{ operations: Operation[]; at?: number }> {
  if (!rate) return { operations: [] };
  const key = rateKey(channel);
  const item = await store.get('guard', key);
  const present = item && parseRow(RateRow, item);
  const turn = takeTurn(rate, present, now);
  const { taken, line } = turn.state;
  const counted = { ...key, rev: (present?.rev ?? 0) + 1, taken: taken.map(([end, count]) => [end, count]) };
  const operation: Operation = {
    kind: 'put',
    table: 'guard',
    item: line ? { ...counted, line } : counted,
    if: present ? { equals: { rev: present.rev } } : { absent: true },
  };
  return turn.kind === 'now' ? { operations: [operation] } : { operations: [operation], at: turn.at };
}

/** The message waits; its outbox row is due when it is worth another look, which the change stream and the sweeper heed. */
function later(
  row: SendRow,
  outbox: DispatchRow,
  { reason, at, timeZone }: { reason: string; at: number; timeZone?: string },
): Operation[] {
  const until = new Date(at).toISOString();
  return [
    {
      kind: 'update',
      table: 'core',
      key: { pk: row.pk, sk: row.sk },
      set: { held: true, reason, until, ...(timeZone === undefined ? {} : { timeZone }) },
      if: asRead(row),
    },
    {
      kind: 'update',
      table: 'core',
      key: { pk: outbox.pk, sk: outbox.sk },
      set: { duesk: until },
      if: { present: true },
    },
  ];
}

async function giveUp(ports: Ports, row: SendRow): Promise<'done'> {
  await settle(ports, row, { status: 'UNKNOWN', g1pk: 'MSG#UNKNOWN' });
  ports.metrics.count('SendUnknown');
  return 'done';
}

/** An earlier attempt may have reached the contact: whatever becomes of this one, it cannot be said that nothing was sent. */
const mayHaveGone = ({ status, doubtful }: SendRow): boolean => status === 'ATTEMPT' || doubtful === true;

/** What waits may wait for days, and people change their minds meanwhile. What it took of the caps is given back. */
async function skip(ports: Ports, row: SendRow, reason: string, { caps = [] }: DispatchRow): Promise<'done'> {
  if (mayHaveGone(row)) return giveUp(ports, row);
  const slots = await slotsBack(ports.store, row.contactId, caps, row.slotAt ?? row.at);
  await settle(ports, row, { status: 'SKIPPED', g1pk: 'MSG#SKIPPED', reason }, slots);
  ports.metrics.count('PermitDenied', 1, reason);
  return 'done';
}

async function settle(
  { store }: Ports,
  row: SendRow,
  set: Record<string, Json>,
  others: readonly Operation[] = [],
): Promise<void> {
  const { pk, sk } = row;
  const settled = await store.transact([
    { kind: 'update', table: 'core', key: { pk, sk }, set, if: asRead(row) },
    ...others,
  ]);
  if (!settled.ok) throw inOtherHands(row);
}

/** Meanwhile somebody may have taken the attempt for one of unknown outcome, or made another; whoever was told knows better. */
const inDoubt: Condition = { oneOf: { status: ['PERMITTED', 'ATTEMPT', 'UNKNOWN'] } };

/** That a message was not taken says nothing about another attempt that has begun meanwhile. */
const ofAttempt = (attempts: number): Condition => ({
  oneOf: { status: ['ATTEMPT', 'UNKNOWN'] },
  equals: { attempts },
});

/** The message waits as before the attempt; its outbox row is put back in case that somebody deleted it meanwhile. */
function backToPermitted(key: Key, attempts: number, outbox: DispatchRow): Operation[] {
  const set = { status: 'PERMITTED', g1pk: 'MSG#PERMITTED', held: true };
  return [
    { kind: 'update', table: 'core', key, set, if: ofAttempt(attempts) },
    { kind: 'put', table: 'core', item: toItem(outbox) },
  ];
}

function settledBy(
  answer: Exclude<SendAnswer, { kind: 'not-accepted' }>,
  { row, attempts, now }: { row: SendRow; attempts: number; now: string },
): Operation[] {
  const { pk, sk, contactId, sendId, channel } = row;
  const settling = (set: Record<string, Json>, condition: Condition): Operation => {
    return { kind: 'update', table: 'core', key: { pk, sk }, set, if: condition };
  };
  if (answer.kind === 'refused') {
    const status = mayHaveGone(row) ? 'UNKNOWN' : 'FAILED';
    return [settling({ status, g1pk: `MSG#${status}`, reason: answer.reason }, ofAttempt(attempts))];
  }
  const sent = settling({ status: 'SENT', g1pk: 'MSG#SENT', sentAt: now }, inDoubt);
  if (answer.reference === undefined) return [sent];
  const ttl = Math.floor(Date.parse(now) / 1000) + referenceSeconds;
  const named = { ...referenceKey(channel, answer.reference), contactId, sendId, ttl };
  return [sent, { kind: 'put', table: 'guard', item: named }];
}

/** Providers report within three days. */
const referenceSeconds = 14 * 86_400;
