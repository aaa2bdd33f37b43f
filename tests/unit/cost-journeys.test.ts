import { type Assumptions, assumptions } from '@baton/infra/aws/cost/assumptions.ts';
import { costOf } from '@baton/infra/aws/cost/cost-of.ts';
import { journeyUsage, tripUsage } from '@baton/infra/aws/cost/journey-usage.ts';
import { readPrices } from '@baton/infra/aws/cost/prices.ts';
import { printCost } from '@baton/infra/aws/cost/print-cost.ts';
import { expect, test } from 'vitest';
import { done, journeyOf } from '../support/journeys.ts';

const prices = readPrices();
const small: Assumptions = {
  ...assumptions,
  rows: { head: 1, event: 1, enrolment: 1, send: 1, other: 1, history: 4 },
};
const mail = {
  kind: 'send',
  title: 'Mail',
  template: 'hello',
  channel: 'email',
  purpose: 'service',
} as const;
const tierA = {
  title: 'Tier A',
  when: { all: [{ fact: 'contact', path: '$.tier', operator: 'equal', value: 'a' }] },
};

test('a mail and an end, by hand', () => {
  const journey = journeyOf({ mail: { ...mail, next: 'done' }, done });

  const usage = tripUsage(journey, ['next'], small);

  // Start, where to begin, mail, its choice, the end, and the state that succeeds.
  expect(usage.transitions).toBe(2 + 2 + 1 + 1);
  // record-event, apply-event, start, two steps, the message.
  expect(usage.lambdaRequests).toBe(6);
  expect(usage.lambdaGbSeconds).toBeCloseTo(6 * 0.5 * 0.1);
  expect(usage.busEvents).toBe(1);
  expect(usage.queueRequests).toBe(3);
  expect(usage.emails).toBe(1);
  // Every row is 2, because every write is a transaction, and 1 for each index.
  const event = 4;
  const applied = 3 + 4 + 3 + 2 + 4 + 3;
  const started = 3;
  const permitted = 3 + 4 + 2 + 4 + 3;
  const sent = 3 + 4 + 4;
  const ended = 3 + 4 + 2;
  expect(usage.writeUnits).toBe(event + applied + started + permitted + sent + ended);
  // Identity; pending, head twice, event, lock; outbox; enrolment, head, suppression; outbox, send, the journey's state; enrolment, head.
  expect(usage.readUnits).toBe(1 + 0.5 + 4 + 1 + 3 + 3 + 2);
});

test('a message of marketing is checked for consent and both caps as well', () => {
  const service = tripUsage(journeyOf({ mail: { ...mail, next: 'done' }, done }), ['next'], small);
  const marketing = tripUsage(
    journeyOf({ mail: { ...mail, purpose: 'marketing', next: 'done' }, done }),
    ['next'],
    small,
  );

  expect((marketing.writeUnits ?? 0) - (service.writeUnits ?? 0)).toBe(2 + 2 + 2);
  expect((marketing.readUnits ?? 0) - (service.readUnits ?? 0)).toBe(3);
});

test('a wait that runs out calls twice and is answered by nobody; an answer is one more event', () => {
  const journey = journeyOf({
    wait: {
      kind: 'wait-for',
      title: 'Wait',
      events: [{ event: 'order.delivered', next: 'done' }],
      timeout: { after: 'P1D' },
      onTimeout: 'done',
    },
    done,
  });

  const late = tripUsage(journey, ['onTimeout'], small);
  const answered = tripUsage(journey, ['events.0.next'], small);

  expect(late).toMatchObject({ busEvents: 1, transitions: 2 + 3 + 2 });
  expect(answered).toMatchObject({ busEvents: 2, transitions: 2 + 2 + 2 });
});

