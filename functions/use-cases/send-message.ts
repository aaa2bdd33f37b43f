import type { Json } from '@baton/rules/json.ts';
import { quietUntil } from '@baton/rules/sending/quiet-hours.ts';
import { takeTurn } from '@baton/rules/sending/rate.ts';
import { type Key, type Operation, type Ports, Rejected, type SendAnswer, Transient } from '../ports.ts';
import { getRow, parseRow } from '../repositories/read.ts';
import {
  type OutboxRow,
  RateRow,
  rateKey,
  referenceKey,
  SendRow,
  sendKey,
  toItem,
} from '../repositories/rows.ts';
import { takeSlots } from './frequency-cap.ts';
import { withdrawnSince } from './permit-send.ts';

type DispatchRow = Extract<OutboxRow, { kind: 'DISPATCH' }>;

/**
 * Sends a permitted message. PERMITTED → ATTEMPT is claimed before the provider is called. An attempt that was begun and
 * not settled may have reached the customer: it is made again only where the provider recognises the send id, and is
 * shown as unknown elsewhere. Whoever loses a race keeps the outbox row, so that somebody looks again.
 *
 * `later`: it may not leave now, because the channel has no room or the contact's clock shows quiet hours. It stays
 * permitted, and its outbox row is due when it is worth another look.
 */
export async function sendMessage(ports: Ports, outbox: DispatchRow): Promise<'done' | 'later'> {
  const { store, channels, clock, metrics } = ports;
  const { contactId, send: sendId } = outbox;
  const key = sendKey(contactId, sendId);
  const row = await getRow(store, key, SendRow);
  if (!row || (row.status !== 'PERMITTED' && row.status !== 'ATTEMPT')) return 'done';
  const { to, subject, body, purpose, at, unsubscribe } = row;
  if (to === undefined || body === undefined)
    throw new Rejected(`permitted message ${sendId} has no address or text`);

  const withdrawn = hasWaited(row, clock) ? await withdrawnSince(ports, row) : undefined;
  if (withdrawn) return skip(ports, row, withdrawn);
  const channel = channels[row.channel];
  if (row.status === 'ATTEMPT' && !channel.recognisesSendId) return giveUp(ports, row);

  const begun = await begin(ports, row, outbox);
  if (begun !== 'begun') return begun;
  const answer = await channel.send({
    sendId,
    contactId,
    channel: row.channel,
    to,
    subject,
    body,
    purpose,
    at,
    ...(unsubscribe === undefined ? {} : { unsubscribe }),
  });
  const settled = await store.transact(
    answer.kind === 'not-accepted'
      ? backToPermitted(key, outbox)
      : settledBy(answer, { row, now: clock.now().toISOString() }),
  );
  if (!settled.ok) throw new Transient(`message ${sendId} was settled by somebody else meanwhile`);
  if (answer.kind === 'not-accepted')
    throw new Transient(`message ${sendId} was not accepted: ${answer.reason}`);
  metrics.count(answer.kind === 'refused' ? 'SendFailed' : 'SendSent');
  return 'done';
}

/** Longer than it takes to send at once. What waited, for whatever reason, is asked again whether it may be sent. */
const atOnceMs = 60_000;

const hasWaited = ({ status, held, at }: SendRow, clock: Ports['clock']): boolean =>
  status === 'PERMITTED' && (held === true || clock.now().getTime() - Date.parse(at) > atOnceMs);

const tries = 5;

/** Claims the message and takes room for it, all in one transaction; or puts it off. */
async function begin(ports: Ports, row: SendRow, outbox: DispatchRow): Promise<'begun' | 'done' | 'later'> {
  const { store, clock } = ports;
  for (let attempt = 0; attempt < tries; attempt++) {
    const now = clock.now();
    const quiet = outbox.quiet && quietUntil(outbox.quiet.hours, outbox.quiet.timeZone, now.getTime());
    // An attempt may have reached the contact, so it is not called skipped.
    if (quiet === null && row.status === 'PERMITTED') return skip(ports, row, 'quiet-hours');
    if (typeof quiet === 'number' && outbox.quiet) {
      const { timeZone } = outbox.quiet;
      const putOff = later(row, outbox, { reason: 'quiet-hours', at: quiet, timeZone });
      if ((await store.transact(putOff)).ok) return 'later';
      throw inOtherHands(row);
    }

    const slots = hasWaited(row, clock) ? await slotsAnew(store, row, outbox, now.toISOString()) : [];
    if (!slots) return skip(ports, row, 'frequency-cap');
    const turn = await turnOf(store, row.channel, outbox.rate, now.getTime());
    const operations =
      turn.at === undefined
        ? [claim(row, slots.length > 0 ? now.toISOString() : undefined), ...slots, ...turn.operations]
        : [...later(row, outbox, { reason: 'rate-limit', at: turn.at }), ...turn.operations];
    const result = await store.transact(operations);
    if (result.ok) return turn.at === undefined ? 'begun' : 'later';
    if (result.failed.includes(0)) throw inOtherHands(row);
  }
  throw new Transient(`channel ${row.channel} is asked for by many at once`);
}

