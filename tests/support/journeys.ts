import { Journey, type Step } from '@baton/rules/documents/journey.ts';
import { DecisionTable } from '@baton/rules/documents/table.ts';
import type { Enrolment } from '@baton/rules/journey/enrolment.ts';
import type { ScriptEvent, Surroundings } from '@baton/rules/journey/simulate.ts';
import { exits } from '@baton/rules/journey/step-kinds.ts';
import fc from 'fast-check';

export const start = '2026-01-05T09:00:00.000Z';

/** A journey that orders start and that keeps them apart by `orderId`; its first step is the first one given. */
export function journeyOf(steps: Record<string, Step>, rest: Partial<Journey> = {}): Journey {
  return Journey.parse({
    id: 'under-test',
    title: 'Under test',
    why: 'To see what a journey does.',
    owner: { team: 'marketing' },
    trigger: { event: 'order.placed' },
    key: '$.orderId',
    reEntry: { policy: 'always' },
    exits: [],
    start: Object.keys(steps)[0],
    steps,
    tests: [
      {
        name: 'ends',
        facts: {},
        events: [{ at: 'PT0S', type: 'order.placed', data: {} }],
        expect: { effects: [], end: null },
      },
    ],
    ...rest,
  });
}

export const done: Extract<Step, { kind: 'end' }> = { kind: 'end', title: 'Done', reason: 'done' };

export function enrolmentOf(changes: Partial<Enrolment> = {}): Enrolment {
  return {
    id: 'e1',
    journey: 'under-test',
    version: 1,
    contactId: 'c1',
    key: 'A1',
    status: 'active',
    step: 'first',
    iteration: 0,
    enteredAt: start,
    event: { type: 'order.placed', at: start, orderId: 'A1', promisedAt: '2026-01-12T09:00:00Z' },
    answer: null,
    ...changes,
  };
}

/** Customers of tier A are offered more; whose tier is unknown gets no row of this table. */
export const offers = DecisionTable.parse({
  id: 'offers',
  title: 'Offers',
  why: 'To have something to offer.',
  owner: { team: 'marketing' },
  hitPolicy: 'first',
  inputs: [{ id: 'i1', label: 'Tier', fact: 'contact', path: '$.tier', type: 'enum', values: ['a', 'b'] }],
  outputs: [{ id: 'o1', label: 'Offer', param: 'offer', type: 'text' }],
  rows: [
    { id: 'r1', cells: { i1: { operator: 'equal', value: 'a' } }, out: { o1: 'much' } },
    { id: 'r2', cells: { i1: { operator: 'equal', value: 'b' } }, out: { o1: 'some' } },
  ],
  tests: [{ name: 'tier a', facts: { contact: { tier: 'a' } }, expect: { row: 'r1' } }],
});

export const surroundings: Surroundings = { tables: new Map([['offers', offers]]), events: new Map() };

/** Freezes a value through and through, so that whoever changes it fails. */
export function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) frozen(part);
  }
  return value;
}

const tierIs = (value: string) => ({ all: [{ fact: 'contact', path: '$.tier', operator: 'equal', value }] });
const stageIs = (value: string) => ({ all: [{ fact: 'cycle', path: '$.stage', operator: 'equal', value }] });
const eventTierIs = (value: string) => ({
  all: [{ fact: 'event', path: '$.tier', operator: 'equal', value }],
});

const waited = fc.constantFrom('PT1M', 'PT10M', 'P1D', 'P14D');
const ownDate = { until: { fact: 'event', path: '$.promisedAt' } };
const timeout = fc.oneof(
  waited.map((after) => ({ after })),
  fc.constantFrom(ownDate, { ...ownDate, offset: 'P1D' }, { ...ownDate, before: 'P30D' }),
  fc.constant({ until: { fact: 'contact', path: '$.renewalAt' } }),
);
const title = fc.oneof(
  // biome-ignore lint/suspicious/noTemplateCurlyInString: what must not reach a state's name
  fc.constantFrom('Mail', 'Wartet drei Tage – größer', 'よろしく', 'Pay ${RunStep} {% 1 %}', 'x'.repeat(60)),
  fc.string({ minLength: 1, maxLength: 60 }),
);

