import { evaluatorOf } from '@baton/rules/conditions/evaluator.ts';
import type { Facts } from '@baton/rules/conditions/path.ts';
import { reachOf } from '@baton/rules/conditions/reach.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decisions } from '../support/random-decisions.ts';

const everything = new Set(['contact', 'event', 'constructor', 'clock', 'nobody']);

test('a condition reaches whom it fits when they are asked one by one', async () => {
  const reached = { some: 0, unknown: 0 };
  fc.assert(
    fc.property(fc.array(decisions, { minLength: 3, maxLength: 12 }), (drawn) => {
      const clock = drawn[0]?.facts.clock;
      const population = drawn.map(({ facts }): Facts => {
        const { clock: _, ...rest } = facts;
        return clock ? { ...rest, clock } : rest;
      });
      for (const root of drawn[0]?.roots ?? []) {
        const { contacts, lines } = reachOf(root, population, everything);
        const fitting = population.filter((facts) => evaluatorOf(root).outcomeOf(facts) === 'true');
        expect(contacts).toBe(fitting.length);
        reached.some += contacts;
        for (const { before, after, unknown } of Object.values(lines)) {
          expect(after + unknown).toBeLessThanOrEqual(before);
          reached.unknown += unknown;
        }
      }
    }),
    { numRuns: 1000 },
  );
  expect(Math.min(reached.some, reached.unknown)).toBeGreaterThan(500);
});

test('each line says how many come to it and how many it lets through', () => {
  const population: Facts[] = [
    { contact: { tier: 'a', city: 'Lund' } },
    { contact: { tier: 'a', city: 'Ystad' } },
    { contact: { tier: 'b', city: 'Lund' } },
    { contact: { city: 'Lund' } },
  ];
  const line = (fact: string, path: string, value: string) => ({ fact, path, operator: 'equal', value });
  const { contacts, lines } = reachOf(
    {
      all: [
        line('contact', '$.tier', 'a'),
        { any: [line('contact', '$.city', 'Lund'), line('event', '$.topic', 'price')] },
      ],
    },
    population,
    new Set(['contact']),
  );

  expect(contacts).toBe(2);
  expect(lines).toEqual({
    n1: { before: 4, after: 2, unknown: 0 },
    n2: { before: 4, after: 2, unknown: 1 },
    n3: { before: 2, after: 2, unknown: 0 },
    n4: { before: 2, after: 1, unknown: 0 },
    n5: { before: 2, after: 2, unknown: 0, open: true },
  });
});
