import { writeKeyParameter } from '@baton/functions/adapters/aws/write-key.ts';
import { segmentHandler } from '@baton/functions/handlers/segment.ts';
import { openHost } from '@baton/infra/local/host.ts';
import { createVirtualClock } from '@baton/infra/local/virtual-clock.ts';
import { makeWriteKey } from '@baton/infra/local/write-key.ts';
import { byRouteKey, segmentRoutes } from '@baton/infra/routes.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import { expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import { callsOf } from '../support/api-calls.ts';
import { stubAws } from '../support/aws-stub.ts';
import { expectRefusal } from '../support/refusals.ts';
import { basic, clientOf, nodeBatch } from '../support/segment-clients.ts';
import { shippedLibrary } from '../support/shipped-library.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { openVirtualHost } from '../support/virtual-host.ts';
import { walls } from '../support/walled.ts';

const start = '2026-03-02T09:00:00.000Z';

const Recorded = z.object({
  type: z.string(),
  at: z.string(),
  eventId: z.string(),
  source: z.string(),
  data: z.record(z.string(), z.json()),
});

async function aHost() {
  const host = await openVirtualHost(start);
  const send = clientOf(host.api);
  const all = async (pk: string) => (await host.ports.store.query({ table: 'core', index: 'g1', pk })).items;
  const contacts = async () => {
    const { body } = await callsOf(host.api)('GET /api/contacts');
    return z.object({ contacts: z.array(z.object({ id: z.string() })) }).parse(body).contacts;
  };
  return {
    host,
    send,
    contacts,
    quarantine: () => all('QUARANTINE'),
    /** Everything recorded of whoever there is, in the order of occurrence. */
    history: async () => {
      await host.settle();
      const items = [];
      for (const { id } of await contacts())
        items.push(...(await host.ports.store.query({ table: 'core', pk: `C#${id}`, prefix: 'EVT#' })).items);
      return items.map((item) => Recorded.parse(item)).filter(({ source }) => source === 'segment');
    },
  };
}

const placed = (own: JsonObject = {}): JsonObject => ({
  type: 'track',
  event: 'Order Completed',
  userId: 'u-1',
  messageId: 'm-1',
  properties: { order_id: 'o-1', total: 12.5 },
  ...own,
});

test.each<[string, JsonObject, string]>([
  ['identify', { traits: { email: 'ana@example.com' } }, 'contact.updated'],
  ['track', { event: 'Price List Viewed', properties: { page: 'prices' } }, 'price-list.viewed'],
  ['page', { name: 'Home', properties: { referrer: 'https://example.com/' } }, 'page.viewed'],
  ['screen', { name: 'Home' }, 'page.viewed'],
  ['alias', { previousId: 'u-0' }, 'contact.updated'],
])(
  '%s is answered as Segment answers and recorded once, however often it is sent',
  async (call, own, type) => {
    const { send, history } = await aHost();
    const message = { userId: 'u-1', messageId: 'm-1', timestamp: start, sentAt: start, ...own };

    const answers = [await send(call, message), await send(call, message)];

    expect(answers.map(({ status, body }) => ({ status, body }))).toEqual(
      answers.map(() => ({
        status: 200,
        body: { success: true, accepted: 1, ignored: 0, quarantined: [], leftOut: [] },
      })),
    );
    expect(await history()).toMatchObject([{ type, eventId: 'm-1', at: start, source: 'segment' }]);
  },
);

test('a batch of the official client is taken whole, with the time set right by when it was sent', async () => {
  const { send, history } = await aHost();
  const wrong = '2026-03-02T12:00:00.000Z';
  const batch = nodeBatch(
    [
      { type: 'identify', userId: 'u-1', traits: { email: 'ana@example.com' } },
      { ...placed(), timestamp: '2026-03-02T11:59:00.000Z' },
    ],
    wrong,
  );

  const answer = await send('batch', batch);

  expect(answer).toMatchObject({ status: 200, body: { success: true, accepted: 2, quarantined: [] } });
  expect((await history()).map(({ type, at }) => [type, at]).sort()).toEqual([
    ['contact.updated', '2026-03-02T09:00:00.000Z'],
    ['order.placed', '2026-03-02T08:59:00.000Z'],
  ]);
});

