import type { Problem } from '@baton/rules/check/problems.ts';
import { missingCase } from '@baton/rules/decide/missing-case.ts';
import type { DecisionTable } from '@baton/rules/documents/table.ts';
import { cellText } from '@baton/rules/edit/cell-text.ts';
import type { IfUnknown } from '@baton/rules/edit/conditions.ts';
import type { Edited } from '@baton/rules/edit/edited.ts';
import * as edit from '@baton/rules/edit/table.ts';
import { tick } from 'svelte';
import { pressInGrid } from './grid-keys.ts';
import type { Spot } from './spot.ts';

export type Column =
  | { kind: 'input'; input: DecisionTable['inputs'][number] }
  | { kind: 'output'; output: DecisionTable['outputs'][number] };
export type GridSource = {
  table: DecisionTable;
  change: (label: string, edit: (table: DecisionTable) => Edited<DecisionTable>) => string | undefined;
  isReadOnly: boolean;
  problems: readonly Problem[];
  /** What an enum column can be where the column itself lists nothing. */
  valuesOf: (input: DecisionTable['inputs'][number]) => readonly string[] | undefined;
};
export type Grid = ReturnType<typeof createGrid>;

/** A decision table under the keyboard: one cell is current; it is either looked at or written in. */
export function createGrid(source: () => GridSource) {
  let spot = $state.raw<Spot>({ row: 0, column: 0 });
  let written = $state<string>();
  let refusal = $state('');
  let place: HTMLElement | undefined;

  const table = $derived(source().table);
  const columns = $derived<Column[]>([
    ...table.inputs.map((input) => ({ kind: 'input', input }) as const),
    ...table.outputs.map((output) => ({ kind: 'output', output }) as const),
  ]);
  const here = $derived<Spot>({
    row: Math.min(spot.row, table.rows.length - 1),
    column: Math.min(spot.column, columns.length - 1),
  });
  const row = $derived(table.rows[here.row]);
  const column = $derived(columns[here.column]);
  const gap = $derived(
    missingCase({
      ...table,
      inputs: table.inputs.map((input) => {
        const values = source().valuesOf(input);
        return values ? { ...input, values: [...values] } : input;
      }),
    }),
  );
  /** Rows that never win, each with the row that wins first. */
  const masked = $derived(
    new Map(
      source().problems.flatMap(({ code, path, message }) => {
        const winner = /^Row (r\d+) always fits/.exec(message)?.[1];
        return code === 'unreachable-row' && winner ? [[Number(path.split('.')[1]), winner] as const] : [];
      }),
    ),
  );

  function make(label: string, made: (table: DecisionTable) => Edited<DecisionTable>): boolean {
    const reason = source().change(label, made);
    refusal = reason ?? '';
    return reason === undefined;
  }

  async function go(to: Spot): Promise<void> {
    spot = {
      row: Math.max(-1, Math.min(to.row, table.rows.length - 1)),
      column: Math.max(0, Math.min(to.column, columns.length - 1)),
    };
    await tick();
    const cell = place?.querySelector(`[data-spot="${spot.row} ${spot.column}"]`);
    if (cell instanceof HTMLElement) cell.focus();
  }

  function textAt({ row, column }: Spot): string | undefined {
    const one = table.rows[row];
    const of = columns[column];
    if (!one || !of) return '';
    if (of.kind === 'input') return cellText(one.cells[of.input.id], of.input);
    const value = one.out[of.output.id];
    return value === undefined ? '' : typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value);
  }

  function write(text?: string): void {
    if (source().isReadOnly || here.row < 0) return;
    const shown = textAt(here);
    if (shown === undefined && text === undefined) {
      refusal = 'This cell compares in a way that has no short form. Edit it as JSON, or type over it.';
      return;
    }
    refusal = '';
    written = text ?? shown;
  }

  /** Takes over what was written and goes on to the next cell; what cannot be read stays in the cell. */
  function keep(next: Spot): boolean {
    const text = written;
    if (text === undefined || !row || !column) return true;
    if (!set(text)) return false;
    written = undefined;
    void go(next);
    return true;
  }

  function set(text: string): boolean {
    if (!row || !column) return false;
    if (text === textAt(here)) return true;
    const { id } = row;
    return make(`Cell ${id}`, (now) => edit.typeCell(now, id, idOf(column), text));
  }

  function onkeydown(event: KeyboardEvent): void {
    pressInGrid(event, {
      isWriting: written !== undefined,
      step: (rows, columns) => void go({ row: here.row + rows, column: here.column + columns }),
      toEdge: (edge) => void go({ ...here, column: edge === 'first' ? 0 : columns.length - 1 }),
      write,
      keep: (rows, columns) => keep({ row: here.row + rows, column: here.column + columns }),
      giveUp() {
        written = undefined;
        refusal = '';
        void go(here);
      },
      clear() {
        if (here.row >= 0 && !source().isReadOnly) set('');
      },
      move(rows, columns) {
        if (rows !== 0) moveRow(rows < 0 ? -1 : 1);
        else moveColumn(columns < 0 ? -1 : 1);
      },
    });
  }

  function moveRow(by: -1 | 1): void {
    if (!row || source().isReadOnly) return;
    if (make(`Move row ${row.id}`, (now) => edit.moveRow(now, row.id, by)))
      void go({ ...here, row: here.row + by });
  }

  function moveColumn(by: -1 | 1): void {
    if (!column || source().isReadOnly) return;
    if (make('Move a column', (now) => edit.moveColumn(now, idOf(column), by)))
      void go({ ...here, column: here.column + by });
  }

  function paste(event: ClipboardEvent): void {
    const text = event.clipboardData?.getData('text/plain') ?? '';
    if (written !== undefined || source().isReadOnly || !row || !column || text === '') return;
    event.preventDefault();
    make('Paste', (now) => edit.paste(now, { row: row.id, column: idOf(column) }, text));
  }

  return {
    get columns() {
      return columns;
    },
    get here() {
      return here;
    },
    get row() {
      return row;
    },
    get column() {
      return column;
    },
    get written() {
      return written;
    },
    set written(text) {
      written = text;
    },
    get refusal() {
      return refusal;
    },
    get gap() {
      return gap;
    },
    masked: (index: number): string | undefined => masked.get(index),
    problemsAt(index: number, id?: string): readonly Problem[] {
      const at = id === undefined ? `rows.${index}` : '';
      return source().problems.filter(({ path }) =>
        id === undefined
          ? path === at
          : new RegExp(`^rows\\.${index}\\.(cells|out)\\.${id}(\\.|$)`).test(path),
      );
    },
    textAt,
    attach: (element: HTMLElement) => {
      place = element;
    },
    onkeydown,
    paste,
    go,
    write,
    /** The field was left in another way than by a key. */
    leave() {
      if (written !== undefined && set(written)) written = undefined;
    },
    addRow(offset: 0 | 1) {
      const at = here.row < 0 ? 0 : here.row + offset;
      if (make('Add a row', (now) => edit.addRow(now, at))) void go({ row: at, column: 0 });
    },
    acceptMissing() {
      if (gap.kind !== 'missing') return;
      const { cells } = gap;
      if (make('Add the missing case', (now) => edit.addRow(now, now.rows.length, { cells })))
        void go({ row: table.rows.length, column: table.inputs.length });
    },
    duplicateRow() {
      if (row) make(`Repeat row ${row.id}`, (now) => edit.duplicateRow(now, row.id));
    },
    removeRow() {
      if (row && make(`Remove row ${row.id}`, (now) => edit.removeRow(now, row.id))) void go(here);
    },
    moveRow,
    moveColumn,
    changeNote(note: string) {
      if (row) make(`Note of ${row.id}`, (now) => edit.changeNote(now, row.id, note));
    },
    changeIfUnknown(meaning: IfUnknown) {
      if (row && column)
        make('If unknown', (now) => edit.changeCellIfUnknown(now, row.id, idOf(column), meaning));
    },
    changeHitPolicy(policy: DecisionTable['hitPolicy']) {
      make('Hit policy', (now) => edit.changeHitPolicy(now, policy));
    },
    addInput(input: Omit<DecisionTable['inputs'][number], 'id'>) {
      make(`Ask about ${input.label}`, (now) => edit.addInput(now, input));
    },
    addOutput(output: Omit<DecisionTable['outputs'][number], 'id'>) {
      return make(`Give out ${output.label}`, (now) => edit.addOutput(now, output));
    },
    changeColumn(change: { label?: string; values?: string[] }) {
      if (column?.kind === 'input')
        make('Change a column', (now) => edit.changeInput(now, column.input.id, change));
      if (column?.kind === 'output')
        make('Change a column', (now) => edit.changeOutput(now, column.output.id, change));
    },
    removeColumn() {
      if (column?.kind === 'input') make('Remove a column', (now) => edit.removeInput(now, column.input.id));
      if (column?.kind === 'output')
        make('Remove a column', (now) => edit.removeOutput(now, column.output.id));
    },
  };
}

export const idOf = (column: Column): string =>
  column.kind === 'input' ? column.input.id : column.output.id;
