import type { Condition, Leaf } from '@baton/rules/conditions/condition.ts';
import { inOrder } from '@baton/rules/decide/row-order.ts';
import type { DecisionTable } from '@baton/rules/documents/table.ts';
import { ifUnknownOf, withIfUnknown } from '@baton/rules/edit/conditions.ts';
import { type Edited, edited, refused } from '@baton/rules/edit/edited.ts';
import { addRow } from '@baton/rules/edit/table.ts';
import { type FactInScope, type FactScope, keyOf } from '../conditions/facts-in-scope.ts';
import { phrasesOf } from '../conditions/sentence.ts';
import { treeOf } from '../conditions/tree.ts';
import { sayValue } from '../words/values.ts';
import type { Spot } from './spot.ts';

type Row = DecisionTable['rows'][number];

/** A piece of a sentence; `spot`: the cell that it says. */
type CellPhrase = { text: string; spot?: Spot; isMissing?: true };
/** A row in words. `id` is what tests and notes call it. */
export type RowSentence = { id: string; phrases: readonly CellPhrase[]; note: string | undefined };

/** A table in words, the row that counts first at first. */
export function sentencesOf(table: DecisionTable, scope: FactScope): RowSentence[] {
  const columns = columnScope(table, scope);
  const rows = inOrder(table, table.rows);
  const isOneOnly = table.hitPolicy === 'first' || table.hitPolicy === 'priority';
  return rows.map((row, place) => ({
    id: row.id,
    phrases: [
      ...askedIn(table, row, columns, isOneOnly && place > 0),
      ...givenOutIn(table, row, table.rows.indexOf(row)),
    ],
    note: row.note,
  }));
}

function askedIn(table: DecisionTable, row: Row, scope: FactScope, isLater: boolean): CellPhrase[] {
  const lines = linesOf(table, row);
  if (lines.length === 0) return [{ text: isLater ? 'In every other case ' : 'In every case ' }];
  const at = table.rows.indexOf(row);
  const phrases = phrasesOf(treeOf({ all: lines.map(({ leaf }) => leaf) }), scope);
  return [
    { text: isLater ? 'Otherwise, when ' : 'When ' },
    ...phrases.map(({ text, line }): CellPhrase => {
      const column = line && lines[line.at[0] ?? 0]?.column;
      return column === undefined ? { text } : { text, spot: { row: at, column } };
    }),
    { text: ', then ' },
  ];
}

function linesOf(table: DecisionTable, row: Row): { leaf: Leaf; column: number }[] {
  return table.inputs.flatMap(({ id, fact, path }, column) => {
    const cell = row.cells[id];
    return cell ? [{ leaf: { fact, path, ...cell }, column }] : [];
  });
}

function givenOutIn(table: DecisionTable, row: Row, at: number): CellPhrase[] {
  return table.outputs.flatMap(({ id, label }, index): CellPhrase[] => {
    const spot = { row: at, column: table.inputs.length + index };
    const value = row.out[id];
    const joint = index === 0 ? [] : [{ text: index === table.outputs.length - 1 ? ' and ' : ', ' }];
    return value === undefined
      ? [...joint, { text: `${label} is not said yet`, spot, isMissing: true }]
      : [...joint, { text: `${label} is ${sayValue(value)}`, spot }];
  });
}

/** What the columns ask, by the names that they have in this table. */
export function columnScope(table: DecisionTable, scope: FactScope): FactScope {
  const all = table.inputs.map(({ fact, path, label, type, values }): FactInScope => {
    const known = scope.find({ fact, path });
    const listed = values ?? known?.values;
    return { group: label, ...known, fact, path, label, type, ...(listed ? { values: listed } : {}) };
  });
  const byKey = new Map(all.map((column) => [keyOf(column), column]));
  return { all, find: (reference) => byKey.get(keyOf(reference)) };
}

/** Adds what was typed as rows, one for each "or"; before the last row where that one takes whatever is left. */
export function addTypedRows(table: DecisionTable, condition: Condition): Edited<DecisionTable> {
  const last = table.rows.at(-1);
  const isRest = table.hitPolicy === 'first' && last !== undefined && Object.keys(last.cells).length === 0;
  const ways = 'any' in condition ? condition.any : [condition];
  let edit: Edited<DecisionTable> = edited(table);
  for (const [offset, way] of ways.entries()) {
    if (!edit.ok) return edit;
    const cells = cellsFrom(table, way);
    const at = table.rows.length + offset - (isRest ? 1 : 0);
    edit = cells.ok ? addRow(edit.document, at, { cells: cells.document }) : cells;
  }
  return edit;
}

function cellsFrom(table: DecisionTable, way: Condition): Edited<Row['cells']> {
  const cells: Row['cells'] = {};
  for (const line of 'all' in way ? way.all : [way]) {
    if (!('fact' in line)) return refused('A row asks one thing after the other, without groups.');
    const input = table.inputs.find(({ fact, path }) => fact === line.fact && path === line.path);
    if (!input) return refused('The table has no column for this. Add one under Table.');
    if (cells[input.id]) return refused(`A row asks “${input.label}” once.`);
    const meaning = ifUnknownOf(line.operator) === 'yes' ? 'yes' : 'no';
    cells[input.id] = { operator: withIfUnknown(line.operator, meaning), value: line.value };
  }
  return edited(cells);
}
