import type { Condition, Leaf, Root } from '@baton/rules/conditions/condition.ts';
import { evaluate, type Facts } from '@baton/rules/conditions/evaluate.ts';
import { withFact } from '@baton/rules/conditions/path.ts';
import { smallestChange } from '@baton/rules/conditions/smallest-change.ts';
import { childrenOf, isLeaf } from '@baton/rules/conditions/walk.ts';
import type { Json } from '@baton/rules/json.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { leaf } from '../support/documents.ts';

/** Four facts, and for each what it can be in the brute-force search below. */
const world: Record<string, (Json | undefined)[]> = {
  '$.days': [-1, 0, 1, 2, 3, 4, 5, 6, undefined],
  '$.tier': ['gold', 'silver', 'other', undefined],
  '$.agreed': [true, false, undefined],
  '$.tags': [[], ['a'], ['b'], ['a', 'b'], undefined],
};

const meaning = fc.constantFrom('', '', 'known:', 'orUnknown:');
const comparison: fc.Arbitrary<Leaf> = fc.oneof(
  fc
    .tuple(
      fc.constantFrom(
        'equal',
        'notEqual',
        'lessThan',
        'lessThanInclusive',
        'greaterThan',
        'greaterThanInclusive',
      ),
      fc.integer({ min: 0, max: 5 }),
    )
    .map(([operator, value]) => leaf('contact', '$.days', operator, value)),
  fc
    .tuple(fc.nat({ max: 4 }), fc.nat({ max: 2 }))
    .map(([low, wide]) => leaf('contact', '$.days', 'between', [low, low + wide])),
  fc
    .tuple(
      fc.constantFrom('in', 'notIn'),
      fc.constantFrom<string[]>(['gold'], ['silver'], ['gold', 'silver']),
    )
    .map(([operator, value]) => leaf('contact', '$.tier', operator, value)),
  fc.boolean().map((value) => leaf('contact', '$.agreed', 'equal', value)),
  fc
    .tuple(fc.constantFrom('contains', 'doesNotContain'), fc.constantFrom('a', 'b'))
    .map(([operator, value]) => leaf('contact', '$.tags', operator, value)),
);
const line: fc.Arbitrary<Leaf> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(meaning, comparison).map(([word, of]) => ({ ...of, operator: word + of.operator })),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(...Object.keys(world)), fc.boolean())
      .map(([path, value]) => leaf('contact', path, 'isKnown', value)),
  },
);
const { node } = fc.letrec<{ node: Condition }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    line,
    fc.record({ all: fc.array(tie('node'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ any: fc.array(tie('node'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ not: tie('node') }),
  ),
}));
const condition: fc.Arbitrary<Root> = fc
  .tuple(fc.boolean(), fc.array(node, { minLength: 1, maxLength: 4 }))
  .map(([all, nodes]) => (all ? { all: nodes } : { any: nodes }));

const snapshot: fc.Arbitrary<Facts> = fc
  .tuple(
    ...Object.entries(world).map(([path, values]) => fc.tuple(fc.constant(path), fc.constantFrom(...values))),
  )
  .map((entries) =>
    entries.reduce<Facts>((facts, [path, value]) => withFact(facts, { fact: 'contact', path }, value), {}),
  );

const wanted = fc.constantFrom('true', 'false' as const);
const asksWhetherKnown = (node: Condition): boolean =>
  isLeaf(node) ? node.operator === 'isKnown' : childrenOf(node).some(asksWhetherKnown);

test('applying the change gives the outcome wanted, and what it names is what changed', async () => {
  const found = { none: 0, one: 0, more: 0 };
  await fc.assert(
    fc.asyncProperty(condition, snapshot, wanted, async (root, facts, wanted) => {
      const change = smallestChange(root, facts, wanted);
      if (!change) {
        found.none += 1;
        return;
      }
      found[change.changes.length > 1 ? 'more' : 'one'] += 1;

      expect((await evaluate(root, change.facts)).outcome).toBe(wanted);
      const applied = change.changes.reduce(
        (held, { to, ...reference }) => withFact(held, reference, to),
        facts,
      );
      expect(change.facts).toEqual(applied);
      if (change.changes.length === 0) expect((await evaluate(root, facts)).outcome).toBe(wanted);
    }),
    { numRuns: 1500 },
  );
  expect(Math.min(found.one, found.more)).toBeGreaterThan(100);
});

test('where one known value would do, no more than one fact is named', async () => {
  let single = 0;
  await fc.assert(
    fc.asyncProperty(
      condition.filter((root) => !asksWhetherKnown(root)),
      snapshot,
      wanted,
      async (root, facts, wanted) => {
        const tries = Object.entries(world).flatMap(([path, values]) =>
          values
            .filter((value) => value !== undefined)
            .map((value) => withFact(facts, { fact: 'contact', path }, value)),
        );
        const outcomes = await Promise.all(tries.map((tried) => evaluate(root, tried)));
        if (!outcomes.some(({ outcome }) => outcome === wanted)) return;
        single += 1;

        expect(smallestChange(root, facts, wanted)?.changes.length).toBeLessThanOrEqual(1);
      },
    ),
    { numRuns: 400 },
  );
  expect(single).toBeGreaterThan(100);
});

describe('the change named', () => {
  const facts: Facts = { clock: { now: '2026-03-10T09:00:00Z' }, contact: { days: 52, tier: 'silver' } };
  const changesOf = (root: Root, domain?: { type: string; values?: string[]; max?: number }) =>
    smallestChange(root, facts, 'true', () => domain)?.changes;

  test('is the limit itself, not a value far beyond it', () => {
    expect(changesOf({ all: [leaf('contact', '$.days', 'between', [60, 180])] })).toEqual([
      { fact: 'contact', path: '$.days', from: 52, to: 60 },
    ]);
  });

  test('prefers the way through "any" that needs the fewest facts', () => {
    const root: Root = {
      any: [
        { all: [leaf('contact', '$.days', 'greaterThan', 100), leaf('contact', '$.tier', 'equal', 'gold')] },
        leaf('contact', '$.tier', 'notEqual', 'silver'),
      ],
    };

    expect(changesOf(root, { type: 'enum', values: ['gold', 'silver'] })).toEqual([
      { fact: 'contact', path: '$.tier', from: 'silver', to: 'gold' },
    ]);
  });

  test('names every line of an "all" that three facts keep from holding', () => {
    const root: Root = {
      all: [
        leaf('contact', '$.days', 'greaterThanInclusive', 60),
        leaf('contact', '$.tier', 'in', ['gold', 'platinum']),
        leaf('contact', '$.agreed', 'equal', true),
        leaf('contact', '$.seen', 'withinLast', 'P7D'),
      ],
    };

    expect(changesOf(root)?.map(({ path }) => path)).toEqual(['$.days', '$.tier', '$.agreed', '$.seen']);
  });

  test('is nothing where no contact could ever have the value', () => {
    expect(
      changesOf({ all: [leaf('contact', '$.days', 'greaterThan', 100)] }, { type: 'number', max: 90 }),
    ).toBe(undefined);
  });
});
