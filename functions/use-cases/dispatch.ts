import type { Json } from '@baton/rules/json.ts';
import { addDuration } from '@baton/rules/time/duration.ts';
import { readStatePointer } from '../library/journey-state.ts';
import {
  type Channel,
  type CloudEvent,
  type Condition,
  type Key,
  type Operation,
  type Ports,
  Rejected,
  type SendAnswer,
  Transient,
} from '../ports.ts';
import { getRow, presentId } from '../repositories/read.ts';
import { digest, OutboxRow, referenceKey, SendRow, sendKey, toItem, WaitRow } from '../repositories/rows.ts';
import { pausedMessage } from './halt.ts';
import { withdrawnSince } from './permit-send.ts';

/**
 * Acts on one outbox row and then deletes it. Every action is harmless to repeat: a start is named after its enrolment,
 * a token is used once, an event is recorded once, a message is claimed before the provider is called.
 */
export async function dispatch(ports: Ports, key: Key): Promise<void> {
  const row = await getRow(ports.store, key, OutboxRow);
  if (!row) return;
  switch (row.kind) {
    case 'START':
      await ports.workflows.start({ machine: row.machine, name: row.name, input: row.input });
      break;
    case 'SIGNAL':
      await signal(ports, row);
      break;
    case 'STOP':
      await ports.workflows.stop({ machine: row.machine, name: row.name }, row.cause);
      break;
    case 'EMIT':
      await ports.bus.put([emitted(row)]);
      break;
    case 'DISPATCH':
      if ((await sendMessage(ports, row)) === 'later') return;
      break;
  }
  await ports.store.transact([{ kind: 'delete', table: 'core', key }]);
  const age = ports.clock.now().getTime() - Date.parse(row.at);
  ports.metrics.measure('OutboxAgeSeconds', Math.max(0, age / 1000));
}

/** Completes the claimed wait's token. A token that is used up or timed out is settled all the same. */
async function signal(
  { store, workflows }: Ports,
  { pk, wait, output, contactId }: Extract<OutboxRow, { kind: 'SIGNAL' }>,
): Promise<void> {
  const key = { pk, sk: wait };
  const row = await getRow(store, key, WaitRow);
  if (!row) return notOnItsWay(store, contactId);
  await workflows.succeed(row.token, output);
  await store.transact([{ kind: 'delete', table: 'core', key, if: { equals: { token: row.token } } }]);
}

/** A row that is not there is settled, unless it is just moving to another contact; then it is looked for again. */
async function notOnItsWay(store: Ports['store'], contactId: string): Promise<void> {
  await presentId(store, contactId);
}

/** An event that Baton itself raises. Its id follows from the change that raised it, so it is recorded once. */
function emitted({ id, type, data, subject, at }: Extract<OutboxRow, { kind: 'EMIT' }>): CloudEvent {
  return { specversion: '1.0', id: digest(id, type), source: 'baton', type, time: at, subject, data };
}

/**
 * Sends a permitted message. PERMITTED → ATTEMPT is claimed before the provider is called. An attempt that was begun and
 * not settled may have reached the customer, so what follows depends on who would notice a second:
 *
 * 1. A provider that recognises the send id: it is made again until it is settled.
 * 2. Marketing elsewhere is never repeated; it is shown as unknown.
 * 3. A service message elsewhere is made once more, and only when reports had time to tell that it need not be: two
 *    confirmations of an order are better than none. After that it is shown as unknown.
 *
 * Whoever loses a race keeps the outbox row, and so does `later`, so that somebody looks again.
 */
