import type { DecisionTable } from '../documents/table.ts';
import { type Cell, parseCell } from './cell-text.ts';
import { changeIfUnknown, type IfUnknown } from './conditions.ts';
import { type Edited, edited, refused } from './edited.ts';

type Row = DecisionTable['rows'][number];
type Input = DecisionTable['inputs'][number];
type Output = DecisionTable['outputs'][number];
type Value = Row['out'][string];
type EditedTable = Edited<DecisionTable>;

const limits = { rows: 1000, columns: 50 } as const;

/** Puts a row before the row at `index`; its outputs are empty until somebody says them, which the check then asks for. */
export function addRow(table: DecisionTable, index: number, given: Partial<Row> = {}): EditedTable {
  if (table.rows.length >= limits.rows) return refused(`A table holds ${limits.rows} rows at most.`);
  const row: Row = { cells: {}, out: {}, ...given, id: freeId('r', table.rows) };
  return edited({ ...table, rows: table.rows.toSpliced(index, 0, row) });
}

/** A second row of the same below it. */
export function duplicateRow(table: DecisionTable, id: string): EditedTable {
  const index = table.rows.findIndex((row) => row.id === id);
  const row = table.rows[index];
  return row ? addRow(table, index + 1, structuredClone(row)) : noRow;
}

export function removeRow(table: DecisionTable, id: string): EditedTable {
  const rows = table.rows.filter((row) => row.id !== id);
  if (rows.length === table.rows.length) return noRow;
  return rows.length === 0 ? refused('A table needs at least one row.') : edited({ ...table, rows });
}

/** Rows are asked in their order, so with "first" moving one may change who wins. */
export function moveRow(table: DecisionTable, id: string, by: -1 | 1): EditedTable {
  const moved = movedBy(table.rows, id, by);
  return moved ? edited({ ...table, rows: moved }) : refused('The row stands at the end already.');
}

export function changeNote(table: DecisionTable, id: string, note: string): EditedTable {
  if (note.length > 500) return refused('A note has 500 characters at most.');
  return changeRow(table, id, ({ note: _, ...row }) => (note === '' ? row : { ...row, note }));
}

export function changeHitPolicy(table: DecisionTable, hitPolicy: DecisionTable['hitPolicy']): EditedTable {
  return edited({ ...table, hitPolicy });
}

/** What a row asks of a column; without a cell it does not ask. */
export function changeCell(
  table: DecisionTable,
  id: string,
  column: string,
  cell: Cell | undefined,
): EditedTable {
  if (!table.inputs.some((input) => input.id === column)) return noColumn;
  return changeRow(table, id, (row) => {
    const { [column]: _, ...others } = row.cells;
    return { ...row, cells: cell ? { ...others, [column]: cell } : others };
  });
}

/** The same as it is typed, in the text form of cells. */
export function typeCell(table: DecisionTable, id: string, column: string, text: string): EditedTable {
  const input = table.inputs.find((one) => one.id === column);
  const row = table.rows.find((one) => one.id === id);
  if (!row) return noRow;
  if (input) {
    const read = parseCell(text, input, row.cells[column]);
    return read.ok ? changeCell(table, id, column, read.cell) : read;
  }
  const output = table.outputs.find((one) => one.id === column);
  if (!output) return noColumn;
  const value = readOutput(text, output);
  return value.ok ? changeOut(table, id, column, value.value) : value;
}

export function changeCellIfUnknown(
  table: DecisionTable,
  id: string,
  column: string,
  meaning: IfUnknown,
): EditedTable {
  const cell = table.rows.find((row) => row.id === id)?.cells[column];
  if (!cell) return refused('The row does not ask about this column.');
  const changed = changeIfUnknown({ all: [{ fact: 'x', path: '$.x', ...cell }] }, [0], meaning);
  if (!changed.ok) return changed;
  const [line] = 'all' in changed.document ? changed.document.all : [];
  return line && 'operator' in line
    ? changeCell(table, id, column, { operator: line.operator, value: line.value })
    : noColumn;
}

/** What a row gives out. `undefined` empties the cell. */
export function changeOut(
  table: DecisionTable,
  id: string,
  column: string,
  value: Value | undefined,
): EditedTable {
  if (!table.outputs.some((output) => output.id === column)) return noColumn;
  return changeRow(table, id, (row) => {
    const { [column]: _, ...others } = row.out;
    return { ...row, out: value === undefined ? others : { ...others, [column]: value } };
  });
}

function readOutput(
  typed: string,
  { type, values }: Output,
): { ok: true; value: Value | undefined } | { ok: false; reason: string } {
  const text = typed.trim();
  if (text === '') return { ok: true, value: undefined };
  if (type === 'number')
    return /^-?\d+(\.\d+)?$/.test(text)
      ? { ok: true, value: Number(text) }
      : refusedValue(`“${text}” is no number.`);
  if (type === 'boolean') {
    const value = { yes: true, true: true, no: false, false: false }[text.toLowerCase()];
    return value === undefined ? refusedValue('Write yes or no.') : { ok: true, value };
  }
  if (values && !values.includes(text))
    return refusedValue(`“${text}” is not among the values of the column: ${values.join(', ')}.`);
  return { ok: true, value: text };
}

const refusedValue = (reason: string): { ok: false; reason: string } => ({ ok: false, reason });

/**
 * Puts tab-separated lines into the cells from one on, as a spreadsheet does: rows that are missing are added, what lies
 * beyond the last column is left out. One text that cannot be read refuses the whole, so that nothing is half pasted.
 */
