import type { Step } from '@baton/rules/documents/journey.ts';
import { advance } from '@baton/rules/journey/advance.ts';
import type { Enrolment } from '@baton/rules/journey/enrolment.ts';
import { describe as describeStep, exits, waits } from '@baton/rules/journey/step-kinds.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import { describe, expect, test } from 'vitest';
import { done, enrolmentOf, journeyOf, start, surroundings } from '../support/journeys.ts';

const later = { ...done, title: 'Later' };

/** Enters a step on its own and gives what it asks for and where it leads. */
async function enterStep(
  step: Step,
  facts: Record<string, JsonObject> = {},
  changes: Partial<Enrolment> = {},
) {
  const journey = journeyOf({ first: step, yes: done, no: later });
  const context = { facts, now: start, tables: surroundings.tables, dice: () => 0 };
  const { effects, next } = await advance(
    journey,
    enrolmentOf(changes),
    { kind: 'enter', step: 'first' },
    context,
  );
  return { effects, next };
}

const missing = (fact: string, path: string) => [
  { kind: 'data-quality', step: 'first', facts: [{ fact, path }] },
];
const tierIs = (value: string) => ({ all: [{ fact: 'contact', path: '$.tier', operator: 'equal', value }] });

test('send asks for its message and goes on', async () => {
  const step: Step = {
    kind: 'send',
    title: 'Mail',
    template: 'hello',
    channel: 'email',
    purpose: 'service',
    next: 'yes',
  };

  expect(await enterStep(step)).toEqual({
    effects: [{ kind: 'send', step: 'first', template: 'hello', channel: 'email', purpose: 'service' }],
    next: { kind: 'continue', to: 'yes' },
  });
});

describe('wait', () => {
  const wait = (timeout: Extract<Step, { kind: 'wait' }>['wait']): Step => ({
    kind: 'wait',
    title: 'Wait',
    wait: timeout,
    next: 'yes',
  });
  const promised = { fact: 'event', path: '$.promisedAt' };

  test('lasts its span from now', async () => {
    const { next } = await enterStep(wait({ after: 'P3D' }));

    expect(next).toEqual({ kind: 'wait', until: '2026-01-08T09:00:00.000Z', to: 'yes' });
  });

  test('lasts until a date, moved by offset and before', async () => {
    const { next } = await enterStep(wait({ until: promised, offset: 'P2D', before: 'PT12H' }));

    expect(next).toEqual({ kind: 'wait', until: '2026-01-13T21:00:00.000Z', to: 'yes' });
  });

  test('is over at once when its date has passed', async () => {
    const { effects, next } = await enterStep(wait({ until: promised, before: 'P30D' }));

    expect({ effects, next }).toEqual({ effects: [], next: { kind: 'continue', to: 'yes' } });
  });

  test.each(['soon', 17, '2026-02-31'])(
    'is over at once and reported when its date is %j (5)',
    async (value) => {
      const result = await enterStep(wait({ until: { fact: 'contact', path: '$.dueAt' } }), {
        contact: { dueAt: value },
      });

      expect(result).toEqual({
        effects: missing('contact', '$.dueAt'),
        next: { kind: 'continue', to: 'yes' },
      });
    },
  );
});

describe('wait-for', () => {
  const waitFor = (changes: Partial<Extract<Step, { kind: 'wait-for' }>> = {}): Step => ({
    kind: 'wait-for',
    title: 'Delivered',
    events: [
      { event: 'order.delivered', match: [{ path: '$.orderId', equals: 'enrolment-key' }], next: 'yes' },
    ],
    timeout: { after: 'P1D' },
    onTimeout: 'no',
    ...changes,
  });

  test('waits for events tied to the key, until its time is over', async () => {
    expect(await enterStep(waitFor())).toEqual({
      effects: [],
      next: {
        kind: 'wait-for',
        events: [{ event: 'order.delivered', match: [{ path: '$.orderId', equals: 'A1' }], to: 'yes' }],
        until: '2026-01-06T09:00:00.000Z',
        onTimeout: 'no',
      },
    });
  });

  test('begins even when its date has passed, so that stored events are found (6)', async () => {
    const past = { until: { fact: 'event', path: '$.promisedAt' }, before: 'P30D' };

    const { next } = await enterStep(waitFor({ timeout: past }));

    expect(next).toMatchObject({ kind: 'wait-for', until: start });
  });

  test('times out at once and reports where nobody knows its date (5)', async () => {
    const result = await enterStep(waitFor({ timeout: { until: { fact: 'contact', path: '$.dueAt' } } }));

    expect(result).toEqual({ effects: missing('contact', '$.dueAt'), next: { kind: 'continue', to: 'no' } });
  });

  test('waits for what no event can be, and reports, where nobody knows what to match (5)', async () => {
    const match = [{ path: '$.caseId', equals: { fact: 'contact', path: '$.caseId' } }];

    const { effects, next } = await enterStep(
      waitFor({ events: [{ event: 'case.closed', match, next: 'yes' }] }),
    );

    expect(effects).toEqual(missing('contact', '$.caseId'));
    expect(next).toMatchObject({ events: [{ match: [{ path: '$.caseId', equals: null }] }] });
  });
});

