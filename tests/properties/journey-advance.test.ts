import { advance } from '@baton/rules/journey/advance.ts';
import type { Next } from '@baton/rules/journey/enrolment.ts';
import { simulate } from '@baton/rules/journey/simulate.ts';
import { exits, successors, waits } from '@baton/rules/journey/step-kinds.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { enrolmentOf, frozen, journeys, scripts, start, surroundings } from '../support/journeys.ts';

const facts = fc.record({
  contact: fc.record({ tier: fc.constantFrom('a', 'b', 'c') }, { requiredKeys: [] }),
});

function targets(next: Next): string[] {
  if (next.kind === 'end') return [];
  return next.kind === 'wait-for' ? [...next.events.map(({ to }) => to), next.onTimeout] : [next.to];
}

test('enters any step without changing its arguments, leads where its exits say, and says the same again (1, 2, 4)', async () => {
  await fc.assert(
    fc.asyncProperty(journeys, facts, async (journey, facts) => {
      const enrolment = frozen(enrolmentOf());
      const context = frozen({ facts, now: start, tables: surroundings.tables, dice: () => 0 });
      for (const [name, step] of Object.entries(frozen(journey).steps)) {
        const input = { kind: 'enter', step: name } as const;

        const result = await advance(journey, enrolment, input, context);

        expect(result.enrolment).toMatchObject({ step: name, iteration: 1 });
        expect(successors(step)).toEqual(expect.arrayContaining(targets(result.next)));
        expect(await advance(journey, enrolment, input, context)).toEqual(result);
        if (result.next.kind === 'wait') expect(waits(step)).toBe('timer');
        if (result.next.kind === 'wait-for') expect(waits(step)).toBe('event');
        if (result.next.kind === 'end') expect(exits(step)).toEqual([]);
      }
    }),
    { numRuns: 60, endOnFailure: true },
  );
});

test('simulates any journey to its end, twice the same, without changing its arguments', async () => {
  await fc.assert(
    fc.asyncProperty(journeys, facts, scripts, async (journey, facts, events) => {
      const script = frozen({ facts, start, events });

      const first = await simulate(frozen(journey), surroundings, script);
      const second = await simulate(journey, surroundings, script);

      expect(second).toEqual(first);
      expect(first.ends).toHaveLength(first.enrolments.length);
      expect(first.enrolments.every(({ status }) => status !== 'active')).toBe(true);
      expect(first.lines.map(({ at }) => at)).toEqual(first.lines.map(({ at }) => at).toSorted());
    }),
    { numRuns: 60, endOnFailure: true },
  );
});

test('never has two enrolments of one key under way at once', async () => {
  await fc.assert(
    fc.asyncProperty(journeys, scripts, async (journey, events) => {
      const { lines } = await simulate(journey, surroundings, { facts: {}, start, events });

      const under = new Set<string>();
      for (const { kind, enrolment = '' } of lines) {
        if (kind === 'entered') expect(under.has(enrolment)).toBe(false);
        if (kind === 'entered') under.add(enrolment);
        if (kind === 'ended' || kind === 'left' || kind === 'stopped') under.delete(enrolment);
      }
    }),
    { numRuns: 60, endOnFailure: true },
  );
});
