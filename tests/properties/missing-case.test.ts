import { factsFrom } from '@baton/rules/conditions/path.ts';
import { missingCase } from '@baton/rules/decide/missing-case.ts';
import { decideTable } from '@baton/rules/decide/table.ts';
import type { DecisionTable } from '@baton/rules/documents/table.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aTable } from '../support/documents.ts';

const word = fc.constantFrom('', 'known:', 'orUnknown:');
const score = fc
  .tuple(word, fc.constantFrom('lessThan', 'greaterThanInclusive', 'equal'), fc.integer({ min: 0, max: 4 }))
  .map(([meaning, operator, value]) => ({ operator: meaning + operator, value: value * 10 }));
const range = fc
  .tuple(word, fc.nat({ max: 3 }))
  .map(([meaning, from]) => ({ operator: `${meaning}between`, value: [from * 10, from * 10 + 10] }));
const tier = fc
  .tuple(word, fc.constantFrom('equal', 'notEqual'), fc.constantFrom('gold', 'silver'))
  .map(([meaning, operator, value]) => ({ operator: meaning + operator, value }));
const isKnown = fc.boolean().map((value) => ({ operator: 'isKnown', value }));
const cells = fc.oneof(
  fc.record({ i1: fc.oneof(score, range, isKnown) }),
  fc.record({ i2: fc.oneof(tier, isKnown) }),
  fc.record({ i1: fc.oneof(score, range), i2: tier }),
);
const table: fc.Arbitrary<DecisionTable> = fc
  .array(cells, { minLength: 1, maxLength: 6 })
  .map((rows) =>
    aTable({ rows: rows.map((row, index) => ({ id: `r${index + 1}`, cells: row, out: { o1: 'x' } })) }),
  );

const contacts: JsonObject[] = [-5, 0, 5, 10, 15, 20, 25, 30, 35, 40, 45, undefined].flatMap((score) =>
  ['gold', 'silver', undefined].map((tier) => ({
    ...(score === undefined ? {} : { score }),
    ...(tier === undefined ? {} : { tier }),
  })),
);

test('a missing case is one that no row fits, and a complete table has a row for everybody', async () => {
  const seen = { missing: 0, complete: 0, undecided: 0 };
  await fc.assert(
    fc.asyncProperty(table, async (table) => {
      const found = missingCase(table);
      seen[found.kind] += 1;
      const withRow =
        found.kind === 'missing'
          ? { ...table, rows: [...table.rows, { id: 'r99', cells: found.cells, out: { o1: 'new' } }] }
          : table;
      for (const contact of contacts) {
        const facts = factsFrom({ contact });
        const before = await decideTable(table, facts);
        const after = await decideTable(withRow, facts);
        if (found.kind === 'complete') expect(before.kind).toBe('row');
        if (before.kind === 'row') expect(after).toMatchObject({ kind: 'row', row: before.row });
      }
      const caught = await Promise.all(
        contacts.map(async (contact) => {
          const decision = await decideTable(withRow, factsFrom({ contact }));
          return decision.kind === 'row' && decision.row === 'r99';
        }),
      );
      if (found.kind === 'missing') expect(caught).toContain(true);
    }),
    { numRuns: 300 },
  );
  expect(seen.undecided).toBe(0);
  expect(Math.min(seen.missing, seen.complete)).toBeGreaterThan(5);
});

test('names only the columns that matter, and gives up where it cannot know', () => {
  const rows: DecisionTable['rows'] = [
    { id: 'r1', cells: { i1: { operator: 'orUnknown:lessThan', value: 30 } }, out: {} },
    {
      id: 'r2',
      cells: { i1: { operator: 'greaterThan', value: 40 }, i2: { operator: 'equal', value: 'gold' } },
      out: {},
    },
  ];

  expect(missingCase(aTable({ rows }))).toEqual({
    kind: 'missing',
    cells: { i1: { operator: 'known:equal', value: 30 } },
  });
  expect(
    missingCase(
      aTable({
        rows: [
          { id: 'r1', cells: { i1: { operator: 'lessThan', value: { fact: 'a', path: '$.b' } } }, out: {} },
        ],
      }),
    ),
  ).toEqual({
    kind: 'undecided',
  });
});
