import type { Condition, Leaf, Root } from '../conditions/condition.ts';
import type { Outcome } from '../conditions/evaluate.ts';
import { childrenOf, isLeaf, nameNodes } from '../conditions/walk.ts';
import type { FactReference } from '../documents/common.ts';
import { type CellColumn, parseCell } from './cell-text.ts';
import {
  type Address,
  addLine,
  changeFact,
  type EditedCondition,
  nodeAt,
  remove,
  unwrap,
  wrap,
} from './conditions.ts';

/**
 * A condition as a decision table. A row is one way in which the condition fits, a cell is one line of it.
 *
 * 1. The condition is what its rows say, "or" between them, and a row what its cells say, "and" between them; also where facts
 *    are unknown.
 * 2. A cell is a line of the tree and no copy: a line that several rows ask stands in each of them and is one.
 * 3. An edit of a row means for that row what it says, and nothing for rows that do not show the line. Where the tree has no
 *    place for such an edit, it is refused.
 */
export type ConditionTable = {
  columns: readonly TableColumn[];
  /** The first ones; `count` says how many there are. */
  rows: readonly TableRow[];
  count: number;
  /** What a further row has in common with the others, or why there is no place for one. */
  next: { ok: true; cells: readonly (TableCell | undefined)[] } | { ok: false; reason: string };
};

/** `nth`: a row may ask several things of one fact, which then has several columns. */
export type TableColumn = FactReference & { nth: number };

/**
 * `cells`: by column. `own`: the part of the tree that no other row needs. `counted`: the node that whoever passes it passes the
 * whole row, by its name; `undefined` where lines after it belong to the row too.
 */
export type TableRow = {
  cells: readonly (TableCell | undefined)[];
  own: Address | undefined;
  counted: string | undefined;
};

/** `negated`: it is asked that the line does not hold. `name`: what a trace calls the line. */
export type TableCell = { at: Address; leaf: Leaf; name: string; negated: boolean };

/** Nobody reads a table of more rows. */
export const shownRows = 64;

/** A condition without its `not`s and its groups of one: what must hold, with "and" and "or" the other way round below a `not`. */
type Part = Line | Group;
type Line = TableCell & { kind: 'line'; count: 1 };
/** `count`: in how many ways it may hold. `at` of a branch: the child of the group, whatever that holds. */
type Group = { kind: 'and' | 'or'; at: Address; negated: boolean; count: number; branches: Branch[] };
type Branch = { at: Address; part: Part };
type Way = { lines: readonly Line[]; own: Address | undefined };

export function conditionTable(root: Root): ConditionTable {
  const named = nameNodes(root);
  const whole = partOf(root, named, [], false);
  const columns = columnsOf(whole);
  const cellsOf = (lines: readonly Line[]) => cellsBy(columns, lines);
  const rows: TableRow[] = [];
  for (const { lines, own } of waysOf(whole, 1)) {
    if (rows.length === shownRows) break;
    const at = whole.count === 1 ? [] : own;
    rows.push({ cells: cellsOf(lines), own: at, counted: at && countedBy(named, at) });
  }
  const place = placeOfNext(whole);
  return {
    columns: columns.map(({ column }) => column),
    rows,
    count: whole.count,
    next: place.ok ? { ok: true, cells: cellsOf(place.shared) } : place,
  };
}

function partOf(node: Condition, named: Condition, at: Address, negated: boolean): Part {
  if (isLeaf(node)) return { kind: 'line', count: 1, at, leaf: node, name: named.name ?? '', negated };
  const below = negated !== 'not' in node;
  const names = childrenOf(named);
  const branches = childrenOf(node).map((child, index) => ({
    at: [...at, index],
    part: partOf(child, names[index] ?? child, [...at, index], below),
  }));
  const [only, ...others] = branches;
  if (only && others.length === 0) return only.part;
  const kind = 'all' in node === negated ? 'or' : 'and';
  return { kind, at, negated, count: countOf(kind, branches), branches };
}

const countOf = (kind: 'and' | 'or', branches: readonly Branch[]): number =>
  branches.reduce(
    (count, { part }) => (kind === 'and' ? count * part.count : count + part.count),
    kind === 'and' ? 1 : 0,
  );