describe('branch', () => {
  const branch: Step = {
    kind: 'branch',
    title: 'Tier',
    cases: [
      { title: 'A', when: tierIs('a'), next: 'yes' },
      { title: 'A too', when: tierIs('a'), next: 'no' },
    ],
    else: 'no',
  };

  test('takes the first case that holds', async () => {
    expect(await enterStep(branch, { contact: { tier: 'a' } })).toEqual({
      effects: [],
      next: { kind: 'continue', to: 'yes' },
    });
  });

  test('takes the other way when none holds', async () => {
    expect(await enterStep(branch, { contact: { tier: 'b' } })).toEqual({
      effects: [],
      next: { kind: 'continue', to: 'no' },
    });
  });

  test('passes over what is unknown and reports it once (5)', async () => {
    expect(await enterStep(branch)).toEqual({
      effects: missing('contact', '$.tier'),
      next: { kind: 'continue', to: 'no' },
    });
  });

  test('sees the starting event as event and the last answer as answer', async () => {
    const when = {
      all: [
        {
          fact: 'answer',
          path: '$.at',
          operator: 'dateAfter',
          value: { fact: 'event', path: '$.promisedAt' },
        },
      ],
    };
    const late: Step = { ...branch, cases: [{ title: 'Late', when, next: 'yes' }] };

    const { next } = await enterStep(
      late,
      {},
      { answer: { type: 'order.delivered', at: '2026-01-13T00:00:00Z' } },
    );

    expect(next).toEqual({ kind: 'continue', to: 'yes' });
  });
});

describe('update', () => {
  const update: Step = {
    kind: 'update',
    title: 'Tier',
    attribute: '$.tier',
    value: { fact: 'event', path: '$.tier' },
    next: 'yes',
  };

  test('sets what it refers to', async () => {
    const { effects } = await enterStep(
      update,
      {},
      { event: { type: 'order.placed', at: start, tier: 'b' } },
    );

    expect(effects).toEqual([{ kind: 'update', step: 'first', attribute: '$.tier', value: 'b' }]);
  });

  test.each([undefined, null, ['b']])('sets nothing and reports when the value is %j (5)', async (tier) => {
    const event: JsonObject = tier === undefined ? { type: 'order.placed' } : { type: 'order.placed', tier };

    expect(await enterStep(update, {}, { event })).toEqual({
      effects: missing('event', '$.tier'),
      next: { kind: 'continue', to: 'yes' },
    });
  });

  const byTable: Step = { ...update, value: { table: 'offers', output: 'offer' } };

  test('sets what the first row that fits says', async () => {
    expect(await enterStep(byTable, { contact: { tier: 'b' } })).toEqual({
      effects: [{ kind: 'update', step: 'first', attribute: '$.tier', value: 'some' }],
      next: { kind: 'continue', to: 'yes' },
    });
  });

  test('sets nothing where no row fits, and reports what the table could not know (5)', async () => {
    expect(await enterStep(byTable, { contact: { tier: 'c' } })).toMatchObject({ effects: [] });
    expect(await enterStep(byTable, { contact: {} })).toEqual({
      effects: missing('contact', '$.tier'),
      next: { kind: 'continue', to: 'yes' },
    });
  });

  test('says where its value comes from', () => {
    expect(describeStep(byTable)).toBe('Sets tier to the offer that "offers" gives.');
  });
});