const inOtherHands = ({ sendId }: SendRow) => new Transient(`message ${sendId} is in other hands`);

function claim({ pk, sk, status, reason, slotAt, ...row }: SendRow, slot: string | undefined): Operation {
  const waited = (['until', 'timeZone'] as const).filter((name) => row[name] !== undefined);
  return {
    kind: 'update',
    table: 'core',
    key: { pk, sk },
    set: { status: 'ATTEMPT', ...(slot === undefined ? {} : { slotAt: slot }) },
    ...(reason === undefined ? {} : { remove: ['reason', ...waited] }),
    if: { equals: { status } },
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
  { pk, sk, status }: SendRow,
  outbox: DispatchRow,
  { reason, at, timeZone }: { reason: string; at: number; timeZone?: string },
): Operation[] {
  const until = new Date(at).toISOString();
  return [
    {
      kind: 'update',
      table: 'core',
      key: { pk, sk },
      set: { held: true, reason, until, ...(timeZone === undefined ? {} : { timeZone }) },
      if: { equals: { status } },
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

async function giveUp({ store, metrics }: Ports, row: SendRow): Promise<'done'> {
  const { pk, sk, status } = row;
  const set = { status: 'UNKNOWN', g1pk: 'MSG#UNKNOWN' };
  const settled = await store.transact([
    { kind: 'update', table: 'core', key: { pk, sk }, set, if: { equals: { status } } },
  ]);
  if (!settled.ok) throw inOtherHands(row);
  metrics.count('SendUnknown');
  return 'done';
}

/** Meanwhile somebody may have taken the attempt for one of unknown outcome; the answer knows better. */
const attempted = { oneOf: { status: ['ATTEMPT', 'UNKNOWN'] } };

/** What waits may wait for days, and people change their minds meanwhile. */
async function skip({ store, metrics }: Ports, row: SendRow, reason: string): Promise<'done'> {
  const { pk, sk, status } = row;
  const set = { status: 'SKIPPED', g1pk: 'MSG#SKIPPED', reason };
  const skipped = await store.transact([
    { kind: 'update', table: 'core', key: { pk, sk }, set, if: { equals: { status } } },
  ]);
  if (!skipped.ok) throw inOtherHands(row);
  metrics.count('PermitDenied', 1, reason);
  return 'done';
}

/** The message waits as before the attempt; its outbox row is put back in case that somebody deleted it meanwhile. */
function backToPermitted(key: Key, outbox: DispatchRow): Operation[] {
  const set = { status: 'PERMITTED', g1pk: 'MSG#PERMITTED', held: true };
  return [
    { kind: 'update', table: 'core', key, set, if: attempted },
    { kind: 'put', table: 'core', item: toItem(outbox) },
  ];
}

function settledBy(
  answer: Exclude<SendAnswer, { kind: 'not-accepted' }>,
  { row, now }: { row: SendRow; now: string },
): Operation[] {
  const { pk, sk, contactId, sendId, channel } = row;
  const settle = (set: Record<string, Json>): Operation => {
    return { kind: 'update', table: 'core', key: { pk, sk }, set, if: attempted };
  };
  if (answer.kind === 'refused')
    return [settle({ status: 'FAILED', g1pk: 'MSG#FAILED', reason: answer.reason })];
  const sent = settle({ status: 'SENT', g1pk: 'MSG#SENT', sentAt: now });
  if (answer.reference === undefined) return [sent];
  const ttl = Math.floor(Date.parse(now) / 1000) + referenceSeconds;
  const named = { ...referenceKey(channel, answer.reference), contactId, sendId, ttl };
  return [sent, { kind: 'put', table: 'guard', item: named }];
}

/** Providers report within three days. */
const referenceSeconds = 14 * 86_400;