export function paste(
  table: DecisionTable,
  from: { row: string; column: string },
  text: string,
): EditedTable {
  const columns = [...table.inputs, ...table.outputs].map(({ id }) => id);
  const first = table.rows.findIndex(({ id }) => id === from.row);
  const start = columns.indexOf(from.column);
  if (first < 0) return noRow;
  if (start < 0) return noColumn;

  let pasted = table;
  for (const [down, line] of linesOf(text).entries()) {
    if (first + down >= pasted.rows.length) {
      const added = addRow(pasted, pasted.rows.length);
      if (!added.ok) return added;
      pasted = added.document;
    }
    const row = pasted.rows[first + down]?.id ?? '';
    for (const [right, cell] of line.split('\t').entries()) {
      const column = columns[start + right];
      if (column === undefined) break;
      const typed = typeCell(pasted, row, column, cell);
      if (!typed.ok) return refused(`Nothing was pasted. Line ${down + 1}: ${typed.reason}`);
      pasted = typed.document;
    }
  }
  return edited(pasted);
}

const linesOf = (text: string): string[] => text.replace(/\r\n?/g, '\n').replace(/\n$/, '').split('\n');

export function addInput(table: DecisionTable, given: Omit<Input, 'id'>): EditedTable {
  if (table.inputs.length >= limits.columns) return tooManyColumns;
  if (table.inputs.some(({ fact, path }) => fact === given.fact && path === given.path))
    return refused('The table asks about this fact already.');
  return edited({ ...table, inputs: [...table.inputs, { ...given, id: freeId('i', table.inputs) }] });
}

/** With the column go the cells in it. */
export function removeInput(table: DecisionTable, column: string): EditedTable {
  const inputs = table.inputs.filter(({ id }) => id !== column);
  if (inputs.length === table.inputs.length) return noColumn;
  if (inputs.length === 0) return refused('A table needs at least one column that asks something.');
  const rows = table.rows.map((row) => {
    const { [column]: _, ...cells } = row.cells;
    return { ...row, cells };
  });
  return edited({ ...table, inputs, rows });
}

export function changeInput(
  table: DecisionTable,
  column: string,
  change: Partial<Pick<Input, 'label' | 'values'>>,
): EditedTable {
  if (change.label?.trim() === '') return refused('A column needs a label.');
  const inputs = table.inputs.map((input) => (input.id === column ? { ...input, ...change } : input));
  return edited({ ...table, inputs });
}

export function addOutput(table: DecisionTable, given: Omit<Output, 'id'>): EditedTable {
  if (table.outputs.length >= limits.columns) return tooManyColumns;
  if (table.outputs.some(({ param }) => param === given.param))
    return refused(`The table gives out “${given.param}” already.`);
  return edited({ ...table, outputs: [...table.outputs, { ...given, id: freeId('o', table.outputs) }] });
}

export function removeOutput(table: DecisionTable, column: string): EditedTable {
  const outputs = table.outputs.filter(({ id }) => id !== column);
  if (outputs.length === table.outputs.length) return noColumn;
  if (outputs.length === 0) return refused('A table needs at least one column that gives something out.');
  const rows = table.rows.map((row) => {
    const { [column]: _, ...out } = row.out;
    return { ...row, out };
  });
  return edited({ ...table, outputs, rows });
}

export function changeOutput(
  table: DecisionTable,
  column: string,
  change: Partial<Pick<Output, 'label' | 'values'>>,
): EditedTable {
  if (change.label?.trim() === '') return refused('A column needs a label.');
  const outputs = table.outputs.map((output) => (output.id === column ? { ...output, ...change } : output));
  return edited({ ...table, outputs });
}

/** The order of columns changes what is read first and nothing else; with "priority" also which output counts more. */
export function moveColumn(table: DecisionTable, column: string, by: -1 | 1): EditedTable {
  const inputs = movedBy(table.inputs, column, by);
  if (inputs) return edited({ ...table, inputs });
  const outputs = movedBy(table.outputs, column, by);
  return outputs ? edited({ ...table, outputs }) : refused('The column stands at the end already.');
}

function changeRow(table: DecisionTable, id: string, change: (row: Row) => Row): EditedTable {
  if (!table.rows.some((row) => row.id === id)) return noRow;
  return edited({ ...table, rows: table.rows.map((row) => (row.id === id ? change(row) : row)) });
}

function movedBy<T extends { id: string }>(entries: readonly T[], id: string, by: -1 | 1): T[] | undefined {
  const index = entries.findIndex((entry) => entry.id === id);
  const entry = entries[index];
  const to = index + by;
  if (!entry || to < 0 || to >= entries.length) return undefined;
  return entries.toSpliced(index, 1).toSpliced(to, 0, entry);
}

/** One more than the highest number in use, so that an id that tests or notes name never comes to mean another row. */
function freeId(letter: string, entries: readonly { id: string }[]): string {
  return `${letter}${Math.max(0, ...entries.map(({ id }) => Number(id.slice(1)) || 0)) + 1}`;
}

const noRow: EditedTable = { ok: false, reason: 'The row is not there any more.' };
const noColumn: EditedTable = { ok: false, reason: 'The column is not there any more.' };
const tooManyColumns: EditedTable = {
  ok: false,
  reason: `A table has ${limits.columns} columns of a kind at most.`,
};
