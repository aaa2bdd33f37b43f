import { applyEventHandler } from '@baton/functions/handlers/apply-event.ts';
import { dispatchHandler } from '@baton/functions/handlers/dispatch.ts';
import { recordEventHandler } from '@baton/functions/handlers/record-event.ts';
import { type Key, type Ports, type Store, Transient } from '@baton/functions/ports.ts';
import { rowsOf } from '@baton/functions/repositories/read.ts';
import { EventRow, OutboxRow } from '@baton/functions/repositories/rows.ts';
import { resolveContact } from '@baton/functions/use-cases/record-event.ts';
import { expect, test } from 'vitest';
import { openDeafHost } from '../support/deaf-host.ts';

const start = '2026-03-02T09:00:00.000Z';

const message = (n: number, detail: object) => ({
  messageId: `message-${n}`,
  body: JSON.stringify({ detail }),
});
const event = (n: number, own: object = {}) => ({
  specversion: '1.0',
  id: `event-${n}`,
  source: 'tests',
  type: 'contact.updated',
  time: start,
  subject: `crm:${n}`,
  data: { city: 'Lund' },
  ...own,
});
const change = ({ pk, sk }: Key, n: number) => ({
  eventID: `change-${n}`,
  dynamodb: { SequenceNumber: `${n}`, Keys: { pk: { S: pk }, sk: { S: sk } } },
});
const failures = (...ids: string[]) => ({
  batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })),
});

/** A store that cannot be reached for what is about certain contacts. */
function deadFor(store: Store, contacts: readonly string[]): Store {
  return {
    ...store,
    transact: async (operations) => {
      const touched = operations.map((op) => (op.kind === 'put' ? op.item.pk : op.key.pk));
      if (touched.some((pk) => contacts.some((contact) => pk === `C#${contact}`)))
        throw new Transient('storage cannot be reached');
      return store.transact(operations);
    },
  };
}

const contactsOf = (ports: Ports, ...subjects: string[]) =>
  Promise.all(subjects.map((subject) => resolveContact(ports, subject)));

test('of five messages of which two cannot be recorded now, these two come again and the others are recorded', async () => {
  const { ports, store } = await openDeafHost(start);
  const contacts = await contactsOf(ports, 'crm:1', 'crm:2', 'crm:3', 'crm:4', 'crm:5');
  const dead = deadFor(store, [contacts[1] ?? '', contacts[3] ?? '']);

  const answer = await recordEventHandler({ ...ports, store: dead })({
    Records: [1, 2, 3, 4, 5].map((n) => message(n, event(n))),
  });

  expect(answer).toEqual(failures('message-2', 'message-4'));
  const recorded = await Promise.all(contacts.map((id) => rowsOf(store, id, 'EVT#', EventRow)));
  expect(recorded.map(({ length }) => length)).toEqual([1, 0, 1, 0, 1]);
});

test('all messages of a batch come again where none can be recorded', async () => {
  const { ports, store } = await openDeafHost(start);
  const dead = deadFor(store, await contactsOf(ports, 'crm:1', 'crm:2'));

  const answer = await recordEventHandler({ ...ports, store: dead })({
    Records: [1, 2].map((n) => message(n, event(n))),
  });

  expect(answer).toEqual(failures('message-1', 'message-2'));
});

test('a message that never will be recorded is kept in quarantine and does not come again', async () => {
  const { ports, store } = await openDeafHost(start);
  const wrong = event(2, { type: 'no.such-event' });

  const answer = await recordEventHandler(ports)({ Records: [message(1, event(1)), message(2, wrong)] });

  expect(answer).toEqual(failures());
  expect(await store.get('core', { pk: 'QUARANTINE#message-2', sk: 'EVENT' })).toMatchObject({
    body: message(2, wrong).body,
    reason: expect.stringContaining('"no.such-event" is not in the event catalogue'),
  });
});

test('nobody passes for the desk by the bus', async () => {
  const { ports, store } = await openDeafHost(start);
  const forged = event(2, { source: 'baton.desk' });

  expect(await recordEventHandler(ports)({ Records: [message(2, forged)] })).toEqual(failures());

  expect(await store.get('core', { pk: 'QUARANTINE#message-2', sk: 'EVENT' })).toMatchObject({
    reason: 'source: "baton.desk" does not send by the bus',
  });
});

test('what is no batch is refused as a whole', async () => {
  const { ports } = await openDeafHost(start);

  await expect(recordEventHandler(ports)({ Records: [{ messageId: 'message-1' }] })).rejects.toThrow();
  await expect(applyEventHandler(ports)({})).rejects.toThrow();
  expect(await recordEventHandler(ports)({ Records: [] })).toEqual(failures());
});

test('of five changes of which two cannot be applied now, these two come again and the others are applied', async () => {
  const { ports, store, record, pending } = await openDeafHost(start);
  const contacts: string[] = [];
  for (const n of [1, 2, 3, 4, 5])
    contacts.push(await record('contact.updated', { city: 'Lund' }, `crm:${n}`));
  const events = (await Promise.all(contacts.map(pending))).flat();
  const dead = deadFor(store, [contacts[1] ?? '', contacts[3] ?? '']);

  const answer = await applyEventHandler({ ...ports, store: dead })({ Records: events.map(change) });

  expect(answer).toEqual(failures('1', '3'));
  expect((await Promise.all(contacts.map(pending))).map(({ length }) => length)).toEqual([0, 1, 0, 1, 0]);
});

test('records of a batch are handled one after the other, in their order', async () => {
  const { ports, record, applyAll, store } = await openDeafHost(start);
  const contacts: string[] = [];
  for (const n of [1, 2, 3]) contacts.push(await record('order.placed', { orderId: `o-${n}` }, `crm:${n}`));
  for (const contact of contacts) await applyAll(contact);
  const rows = (await Promise.all(contacts.map((id) => rowsOf(store, id, 'OUT#', OutboxRow)))).flat();
  const starts = rows.filter(({ kind }) => kind === 'START');
  const did: string[] = [];
  const workflows: Ports['workflows'] = {
    ...ports.workflows,
    start: async ({ name }) => {
      did.push(`begin ${name}`);
      await Promise.resolve();
      did.push(`end ${name}`);
      return 'started';
    },
  };

  await dispatchHandler({ ...ports, workflows })({ Records: starts.map(change) });

  const names = starts.map((row) => (row.kind === 'START' ? row.name : ''));
  expect(names.length).toBeGreaterThan(2);
  expect(did).toEqual(names.flatMap((name) => [`begin ${name}`, `end ${name}`]));
});
