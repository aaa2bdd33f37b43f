import type { Condition, Leaf, LeafValue, Root } from '@baton/rules/conditions/condition.ts';
import type { Facts } from '@baton/rules/conditions/path.ts';
import type { FactReference } from '@baton/rules/documents/common.ts';
import type { Json, JsonObject } from '@baton/rules/json.ts';
import fc from 'fast-check';

/** Conditions of typed comparisons and snapshots of facts that mostly fit them; what does not fit is the point. */
export type Decisions = { roots: Root[]; facts: Facts };

/** How many conditions share a snapshot, as the rules for one event do. */
export const rootsEach = 5;

const numbers = [0, -0, 1, 2, 2.5, -1, 1e21];
const texts = ['', 'a', 'b', 'ab', 'gold', '1', 'true'];
const dates = [
  '2026-03-01',
  '2026-03-01T09:00:00Z',
  '2026-03-01T10:00:00+02:00',
  '2026-02-22T09:00:00Z',
  '2024-12-31',
];
const noDates = ['2026-02-31', '2026-03-01T09:00:00', 'yesterday', '2026-3-1'];
const spans = ['P7D', 'PT1H', 'P0D', 'P1M', '7'];

const scalar = fc.constantFrom<string | number | boolean>(...numbers, ...texts, ...dates, true, false);
const list = fc.oneof(
  fc.array(fc.constantFrom(...texts), { maxLength: 3 }),
  fc.array(fc.oneof(scalar, fc.constant(null), fc.array(scalar, { maxLength: 2 })), { maxLength: 3 }),
);

/** Where facts stand, and what usually stands there. */
const places = [
  { path: '$.amount', usual: fc.constantFrom<Json>(...numbers) },
  { path: '$.tier', usual: fc.constantFrom<Json>(...texts) },
  { path: '$.agreed', usual: fc.boolean() },
  { path: '$.seen', usual: fc.constantFrom<Json>(...dates, ...noDates) },
  { path: '$.tags', usual: list },
  { path: '$.deep.amount', usual: fc.constantFrom<Json>(...numbers) },
  { path: '$.deep.er.tags', usual: list },
];
const roots = ['contact', 'event', 'constructor'];

const anything: fc.Arbitrary<Json> = fc.oneof(
  scalar,
  fc.constant(null),
  list,
  fc.constantFrom<Json>({}, { amount: 1 }, { length: 1, 0: 'a' }, ...noDates),
);

const snapshot: fc.Arbitrary<Facts> = fc
  .tuple(
    fc.array(
      fc.oneof(
        ...places.map(({ path, usual }) =>
          fc.tuple(
            fc.constantFrom(...roots),
            fc.constant(path),
            fc.oneof(
              { weight: 7, arbitrary: usual },
              { weight: 1, arbitrary: fc.constant(null) },
              { weight: 2, arbitrary: anything },
            ),
          ),
        ),
      ),
      { maxLength: 14 },
    ),
    fc.oneof(
      { weight: 5, arbitrary: fc.constant<Json>({ now: '2026-03-01T09:00:00Z' }) },
      { weight: 1, arbitrary: fc.constantFrom<Json>({}, { now: null }, { now: 'noon' }, { now: 5 }, 'now') },
    ),
    fc.option(fc.tuple(fc.constantFrom(...roots), anything), { freq: 12 }),
  )
  .map(([values, clock, spoiled]) => {
    const facts: Record<string, JsonObject> = {};
    for (const [root, path, value] of values) put(facts, [root, ...path.split('.').slice(1)], value);
    Reflect.set(facts, 'clock', clock);
    if (spoiled) Reflect.set(facts, spoiled[0], spoiled[1]);
    return facts;
  });

/** Sets a value below own properties only; what is in the way stays and wins. */
function put(target: object, [name = '', ...rest]: readonly string[], value: Json): void {
  if (rest.length === 0) {
    Reflect.set(target, name, value);
    return;
  }
  if (!Object.hasOwn(target, name)) Reflect.set(target, name, {});
  const below: unknown = Reflect.get(target, name);
  if (typeof below === 'object' && below !== null && !Array.isArray(below)) put(below, rest, value);
}

const reference: fc.Arbitrary<FactReference> = fc.record({
  fact: fc.constantFrom(...roots, 'clock', 'nobody'),
  path: fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...places.map(({ path }) => path)) },
    { weight: 1, arbitrary: fc.constantFrom('$.deep', '$.now', '$.toString', '$.tags.length', '$.tier.x') },
  ),
});

const listed = fc.array(scalar, { minLength: 1, maxLength: 3 });
const values: Record<string, fc.Arbitrary<LeafValue>> = {
  equal: scalar,
  notEqual: scalar,
  lessThan: fc.constantFrom(...numbers),
  lessThanInclusive: fc.constantFrom(...numbers),
  greaterThan: fc.constantFrom(...numbers),
  greaterThanInclusive: fc.constantFrom(...numbers),
  in: listed,
  notIn: listed,
  contains: scalar,
  doesNotContain: scalar,
  isKnown: fc.boolean(),
  between: fc.tuple(fc.constantFrom(...numbers), fc.constantFrom(...numbers)),
  dateBefore: fc.constantFrom(...dates),
  dateAfter: fc.constantFrom(...dates),
  withinLast: fc.constantFrom(...spans),
  textContains: fc.constantFrom(...texts),
  textStartsWith: fc.constantFrom(...texts),
};

const decorators = fc.tuple(
  fc.constantFrom('', '', 'known:', 'orUnknown:'),
  fc.oneof(
    { weight: 5, arbitrary: fc.constant('') },
    { weight: 3, arbitrary: fc.constantFrom('not:', 'someFact:', 'everyFact:') },
    {
      weight: 1,
      arbitrary: fc.constantFrom('not:not:', 'not:someFact:', 'everyFact:not:', 'someFact:everyFact:'),
    },
  ),
);

const leaf: fc.Arbitrary<Leaf> = fc.oneof(
  ...Object.entries(values).map(([base, fitting]) =>
    fc
      .tuple(
        reference,
        decorators,
        fc.oneof(
          { weight: 6, arbitrary: fitting },
          { weight: 2, arbitrary: reference },
          { weight: 1, arbitrary: scalar },
          { weight: 1, arbitrary: listed },
        ),
      )
      .map(([{ fact, path }, [meaning, more], value]) => ({
        fact,
        path,
        operator: `${meaning}${more}${base}`,
        value,
      })),
  ),
);

const { node } = fc.letrec<{ node: Condition }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4, depthSize: 'small', withCrossShrink: true },
    { weight: 3, arbitrary: leaf },
    { weight: 1, arbitrary: fc.record({ all: fc.array(tie('node'), { minLength: 1, maxLength: 3 }) }) },
    { weight: 1, arbitrary: fc.record({ any: fc.array(tie('node'), { minLength: 1, maxLength: 3 }) }) },
    { weight: 1, arbitrary: fc.record({ not: tie('node') }) },
  ),
}));

const root: fc.Arbitrary<Root> = fc
  .tuple(fc.boolean(), fc.array(node, { minLength: 1, maxLength: 3 }))
  .map(([all, nodes]) => (all ? { all: nodes } : { any: nodes }));

/** Each condition on these facts is a case. */
export const decisions: fc.Arbitrary<Decisions> = fc.record({
  roots: fc.array(root, { minLength: rootsEach, maxLength: rootsEach }),
  facts: snapshot,
});
