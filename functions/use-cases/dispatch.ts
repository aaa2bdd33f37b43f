import type { CloudEvent, Key, Ports } from '../ports.ts';
import { getRow, notOnItsWay } from '../repositories/read.ts';
import { digest, OutboxRow, WaitRow } from '../repositories/rows.ts';
import { sendMessage } from './send-message.ts';

/**
 * Acts on one outbox row and then deletes it. Every action is harmless to repeat: a start is named after its enrolment,
 * a token is used once, an event is recorded once, a message is claimed before the provider is called; `onLeaving` hears of that
 * moment.
 */
export async function dispatch(ports: Ports, key: Key, onLeaving?: () => void): Promise<void> {
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
      if ((await sendMessage(ports, row, onLeaving)) === 'later') return;
      break;
  }
  await ports.store.transact([{ kind: 'delete', table: 'core', key }]);
  const age = ports.clock.now().getTime() - Date.parse(row.duesk ?? row.at);
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

/** An event that Baton itself raises. Its id follows from the change that raised it, so it is recorded once. */
function emitted({ id, type, data, subject, at }: Extract<OutboxRow, { kind: 'EMIT' }>): CloudEvent {
  return { specversion: '1.0', id: digest(id, type), source: 'baton', type, time: at, subject, data };
}