test('the mean counts every way out equally, the bounds are single ways', () => {
  const journey = journeyOf({
    ask: { kind: 'branch', title: 'Ask', cases: [{ ...tierA, next: 'mail' }], else: 'done' },
    mail: { ...mail, next: 'again' },
    again: { kind: 'branch', title: 'Again', cases: [{ ...tierA, next: 'more' }], else: 'done' },
    more: { ...mail, title: 'More', next: 'done' },
    done,
  });

  const { cheapest, mean, dearest } = journeyUsage(journey, prices, small);

  expect([cheapest, mean, dearest].map(({ messages }) => messages.email)).toEqual([0, 0.75, 2]);
  expect(cheapest.usage).toEqual(tripUsage(journey, ['else'], small));
  const { lambdaGbSeconds, ...counted } = tripUsage(
    journey,
    ['cases.0.next', 'next', 'cases.0.next', 'next'],
    small,
  );
  expect(dearest.usage).toMatchObject(counted);
  expect(dearest.usage.lambdaGbSeconds).toBeCloseTo(lambdaGbSeconds ?? 0);
});

test('a loop is left out at best, turned once at most, and on average turned as often as not', () => {
  const journey = journeyOf({
    mail: { ...mail, next: 'wait' },
    wait: {
      kind: 'wait-for',
      title: 'Wait',
      events: [{ event: 'order.delivered', next: 'done' }],
      timeout: { after: 'P1D' },
      onTimeout: 'mail',
    },
    done,
  });

  const { cheapest, mean, dearest } = journeyUsage(journey, prices, small);

  expect(cheapest.messages.email).toBe(1);
  expect(mean.messages.email).toBeCloseTo(2);
  expect(dearest.messages.email).toBe(2);
});

test('an offer for which no row fits presents nothing', () => {
  const journey = journeyOf({
    offer: {
      kind: 'offer',
      title: 'Offer',
      table: 'offers',
      queue: 'service',
      within: 'P1D',
      onAccept: 'done',
      onDecline: 'done',
      onTimeout: 'done',
      onNone: 'done',
    },
    done,
  });

  const none = tripUsage(journey, ['onNone'], small);
  const accepted = tripUsage(journey, ['onAccept'], small);

  expect(none.busEvents).toBe(1);
  expect(accepted.busEvents).toBe(2);
  expect(none.transitions).toBe(accepted.transitions);
});

test('a webhook goes by the bus and a queue to the function that signs it', () => {
  const trip = (channel: 'sms' | 'webhook' | 'push') =>
    tripUsage(journeyOf({ mail: { ...mail, channel, next: 'done' }, done }), ['next'], small);
  const text = trip('sms');

  for (const channel of ['webhook', 'push'] as const)
    expect(trip(channel)).toEqual({
      ...text,
      busEvents: 2,
      queueRequests: 6,
      lambdaRequests: (text.lambdaRequests ?? 0) + 1,
      lambdaGbSeconds: expect.closeTo((text.lambdaGbSeconds ?? 0) + 0.5 * 0.1),
    });
});

test('SMS and webhooks are counted, not priced for their other end, and e-mails stand apart', () => {
  const journey = journeyOf({
    mail: { ...mail, next: 'text' },
    text: { ...mail, title: 'Text', channel: 'sms', next: 'hook' },
    hook: { ...mail, title: 'Hook', channel: 'webhook', next: 'done' },
    done,
  });

  const { journeys } = costOf({
    templates: [],
    library: { journeys: new Map([[journey.id, journey]]) },
    prices,
    contacts: 1000,
  });

  const mean = journeys[0]?.mean;
  expect(mean?.messages).toEqual({ email: 1000, sms: 1000, webhook: 1000, push: 0 });
  expect(mean?.emails).toBeCloseTo(0.1);
  expect(mean?.platform.lines.map(({ meter }) => meter)).not.toContain('emails');
});

test('what is printed names the region, every assumption and what is left out', () => {
  const cost = costOf({ templates: [], library: { journeys: new Map() }, prices });

  const text = printCost(cost, prices);

  for (const line of [...cost.assumptions, ...cost.notIncluded]) expect(text).toContain(line);
  expect(text).toContain('us-east-1');
  expect(text).toContain('--prices');
});

test('a price that was not looked up is shown as remembered', () => {
  const { confirmed: _, ...keys } = prices.prices.keys;
  const remembered = { ...prices, prices: { ...prices.prices, keys } };

  const text = printCost(
    costOf({ templates: [], library: { journeys: new Map() }, prices: remembered }),
    remembered,
  );

  expect(text).toMatch(/customer managed keys: 1 per 1, REMEMBERED/);
});