describe('task', () => {
  const task: Extract<Step, { kind: 'task' }> = {
    kind: 'task',
    title: 'Call',
    queue: 'service',
    instruction: 'Call the customer.',
    due: 'PT4H',
    next: 'no',
  };
  const asked = {
    kind: 'task',
    step: 'first',
    queue: 'service',
    title: 'Call',
    instruction: 'Call the customer.',
    dueAt: '2026-01-05T13:00:00.000Z',
  };

  test('without outcomes is asked for, and the journey goes on', async () => {
    expect(await enterStep(task)).toEqual({
      effects: [{ ...asked, outcomes: [] }],
      next: { kind: 'continue', to: 'no' },
    });
    expect(waits(task)).toBe(false);
  });

  test('hands on what to say, word by word', async () => {
    const script = 'Good morning, {{ name }}. <b>How</b> are you?';

    expect((await enterStep({ ...task, script })).effects).toEqual([{ ...asked, script, outcomes: [] }]);
  });

  test('with outcomes waits for one of them until it is due, by the id of this visit', async () => {
    const choosing: Step = { ...task, outcomes: [{ id: 'reached', title: 'Reached', next: 'yes' }] };

    const { effects, next } = await enterStep(choosing, {}, { iteration: 4 });

    expect(effects).toEqual([{ ...asked, outcomes: [{ id: 'reached', title: 'Reached' }] }]);
    expect(next).toEqual({
      kind: 'wait-for',
      events: [
        {
          event: 'task.completed',
          match: [
            { path: '$.taskId', equals: 'e1.first.5' },
            { path: '$.outcome', equals: 'reached' },
          ],
          to: 'yes',
        },
      ],
      until: asked.dueAt,
      onTimeout: 'no',
    });
    expect(waits(choosing)).toBe('event');
  });
});

describe('offer', () => {
  const offer: Extract<Step, { kind: 'offer' }> = {
    kind: 'offer',
    title: 'Best offer',
    table: 'offers',
    queue: 'inside-sales',
    within: 'PT10M',
    onAccept: 'yes',
    onDecline: 'no',
    onTimeout: 'no',
    onNone: 'no',
  };

  test('hands on what to say', async () => {
    const { effects } = await enterStep({ ...offer, script: 'May I?' }, { contact: { tier: 'a' } });

    expect(effects).toMatchObject([{ kind: 'offer', script: 'May I?' }]);
  });

  test('presents the row that fits with its why, and waits for yes or no', async () => {
    const { effects, next } = await enterStep(offer, { contact: { tier: 'a' } });

    const expiresAt = '2026-01-05T09:10:00.000Z';
    const match = [{ path: '$.offerId', equals: 'e1.first.1' }];
    expect(effects).toMatchObject([
      { kind: 'offer', row: 'r1', offer: { offer: 'much' }, queue: 'inside-sales', expiresAt },
    ]);
    expect(effects).toMatchObject([
      { because: expect.arrayContaining([expect.objectContaining({ seen: 'a', outcome: 'true' })]) },
    ]);
    expect(next).toEqual({
      kind: 'wait-for',
      events: [
        { event: 'offer.accepted', match, to: 'yes' },
        { event: 'offer.declined', match, to: 'no' },
      ],
      until: expiresAt,
      onTimeout: 'no',
    });
  });

  test('goes on without an offer when no row fits', async () => {
    expect(await enterStep(offer, { contact: { tier: 'c' } })).toEqual({
      effects: [],
      next: { kind: 'continue', to: 'no' },
    });
  });

  test('reports what it would have had to know (5)', async () => {
    expect(await enterStep(offer)).toEqual({
      effects: missing('contact', '$.tier'),
      next: { kind: 'continue', to: 'no' },
    });
  });

  test('says which table is missing', async () => {
    await expect(enterStep({ ...offer, table: 'gone' })).rejects.toThrow(
      'steps.first.table: there is no table "gone"',
    );
  });
});

describe('handover', () => {
  const handover: Step = {
    kind: 'handover',
    title: 'To service',
    handover: 'to-service',
    timeout: { after: 'P1D' },
    onAccepted: 'yes',
    onReturned: 'no',
    onTimeout: 'no',
  };

  test('is offered and waits for acceptance or return of that handover, whoever offered it', async () => {
    const { effects, next } = await enterStep(handover);

    const match = [{ path: '$.handover', equals: 'to-service' }];
    expect(effects).toEqual([{ kind: 'handover', step: 'first', handover: 'to-service' }]);
    expect(next).toMatchObject({
      events: [
        { event: 'handover.accepted', match, to: 'yes' },
        { event: 'handover.returned', match, to: 'no' },
      ],
      onTimeout: 'no',
    });
  });

  test('is not offered when nobody knows until when (5)', async () => {
    const result = await enterStep({ ...handover, timeout: { until: { fact: 'contact', path: '$.dueAt' } } });

    expect(result).toEqual({ effects: missing('contact', '$.dueAt'), next: { kind: 'continue', to: 'no' } });
  });
});

