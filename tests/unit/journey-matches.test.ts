import type { Journey } from '@baton/rules/documents/journey.ts';
import {
  enrolmentKey,
  entersJourney,
  leavesJourney,
  matchesEvent,
  mayReEnter,
} from '@baton/rules/journey/matches.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import { describe, expect, test } from 'vitest';
import { done, enrolmentOf, journeyOf, start } from '../support/journeys.ts';

const delivered = (data: JsonObject = {}): JsonObject => ({ type: 'order.delivered', at: start, ...data });
const journey = (rest: Partial<Journey> = {}) => journeyOf({ last: done }, rest);

describe('an event answers a wait', () => {
  const forOrder = (equals: string | number | boolean | null) => ({
    event: 'order.delivered',
    match: [{ path: '$.orderId', equals }],
  });

  test.each([
    ['A1', 'A1', true],
    [17, '17', true],
    ['17', 17, true],
    [true, 'true', true],
    ['A1', 'A2', false],
    ['A1', undefined, false],
    [null, null, false],
    [null, 'null', false],
    ['[object Object]', {}, false],
    ['A1', ['A1'], false],
  ])('wanting %j and carrying %j: %j', async (equals, orderId, expected) => {
    const event = orderId === undefined ? delivered() : delivered({ orderId });

    expect(await matchesEvent(forOrder(equals), event, {})).toBe(expected);
  });

  test('only of its type', async () => {
    expect(
      await matchesEvent(forOrder('A1'), { ...delivered({ orderId: 'A1' }), type: 'order.cancelled' }, {}),
    ).toBe(false);
  });

  test('in whose condition event is the one that arrives', async () => {
    const when = { all: [{ fact: 'event', path: '$.stars', operator: 'greaterThan', value: 3 }] };
    const pattern = { event: 'order.delivered', match: [], when };
    const facts = { event: { stars: 5 } };

    expect(await matchesEvent(pattern, delivered({ stars: 4 }), facts)).toBe(true);
    expect(await matchesEvent(pattern, delivered({ stars: 2 }), facts)).toBe(false);
    expect(await matchesEvent(pattern, delivered(), facts)).toBe(false);
  });
});

describe('an event enters a journey', () => {
  const when = { all: [{ fact: 'contact', path: '$.tier', operator: 'equal', value: 'a' }] };
  const guarded = journey({ trigger: { event: 'order.placed', when } });
  const placed: JsonObject = { type: 'order.placed', at: start, orderId: 'A1' };

  test('when its condition holds', async () => {
    expect(await entersJourney(guarded, placed, { contact: { tier: 'a' } })).toEqual({
      enters: true,
      unknown: [],
    });
    expect(await entersJourney(guarded, placed, { contact: { tier: 'b' } })).toMatchObject({
      enters: false,
      unknown: [],
    });
    expect(await entersJourney(guarded, delivered(), { contact: { tier: 'a' } })).toEqual({
      enters: false,
      unknown: [],
    });
  });

  test('but not while that cannot be told, and says for want of what', async () => {
    const unknown = [{ fact: 'contact', path: '$.tier' }];

    expect(await entersJourney(guarded, placed, {})).toEqual({ enters: false, unknown });
  });

  test('but not without its key', async () => {
    const { orderId: _, ...keyless } = placed;

    expect(await entersJourney(journey(), keyless, {})).toEqual({
      enters: false,
      unknown: [{ fact: 'event', path: '$.orderId' }],
    });
  });

  test('never where the journey has no trigger', async () => {
    expect(await entersJourney(journey({ trigger: null }), placed, {})).toEqual({
      enters: false,
      unknown: [],
    });
  });
});

test('the key is the text of the payload value, or one for all', () => {
  const { key: _, ...keyless } = journey();

  expect(enrolmentKey(journey(), { orderId: 17 })).toBe('17');
  expect(enrolmentKey(journey(), { orderId: ['A1'] })).toBeUndefined();
  expect(enrolmentKey(keyless, { orderId: 17 })).toBe('-');
});

describe('an event leaves a journey', () => {
  const match = [{ path: '$.orderId', equals: 'enrolment-key' as const }];
  const both = journey({
    goal: { event: 'order.delivered', match },
    exits: [
      { event: 'order.delivered', reason: 'any-delivery' },
      {
        event: 'order.cancelled',
        match: [{ path: '$.orderId', equals: { fact: 'event', path: '$.orderId' } }],
        reason: 'cancelled',
      },
    ],
  });

  test('by the goal before any exit', async () => {
    expect(await leavesJourney(both, enrolmentOf(), delivered({ orderId: 'A1' }), {})).toEqual({
      kind: 'goal',
    });
  });

  test('by the first exit that fits, matched with the event that started the enrolment', async () => {
    const cancelled = { type: 'order.cancelled', at: start };

    expect(await leavesJourney(both, enrolmentOf(), delivered({ orderId: 'B2' }), {})).toEqual({
      kind: 'exit',
      reason: 'any-delivery',
    });
    expect(await leavesJourney(both, enrolmentOf(), { ...cancelled, orderId: 'A1' }, {})).toEqual({
      kind: 'exit',
      reason: 'cancelled',
    });
    expect(await leavesJourney(both, enrolmentOf(), { ...cancelled, orderId: 'B2' }, {})).toBeUndefined();
  });
});

test.each([
  ['never', 'completed', false],
  ['always', 'completed', true],
  ['always', 'active', false],
])('%s again after having %s: %j', (policy, status, expected) => {
  const again = journey({ reEntry: policy === 'never' ? { policy } : { policy: 'always' } });
  const former = enrolmentOf({ status: status === 'active' ? 'active' : 'completed' });

  expect(mayReEnter(again, former, start)).toBe(expected);
  expect(mayReEnter(again, undefined, start)).toBe(true);
});

test('again after a gap counts from the former entry', () => {
  const again = journey({ reEntry: { policy: 'after', gap: 'P90D' } });
  const former = enrolmentOf({ status: 'exited', enteredAt: '2026-01-05T09:00:00.000Z' });

  expect(mayReEnter(again, former, '2026-04-05T08:59:59.000Z')).toBe(false);
  expect(mayReEnter(again, former, '2026-04-05T09:00:00.000Z')).toBe(true);
});
