import type { Json } from '@baton/rules/json.ts';
import {
  type CloudEvent,
  type Key,
  type Operation,
  type Ports,
  Rejected,
  type SendAnswer,
  Transient,
} from '../ports.ts';
import { getRow, presentId } from '../repositories/read.ts';
import { digest, OutboxRow, referenceKey, SendRow, sendKey, toItem, WaitRow } from '../repositories/rows.ts';
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
      await sendMessage(ports, row);
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
 * not settled may have reached the customer: it is made again only where the provider recognises the send id, and is
 * shown as unknown elsewhere. Whoever loses a race keeps the outbox row, so that somebody looks again.
 */
async function sendMessage(ports: Ports, outbox: DispatchRow): Promise<void> {
  const { store, channels, clock, metrics } = ports;
  const { contactId, send: sendId } = outbox;
  const key = sendKey(contactId, sendId);
  const row = await getRow(store, key, SendRow);
  if (!row) return notOnItsWay(store, contactId);
  if (row.status !== 'PERMITTED' && row.status !== 'ATTEMPT') return;
  if (row.to === undefined || row.body === undefined)
    throw new Rejected(`permitted message ${sendId} has no address or text`);

  const withdrawn = row.held && row.status === 'PERMITTED' ? await withdrawnSince(ports, row) : undefined;
  if (withdrawn) return skip(ports, row, withdrawn);
  const channel = channels[row.channel];
  const status = row.status === 'ATTEMPT' && !channel.recognisesSendId ? 'UNKNOWN' : 'ATTEMPT';
  const claim = await store.transact([
    {
      kind: 'update',
      table: 'core',
      key,
      set: status === 'UNKNOWN' ? { status, g1pk: 'MSG#UNKNOWN' } : { status },
      if: { equals: { status: row.status } },
    },
  ]);
  if (!claim.ok) throw new Transient(`message ${sendId} is in other hands`);
  if (status === 'UNKNOWN') return metrics.count('SendUnknown');
  const { to, subject, body, purpose, at } = row;
  const message = { sendId, contactId, channel: row.channel, to, subject, body, purpose, at };
  const answer = await channel.send(message);
  const settled = await store.transact(
    answer.kind === 'not-accepted'
      ? backToPermitted(key, outbox)
      : settledBy(answer, { row, now: clock.now().toISOString() }),
  );
  if (!settled.ok) throw new Transient(`message ${sendId} was settled by somebody else meanwhile`);
  if (answer.kind === 'not-accepted')
    throw new Transient(`message ${sendId} was not accepted: ${answer.reason}`);
  metrics.count(answer.kind === 'refused' ? 'SendFailed' : 'SendSent');
}

type DispatchRow = Extract<OutboxRow, { kind: 'DISPATCH' }>;

/** Meanwhile somebody may have taken the attempt for one of unknown outcome; the answer knows better. */
const attempted = { oneOf: { status: ['ATTEMPT', 'UNKNOWN'] } };

/** The provider may hold up messages for days, and people change their minds meanwhile. */
async function skip({ store }: Ports, { pk, sk, sendId }: SendRow, reason: string): Promise<void> {
  const set = { status: 'SKIPPED', g1pk: 'MSG#SKIPPED', reason };
  const skipped = await store.transact([
    { kind: 'update', table: 'core', key: { pk, sk }, set, if: { equals: { status: 'PERMITTED' } } },
  ]);
  if (!skipped.ok) throw new Transient(`message ${sendId} is in other hands`);
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
