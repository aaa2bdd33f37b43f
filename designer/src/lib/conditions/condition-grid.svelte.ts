import type { Problem } from '@baton/rules/check/problems.ts';
import type { Leaf, Root } from '@baton/rules/conditions/condition.ts';
import type { Outcome, TraceLine } from '@baton/rules/conditions/evaluate.ts';
import { type CellColumn, cellText, parseCell } from '@baton/rules/edit/cell-text.ts';
import * as table from '@baton/rules/edit/condition-table.ts';
import * as conditions from '@baton/rules/edit/conditions.ts';
import { tick } from 'svelte';
import { pressInGrid } from '../table/grid-keys.ts';
import type { Spot } from '../table/spot.ts';
import { countOf } from '../words/values.ts';
import { type FactInScope, type FactScope, labelOf } from './facts-in-scope.ts';
import type { Reach } from './reach.svelte.ts';
import { problemsByLine } from './tree.ts';

/** What a grid is given by the page that shows it. */
export type ConditionGridSource = {
  condition: Root;
  scope: FactScope;
  /** Makes an edit of the document; answers why it cannot be made. */
  change: (label: string, edit: (root: Root) => conditions.EditedCondition) => string | undefined;
  isReadOnly: boolean;
  /** Problems below this condition, their paths without what leads to it. */
  problems: readonly Problem[];
  reach?: Reach | undefined;
  trace?: readonly TraceLine[] | undefined;
};
export type ConditionGrid = ReturnType<typeof createConditionGrid>;

/** A column as it is drawn; `isFilled`: a row asks it. */
export type GridColumn = table.TableColumn & {
  key: string;
  label: string;
  type: CellColumn['type'];
  values?: readonly string[];
  unit?: string;
  isFilled: boolean;
};

/** A row as it is drawn. `row` is undefined for one that is about to be added and asks nothing of its own yet. */
export type GridRow = {
  key: string;
  words: string;
  cells: readonly (table.TableCell | undefined)[];
  row?: table.TableRow;
};

