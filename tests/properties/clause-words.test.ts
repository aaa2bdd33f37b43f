import type { Condition, Leaf, LeafValue, Root } from '@baton/rules/conditions/condition.ts';
import { childrenOf, leavesOf } from '@baton/rules/conditions/walk.ts';
import { type Address, changeLine, nodeAt } from '@baton/rules/edit/conditions.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readClause, wordsOf } from '../../designer/src/lib/conditions/clause.ts';
import { type FactInScope, factsInScope } from '../../designer/src/lib/conditions/facts-in-scope.ts';
import { phrasesOf } from '../../designer/src/lib/conditions/sentence.ts';
import { treeOf } from '../../designer/src/lib/conditions/tree.ts';
import { frozen, leaf } from '../support/documents.ts';
import { shippedLibrary } from '../support/shipped-library.ts';

const scope = factsInScope(await shippedLibrary(), { events: ['contract.cancelled'] });

const name = fc.option(
  fc.nat({ max: 9999 }).map((number) => `n${number}`),
  { nil: undefined },
);
const meaning = fc.constantFrom('', '', 'known:', 'orUnknown:');
const decorator = fc.constantFrom('', '', '', '', 'not:', 'someFact:');
const operator = fc.constantFrom(
  ...['equal', 'notEqual', 'lessThan', 'greaterThanInclusive', 'in', 'notIn', 'contains', 'doesNotContain'],
  ...['between', 'dateBefore', 'dateAfter', 'withinLast', 'textContains', 'textStartsWith', 'isKnown'],
);

/** Words that a sentence is made of, so that a value is easily taken for another part of it. */
const trickyText = fc.oneof(
  fc.constantFrom('', ' a', 'a  b', 'x and y', 'no, or unknown', 'is', '"quoted"', 'two words', 'Lead score'),
  fc
    .array(fc.constantFrom('is', 'and', 'or', 'unknown', 'city', 'not', 'tier', '3', ','), { maxLength: 5 })
    .map((words) => words.join(' ')),
  fc.string({ maxLength: 12 }),
);
const number = fc.oneof(
  fc.integer({ min: -3000, max: 3000 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0.123456, 1e21, 1e-7),
);
const span = fc.constantFrom('P7D', 'PT48H', 'P1W', 'P1M', 'PT90M', 'P1DT2H', 'PT1H');
const day = fc.constantFrom('2026-03-01', '2026-03-01T10:30:00Z', '2026-03-01T10:30:00+02:00');

function scalarFor({ type, values }: FactInScope): fc.Arbitrary<string | number | boolean> {
  if (type === 'number') return number;
  if (type === 'boolean') return fc.boolean();
  if (type === 'date') return fc.oneof(span, day);
  return values ? fc.constantFrom(...values) : trickyText;
}

/** Mostly what suits the fact and its operator, sometimes anything. */
function valueFor(fact: FactInScope, asked: string): fc.Arbitrary<LeafValue> {
  const scalar = scalarFor(fact);
  const reference = fc.constantFrom(...scope.all).map(({ fact, path }) => ({ path, fact }));
  if (asked === 'isKnown') return fc.boolean();
  if (asked === 'between') return fc.tuple(number, number).map((ends) => ends);
  if (asked === 'in' || asked === 'notIn') return fc.array(scalar, { minLength: 1, maxLength: 4 });
  return fc.oneof({ weight: 6, arbitrary: scalar }, reference, trickyText, number);
}

const line: fc.Arbitrary<Leaf> = fc
  .tuple(fc.constantFrom(...scope.all), meaning, decorator, operator)
  .chain(([fact, before, decorated, asked]) =>
    fc.tuple(valueFor(fact, asked), name).map(([value, called]) => ({
      ...leaf(fact.fact, fact.path, `${asked === 'isKnown' ? '' : before}${decorated}${asked}`, value),
      ...(called ? { name: called } : {}),
    })),
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
  .tuple(fc.boolean(), fc.array(node, { minLength: 1, maxLength: 3 }))
  .map(([all, nodes]) => frozen<Root>(all ? { all: nodes } : { any: nodes }));

const clausesOf = (root: Root) => phrasesOf(treeOf(root), scope).flatMap(({ line: said }) => said ?? []);

test('the words of every clause are read back as its very line, or there are none', () => {
  const offered = new Set<string>();
  const withheld = new Set<string>();
  fc.assert(
    fc.property(condition, (root) => {
      const clauses = clausesOf(root);
      expect(clauses.length).toBe([...leavesOf(root, '')].length);
      for (const { leaf: said, inner } of clauses) {
        const words = wordsOf(said, scope);
        (words === undefined ? withheld : offered).add(said.operator);
        if (words === undefined) continue;
        const read = readClause(words, said, scope);

        expect(read).toEqual({ ok: true, condition: said });
        if (!read.ok) continue;
        expect(changeLine(root, inner, read.condition)).toEqual({ ok: true, document: root, at: inner });
      }
    }),
    { numRuns: 300 },
  );
  expect(offered.size).toBeGreaterThan(20);
  expect(withheld.size).toBeGreaterThan(20);
});

function addresses(node: Condition, at: Address = []): Address[] {
  return [at, ...childrenOf(node).flatMap((child, index) => addresses(child, [...at, index]))];
}

test('a clause that is changed is one node that is changed, in its place and with its name', () => {
  let changed = 0;
  fc.assert(
    fc.property(condition, line, fc.nat(), (root, other, pick) => {
      const clauses = clausesOf(root);
      const clause = clauses[pick % clauses.length];
      const words = wordsOf({ ...other, operator: other.operator.replace('known:', '') }, scope);
      if (!clause || words === undefined) return;
      const read = readClause(words, clause.leaf, scope);
      const edited = read.ok ? changeLine(root, clause.inner, read.condition) : read;
      expect(edited.ok).toBe(true);
      if (!edited.ok) return;
      changed += 1;

      expect(nodeAt(edited.document, clause.inner)).toMatchObject({ fact: other.fact, path: other.path });
      expect(nodeAt(edited.document, clause.inner)?.name).toBe(clause.leaf.name);
      expect(addresses(edited.document)).toEqual(addresses(root));
      for (const at of addresses(root))
        if (!at.every((index, level) => clause.inner[level] === index))
          expect(nodeAt(edited.document, at)).toBe(nodeAt(root, at));
    }),
    { numRuns: 300 },
  );
  expect(changed).toBeGreaterThan(30);
});