test('emit announces what is known and reports the rest (5)', async () => {
  const data = {
    orderId: { fact: 'event', path: '$.orderId' },
    tier: { fact: 'contact', path: '$.tier' },
    note: 'x',
  };
  const step: Step = { kind: 'emit', title: 'Tell', event: 'order.noted', data, next: 'yes' };

  expect(await enterStep(step)).toEqual({
    effects: [
      { kind: 'emit', step: 'first', event: 'order.noted', data: { orderId: 'A1', note: 'x' } },
      ...missing('contact', '$.tier'),
    ],
    next: { kind: 'continue', to: 'yes' },
  });
});

test('end ends, at the goal where it says so', async () => {
  expect((await enterStep(done)).next).toEqual({ kind: 'end', reason: 'done', goal: false });
  expect((await enterStep({ ...done, goal: true })).next).toEqual({
    kind: 'end',
    reason: 'done',
    goal: true,
  });
});

test('steps say in a sentence what they do, and name their ways out', () => {
  const step: Step = {
    kind: 'wait-for',
    title: 'Delivered',
    events: [{ event: 'order.delivered', next: 'yes' }],
    timeout: { until: { fact: 'event', path: '$.promisedAt' }, offset: 'P1D' },
    onTimeout: 'no',
  };

  expect(describeStep(step)).toBe('Waits for order.delivered, until 1 day after event.promisedAt.');
  expect(exits(step)).toEqual([
    { to: 'yes', title: 'order.delivered', path: 'events.0.next', waits: true },
    { to: 'no', title: 'timeout', path: 'onTimeout', waits: false },
  ]);
});

describe('case', () => {
  const step = (own: Partial<Extract<Step, { kind: 'case' }>> = {}): Step => ({
    kind: 'case',
    title: 'Late order',
    queue: 'service',
    priority: 'high',
    serviceLevel: 'problems',
    next: 'no',
    ...own,
  });
  const opened = (own: object = {}) => ({
    kind: 'case',
    step: 'first',
    title: 'Late order',
    queue: 'service',
    priority: 'high',
    serviceLevel: 'problems',
    key: 'k-1',
    ...own,
  });

  test('opens a case under the key of the enrolment and goes on', async () => {
    expect(await enterStep(step(), {}, { key: 'k-1' })).toEqual({
      effects: [opened()],
      next: { kind: 'continue', to: 'no' },
    });
  });

  test('waits for the end of the case of its own key', async () => {
    const awaited = { timeout: { after: 'P1D' }, onClosed: 'yes', onTimeout: 'no' };

    const { next } = await enterStep(
      step({ await: awaited, key: { fact: 'event', path: '$.orderId' } }),
      {},
      { event: { type: 'order.placed', at: start, orderId: 7 } },
    );

    expect(next).toEqual({
      kind: 'wait-for',
      events: [{ event: 'case.closed', match: [{ path: '$.key', equals: '7' }], to: 'yes' }],
      until: '2026-01-06T09:00:00.000Z',
      onTimeout: 'no',
    });
  });

  test('opens none where nobody knows its key, and asks for it', async () => {
    const { effects, next } = await enterStep(step({ key: { fact: 'contact', path: '$.account' } }));

    expect(effects).toEqual(missing('contact', '$.account'));
    expect(next).toEqual({ kind: 'continue', to: 'no' });
  });

  test.each([
    ['as a fact says', { contact: { urgency: 'low' } }, [opened({ priority: 'low' })]],
    [
      'as a normal one where the fact says nothing that is a priority',
      { contact: { urgency: 'soon' } },
      [opened({ priority: 'normal' }), ...missing('contact', '$.urgency')],
    ],
    [
      'as a normal one where nobody knows the fact',
      {},
      [opened({ priority: 'normal' }), ...missing('contact', '$.urgency')],
    ],
  ])('is judged %s', async (_name, facts, effects) => {
    const judged = step({ priority: { fact: 'contact', path: '$.urgency' } });

    expect((await enterStep(judged, facts, { key: 'k-1' })).effects).toEqual(effects);
  });
});