test('what was seen of a browser is of whoever signs in there, and not of the next one', async () => {
  const { host, send, contacts } = await aHost();
  const page = (own: JsonObject) => send('page', { name: 'Home', ...own });
  const identify = (userId: string) => send('identify', { userId, anonymousId: 'browser', traits: {} });

  await page({ anonymousId: 'browser', messageId: 'm-1' });
  await host.settle();
  await identify('u-1');
  await host.settle();
  const alone = await contacts();
  await identify('u-2');
  await page({ userId: 'u-2', anonymousId: 'browser', messageId: 'm-2' });
  await host.settle();

  expect(alone).toHaveLength(1);
  expect(await contacts()).toHaveLength(2);
});

test('alias makes one contact of two', async () => {
  const { host, send, contacts } = await aHost();
  await send('identify', { userId: 'u-0', traits: { name: 'Ana' } });
  await send('identify', { userId: 'u-1', traits: { name: 'Ana' } });
  await host.settle();
  const before = await contacts();

  await send('alias', { previousId: 'u-0', userId: 'u-1' });
  await host.settle();

  expect(before).toHaveLength(2);
  expect((await contacts()).length).toBe(1);
});

test('a single message that does not fit is refused by name, and nothing is recorded', async () => {
  const { send, history, quarantine, contacts } = await aHost();
  const refused: [string, JsonObject, string][] = [
    ['track', placed({ properties: { order_id: 7 } }), 'properties.order_id'],
    ['track', placed({ event: 'Rainbow Seen' }), 'event'],
    ['group', { userId: 'u-1', groupId: 'g-1' }, 'type'],
    ['identify', { traits: {} }, 'userId'],
    ['track', placed({ properties: { order_id: 'x'.repeat(33_000) } }), '(body)'],
  ];

  for (const [call, message, path] of refused) {
    const { problems } = expectRefusal(await send(call, message), 400);
    expect(problems[0]?.path).toBe(path);
  }

  expect(await history()).toEqual([]);
  expect(await quarantine()).toEqual([]);
  expect(await contacts()).toEqual([]);
});

test('an id that was used for something else is refused', async () => {
  const { host, send, history } = await aHost();
  await send('track', placed());
  await host.settle();

  const answer = await send('track', placed({ properties: { order_id: 'o-2' } }));

  const { problems } = expectRefusal(answer, 409);
  expect(problems[0]?.path).toBe('messageId');
  expect(await history()).toHaveLength(1);
});

test('of a batch the good messages are taken and the bad ones kept, named, once', async () => {
  const { send, history, quarantine } = await aHost();
  const batch = nodeBatch(
    [
      placed(),
      placed({ messageId: 'm-2', event: 'Rainbow Seen' }),
      placed({ messageId: 'm-3', properties: { order_id: 'o-3', total: 'much' } }),
      placed({ properties: { order_id: 'another under the same id' } }),
    ],
    start,
  );

  const answers = [await send('batch', batch), await send('batch', batch)];

  for (const answer of answers)
    expect(answer).toMatchObject({
      status: 200,
      body: {
        success: true,
        accepted: 1,
        quarantined: [
          { path: 'batch.1.event', remedy: expect.stringContaining('events/rainbow.seen.json') },
          { path: 'batch.2.properties.total' },
          { path: 'batch.3.messageId' },
        ],
      },
    });
  expect(await history()).toMatchObject([{ type: 'order.placed', data: { orderId: 'o-1' } }]);
  expect((await quarantine()).map(({ reason }) => reason)).toEqual(
    expect.arrayContaining([expect.stringContaining('rainbow.seen')]),
  );
  expect(await quarantine()).toHaveLength(3);
});