/** `around`: how many rows hold each way of the part. A branch of an "or" that stands in one row belongs to that row alone. */
function* waysOf(part: Part, around: number): Generator<Way> {
  if (part.kind === 'line') yield { lines: [part], own: undefined };
  else if (part.kind === 'and') yield* joined(part.branches, around * part.count);
  else
    for (const branch of part.branches) {
      const own = branch.part.count * around === 1 ? branch.at : undefined;
      for (const way of waysOf(branch.part, around)) yield { ...way, own: own ?? way.own };
    }
}

/** One way of each branch, in every combination. `rows`: how many rows all of them make. */
function* joined([first, ...others]: readonly Branch[], rows: number): Generator<Way> {
  if (!first) {
    yield { lines: [], own: undefined };
    return;
  }
  for (const left of waysOf(first.part, rows / first.part.count))
    for (const right of joined(others, rows))
      yield { lines: [...left.lines, ...right.lines], own: left.own ?? right.own };
}

function linesOf(part: Part): Line[] {
  return part.kind === 'line' ? [part] : part.branches.flatMap((branch) => linesOf(branch.part));
}

type FilledColumn = { column: TableColumn; lines: Set<string> };

/** Every line has one column, in all rows that it stands in; lines that one row asks of one fact stand beside each other. */
function columnsOf(whole: Part): FilledColumn[] {
  const kinds = new Map(groupsOf(whole).map(({ at, kind }) => [keyOf(at), kind]));
  const byFact = new Map<string, Line[][]>();
  for (const line of linesOf(whole)) {
    const key = `${line.leaf.fact} ${line.leaf.path}`;
    const columns = byFact.get(key) ?? [];
    byFact.set(key, columns);
    const free = columns.find((lines) =>
      lines.every((other) => kinds.get(keyOf(shared(line.at, other.at))) === 'or'),
    );
    if (free) free.push(line);
    else columns.push([line]);
  }
  return [...byFact.values()].flatMap((columns) =>
    columns.flatMap((lines, nth) =>
      lines.slice(0, 1).map(({ leaf: { fact, path } }) => ({
        column: { fact, path, nth },
        lines: new Set(lines.map(({ at }) => keyOf(at))),
      })),
    ),
  );
}

const groupsOf = (part: Part): Group[] =>
  part.kind === 'line' ? [] : [part, ...part.branches.flatMap((branch) => groupsOf(branch.part))];

const keyOf = (at: Address): string => at.join('.');

function shared(a: Address, b: Address): Address {
  const end = a.findIndex((index, place) => b[place] !== index);
  return end < 0 ? a : a.slice(0, end);
}

function cellsBy(columns: readonly FilledColumn[], lines: readonly Line[]): (TableCell | undefined)[] {
  const byKey = new Map(lines.map((line) => [keyOf(line.at), line]));
  return columns.map(({ lines: own }) => {
    const key = [...byKey.keys()].find((one) => own.has(one));
    const line = key === undefined ? undefined : byKey.get(key);
    return line && { at: line.at, leaf: line.leaf, name: line.name, negated: line.negated };
  });
}

/** Who comes to the last entry of an "all of" has passed the others; whoever passes an entry of an "any of" needs no other. */
function countedBy(named: Root, own: Address): string | undefined {
  for (const [depth, index] of own.entries()) {
    const node = nodeAt(named, own.slice(0, depth));
    if (!node || 'not' in node) return undefined;
    if ('all' in node && index < node.all.length - 1) return undefined;
  }
  return nodeAt(named, own)?.name;
}

/** What was typed over a cell; only its line changes. Nothing typed takes the line away. */
export function typeInCell(
  root: Root,
  { at, leaf }: TableCell,
  column: CellColumn,
  text: string,
): EditedCondition {
  const read = parseCell(text, column, leaf);
  if (!read.ok) return read;
  return read.cell ? changeFact(root, at, leaf, read.cell) : emptyCell(root, at);
}

/** Takes a line away: the rows that show it no longer ask it. */
export function emptyCell(root: Root, at: Address): EditedCondition {
  for (let depth = at.length - 1; depth >= 0; depth -= 1) {
    const above = at.slice(0, depth);
    const node = nodeAt(root, above);
    if (!node || childrenOf(node).length < 2) continue;
    return 'all' in node === isNegated(root, above) ? refused(alternative) : remove(root, at);
  }
  return remove(root, at);
}