/** A step whose exits all lead to `to`; where they really lead is settled afterwards. */
function anyStep(to: string, awaited: readonly string[]): fc.Arbitrary<Step> {
  const one = (fields: object) => fc.record({ title, ...fields }) as fc.Arbitrary<Step>;
  const is = <T>(value: T) => fc.constant(value);
  return fc.oneof(
    one({
      kind: is('send'),
      template: is('hello'),
      channel: fc.constantFrom('email', 'sms'),
      purpose: fc.constantFrom('service', 'marketing'),
      next: is(to),
    }),
    one({ kind: is('wait'), wait: timeout, next: is(to) }),
    one({
      kind: is('wait'),
      wait: fc.record({
        window: fc.constantFrom(
          { from: '09:00', to: '12:00' },
          { from: '22:00', to: '06:00', weekdays: ['sunday'] },
        ),
        timeZone: fc.constantFrom('Europe/Berlin', 'Pacific/Apia'),
      }),
      next: is(to),
    }),
    one({
      kind: is('wait-for'),
      events: fc.constantFrom(...awaited).map((event) => [{ event, next: to }]),
      facts: fc
        .constantFrom(tierIs('a'), tierIs('b'), stageIs('converted'))
        .map((when) => ({ title: 'Facts', when, next: to })),
      timeout,
      onTimeout: is(to),
    }),
    one({
      kind: is('split'),
      ways: is([
        { title: 'A', share: 25, next: to },
        { title: 'B', share: 75, next: to },
      ]),
    }),
    one({
      kind: is('experiment'),
      arms: is([
        { id: 'a', title: 'A', share: 50, next: to },
        { id: 'b', title: 'B', share: 50, next: to },
      ]),
      success: is({ event: 'order.delivered', within: 'P7D' }),
      confidence: is(0.95),
      minimum: is(100),
    }),
    one({
      kind: is('enrol'),
      journey: is('other'),
      next: is(to),
    }),
    one({
      kind: is('enrol'),
      journey: is('other'),
      await: timeout.map((span) => ({ timeout: span, onGoal: to, onTimeout: to })),
      next: is(to),
    }),
    one({
      kind: is('approve'),
      role: is('approver'),
      queue: is('service'),
      question: is('May we?'),
      within: waited,
      onApproved: is(to),
      onRejected: is(to),
      onTimeout: is(to),
    }),
    one({
      kind: is('wait-for'),
      events: is([
        { event: 'order.delivered', match: [{ path: '$.orderId', equals: 'enrolment-key' }], next: to },
        {
          event: 'order.cancelled',
          match: [{ path: '$.orderId', equals: { fact: 'event', path: '$.orderId' } }],
          next: to,
        },
        { event: 'contact.updated', when: eventTierIs('b'), next: to },
      ]),
      timeout,
      onTimeout: is(to),
    }),
    one({
      kind: is('branch'),
      cases: is([
        { title: 'Tier A', when: tierIs('a'), next: to },
        { title: 'Tier B', when: tierIs('b'), next: to },
        { title: 'Converted', when: stageIs('converted'), next: to },
      ]),
      else: is(to),
    }),
    one({ kind: is('update'), stage: fc.constantFrom('targeted', 'converted'), next: is(to) }),
    one({
      kind: is('update'),
      attribute: is('$.tier'),
      value: fc.constantFrom('a', 'b', { fact: 'event', path: '$.tier' }),
      next: is(to),
    }),
    one({ kind: is('task'), queue: is('service'), instruction: is('Call.'), due: waited, next: is(to) }),
    one({
      kind: is('task'),
      queue: is('service'),
      instruction: is('Call.'),
      due: waited,
      outcomes: is([
        { id: 'reached', title: 'Reached', next: to },
        { id: 'gone', title: 'Gone', next: to },
      ]),
      next: is(to),
    }),
    one({
      kind: is('offer'),
      table: is('offers'),
      queue: is('service'),
      within: waited,
      onAccept: is(to),
      onDecline: is(to),
      onTimeout: is(to),
      onNone: is(to),
    }),
    one({
      kind: is('handover'),
      handover: is('to-service'),
      timeout,
      onAccepted: is(to),
      onReturned: is(to),
      onTimeout: is(to),
    }),
    one({
      kind: is('case'),
      queue: is('service'),
      priority: fc.constantFrom('high', { fact: 'contact', path: '$.tier' }),
      serviceLevel: is('problems'),
      next: is(to),
    }),
    one({
      kind: is('case'),
      queue: is('service'),
      priority: is('low'),
      serviceLevel: is('problems'),
      key: fc.constantFrom('one', { fact: 'event', path: '$.tier' }),
      await: fc.record({ timeout, onClosed: is(to), onTimeout: is(to) }),
      next: is(to),
    }),
    one({
      kind: is('emit'),
      event: is('journey.noted'),
      data: is({ tier: { fact: 'contact', path: '$.tier' } }),
      next: is(to),
    }),
  );
}

