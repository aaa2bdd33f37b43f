import { assumptions } from '@baton/infra/aws/cost/assumptions.ts';
import { journeyUsage } from '@baton/infra/aws/cost/journey-usage.ts';
import { readPrices } from '@baton/infra/aws/cost/prices.ts';
import { listPrice } from '@baton/infra/aws/cost/usage.ts';
import { Journey, type Step } from '@baton/rules/documents/journey.ts';
import { exits } from '@baton/rules/journey/step-kinds.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { journeys } from '../support/journeys.ts';

const prices = readPrices();

/** One step of each form: passing, sending, pausing, branching, waiting. */
const added = (next: string): Step[] => [
  { kind: 'update', title: 'Added', attribute: '$.tier', value: 'a', next },
  { kind: 'send', title: 'Added', template: 'hello', channel: 'email', purpose: 'marketing', next },
  { kind: 'wait', title: 'Added', wait: { after: 'P1D' }, next },
  {
    kind: 'branch',
    title: 'Added',
    cases: [
      {
        title: 'A',
        when: { all: [{ fact: 'contact', path: '$.tier', operator: 'equal', value: 'a' }] },
        next,
      },
    ],
    else: next,
  },
  {
    kind: 'wait-for',
    title: 'Added',
    events: [{ event: 'order.delivered', next }],
    timeout: { after: 'P1D' },
    onTimeout: next,
  },
  { kind: 'emit', title: 'Added', event: 'journey.noted', data: {}, next },
];

/** Puts a step into one exit of one step, or before the first one. */
function insert(journey: Journey, at: number, kind: number): Journey {
  const places = Object.entries(journey.steps).flatMap(([id, step]) =>
    exits(step).map((exit) => ({ id, exit })),
  );
  const place = at % (places.length + 1) === places.length ? undefined : places[at % (places.length + 1)];
  const steps = added(place?.exit.to ?? journey.start);
  const copy = structuredClone(journey);
  const step = steps[kind % steps.length];
  if (!step) throw new Error('there is a step of every kind');
  copy.steps.added = step;
  if (!place) return Journey.parse({ ...copy, start: 'added' });
  set(copy.steps[place.id], place.exit.path.split('.'), 'added');
  return Journey.parse(copy);
}

function set(target: unknown, [name = '', ...rest]: string[], value: string): void {
  if (typeof target !== 'object' || target === null) throw new Error(`${name} leads nowhere`);
  if (rest.length === 0) Reflect.set(target, name, value);
  else set(Reflect.get(target, name), rest, value);
}

const costs = (journey: Journey) => {
  const { cheapest, mean, dearest } = journeyUsage(journey, prices, assumptions);
  return [cheapest, mean, dearest].map(({ usage }) => listPrice(usage, prices));
};

test('no way is cheaper on average than the cheapest one', () => {
  fc.assert(
    fc.property(journeys, (journey) => {
      const [cheapest = 0, mean = 0] = costs(journey);

      expect(cheapest).toBeLessThanOrEqual(mean * (1 + 1e-9));
    }),
  );
});

test('adding a step never makes a journey cheaper, at best, on average or at worst', () => {
  fc.assert(
    fc.property(journeys, fc.nat(), fc.nat(), (journey, at, kind) => {
      const before = costs(journey);
      const after = costs(insert(journey, at, kind));

      after.forEach((cost, index) => {
        expect(cost).toBeGreaterThanOrEqual((before[index] ?? 0) * (1 - 1e-9));
      });
    }),
  );
});
