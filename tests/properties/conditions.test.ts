import type { Condition, Leaf, Root } from '@baton/rules/conditions/condition.ts';
import { evaluate, type Facts, type Outcome, resolveReference } from '@baton/rules/conditions/evaluate.ts';
import type { Json, JsonObject } from '@baton/rules/json.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';

/** Small worlds: two roots, three paths, few values, so that equalities and absences happen often. */
const value = fc.constantFrom('a', 'b', 1, 2, true);
const path = fc.constantFrom('$.x', '$.y', '$.deep.z');
const root = fc.constantFrom('contact', 'event');
const stored = fc.oneof(
  { weight: 4, arbitrary: value },
  { weight: 1, arbitrary: fc.constantFrom<Json>(null, ['a', 1]) },
);

/** What is known of each fact; `known: false` leaves it out. */
type World = { fact: string; path: string; value: Json; known: boolean }[];
const world: fc.Arbitrary<World> = fc.tuple(
  ...['contact', 'event'].flatMap((fact) =>
    ['$.x', '$.y', '$.deep.z'].map((path) =>
      fc.record({ fact: fc.constant(fact), path: fc.constant(path), value: stored, known: fc.boolean() }),
    ),
  ),
);

function factsOf(world: World): Facts {
  const facts: Record<string, JsonObject> = {};
  for (const { fact, path, value } of world.filter(({ known }) => known)) {
    const root = facts[fact] ?? {};
    facts[fact] = root;
    if (path === '$.deep.z') root.deep = { z: value };
    else root[path.slice(2)] = value;
  }
  return facts;
}

const operator = fc
  .tuple(
    fc.constantFrom('', '', 'known:', 'orUnknown:'),
    fc.constantFrom('', 'not:'),
    fc.constantFrom('equal', 'notEqual', 'greaterThan', 'isKnown'),
  )
  .map(([meaning, negation, base]) => meaning + negation + base);
const reference = fc.record({ fact: root, path });
const leaf: fc.Arbitrary<Leaf> = fc.record({ fact: root, path, operator, value: fc.oneof(value, reference) });

const { node } = fc.letrec<{ node: Condition }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.record({ all: fc.array(tie('node'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ any: fc.array(tie('node'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ not: tie('node') }),
  ),
}));
const condition: fc.Arbitrary<Root> = fc
  .tuple(fc.boolean(), fc.array(node, { minLength: 1, maxLength: 3 }))
  .map(([all, nodes]) => (all ? { all: nodes } : { any: nodes }));

/** Kleene's strong logic of three values as a table of its own, sharing nothing with the product. */
function oracle(node: Condition, facts: Facts): Outcome {
  if ('all' in node) return lowest(node.all.map((child) => oracle(child, facts)));
  if ('any' in node) return flip(lowest(node.any.map((child) => flip(oracle(child, facts)))));
  if ('not' in node) return flip(oracle(node.not, facts));

  const parts = node.operator.split(':');
  const base = parts.at(-1);
  const seen = look(node.fact, node.path, facts);
  const other =
    typeof node.value === 'object' && 'fact' in node.value
      ? look(node.value.fact, node.value.path, facts)
      : node.value;
  const blind = seen === undefined || (base !== 'isKnown' && other === undefined);
  const decorated = parts[0] === 'known' || parts[0] === 'orUnknown';
  if (decorated && (seen === undefined || other === undefined))
    return parts[0] === 'known' ? 'false' : 'true';
  if (!decorated && base !== 'isKnown' && blind) return 'unknown';
  const holds =
    base === 'equal'
      ? seen === other
      : base === 'notEqual'
        ? seen !== other
        : base === 'greaterThan'
          ? typeof seen === 'number' && typeof other === 'number' && seen > other
          : typeof other === 'boolean' && (seen !== undefined) === other;
  return holds !== parts.includes('not') ? 'true' : 'false';
}

function look(root: string, path: string, facts: Facts): unknown {
  let value: unknown = (facts as Record<string, unknown>)[root];
  for (const name of path.split('.').slice(1))
    value = (value as Record<string, unknown> | undefined | null)?.[name];
  return value ?? undefined;
}

const order: Outcome[] = ['false', 'unknown', 'true'];
const lowest = (outcomes: Outcome[]): Outcome =>
  order[Math.min(...outcomes.map((outcome) => order.indexOf(outcome)))] ?? 'unknown';
const flip = (outcome: Outcome): Outcome => order[2 - order.indexOf(outcome)] ?? 'unknown';

test('a decision is the one of three-valued logic, absent facts and nested negation included', async () => {
  const seen = { true: 0, false: 0, unknown: 0 };
  await fc.assert(
    fc.asyncProperty(condition, world.map(factsOf), async (condition, facts) => {
      const { outcome } = await evaluate(condition, facts);

      seen[outcome] += 1;
      expect(outcome).toBe(oracle(condition, facts));
    }),
    { numRuns: 1500 },
  );
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(100);
});

test('unknown lists absent facts only, and is empty exactly when the outcome is decided', async () => {
  await fc.assert(
    fc.asyncProperty(condition, world.map(factsOf), async (condition, facts) => {
      const { outcome, unknown } = await evaluate(condition, facts);

      expect(unknown.length > 0).toBe(outcome === 'unknown');
      for (const reference of unknown)
        expect(resolveReference(reference, facts) ?? undefined).toBeUndefined();
    }),
    { numRuns: 500 },
  );
});

test('learning a fact never turns a decided outcome over', async () => {
  await fc.assert(
    fc.asyncProperty(condition, world, async (condition, world) => {
      const open = withoutDecorators(condition);
      const before = await evaluate(open, factsOf(world));
      const after = await evaluate(open, factsOf(world.map((entry) => ({ ...entry, known: true }))));

      if (before.outcome !== 'unknown') expect(after.outcome).toBe(before.outcome);
    }),
    { numRuns: 500 },
  );
});

/** The same condition with every meaning of absence left open, which is where the law of learning holds. */
function withoutDecorators(root: Root): Root {
  return JSON.parse(
    JSON.stringify(root)
      .replaceAll(/(known|orUnknown):/g, '')
      .replaceAll('isKnown', 'equal'),
  );
}