/**
 * Journeys that pass every check: each step leads on to the one after it, so that all are reached and all reach the
 * end; other exits lead anywhere ahead, and back where taking them takes time. `awaited`: events that a step may wait for,
 * whatever they are about.
 */
export const journeysOf = (
  length: fc.ArrayConstraints,
  awaited: readonly string[] = ['order.delivered'],
): fc.Arbitrary<Journey> =>
  fc.tuple(fc.array(anyStep('next', awaited), length), fc.nat()).map(([middle, seed]) => {
    const number = numbersFrom(seed);
    // Names say nothing of the order.
    const names = [...middle.map((_, index) => `step-${(index * 5 + 3) % 16}`), 'last'];
    const steps = Object.fromEntries(
      middle.map((step, index) => [names[index], lead(step, names, index, number)]),
    );
    return journeyOf({ ...steps, last: done });
  });
export const journeys = journeysOf({ maxLength: 12 });

/** Numbers of a linear congruential generator (Numerical Recipes). */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 8;
  };
}

function lead(step: Step, names: readonly string[], index: number, number: () => number): Step {
  const copy = structuredClone(step);
  for (const [place, exit] of exits(step).entries()) {
    const from = exit.waits ? 0 : index + 1;
    const to = place === 0 ? index + 1 : from + (number() % (names.length - from));
    putAt(copy, exit.path, names[to] ?? 'last');
  }
  return copy;
}

function putAt(target: object, path: string, value: string): void {
  const names = path.split('.');
  const last = names.pop() ?? '';
  const parent = names.reduce<object>((at, name) => Reflect.get(at, name), target);
  Reflect.set(parent, last, value);
}

const eventData = fc.record(
  {
    orderId: fc.constantFrom('A1', 'B2'),
    promisedAt: fc.constantFrom('2026-01-12T09:00:00Z', '2025-01-01', 'soon'),
    tier: fc.constantFrom('a', 'b'),
    outcome: fc.constantFrom('reached', 'gone', 'approved'),
    goal: fc.boolean(),
  },
  { requiredKeys: ['orderId'] },
);

export const scripts: fc.Arbitrary<ScriptEvent[]> = fc.array(
  fc.record({
    at: fc.nat(30 * 86_400).map((seconds) => new Date(Date.parse(start) + seconds * 1000).toISOString()),
    type: fc.constantFrom(
      'order.placed',
      'order.placed',
      'order.delivered',
      'order.cancelled',
      'task.completed',
      'offer.accepted',
      'offer.declined',
      'handover.accepted',
      'handover.returned',
      'journey.ended',
      'case.closed',
    ),
    data: eventData,
  }),
  { maxLength: 12 },
);
