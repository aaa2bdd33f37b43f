import { indexLibrary } from '@baton/functions/library/live.ts';
import { completed } from '@baton/functions/segment/message.ts';
import { eventTypeOf, fieldName } from '@baton/functions/segment/names.ts';
import { readMessage } from '@baton/functions/segment/read-message.ts';
import { check } from '@baton/rules/check/check.ts';
import type { Library } from '@baton/rules/documents/index.ts';
import type { SegmentEntry } from '@baton/rules/documents/settings.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import { expect, test } from 'vitest';
import { shippedLibrary } from '../support/shipped-library.ts';

const now = new Date('2026-03-02T09:00:00Z');
const library = await shippedLibrary();
const liveOf = (documents: Library) => indexLibrary(documents, { version: () => 1, machine: () => '' });
const live = liveOf(library);

const owner = { team: 'marketing' };
const withEntries = (...messages: SegmentEntry[]): Library => ({
  ...library,
  settings: new Map([['own', { id: 'own', title: 'Own', why: 'Own.', owner, segment: { messages } }]]),
});

const read = (message: JsonObject, documents = live) =>
  readMessage(
    { messageId: 'm-1', timestamp: '2026-03-02T08:59:00Z', userId: 'u-1', ...message },
    documents,
    now,
  );
const eventOf = (message: JsonObject, documents = live) => {
  const answer = read(message, documents);
  if (answer.kind !== 'event') throw new Error(JSON.stringify(answer));
  return answer.event;
};
const problemsOf = (message: JsonObject, documents = live) => {
  const answer = read(message, documents);
  return answer.kind === 'refused' ? answer.problems : [];
};

test.each([
  ['Price List Viewed', 'price-list.viewed'],
  ['price_list_viewed', 'price-list.viewed'],
  ['priceListViewed', 'price-list.viewed'],
  ['price-list.viewed', 'price-list.viewed'],
  ['Cart Checked Out', 'cart.checked-out'],
  ['Rainbow Seen', 'rainbow.seen'],
  ['Großes Angebot geöffnet', 'gro-es-angebot.geoffnet'],
  ['Login', 'login.happened'],
])('the words of "%s" make it the event %s', (name, type) => {
  expect(eventTypeOf(name, live.events.keys())).toBe(type);
});

test.each([
  ['order_id', 'orderId'],
  ['Order ID', 'orderId'],
  ['orderId', 'orderId'],
  ['total', 'total'],
])('the property "%s" is the field %s', (name, field) => {
  expect(fieldName(name)).toBe(field);
});

test('identify tells what the catalogue knows of a contact, and names what it left out', () => {
  const traits = {
    email: 'ana@example.com',
    firstName: 'Ana',
    lastName: 'Ribeiro',
    value_tier: 'a',
    address: { city: 'Porto', postalCode: '4000' },
    phone: ' ',
    plan: 'gold',
  };

  const answer = read({
    type: 'identify',
    anonymousId: 'a-1',
    traits,
    context: { timezone: 'Europe/Lisbon' },
  });

  expect(answer).toEqual({
    kind: 'event',
    event: {
      specversion: '1.0',
      id: 'm-1',
      source: 'segment',
      type: 'contact.updated',
      time: '2026-03-02T08:59:00Z',
      subject: 'user:u-1',
      data: {
        anonymousId: 'a-1',
        city: 'Porto',
        email: 'ana@example.com',
        name: 'Ana Ribeiro',
        postalCode: '4000',
        timeZone: 'Europe/Lisbon',
        valueTier: 'a',
      },
    },
    leftOut: ['traits.plan'],
  });
});

test("Segment's own name for an order that was placed is understood", () => {
  const properties = { order_id: 'o-1', total: 12.5, currency: 'EUR', products: [{ sku: '1' }] };

  const answer = read({ type: 'track', event: 'Order Completed', properties });

  expect(answer).toMatchObject({
    event: { type: 'order.placed', data: { orderId: 'o-1', total: 12.5, currency: 'EUR' } },
    leftOut: ['properties.products'],
  });
});

test('a page or a screen is what it is called, or its path', () => {
  expect(eventOf({ type: 'page', name: 'Prices' }).data).toEqual({ page: 'Prices' });
  expect(eventOf({ type: 'page', properties: { path: '/prices' } }).data).toEqual({ page: '/prices' });
  expect(eventOf({ type: 'screen', name: 'Home' })).toMatchObject({
    type: 'page.viewed',
    data: { page: 'Home' },
  });
  expect(problemsOf({ type: 'page' })).toMatchObject([{ path: 'properties.page', reason: 'is missing' }]);
});

test('who is not known yet is kept under the anonymous id', () => {
  const message = { type: 'track', event: 'Order Completed', properties: { order_id: 'o-1' } };

  expect(eventOf({ ...message, userId: null, anonymousId: 'a-1' }).subject).toBe('anonymous:a-1');
  expect(eventOf({ ...message, userId: 17 }).subject).toBe('user:17');
});

test('alias names both ids of one person', () => {
  expect(eventOf({ type: 'alias', previousId: 'u-0' })).toMatchObject({
    type: 'contact.updated',
    subject: 'user:u-1',
    data: { anonymousId: 'u-0', formerUserId: 'u-0' },
  });
});

