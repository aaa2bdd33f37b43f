import { type CloudEvent, type Key, type Ports, Rejected, Transient } from '../ports.ts';
import { getRow } from '../repositories/read.ts';
import { digest, OutboxRow, SendRow, sendKey, WaitRow } from '../repositories/rows.ts';

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
      await sendMessage(ports, row.contactId, row.send);
      break;
  }
  await ports.store.transact([{ kind: 'delete', table: 'core', key }]);
  const age = ports.clock.now().getTime() - Date.parse(row.at);
  ports.metrics.measure('OutboxAgeSeconds', Math.max(0, age / 1000));
}

/** Completes the claimed wait's token. A token that is used up or timed out is settled all the same. */
async function signal(
  { store, workflows }: Ports,
  { pk, wait, output }: Extract<OutboxRow, { kind: 'SIGNAL' }>,
): Promise<void> {
  const key = { pk, sk: wait };
  const row = await getRow(store, key, WaitRow);
  if (!row) return;
  await workflows.succeed(row.token, output);
  await store.transact([{ kind: 'delete', table: 'core', key, if: { equals: { token: row.token } } }]);
}

/** An event that Baton itself raises. Its id follows from the change that raised it, so it is recorded once. */
function emitted({ id, type, data, subject, at }: Extract<OutboxRow, { kind: 'EMIT' }>): CloudEvent {
  return { specversion: '1.0', id: digest(id, type), source: 'baton', type, time: at, subject, data };
}

/**
 * Sends a permitted message. PERMITTED → ATTEMPT is claimed before the provider is called. An attempt that was begun and
 * not settled may have reached the customer: it is made again only where the provider recognises the send id, and is
 * shown as unknown elsewhere.
 */
async function sendMessage(
  { store, channels, clock, metrics }: Ports,
  contactId: string,
  sendId: string,
): Promise<void> {
  const key = sendKey(contactId, sendId);
  const row = await getRow(store, key, SendRow);
  if (!row || (row.status !== 'PERMITTED' && row.status !== 'ATTEMPT')) return;
  if (row.to === undefined || row.body === undefined)
    throw new Rejected(`permitted message ${sendId} has no address or text`);

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
  if (!claim.ok) return;
  if (status === 'UNKNOWN') return metrics.count('SendUnknown');
  const outcome = await channel.send({
    sendId,
    channel: row.channel,
    to: row.to,
    subject: row.subject,
    body: row.body,
    purpose: row.purpose,
    at: row.at,
  });
  const final = outcome.kind === 'refused' ? 'FAILED' : 'SENT';
  const settled = await store.transact([
    {
      kind: 'update',
      table: 'core',
      key,
      set: {
        status: final,
        g1pk: `MSG#${final}`,
        ...(outcome.kind === 'refused' ? { reason: outcome.reason } : { sentAt: clock.now().toISOString() }),
      },
      if: { equals: { status: 'ATTEMPT' } },
    },
  ]);
  if (!settled.ok) throw new Transient(`message ${sendId} was settled by somebody else meanwhile`);
  metrics.count(final === 'SENT' ? 'SendSent' : 'SendFailed');
}
