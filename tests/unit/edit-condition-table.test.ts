import type { Root } from '@baton/rules/conditions/condition.ts';
import {
  addRow,
  addToRow,
  conditionTable,
  emptyCell,
  removeRow,
  type TableRow,
  typeInCell,
} from '@baton/rules/edit/condition-table.ts';
import type { EditedCondition } from '@baton/rules/edit/conditions.ts';
import { describe, expect, test } from 'vitest';
import { frozen, leaf } from '../support/documents.ts';

const line = (path: string, name?: string) => ({
  ...leaf('contact', `$.${path}`, 'equal', 1),
  ...(name ? { name } : {}),
});
const [a, b, c, d, e] = [line('a'), line('b'), line('c'), line('d'), line('e')];

/** The rows as letters of the lines, a dash where nothing is asked. */
const rowsOf = (root: Root) => conditionTable(root).rows.map(sayRow);
const sayRow = ({ cells }: TableRow) =>
  cells.map((cell) => (cell ? `${cell.negated ? '!' : ''}${cell.leaf.path.slice(2)}` : '-')).join('');

function rowIn(root: Root, said: string): TableRow {
  const row = conditionTable(root).rows.find((one) => sayRow(one) === said);
  if (!row) throw new Error(`no row ${said} in ${rowsOf(root).join(' ')}`);
  return row;
}
const made = (edit: EditedCondition) => (edit.ok ? edit.document : edit.reason);

describe('the rows of a condition', () => {
  test('are one for "all of", one for each entry of "any of", and every combination of several groups', () => {
    expect(rowsOf({ all: [a, b] })).toEqual(['ab']);
    expect(rowsOf({ any: [a, { all: [b, c] }] })).toEqual(['a--', '-bc']);
    expect(rowsOf({ all: [a, { any: [b, c] }, { any: [d, e] }] })).toEqual([
      'ab-d-',
      'ab--e',
      'a-cd-',
      'a-c-e',
    ]);
  });

  test('of negated groups are negated cells', () => {
    expect(rowsOf({ all: [a, { not: { any: [b, c] } }] })).toEqual(['a!b!c']);
    expect(rowsOf({ all: [a, { not: { all: [b, { not: c }] } }] })).toEqual(['a!b-', 'a-c']);
  });

  test('have two columns for a fact that is asked twice, and one where different rows ask it', () => {
    const other = { ...a, value: 2 };
    expect(conditionTable({ all: [a, other] }).columns.map(({ nth }) => nth)).toEqual([0, 1]);
    expect(conditionTable({ any: [a, { all: [other, b] }] }).columns.map(({ path }) => path)).toEqual([
      '$.a',
      '$.b',
    ]);
  });

  test('are counted where they are too many to be shown', () => {
    const pair = { any: [a, b] };
    const table = conditionTable({ all: Array.from({ length: 50 }, () => pair) });

    expect(table.count).toBe(2 ** 50);
    expect(table.rows.length).toBe(64);
  });

  test('name the node whose reach is theirs, where nothing after it is asked', () => {
    const counted = (root: Root) => conditionTable(root).rows.map((row) => row.counted);
    expect(counted({ all: [a, { any: [b, { ...c, name: 'n7' }] }] })).toEqual(['n4', 'n7']);
    expect(counted({ all: [{ any: [b, c] }, a] })).toEqual([undefined, undefined]);
    expect(counted({ all: [a, { not: { all: [b, c] } }] })).toEqual([undefined, undefined]);
  });
});

describe('an edit of a row', () => {
  const twoWays = frozen<Root>({ name: 'n9', all: [a, { any: [{ ...b, name: 'n3' }, { all: [c, d] }] }] });

  test('types into a cell as into one of a decision table, and keeps names and what unknown means', () => {
    const [row] = conditionTable(twoWays).rows;
    const cell = row?.cells[1];
    if (!cell) throw new Error('b');

    expect(made(typeInCell(twoWays, cell, { type: 'number' }, '< 5'))).toEqual({
      name: 'n9',
      all: [
        a,
        {
          any: [{ ...b, name: 'n3', operator: 'lessThan', value: 5 }, { all: [c, d] }],
        },
      ],
    });
    expect(made(typeInCell(twoWays, cell, { type: 'number' }, 'many'))).toMatch(
      /^“many” cannot be read here/,
    );
  });

  test('adds a line to its alternative only', () => {
    expect(made(addToRow(twoWays, rowIn(twoWays, 'ab--'), e))).toEqual({
      name: 'n9',
      all: [a, { any: [{ all: [{ ...b, name: 'n3' }, e] }, { all: [c, d] }] }],
    });
    expect(made(addToRow(twoWays, rowIn(twoWays, 'a-cd'), e))).toEqual({
      name: 'n9',
      all: [a, { any: [{ ...b, name: 'n3' }, { all: [c, d, e] }] }],
    });
    expect(made(addToRow({ any: [a] }, rowIn({ any: [a] }, 'a'), b))).toEqual({ any: [{ all: [a, b] }] });
  });

  test('says why where the tree has no place for it', () => {
    const crossed: Root = { all: [{ any: [a, b] }, { any: [c, d] }] };
    const negated: Root = { all: [{ not: { all: [a, b] } }] };

    expect(made(addToRow(crossed, rowIn(crossed, 'a-c-'), e))).toMatch(
      /Change the groups under Conditions\.$/,
    );
    expect(made(removeRow(crossed, rowIn(crossed, 'a-c-')))).toMatch(/Change the groups under Conditions\.$/);
    expect(made(addRow(crossed, e))).toMatch(/under Conditions\.$/);
    expect(made(addRow(negated, e))).toMatch(/negated group/);
    expect(made(removeRow({ all: [a] }, rowIn({ all: [a] }, 'a')))).toMatch(/^The only row stays/);
    expect(made(emptyCell(twoWays, [1, 0]))).toMatch(/Remove the row/);
    expect(made(emptyCell({ all: [a] }, [0]))).toMatch(/at least one line/);
  });

  test('removes its alternative, or a line from it', () => {
    expect(made(removeRow(twoWays, rowIn(twoWays, 'a-cd')))).toEqual({
      name: 'n9',
      all: [a, { any: [{ ...b, name: 'n3' }] }],
    });
    expect(made(emptyCell(twoWays, [1, 1, 0]))).toEqual({
      name: 'n9',
      all: [a, { any: [{ ...b, name: 'n3' }, { all: [d] }] }],
    });
  });
});

test('a further row is another entry of the group of alternatives, or one beside the whole', () => {
  expect(made(addRow({ all: [a, { any: [b, c] }] }, d))).toEqual({ all: [a, { any: [b, c, d] }] });
  expect(made(addRow({ name: 'n1', all: [a, b] }, c))).toEqual({ any: [{ name: 'n1', all: [a, b] }, c] });
  expect(made(addRow({ any: [a] }, b))).toEqual({ any: [a, b] });
});