test('what is in quarantine is read by the documents of the day it is fed in again', async () => {
  const { host, send, history, quarantine } = await aHost();
  const call = callsOf(host.api);
  await send('batch', nodeBatch([placed({ event: 'Rainbow Seen' })], start));
  const [{ pk } = { pk: '' }] = await quarantine();
  const redrive = () =>
    call('POST /api/quarantine/{quarantineId}/redrive', {
      path: { quarantineId: pk.slice('QUARANTINE#'.length) },
    });
  const shown = await call('GET /api/quarantine');

  const early = await redrive();
  const library = await shippedLibrary();
  const own = library.settings.get('segment');
  if (!own?.segment) throw new Error('the library ships settings for Segment');
  const entry = { when: { column: 'event', is: 'Rainbow Seen' }, type: 'order.placed' };
  const segment = { messages: [entry, ...own.segment.messages] };
  await host.publish({
    ...library,
    settings: new Map([...library.settings, ['segment', { ...own, segment }]]),
  });
  const late = await redrive();

  expect(shown.body).toMatchObject({
    entries: [{ type: 'Rainbow Seen', source: 'segment', subject: 'u-1', recorded: false }],
  });
  expect(early).toMatchObject({ status: 422, body: { problems: [{ path: 'event' }] } });
  expect(late.status).toBe(200);
  expect(await history()).toMatchObject([{ type: 'order.placed', data: { orderId: 'o-1' } }]);
  expect(await quarantine()).toEqual([]);
});

test('what is no batch of messages is refused as a whole, so that clients do not repeat it', async () => {
  const { send, history, quarantine } = await aHost();
  const large = (length: number) => placed({ context: { page: 'x'.repeat(length) } });
  const refused: [JsonObject | string, string][] = [
    ['{"batch":[', 'batch.0'],
    [{ messages: [] }, 'batch'],
    [{ batch: [placed(), 42] }, 'batch.1'],
    [{ batch: Array.from({ length: 501 }, () => placed()) }, 'batch'],
    [{ batch: [placed(), large(33_000)] }, 'batch.1'],
    [{ batch: Array.from({ length: 20 }, () => large(30_000)) }, '(body)'],
  ];

  for (const [body, path] of refused) {
    const { problems } = expectRefusal(await send('batch', body), 400);
    expect(problems[0]?.path).toBe(path);
  }

  expect(await history()).toEqual([]);
  expect(await quarantine()).toEqual([]);
});

test('half a megabyte of messages is taken, more than other bodies may have', async () => {
  const { send } = await aHost();
  const batch = nodeBatch(
    Array.from({ length: 15 }, (_, index) =>
      placed({ messageId: `m-${index}`, context: { x: 'x'.repeat(30_000) } }),
    ),
    start,
  );

  expect(await send('batch', batch)).toMatchObject({ status: 200, body: { accepted: 15 } });
});

test('an import is history: it is remembered, and nothing follows from it', async () => {
  const { host, send, history } = await aHost();

  await send('import', nodeBatch([placed({ timestamp: '2024-01-01T00:00:00Z' })], start));

  expect(await history()).toMatchObject([{ type: 'order.placed', at: '2024-01-01T00:00:00.000Z' }]);
  expect(host.sent).toEqual([]);
});

test('packed bodies are refused with what to switch off', async () => {
  const { send } = await aHost();

  const { problems } = expectRefusal(
    await send('batch', '\u001f\u008b', { 'content-encoding': 'gzip' }),
    400,
  );

  expect(problems[0]?.remedy).toContain('gzip');
});

/** The two ways in which a host keeps its key. */
const hosts = {
  'on one machine': async () => {
    const folder = temporaryFolder();
    const clock = createVirtualClock(start);
    const log = { info: () => {}, warn: () => {}, error: () => {} };
    const host = await openHost({
      folder,
      clock: { ...clock, kind: 'virtual' },
      library: await shippedLibrary(),
      identitySeed: 'tests',
      log,
      portsOf: walls(new Map()),
      channel: () => ({ send: async () => ({ kind: 'sent' }) }),
    });
    onTestFinished(() => host.close());
    return { host, api: host.api, key: makeWriteKey(folder) };
  },
  'on AWS': async () => {
    const host = await openVirtualHost(start);
    const key = 'key-in-parameter-store';
    const { connection } = stubAws(() => ({ status: 200, body: { Parameter: { Value: key } } }));
    const api = segmentHandler(walls(new Map())('segment', host.ports), {
      routes: byRouteKey(segmentRoutes),
      writeKey: writeKeyParameter.in({ parameter: '/baton-dev/write-key', connection }),
    });
    return { host, api, key };
  },
};