/** A condition as a table under the keyboard: one cell is current; it is either looked at or written in. The last column is what happens. */
export function createConditionGrid(source: () => ConditionGridSource) {
  let spot = $state.raw<Spot>({ row: 0, column: 0 });
  let written = $state<string>();
  let refusal = $state('');
  let said = $state('');
  let isAdding = $state(false);
  /** Columns stay where a person saw them, also while they are empty. */
  let order = $state.raw<table.TableColumn[]>(table.conditionTable(source().condition).columns.slice());
  let asked = $state.raw<table.TableColumn[]>([]);
  let place: HTMLElement | undefined;

  const shown = $derived(table.conditionTable(source().condition));
  const columns = $derived.by(() => {
    const filled = new Map(shown.columns.map((column) => [keyOf(column), column]));
    const known = new Set(order.map(keyOf));
    const all = [...order, ...shown.columns.filter((column) => !known.has(keyOf(column)))];
    const empty = new Set(asked.map(keyOf));
    return all
      .filter((column) => filled.has(keyOf(column)) || empty.has(keyOf(column)))
      .map((column) => drawn(column, filled.has(keyOf(column))));
  });
  const rows = $derived.by((): GridRow[] => {
    const at = columns.map(({ key }) => shown.columns.findIndex((column) => keyOf(column) === key));
    const inOrder = (cells: readonly (table.TableCell | undefined)[]) => at.map((index) => cells[index]);
    const all = shown.rows.map((row, index): GridRow => {
      const words = String(index + 1);
      return { key: words, words, cells: inOrder(row.cells), row };
    });
    if (!isAdding || !shown.next.ok) return all;
    return [...all, { key: 'new', words: 'new', cells: inOrder(shown.next.cells) }];
  });
  const here = $derived<Spot>({
    row: Math.min(spot.row, rows.length - 1),
    column: Math.min(spot.column, columns.length),
  });
  const row = $derived(rows[here.row]);
  const column = $derived(columns[here.column]);
  const cell = $derived(row?.cells[here.column]);
  const lines = $derived.by(() => {
    const { trace } = source();
    return trace && new Map<string, Outcome>(trace.map(({ name, outcome }) => [name, outcome]));
  });
  const problems = $derived(problemsByLine(source().problems));
  /** In which rows each line stands. */
  const standing = $derived.by(() => {
    const found = new Map<string, number[]>();
    for (const [index, { cells }] of rows.entries())
      for (const one of cells) if (one) found.set(one.name, [...(found.get(one.name) ?? []), index]);
    return found;
  });

  function drawn(column: table.TableColumn, isFilled: boolean): GridColumn {
    const known = source().scope.find(column);
    const again = column.nth > 0 ? ` (${column.nth + 1})` : '';
    return {
      ...column,
      key: keyOf(column),
      label: labelOf(column, source().scope) + again,
      type: known?.type ?? 'text',
      ...(known?.values ? { values: known.values } : {}),
      ...(known?.unit ? { unit: known.unit } : {}),
      isFilled,
    };
  }

  const typesOf = ({ type, values }: GridColumn): CellColumn =>
    values ? { type, values: [...values] } : { type };

  /** The cell that stands at a spot: one that spans several rows stands in each of them. */
  function spanAt(index: number, at: number): { first: number; count: number } {
    if (at === columns.length) return { first: 0, count: rows.length };
    const name = rows[index]?.cells[at]?.name;
    if (name === undefined) return { first: index, count: 1 };
    const same = (other: number) => rows[other]?.cells[at]?.name === name;
    let first = index;
    while (same(first - 1)) first -= 1;
    let end = index + 1;
    while (same(end)) end += 1;
    return { first, count: end - first };
  }

  async function go(to: Spot): Promise<void> {
    spot = {
      row: Math.max(-1, Math.min(to.row, rows.length - 1)),
      column: Math.max(0, Math.min(to.column, columns.length)),
    };
    await tick();
    const { row: index, column: at } = here;
    const shownAt = index < 0 ? -1 : spanAt(index, at).first;
    const found = place?.querySelector(`[data-spot="${shownAt} ${at}"]`);
    if (found instanceof HTMLElement) found.focus();
  }

  /** Up and down lead past a cell that spans several rows. */
  function spotAt(down: number, right: number): Spot {
    if (down === 0 || here.row < 0) return { row: here.row + down, column: here.column + right };
    const { first, count } = spanAt(here.row, here.column);
    return { row: down < 0 ? first - 1 : Math.min(first + count, rows.length - 1), column: here.column };
  }

  function make(label: string, made: (root: Root) => conditions.EditedCondition): boolean {
    const reason = source().change(label, made);
    refusal = reason ?? '';
    said = '';
    return reason === undefined;
  }

  function textOf(of: table.TableCell | undefined, at: GridColumn | undefined): string | undefined {
    return of && at ? cellText(of.leaf, typesOf(at)) : '';
  }

  function write(letter?: string): void {
    if (source().isReadOnly || !row || !column) return;
    const blocked = cell ? '' : blockedHere;
    if (blocked) {
      refusal = blocked;
      return;
    }
    const text = textOf(cell, column);
    if (text === undefined && letter === undefined) {
      refusal =
        'This line compares in a way that has no short form. Change it under Conditions, or type over it.';
      return;
    }
    refusal = '';
    written = letter ?? text;
  }

  function keep(next: Spot): void {
    if (written === undefined || !set(written)) return;
    written = undefined;
    void go(next);
  }

  function set(text: string): boolean {
    if (!row || !column) return false;
    if (text.trim() === textOf(cell, column)) return true;
    return cell ? setLine(cell, column, text) : fill(row, column, text);
  }

  function setLine(of: table.TableCell, at: GridColumn, text: string): boolean {
    const label = text.trim() === '' ? `Remove ${at.label}` : `Change ${at.label}`;
    const where = standing.get(of.name)?.length ?? 1;
    const isMade = make(label, (root) => table.typeInCell(root, of, typesOf(at), text));
    if (isMade && text.trim() === '' && where > 1)
      said = `The line stood in ${countOf(where, 'row')}; none of them asks it any more.`;
    return isMade;
  }

  function fill(into: GridRow, at: GridColumn, text: string): boolean {
    const line = lineFrom(at, text);
    if (!line.ok) {
      refusal = line.reason;
      return false;
    }
    if (!line.leaf) return true;
    const { leaf } = line;
    const { row: old } = into;
    return old
      ? make(`Ask about ${at.label}`, (root) => table.addToRow(root, old, leaf))
      : begin(at.label, leaf);
  }

  function begin(label: string, leaf: Leaf): boolean {
    const isMade = make(`Add a row about ${label}`, (root) => table.addRow(root, leaf));
    if (isMade) isAdding = false;
    return isMade;
  }

  function lineFrom(
    { fact, path, ...at }: GridColumn,
    text: string,
  ): { ok: true; leaf: Leaf | undefined } | { ok: false; reason: string } {
    const read = parseCell(text, typesOf({ fact, path, ...at }));
    return read.ok ? { ok: true, leaf: read.cell && { fact, path, ...read.cell } } : read;
  }

  /** Why an empty cell cannot be filled: asked of the very edit, with a line that fits anywhere. */
  const blockedHere = $derived.by(() => {
    if (!row?.row || !column || cell) return '';
    const edited = table.addToRow(source().condition, row.row, lineOf(column));
    return edited.ok ? '' : edited.reason;
  });
  const whyNotRemoveRow = $derived.by(() => {
    if (!row?.row) return '';
    const edited = table.removeRow(source().condition, row.row);
    return edited.ok ? '' : edited.reason;
  });

  function onkeydown(event: KeyboardEvent): void {
    pressInGrid(event, {
      isWriting: written !== undefined,
      step: (down, right) => void go(spotAt(down, right)),
      toEdge: (edge) => void go({ ...here, column: edge === 'first' ? 0 : columns.length }),
      write,
      keep: (down, right) => keep(spotAt(down, right)),
      giveUp() {
        written = undefined;
        refusal = '';
        void go(here);
      },
      clear() {
        if (cell && column && !source().isReadOnly && setLine(cell, column, '')) void go(here);
      },
    });
  }

  return {
    get columns() {
      return columns;
    },
    get rows() {
      return rows;
    },
    get count() {
      return shown.count;
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
    get cell() {
      return cell;
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
    /** What the last edit did besides what was seen of it. */
    get said() {
      return said;
    },
    get blockedHere() {
      return blockedHere;
    },
    get whyNotAddRow() {
      return shown.next.ok ? '' : shown.next.reason;
    },
    get whyNotRemoveRow() {
      return whyNotRemoveRow;
    },
    spanAt,
    textOf,
    problemsOf: (of: table.TableCell): readonly Problem[] => problems(of.at, source().condition),
    /** The other rows in which a line stands, beside those that its cell spans. */
    elsewhere(of: table.TableCell, span: { first: number; count: number }): readonly GridRow[] {
      const others = (standing.get(of.name) ?? []).filter(
        (index) => index < span.first || index >= span.first + span.count,
      );
      return others.flatMap((index) => rows[index] ?? []);
    },
    rowsOf: (of: table.TableCell): readonly GridRow[] =>
      (standing.get(of.name) ?? []).flatMap((index) => rows[index] ?? []),
    outcomeOf: (of: table.TableCell): Outcome | undefined => lines && table.cellOutcome(of, lines),
    outcomeOfRow: ({ row: of }: GridRow): Outcome | undefined =>
      of && lines ? table.rowOutcome(of, lines) : undefined,
    /** How many contacts a whole row fits. `asks`: whether that is known of them, or only once the event is there. */
    reachOf({ row: of, cells }: GridRow) {
      const { reach } = source();
      const line = of?.counted === undefined ? undefined : reach?.line([of.counted]);
      const open = cells.filter((one) => one && reach?.line([one.name])?.open).length;
      const all = cells.filter((one) => one !== undefined).length;
      const asks = open === 0 ? 'contact' : open === all ? 'event' : 'both';
      return line && ({ after: line.after, asks } as const);
    },
    attach: (element: HTMLElement) => {
      place = element;
    },
    onkeydown,
    go,
    /** The keyboard came to a cell in another way than by the keys of the grid. */
    seen(index: number, at: number) {
      const { first, count } = index < 0 ? { first: -1, count: 1 } : spanAt(index, at);
      if (here.column !== at || here.row < first || here.row >= first + count)
        spot = { row: index, column: at };
    },
    write,
    /** The field was left in another way than by a key. */
    leave() {
      if (written !== undefined && set(written)) written = undefined;
    },
    changeIfUnknown(meaning: conditions.IfUnknown) {
      if (cell && column)
        make(`If ${column.label} is unknown`, (root) => conditions.changeIfUnknown(root, cell.at, meaning));
    },
    addRow() {
      if (!shown.next.ok) {
        refusal = shown.next.reason;
        return;
      }
      refusal = '';
      isAdding = true;
      const free = columns.findIndex((_, index) => !rows.at(-1)?.cells[index]);
      void go({ row: rows.length - 1, column: Math.max(free, 0) });
    },
    removeRow() {
      if (!row) return;
      if (!row.row) isAdding = false;
      const { row: old } = row;
      if (!old || make(`Remove row ${row.words}`, (root) => table.removeRow(root, old))) void go(here);
    },
    addColumn({ fact, path }: FactInScope) {
      const nth = columns.filter((one) => one.fact === fact && one.path === path).length;
      const added = { fact, path, nth };
      order = [...columns, added].map(({ fact, path, nth }) => ({ fact, path, nth }));
      asked = [...asked, added];
      refusal = '';
      void go({ ...here, row: Math.max(here.row, 0), column: columns.length - 1 });
    },
    removeColumn() {
      if (!column) return;
      const { key } = column;
      asked = asked.filter((one) => keyOf(one) !== key);
      void go(here);
    },
  };
}

const keyOf = ({ fact, path, nth }: table.TableColumn): string => `${fact} ${path} ${nth}`;

const lineOf = ({ fact, path }: table.TableColumn): Leaf => ({
  fact,
  path,
  operator: 'isKnown',
  value: true,
});
