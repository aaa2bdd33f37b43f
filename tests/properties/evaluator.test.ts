import type { Root } from '@baton/rules/conditions/condition.ts';
import { BrokenCondition, evaluate } from '@baton/rules/conditions/evaluate.ts';
import { evaluateAllUntraced, evaluatorOf } from '@baton/rules/conditions/evaluator.ts';
import { decideRules } from '@baton/rules/decide/rules.ts';
import { decideTable } from '@baton/rules/decide/table.ts';
import type { DecisionTable } from '@baton/rules/documents/index.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareEvaluators } from '../support/compare-evaluators.ts';
import { aRule, aTable, leaf } from '../support/documents.ts';
import { decisions } from '../support/random-decisions.ts';

/** A share of `prove:evaluator`, which runs a million of these cases. */
test('the compiled evaluator says what json-rules-engine says, and misses the same facts', async () => {
  const seen = { true: 0, false: 0, unknown: 0, broken: 0 };
  await fc.assert(
    fc.asyncProperty(decisions, async (drawn) => {
      const { authority, compiled } = await compareEvaluators(drawn);

      for (const { outcome } of authority) seen[outcome] += 1;
      expect(compiled).toEqual(authority);
    }),
    { numRuns: 2500 },
  );
  expect(Math.min(seen.true, seen.false, seen.unknown)).toBeGreaterThan(1000);
  expect(seen.broken).toBe(0);
});

test('rules decided by the compiled evaluator fire, mask and hold out as those of json-rules-engine do', async () => {
  const draft = fc.record({
    priority: fc.integer({ min: 1, max: 3 }),
    conflictGroup: fc.constantFrom('offer', undefined),
    percent: fc.constantFrom(30, 100),
    holdoutPercent: fc.constantFrom(0, 30),
  });
  await fc.assert(
    fc.asyncProperty(
      decisions,
      fc.array(draft, { minLength: 5, maxLength: 5 }),
      fc.nat(99),
      async ({ roots, facts }, drafts, rolled) => {
        const rules = drafts.map(({ percent, holdoutPercent, ...own }, index) =>
          aRule({
            ...own,
            id: `rule-${index}`,
            conditions: roots[index] ?? { any: [] },
            rollout: { percent, holdoutPercent, salt: `${index}` },
          }),
        );
        const at = { stage: null, now: '2026-03-01T09:00:00Z', dice: () => rolled };

        const traced = await decideRules(rules, facts, at);
        const untraced = await decideRules(rules, facts, at, evaluateAllUntraced);

        expect(untraced).toEqual(traced.map((decision) => ({ ...decision, trace: [] })));
      },
    ),
    { numRuns: 300 },
  );
});

test('a table decided by the compiled evaluator gives the row that json-rules-engine gives', async () => {
  const cell = fc.oneof(
    fc.record({ operator: fc.constantFrom('lessThan', 'known:not:greaterThan'), value: fc.nat(5) }),
    fc.record({ operator: fc.constant('between'), value: fc.tuple(fc.nat(5), fc.nat(5)) }),
  );
  const row = fc.record({ i1: cell, i2: cell }, { requiredKeys: [] });
  const score = fc.oneof(fc.nat(5), fc.constantFrom<string | null>('3', null));
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { minLength: 1, maxLength: 5 }),
      fc.constantFrom<DecisionTable['hitPolicy']>('unique', 'first', 'any', 'collect'),
      fc.record({ score, tier: score }, { requiredKeys: [] }),
      async (rows, hitPolicy, contact) => {
        const table = aTable({
          hitPolicy,
          rows: rows.map((cells, index) => ({ id: `r${index}`, cells, out: { o1: `${index % 2}` } })),
        });

        const traced = await decideTable(table, { contact });
        const untraced = await decideTable(table, { contact }, evaluateAllUntraced);

        expect(untraced).toEqual({ ...traced, trace: [] });
      },
    ),
    { numRuns: 300 },
  );
});

describe('a condition that json-rules-engine is not given', () => {
  const unchecked = (value: unknown): Root => value as Root;
  const gold = leaf('contact', '$.tier', 'equal', 'gold');
  const deep = (levels: number): unknown => (levels === 1 ? gold : { all: [deep(levels - 1)] });

  test.each([
    ['an empty group', { any: [] }],
    ['two groups on one node', { all: [gold], any: [gold] }],
    ['a bare comparison', gold],
    ['a path of the object machinery', { all: [{ ...gold, path: '$.constructor.name' }] }],
    ['a script as path', { all: [{ ...gold, path: '$[?(@.constructor("x")())]' }] }],
    ['an unknown operator', { all: [{ ...gold, operator: 'constructor' }] }],
    ['13 levels', deep(13)],
    ['nothing', null],
  ])('is no condition for the compiled evaluator either: %s', async (_, root) => {
    await expect(evaluate(unchecked(root), {})).rejects.toBeInstanceOf(BrokenCondition);
    expect(() => evaluatorOf(unchecked(root))).toThrow(BrokenCondition);
    const [verdict] = await evaluateAllUntraced([unchecked(root)], {});
    expect(verdict).toBeInstanceOf(BrokenCondition);
  });
});