test('entries of the settings say what an own name is, in order, and null lets it go by', () => {
  const entries = liveOf(
    withEntries(
      { when: { column: 'event', is: 'Heartbeat' }, type: null },
      {
        when: [
          { column: 'event', is: 'Bought' },
          { column: 'properties.kind', is: 'order' },
        ],
        type: 'order.placed',
        data: { orderId: 'properties.no', total: { column: 'properties.sum', as: 'number', decimal: ',' } },
      },
      { when: { column: 'event', is: 'Bought' }, type: 'page.viewed', data: { page: { constant: 'shop' } } },
    ),
  );
  const bought = (properties: JsonObject) => ({ type: 'track', event: 'Bought', properties });

  expect(read({ type: 'track', event: 'Heartbeat' }, entries)).toEqual({ kind: 'ignored' });
  expect(
    eventOf(bought({ kind: 'order', no: 'o-1', sum: '1.012,50', currency: 'EUR' }), entries),
  ).toMatchObject({
    type: 'order.placed',
    data: { orderId: 'o-1', total: 1012.5, currency: 'EUR' },
  });
  expect(eventOf(bought({}), entries)).toMatchObject({ type: 'page.viewed', data: { page: 'shop' } });
  expect(problemsOf(bought({ kind: 'order', no: 'o-1', sum: 'much' }), entries)).toEqual([
    {
      path: 'properties.sum',
      reason: '"much" is not a number',
      remedy: expect.stringContaining('"total"'),
    },
  ]);
});

test.each<[string, JsonObject, string, RegExp]>([
  ['nobody', { type: 'identify', userId: '' }, 'userId', /names nobody/],
  ['no name', { type: 'track' }, 'event', /is missing/],
  ['an unknown name', { type: 'track', event: 'Rainbow Seen' }, 'event', /"rainbow.seen".*not in the event/],
  ['a group', { type: 'group', groupId: 'g-1' }, 'type', /"group.joined".*not in the event catalogue/],
  ['no such call', { type: 'purchase' }, 'type', /must be one of identify/],
  ['an alias of nobody', { type: 'alias' }, 'previousId', /is missing/],
  ['a time without zone', { type: 'page', name: 'x', timestamp: '2026-03-02' }, 'timestamp', /zone/],
  [
    'a value that does not fit',
    { type: 'track', event: 'Order Completed', properties: { order_id: 7 } },
    'properties.order_id',
    /7 does not fit/,
  ],
  ['a missing value', { type: 'track', event: 'Order Completed' }, 'properties.orderId', /is missing/],
  [
    'the future',
    { type: 'page', name: 'x', timestamp: '2026-03-02T10:00:00Z' },
    'timestamp',
    /lies in the future/,
  ],
])('%s is refused with its place and a remedy', (_what, message, path, reason) => {
  expect(problemsOf(message)).toEqual([
    { path, reason: expect.stringMatching(reason), remedy: expect.stringMatching(/\S/) },
  ]);
});

const receivedAt = '2026-03-02T09:00:00.000Z';
const complete = (message: JsonObject, sentAt?: string) =>
  completed(message, { call: 'track', sentAt, receivedAt });

test('a clock that is wrong is set right by when the message was sent', () => {
  const message = { timestamp: '2026-03-02T11:58:30.000Z', event: 'x' };

  expect(complete(message, '2026-03-02T12:00:00.000Z').timestamp).toBe('2026-03-02T08:58:30.000Z');
  expect(complete({ ...message, sentAt: '2026-03-02T11:59:30.000Z' }, '2020-01-01T00:00:00Z').timestamp).toBe(
    '2026-03-02T08:59:00.000Z',
  );
  expect(complete({ event: 'x' }, '2026-03-02T12:00:00.000Z').timestamp).toBe(receivedAt);
  expect(complete({ timestamp: '2026-03-01T00:00:00Z' }).timestamp).toBe('2026-03-01T00:00:00Z');
});

test('a message without an id gets one that a repetition gets too', () => {
  const message = { event: 'x', timestamp: '2026-03-02T08:00:00Z' };
  const [first, again, other] = [
    complete(message, '2026-03-02T08:00:01Z'),
    complete(message, '2026-03-02T08:00:09Z'),
    complete({ ...message, event: 'y' }),
  ];

  expect(first?.messageId).toBe(again?.messageId);
  expect(first?.messageId).not.toBe(other?.messageId);
});

test('the key in a body is not kept', () => {
  expect(complete({ event: 'x', writeKey: 'k' })).not.toHaveProperty('writeKey');
});

test('entries that lead nowhere are found before they go live', () => {
  const problems = check(
    withEntries(
      { when: { column: 'event', is: 'a' }, type: 'order.plazed' },
      { when: { column: 'event', is: 'b' }, type: 'order.placed', data: { orderid: 'properties.no' } },
      { when: { column: 'event', is: 'c' }, type: null },
    ),
  ).filter(({ document }) => document === 'settings/own');

  expect(problems.map(({ code, path }) => [code, path])).toEqual([
    ['unknown-event', 'segment.messages.0.type'],
    ['not-in-payload', 'segment.messages.1.data.orderid'],
  ]);
});
