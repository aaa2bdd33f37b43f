import { Step } from '@baton/rules/documents/journey.ts';
import { advance } from '@baton/rules/journey/advance.ts';
import type { Context } from '@baton/rules/journey/enrolment.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import { describe, expect, test } from 'vitest';
import { done, enrolmentOf, journeyOf, start, surroundings } from '../support/journeys.ts';

const later = { ...done, title: 'Later' };

async function enter(
  step: Step,
  {
    facts = {},
    ...rest
  }: { facts?: Record<string, JsonObject> } & Partial<Pick<Context, 'dice' | 'winners' | 'now'>> = {},
) {
  const journey = journeyOf({ first: step, yes: done, no: later });
  const context = { facts, now: start, tables: surroundings.tables, dice: () => 0, ...rest };
  return advance(journey, enrolmentOf(), { kind: 'enter', step: 'first' }, context);
}

describe('split', () => {
  const step: Step = {
    kind: 'split',
    title: 'Half',
    ways: [
      { title: 'A', share: 30, next: 'yes' },
      { title: 'B', share: 70, next: 'no' },
    ],
  };

  test.each([
    [0, 'yes'],
    [29.999, 'yes'],
    [30, 'no'],
    [99.999, 'no'],
  ])('a draw of %d leads to %s', async (draw, to) => {
    expect((await enter(step, { dice: () => draw })).next).toEqual({ kind: 'continue', to });
  });

  test('draws by journey and step, so that every version draws alike', async () => {
    const salts: string[] = [];
    const dice = (salt: string) => {
      salts.push(salt);
      return 0;
    };
    await enter(step, { dice });
    expect(salts).toEqual(['under-test.first']);
  });
});

describe('experiment', () => {
  const step: Step = {
    kind: 'experiment',
    title: 'Which mail',
    arms: [
      { id: 'today', title: 'Today', share: 50, next: 'yes' },
      { id: 'new', title: 'New', share: 50, next: 'no' },
    ],
    success: {
      event: 'order.placed',
      match: [{ path: '$.orderId', equals: 'enrolment-key' }],
      within: 'P7D',
    },
    confidence: 0.95,
    minimum: 100,
  };

  test('puts the contact into the arm it draws and says what will count as success', async () => {
    expect(await enter(step, { dice: () => 50 })).toMatchObject({
      next: { kind: 'continue', to: 'no' },
      effects: [
        {
          kind: 'experiment',
          arm: 'new',
          success: { event: 'order.placed', match: [{ path: '$.orderId', equals: 'A1' }] },
          until: '2026-01-12T09:00:00.000Z',
        },
      ],
    });
  });

  test('leads everybody into the arm that has won and counts nobody any more', async () => {
    expect(await enter(step, { dice: () => 99, winners: { first: 'today' } })).toMatchObject({
      next: { kind: 'continue', to: 'yes' },
      effects: [],
    });
  });
});

describe('wait for a local time', () => {
  const step = (window: object): Step =>
    Step.parse({
      kind: 'wait',
      title: 'Morning',
      wait: { timeZone: 'Europe/Berlin', ...window },
      next: 'yes',
    });
  const morning = { window: { from: '09:00', to: '12:00' } };

  test('goes on at once inside the window', async () => {
    expect((await enter(step(morning))).next).toEqual({ kind: 'continue', to: 'yes' });
  });

  test.each([
    ['the company’s zone where the contact’s is not known', {}, '2026-01-06T08:00:00.000Z'],
    ['the contact’s own zone', { timeZone: 'America/New_York' }, '2026-01-05T14:00:00.000Z'],
    [
      'the company’s zone where the contact’s is none',
      { timeZone: 'Nowhere/Town' },
      '2026-01-06T08:00:00.000Z',
    ],
  ])('waits by %s', async (_what, contact, until) => {
    const now = '2026-01-05T12:00:00.000Z';
    expect((await enter(step(morning), { facts: { contact }, now })).next).toEqual({
      kind: 'wait',
      until,
      to: 'yes',
    });
  });

  test('takes only the weekdays named, and not before the span is over', async () => {
    const tuesdays = step({ window: { ...morning.window, weekdays: ['tuesday'] } });
    expect((await enter(tuesdays)).next).toMatchObject({ until: '2026-01-06T08:00:00.000Z' });
    const next = step({ ...morning, after: 'PT1H' });
    expect((await enter(next, { now: '2026-01-05T10:30:00.000Z' })).next).toMatchObject({
      until: '2026-01-06T08:00:00.000Z',
    });
  });
});

