import type { Journey, Step } from '@baton/rules/documents/journey.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import { expect, test } from 'vitest';
import { done, journeyOf, start } from '../support/journeys.ts';
import type { Play } from '../support/plays.ts';
import { compare, playOf } from './parity.ts';

/*
 * A share of what `npm run prove:parity` plays, and what it has found: journeys on which simulator and host went different
 * ways.
 */

test('simulator and host agree, whatever the journey and whatever happens', async () => {
  const differences: string[] = [];
  const kinds = new Set<string>();
  let steps = 0;
  for (let index = 0; index < 60; index++) {
    const compared = await compare(playOf(20_260_105, index));
    if (compared.difference)
      differences.push(`npm run prove:parity -- 1 20260105 ${index}`, compared.difference);
    for (const kind of compared.kinds) kinds.add(kind);
    steps += compared.steps;
  }

  expect(differences).toEqual([]);
  expect(kinds.size).toBe(15);
  expect(steps).toBeGreaterThan(300);
});

const next = (step: string) => ({ title: step, next: step });
const set = (value: string, to: string): Step => ({
  kind: 'update',
  attribute: '$.tier',
  value,
  ...next(to),
});
const placed = { type: 'order.placed', after: 0, data: { orderId: 'A1' } };

/** Plays a journey; events come so many seconds after the start. */
async function played(
  steps: Record<string, Step>,
  events: { type: string; after: number; data: JsonObject }[],
  rest: Partial<Journey> = {},
) {
  const play: Play = {
    journey: journeyOf({ ...steps, done }, rest),
    subject: 'email:ana@example.com',
    events: events.map(({ type, after, data }) => ({ type, data, moment: { at: at(after) } })),
  };
  const { trips, difference } = await compare(play);
  return {
    difference,
    // Steps with their seconds after the start, and how each trip ended.
    trips: trips.map((trip) => trip.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, (instant) => seconds(instant))),
  };
}

const at = (after: number): string => new Date(Date.parse(start) + after * 1000).toISOString();
const seconds = (instant: string): string => String((Date.parse(instant) - Date.parse(start)) / 1000);

test('a wait that is over when it begins takes no time', async () => {
  const listen: Step = {
    kind: 'wait-for',
    title: 'Listen',
    events: [{ event: 'order.delivered', next: 'done' }],
    timeout: { until: { fact: 'event', path: '$.promisedAt' } },
    onTimeout: 'late',
  };
  const late = set('a', 'done');

  const { trips, difference } = await played({ listen, late }, [
    { ...placed, data: { orderId: 'A1', promisedAt: '2025-01-01' } },
  ]);

  expect(difference).toBeUndefined();
  expect(trips).toEqual(['A1 completed done 0 answered by nothing: listen@0 late@0 done@0']);
});

test('an event that ends a trip begins the next one', async () => {
  const pause: Step = { kind: 'wait', wait: { after: 'P1D' }, ...next('done') };
  const again = { ...placed, after: 60 };
  const exits = [{ event: 'order.placed', reason: 'anew' }];

  const { trips, difference } = await played({ pause }, [placed, again], { exits });

  expect(difference).toBeUndefined();
  expect(trips).toEqual([
    'A1 exited anew 60 answered by nothing: pause@0',
    'A1 completed done 86460 answered by nothing: pause@60 done@86460',
  ]);
});

test('an event that a trip goes on with to its end does not begin the next one', async () => {
  const listen: Step = {
    kind: 'wait-for',
    title: 'Listen',
    events: [{ event: 'order.placed', next: 'done' }],
    timeout: { after: 'P1D' },
    onTimeout: 'done',
  };

  const { trips, difference } = await played({ listen }, [placed, { ...placed, after: 60 }]);

  expect(difference).toBeUndefined();
  expect(trips).toEqual(['A1 completed done 60 answered by order.placed@60: listen@0 done@60']);
});

test('a step that leads to itself within one millisecond is not taken for a repetition', async () => {
  const listen: Step = {
    kind: 'wait-for',
    title: 'Listen',
    events: [
      { event: 'order.cancelled', match: [{ path: '$.orderId', equals: 'enrolment-key' }], next: 'listen' },
    ],
    timeout: { after: 'PT1M' },
    onTimeout: 'done',
  };
  const early = { type: 'order.cancelled', after: 0, data: { orderId: 'A1' } };

  const { trips, difference } = await played({ listen }, [early, { ...placed, after: 10 }]);

  expect(difference).toBeUndefined();
  expect(trips).toEqual(['A1 completed done 70 answered by order.cancelled@0: listen@10 listen@10 done@70']);
});

test('of two steps that set the same in one instant the later one counts, whatever their names', async () => {
  const steps: Record<string, Step> = {
    'z-first': set('a', 'a-second'),
    'a-second': set('b', 'look'),
    look: {
      kind: 'branch',
      title: 'Look',
      cases: [
        {
          title: 'B',
          when: { all: [{ fact: 'contact', path: '$.tier', operator: 'equal', value: 'b' }] },
          next: 'done',
        },
      ],
      else: 'wrong',
    },
    wrong: { kind: 'end', title: 'Wrong', reason: 'wrong' },
  };

  const { trips, difference } = await played(steps, [placed]);

  expect(difference).toBeUndefined();
  expect(trips).toEqual(['A1 completed done 0 answered by nothing: z-first@0 a-second@0 look@0 done@0']);
});

test('what a journey announces is heard before its next step', async () => {
  const note: Step = { kind: 'emit', event: 'journey.noted', data: {}, ...next('beyond') };
  const beyond = set('a', 'done');

  const { trips, difference } = await played({ note, beyond }, [placed], {
    goal: { event: 'journey.noted' },
  });

  expect(difference).toBeUndefined();
  expect(trips).toEqual(['A1 completed goal 0 answered by nothing: note@0']);
});

test('a journey hears that it has brought its contact into another stage, once', async () => {
  const move = (to: string): Step => ({ kind: 'update', stage: 'converted', ...next(to) });
  const listen = (to: string): Step => ({
    kind: 'wait-for',
    title: 'Listen',
    events: [{ event: 'stage.entered', next: to }],
    timeout: { after: 'PT1M' },
    onTimeout: 'done',
  });
  const steps = { move: move('listen'), listen: listen('same'), same: move('again'), again: listen('done') };

  const { trips, difference } = await played(steps, [placed]);

  expect(difference).toBeUndefined();
  expect(trips).toEqual([
    'A1 completed done 60 answered by stage.entered@0: move@0 listen@0 same@0 again@0 done@60',
  ]);
});