const refused = (reason: string): EditedCondition => ({ ok: false, reason });
const alternative =
  'This line alone makes the row another than the others. Remove the row, or change the group under Conditions.';
const entangled =
  'Other rows share every part of this row in another combination, so it cannot change alone. Change the groups under Conditions.';
const opposite =
  'This row comes from a negated group, which has no place for it. Change the group under Conditions.';

/** A line that is asked of this row besides what it asks. */
export function addToRow(root: Root, row: TableRow, line: Leaf): EditedCondition {
  if (!row.own) return refused(entangled);
  const at = roomAt(root, row.own);
  const node = at && nodeAt(root, at);
  if (!node) return refused(opposite);
  if ('all' in node) return addLine(root, at, line);
  const wrapped = wrap(root, at, 'all');
  return wrapped.ok ? addLine(wrapped.document, wrapped.at, line) : wrapped;
}

/** An "all of" that is no more than what stands at `from`, else a node there that one can be put around. */
function roomAt(root: Root, from: Address): Address | undefined {
  let place: Address | undefined;
  let negated = isNegated(root, from);
  for (let at = from, node = nodeAt(root, at); node; at = [...at, 0], node = nodeAt(root, at)) {
    if (!negated && 'all' in node) return at;
    if (!negated && at.length > 0) place ??= at;
    if (childrenOf(node).length !== 1) break;
    if ('not' in node) negated = !negated;
  }
  return place;
}

function isNegated(root: Root, at: Address): boolean {
  const above = at.map((_, depth) => nodeAt(root, at.slice(0, depth)));
  return above.filter((node) => node && 'not' in node).length % 2 === 1;
}

export function removeRow(root: Root, { own }: TableRow): EditedCondition {
  if (!own) return refused(entangled);
  if (own.length === 0) return refused('The only row stays: a condition needs at least one way to fit.');
  return remove(root, own);
}

/** A further row. `line` is what it asks first. */
export function addRow(root: Root, line: Leaf): EditedCondition {
  const place = placeOfNext(partOf(root, root, [], false));
  if (!place.ok) return refused(place.reason);
  if (place.group) return addLine(root, place.group, line);
  if ('any' in root) return addLine(root, [], line);
  const inside = wrap(root, [], 'any');
  const added = inside.ok ? addLine(inside.document, inside.at, line) : inside;
  const bare = added.ok ? unwrap(added.document, []) : added;
  return bare.ok ? { ...bare, at: [1] } : bare;
}

type Place =
  | { ok: true; group: Address | undefined; shared: readonly Line[] }
  | { ok: false; reason: string };

/** The one outermost "any of", else around the whole. */
function placeOfNext(whole: Part): Place {
  const shared: Line[] = [];
  const groups: Group[] = [];
  const look = (part: Part): void => {
    if (part.kind === 'line') shared.push(part);
    else if (part.kind === 'or') groups.push(part);
    else for (const branch of part.branches) look(branch.part);
  };
  look(whole);
  const [group, ...others] = groups;
  if (!group) return { ok: true, group: undefined, shared: [] };
  if (others.length > 0)
    return {
      ok: false,
      reason:
        'Several groups of alternatives multiply to these rows, so a further row could belong to any of them. Add a line to one of the groups under Conditions.',
    };
  return group.negated ? { ok: false, reason: opposite } : { ok: true, group: group.at, shared };
}

/** What came out of a line, as its cell asks it. `lines`: outcomes by the names of a trace. */
export function cellOutcome({ name, negated }: TableCell, lines: ReadonlyMap<string, Outcome>): Outcome {
  const outcome = lines.get(name) ?? 'unknown';
  return negated ? { true: 'false' as const, false: 'true' as const, unknown: outcome }[outcome] : outcome;
}

/** A row fits where all of its cells do; one that does not settles it. */
export function rowOutcome(row: TableRow, lines: ReadonlyMap<string, Outcome>): Outcome {
  const outcomes = row.cells.flatMap((cell) => (cell ? [cellOutcome(cell, lines)] : []));
  if (outcomes.includes('false')) return 'false';
  return outcomes.includes('unknown') ? 'unknown' : 'true';
}