describe('wait for a fact', () => {
  const step: Step = {
    kind: 'wait-for',
    title: 'Profile complete',
    events: [],
    facts: {
      title: 'Complete',
      when: { all: [{ fact: 'contact', path: '$.complete', operator: 'equal', value: true }] },
      next: 'yes',
    },
    timeout: { after: 'P3D' },
    onTimeout: 'no',
  };

  test('goes on at once where it holds already', async () => {
    expect((await enter(step, { facts: { contact: { complete: true } } })).next).toEqual({
      kind: 'continue',
      to: 'yes',
    });
  });

  test.each<Record<string, JsonObject>>([{}, { contact: { complete: false } }])(
    'waits where it does not hold, or nobody knows: %j',
    async (facts) => {
      expect((await enter(step, { facts })).next).toMatchObject({
        kind: 'wait-for',
        facts: { to: 'yes' },
        onTimeout: 'no',
      });
    },
  );
});

describe('enrol', () => {
  const step: Step = { kind: 'enrol', title: 'Nurture', journey: 'nurture', next: 'no' };
  const awaiting: Step = { ...step, await: { timeout: { after: 'P1D' }, onGoal: 'yes', onTimeout: 'no' } };

  test('starts the other journey under this key, or the one given, and goes on', async () => {
    expect(await enter(step)).toMatchObject({
      effects: [{ kind: 'enrol', journey: 'nurture', key: 'A1' }],
      next: { kind: 'continue', to: 'no' },
    });
    expect(await enter({ ...step, key: 'spring' })).toMatchObject({ effects: [{ key: 'spring' }] });
  });

  test('does not start it under a key that nobody knows', async () => {
    expect(await enter({ ...step, key: { fact: 'contact', path: '$.contract' } })).toMatchObject({
      effects: [{ kind: 'data-quality' }],
      next: { kind: 'continue', to: 'no' },
    });
  });

  test('waits for the end of what this visit started', async () => {
    const { effects, next } = await enter(awaiting);
    expect(effects).toMatchObject([{ kind: 'enrol', startedBy: 'e1.first.1' }]);
    expect(next).toMatchObject({
      kind: 'wait-for',
      events: [
        { event: 'journey.ended', to: 'yes' },
        { event: 'journey.ended', to: 'no' },
      ],
      until: '2026-01-06T09:00:00.000Z',
    });
  });
});

test('approve asks for a decision that only a role may give', async () => {
  const step: Step = {
    kind: 'approve',
    title: 'Discount',
    role: 'approver',
    queue: 'sales-lead',
    question: 'May we?',
    within: 'P1D',
    onApproved: 'yes',
    onRejected: 'no',
    onTimeout: 'no',
  };
  const { effects, next } = await enter(step);
  expect(effects).toMatchObject([
    { kind: 'task', role: 'approver', outcomes: [{ id: 'approved' }, { id: 'rejected' }] },
  ]);
  expect(next).toMatchObject({ kind: 'wait-for', until: '2026-01-06T09:00:00.000Z', onTimeout: 'no' });
});

test('update moves the contact into a stage, and a document says either an attribute or a stage', async () => {
  const step: Step = { kind: 'update', title: 'Back', stage: 'targeted', next: 'yes' };
  expect((await enter(step)).effects).toEqual([{ kind: 'stage', step: 'first', stage: 'targeted' }]);

  for (const wrong of [
    {},
    { attribute: '$.tier' },
    { value: 1 },
    { stage: 'a', attribute: '$.tier', value: 1 },
  ])
    expect(Step.safeParse({ kind: 'update', title: 'Wrong', next: 'yes', ...wrong }).success).toBe(false);
});
