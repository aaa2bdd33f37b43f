import { hashOfRows, storedRows } from '@baton/infra/local/replay/state-hash.ts';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { callsOf } from '../support/api-calls.ts';
import { dynamoRows, dynamoStore } from '../support/aws-replay.ts';
import { startDynamo } from '../support/dynamo-server.ts';
import { openVirtualHost } from '../support/virtual-host.ts';
import { type Used, walls } from '../support/walled.ts';

const server = await startDynamo();
const start = '2026-03-02T09:00:00.000Z';
const subject = 'email:marta@example.com';

const Contacts = z.object({ contacts: z.array(z.object({ id: z.string() })) });
const Contact = z.object({
  offers: z.array(z.object({ id: z.string(), status: z.string() })),
  contact: z.object({ attributes: z.array(z.object({ path: z.string(), value: z.json() })) }),
});

type Host = Awaited<ReturnType<typeof openVirtualHost>>;

/** A card customer asks about the rate, sees the offer that keeps her, and takes it; every step by the API. */
async function referenceCase(host: Host) {
  const call = callsOf(host.api);
  let events = 0;
  const tell = async (type: string, data: z.infer<ReturnType<typeof z.json>>) => {
    const event = { specversion: '1.0', id: `call-${++events}`, source: 'phone', type, subject, data };
    const { status } = await call('POST /api/events', { body: event });
    expect(status).toBe(202);
    await host.settle();
  };
  await tell('contact.updated', {
    productsOwned: ['credit-card'],
    valueTier: 'b',
    email: 'marta@example.com',
  });
  await tell('order.placed', { orderId: 'o-1' });
  await tell('order.delivered', { orderId: 'o-1' });
  await tell('review.received', { orderId: 'o-1', reviewId: 'r-1', stars: 5 });
  await tell('interaction.enquiry', { enquiryId: 'q-1', topic: 'interest-rate', channel: 'phone' });

  const list = await call('GET /api/contacts', { query: 'limit=10' });
  const [contact] = Contacts.parse(list.body).contacts;
  const path = { contactId: contact?.id ?? '' };
  const before = Contact.parse((await call('GET /api/contacts/{contactId}', { path })).body);
  const open = before.offers.find(({ status }) => status === 'presented');
  const answered = await call('POST /api/contacts/{contactId}/offers/{offerId}/answer', {
    path: { ...path, offerId: open?.id ?? '' },
    body: { answer: 'accepted' },
  });
  await host.settle();
  await host.passUntil('2026-03-09T09:00:00.000Z');
  const after = Contact.parse((await call('GET /api/contacts/{contactId}', { path })).body);
  return {
    answered: answered.status,
    offersBefore: before.offers.map(({ status }) => status),
    kept: after.contact.attributes.find((attribute) => attribute.path === '$.retentionStatus')?.value,
  };
}

const wanted = { answered: 200, offersBefore: ['presented'], kept: 'accepted' };

describe.skipIf(!server)('the reference case through the functions, inside the walls of their roles', () => {
  test('comes to the same state on DynamoDB as on SQLite', async () => {
    if (!server) return;
    const tables = await server.createTables();
    const used: Used = new Map();
    const onDynamo = await openVirtualHost(start, undefined, {
      portsOf: walls(used),
      storeOf: (_folders, onChange) => dynamoStore(server, tables, onChange),
    });
    const onSqlite = await openVirtualHost(start, undefined, { portsOf: walls(used) });

    expect(await referenceCase(onDynamo)).toEqual(wanted);
    expect(await referenceCase(onSqlite)).toEqual(wanted);

    const rows = [...storedRows(onSqlite.database)];
    const there = await dynamoRows(server, tables);
    expect(there.map(({ table, pk, sk }) => `${table} ${pk} ${sk}`)).toEqual(
      rows.map(({ table, pk, sk }) => `${table} ${pk} ${sk}`),
    );
    expect(hashOfRows(there)).toEqual(hashOfRows(rows));
  });
});
