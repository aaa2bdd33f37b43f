import type { Step } from '@baton/rules/documents/journey.ts';
import { advance, planSeconds } from '@baton/rules/journey/advance.ts';
import { expect, test } from 'vitest';
import { done, enrolmentOf, frozen, journeyOf, start } from '../support/journeys.ts';

const waitFor: Step = {
  kind: 'wait-for',
  title: 'Delivered',
  events: [{ event: 'order.delivered', next: 'last' }],
  timeout: { until: { fact: 'event', path: '$.promisedAt' } },
  onTimeout: 'late',
};
const late: Step = { kind: 'update', title: 'Late', attribute: '$.late', value: true, next: 'last' };
const journey = journeyOf({ first: waitFor, late, last: done });
const context = { facts: {}, now: start, tables: new Map(), dice: () => 0 };

test('entering names the step and counts it, and nothing else changes (2)', async () => {
  const before = frozen(enrolmentOf({ step: 'first', iteration: 3 }));

  const { enrolment } = await advance(journey, before, { kind: 'enter', step: 'late' }, context);

  expect(enrolment).toEqual({ ...before, step: 'late', iteration: 4 });
});

test('an event is remembered as the answer and merely leads on (3)', async () => {
  const before = frozen(enrolmentOf({ iteration: 1 }));
  const event = { type: 'order.delivered', at: start, orderId: 'A1' };

  const result = await advance(journey, before, { kind: 'event', event, to: 'last' }, context);

  expect(result).toEqual({
    enrolment: { ...before, answer: event },
    effects: [],
    next: { kind: 'continue', to: 'last' },
  });
});

test('a timeout leads where the step says (3)', async () => {
  const before = enrolmentOf({ iteration: 1 });

  const result = await advance(journey, before, { kind: 'timeout' }, context);

  expect(result).toEqual({ enrolment: before, effects: [], next: { kind: 'continue', to: 'late' } });
});

test.each([
  [{ kind: 'enter', step: 'nowhere' } as const, /steps\.nowhere: there is no such step/],
  [{ kind: 'event', event: {}, to: 'nowhere' } as const, /steps\.nowhere: there is no such step/],
  [{ kind: 'enter', step: 'constructor' } as const, /steps\.constructor: there is no such step/],
])('leads to steps of the journey only (4)', async (input, message) => {
  await expect(advance(journey, enrolmentOf(), input, context)).rejects.toThrow(message);
});

test('a step that does not wait cannot time out', async () => {
  await expect(advance(journey, enrolmentOf({ step: 'late' }), { kind: 'timeout' }, context)).rejects.toThrow(
    /steps\.late: this step does not wait/,
  );
});

test.each(['completed', 'exited', 'failed'] as const)(
  'who has %s goes nowhere and causes nothing (7)',
  async (status) => {
    const left = enrolmentOf({ status });

    const result = await advance(journey, left, { kind: 'enter', step: 'late' }, context);

    expect(result).toEqual({
      enrolment: left,
      effects: [],
      next: { kind: 'end', reason: 'left', goal: false },
    });
  },
);

test('ending completes the enrolment (8)', async () => {
  const { enrolment, next } = await advance(journey, enrolmentOf(), { kind: 'enter', step: 'last' }, context);

  expect(enrolment.status).toBe('completed');
  expect(next).toEqual({ kind: 'end', reason: 'done', goal: false });
});

test('plans a week for a wait until a date a week ahead, and a second where it has passed or nobody knows it', () => {
  const planned = (promisedAt: string | null) =>
    planSeconds(journey, enrolmentOf({ event: { type: 'order.placed', promisedAt } }), 'first', context);

  expect(planned('2026-01-12T09:00:00Z')).toBe(7 * 86_400);
  expect(planned('2025-01-12')).toBe(1);
  expect(planned(null)).toBe(1);
});