/** What is shown in the place of the key, and what else is sent with a message. */
const wrong: ((key: string) => { authorization: string; body?: JsonObject })[] = [
  () => ({ authorization: basic('another') }),
  (key) => ({ authorization: basic(key.slice(0, -1)) }),
  (key) => ({ authorization: basic(`${key}0`) }),
  () => ({ authorization: '' }),
  (key) => ({ authorization: `Bearer ${key}` }),
  (key) => ({ authorization: `Basic ${btoa(`:${key}`)}` }),
  (key) => ({ authorization: '', body: { writeKey: key } }),
];

test.each(Object.entries(hosts))(
  '%s whoever shows the key may send, and nobody else, whatever the body is',
  async (_where, open) => {
    const { api, key, host } = await open();
    const send = clientOf(api);

    for (const shown of wrong) {
      const { authorization, body = {} } = shown(key);
      for (const answer of [
        await send('track', placed(body), { authorization }),
        await send('batch', 'no JSON at all', { authorization }),
      ]) {
        const { problems } = expectRefusal(answer, 401);
        expect(problems[0]?.path).toBe('authorization');
        expect(answer.headers['www-authenticate']).toMatch(/^Basic/);
        expect(JSON.stringify(answer.body)).not.toContain(key);
      }
    }
    await host.settle();
    expect(host.counts().EventsAccepted ?? 0).toBe(0);

    expect(await send('track', placed(), { authorization: basic(key) })).toMatchObject({ status: 200 });
    await host.settle();
    expect(host.counts().EventsAccepted).toBe(1);
  },
);

test('on one machine, where no key was made, any key will do', async () => {
  const { send } = await aHost();

  expect(await send('track', placed(), { authorization: '' })).toMatchObject({ status: 200 });
  expect(await send('track', placed(), { authorization: basic('any') })).toMatchObject({ status: 200 });
});

test('a client that tracks a rate enquiry brings its customer the offer, and the journey waits for the answer', async () => {
  const { host, send } = await aHost();
  const track = async (event: string, properties: JsonObject) => {
    const message = { type: 'track', event, userId: 'u-1', messageId: `m-${event}`, properties };
    expect(await send('batch', nodeBatch([message], host.clock.now().toISOString()))).toMatchObject({
      body: { accepted: 1, quarantined: [] },
    });
    await host.settle();
  };
  await send('identify', {
    userId: 'u-1',
    traits: { email: 'ana@example.com', valueTier: 'b', productsOwned: ['credit-card'] },
  });
  await host.settle();
  await track('Order Completed', { order_id: 'o-1' });
  await track('Order Delivered', { order_id: 'o-1' });
  await track('Review Received', { order_id: 'o-1', review_id: 'r-1', stars: 5 });

  await track('Rate Enquiry', {});

  const { body } = await callsOf(host.api)('GET /api/contacts');
  const { contacts } = z.object({ contacts: z.array(z.object({ id: z.string() })) }).parse(body);
  const path = { contactId: contacts[0]?.id ?? '' };
  const contact = await callsOf(host.api)('GET /api/contacts/{contactId}', { path });
  expect(contacts).toHaveLength(1);
  expect(contact.body).toMatchObject({
    offers: expect.arrayContaining([expect.objectContaining({ status: 'presented' })]),
  });
  const entry = await callsOf(host.api)('GET /api/contacts/{contactId}/journeys/{journeyId}', {
    path: { ...path, journeyId: 'rate-enquiry-retention' },
  });
  expect(entry.body).toMatchObject({ inside: true });
});