async function sendMessage(ports: Ports, outbox: DispatchRow): Promise<'done' | 'later'> {
  const { store, channels, clock, metrics } = ports;
  const { contactId, send: sendId } = outbox;
  const key = sendKey(contactId, sendId);
  const row = await getRow(store, key, SendRow);
  if (!row) {
    await notOnItsWay(store, contactId);
    return 'done';
  }
  if (row.status !== 'PERMITTED' && row.status !== 'ATTEMPT') return 'done';
  if (row.to === undefined || row.body === undefined)
    throw new Rejected(`permitted message ${sendId} has no address or text`);

  const halted = await haltedSince(ports, row);
  if (halted && row.status === 'PERMITTED')
    return halted === 'paused' ? hold(ports, row) : skip(ports, row, 'journey-stopped');
  const withdrawn = row.held && row.status === 'PERMITTED' ? await withdrawnSince(ports, row) : undefined;
  if (withdrawn) return skip(ports, row, withdrawn);
  const channel = channels[row.channel];
  const now = clock.now().toISOString();
  const next = nextFor(row, channel, now);
  if (next === 'wait') return 'later';
  if (next === 'give-up' || (next === 'repeat' && halted)) return giveUp(ports, row);

  const attempts = (row.attempts ?? 0) + 1;
  const repeated: Record<string, Json> = next === 'repeat' ? { repeatedAt: now } : {};
  await claim(ports, row, { status: 'ATTEMPT', attempts, attemptedAt: now, ...repeated });
  const { to, subject, body, purpose, at } = row;
  const message = { sendId, contactId, channel: row.channel, to, subject, body, purpose, at };
  const answer = await channel.send(message);
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

function nextFor(
  { status, purpose, repeatedAt, attemptedAt }: SendRow,
  { recognisesSendId }: Channel,
  now: string,
): 'send' | 'repeat' | 'wait' | 'give-up' {
  if (status === 'PERMITTED' || recognisesSendId) return 'send';
  if (purpose === 'marketing' || repeatedAt !== undefined) return 'give-up';
  return attemptedAt !== undefined && addDuration(attemptedAt, reportsWithin) > now ? 'wait' : 'repeat';
}

async function giveUp(ports: Ports, row: SendRow): Promise<'done'> {
  await claim(ports, row, { status: 'UNKNOWN', g1pk: 'MSG#UNKNOWN' });
  ports.metrics.count('SendUnknown');
  return 'done';
}

/** Only the attempt that was read is followed by another; one that somebody else has made meanwhile is theirs. */
async function claim({ store }: Ports, row: SendRow, set: Record<string, Json>): Promise<void> {
  const { pk, sk, sendId, status, attempts = null } = row;
  const claimed = await store.transact([
    { kind: 'update', table: 'core', key: { pk, sk }, set, if: { equals: { status, attempts } } },
  ]);
  if (!claimed.ok) throw new Transient(`message ${sendId} is in other hands`);
}

type DispatchRow = Extract<OutboxRow, { kind: 'DISPATCH' }>;

/** Meanwhile somebody may have taken the attempt for one of unknown outcome, or made another; whoever was told knows better. */
const inDoubt: Condition = { oneOf: { status: ['PERMITTED', 'ATTEMPT', 'UNKNOWN'] } };

/** That a message was not taken says nothing about another attempt that has begun meanwhile. */
const ofAttempt = (attempts: number): Condition => ({
  oneOf: { status: ['ATTEMPT', 'UNKNOWN'] },
  equals: { attempts },
});

/** Whether the journey of a permitted message was paused, or was stopped after the message had been permitted. */
async function haltedSince(
  ports: Pick<Ports, 'store'>,
  { journey, at }: SendRow,
): Promise<'paused' | 'stopped' | undefined> {
  const { status, stoppedAt = '' } = (await readStatePointer(ports, journey))?.state ?? {};
  if (status === 'paused') return 'paused';
  return status === 'stopped' || stoppedAt >= at ? 'stopped' : undefined;
}

/** The message stays permitted and waits, without an outbox row, until its journey goes on. */
async function hold(ports: Ports, row: SendRow): Promise<'done'> {
  await claim(ports, row, { held: true, reason: pausedMessage });
  return 'done';
}

/** The provider may hold up messages for days, and people change their minds meanwhile. */
async function skip(ports: Ports, row: SendRow, reason: string): Promise<'done'> {
  await claim(ports, row, { status: 'SKIPPED', g1pk: 'MSG#SKIPPED', reason });
  return 'done';
}

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
  const settle = (set: Record<string, Json>, settling: Condition): Operation => {
    return { kind: 'update', table: 'core', key: { pk, sk }, set, if: settling };
  };
  if (answer.kind === 'refused')
    return [settle({ status: 'FAILED', g1pk: 'MSG#FAILED', reason: answer.reason }, ofAttempt(attempts))];
  const sent = settle({ status: 'SENT', g1pk: 'MSG#SENT', sentAt: now }, inDoubt);
  if (answer.reference === undefined) return [sent];
  const ttl = Math.floor(Date.parse(now) / 1000) + referenceSeconds;
  const named = { ...referenceKey(channel, answer.reference), contactId, sendId, ttl };
  return [sent, { kind: 'put', table: 'guard', item: named }];
}

/** Providers report within three days. */
const referenceSeconds = 14 * 86_400;
