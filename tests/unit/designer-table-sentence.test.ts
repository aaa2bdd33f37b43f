import { describe, expect, test } from 'vitest';
import { noFacts } from '../../designer/src/lib/conditions/facts-in-scope.ts';
import { addTypedRows, columnScope, sentencesOf } from '../../designer/src/lib/table/table-sentence.ts';
import { aTable, frozen, leaf } from '../support/documents.ts';

const table = frozen(aTable());
const score = leaf('contact', '$.score', 'lessThan', 30);
const tier = leaf('contact', '$.tier', 'orUnknown:equal', 'gold');

describe('a table in sentences', () => {
  test('says its rows in order, each phrase with its cell', () => {
    const [first, second, last] = sentencesOf(table, noFacts);
    const words = (sentence: typeof first) => sentence?.phrases.map(({ text }) => text).join('');

    expect(words(first)).toBe('When Score is between 80 and 100 and Tier is gold, then Team is key');
    expect(words(second)).toBe('Otherwise, when Score is at least 80, then Team is inside');
    expect(words(last)).toBe('In every other case Team is triage');
    expect(first?.phrases.filter(({ spot }) => spot).map(({ spot }) => spot)).toEqual([
      { row: 0, column: 0 },
      { row: 0, column: 1 },
      { row: 0, column: 2 },
    ]);
  });

  test('begins with the row whose output counts most where priority decides, and says what is missing', () => {
    const [output] = table.outputs;
    if (!output) throw new Error('an output');
    const byPriority = sentencesOf(
      aTable({
        hitPolicy: 'priority',
        outputs: [{ ...output, values: ['triage', 'inside', 'key'] }],
        rows: [...table.rows.slice(0, 2), { id: 'r3', cells: {}, out: { o1: 'triage' } }],
      }),
      noFacts,
    );
    const unsaid = sentencesOf(aTable({ rows: [{ id: 'r1', cells: {}, out: {} }] }), noFacts);

    expect(byPriority.map(({ id }) => id)).toEqual(['r3', 'r2', 'r1']);
    expect(unsaid[0]?.phrases.at(-1)).toMatchObject({ text: 'Team is not said yet', isMissing: true });
  });
});

describe('a row that was typed', () => {
  test('stands before the one that takes whatever is left, one for each "or"', () => {
    const typed = addTypedRows(table, { any: [{ all: [score, tier] }, tier] });

    expect(typed.ok && typed.document.rows.map(({ id }) => id)).toEqual(['r1', 'r2', 'r4', 'r5', 'r3']);
    expect(typed.ok && typed.document.rows[2]).toEqual({
      id: 'r4',
      cells: {
        i1: { operator: 'known:lessThan', value: 30 },
        i2: { operator: 'orUnknown:equal', value: 'gold' },
      },
      out: {},
    });
  });

  test('asks columns of the table, each once', () => {
    const reason = (condition: Parameters<typeof addTypedRows>[1]) => {
      const typed = addTypedRows(table, condition);
      return typed.ok ? '' : typed.reason;
    };

    expect(reason(leaf('contact', '$.other', 'equal', 1))).toMatch(/no column for this/);
    expect(reason({ all: [score, score] })).toBe('A row asks “Score” once.');
    expect(columnScope(table, noFacts).all.map(({ label }) => label)).toEqual(['Score', 'Tier']);
  });
});
