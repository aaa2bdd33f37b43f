import type * as z from 'zod';
import type { Leaf, Root } from '../conditions/condition.ts';
import {
  BrokenCondition,
  type EvaluateAll,
  evaluateAll,
  type Facts,
  type Outcome,
  type TraceLine,
} from '../conditions/evaluate.ts';
import { distinct } from '../conditions/path.ts';
import type { FactReference, Scalar } from '../documents/common.ts';
import type { DecisionTable } from '../documents/table.ts';
import { inOrder } from './row-order.ts';

type Row = DecisionTable['rows'][number];
type Out = Record<string, z.infer<typeof Scalar>>;

/**
 * `out` is by output parameter. `unknown` are the facts that left rows undecided which, decided, might have changed the
 * answer; an undecided row does not fit, so a catch-all row takes contacts about whom little is known.
 */
export type TableDecision =
  | {
      kind: 'row';
      row: string;
      out: Out;
      masked: string[];
      note?: string;
      trace: TraceLine[];
      unknown: FactReference[];
    }
  | { kind: 'rows'; rows: { row: string; out: Out }[]; trace: TraceLine[]; unknown: FactReference[] }
  | { kind: 'none'; trace: TraceLine[]; unknown: FactReference[] }
  | { kind: 'conflict'; rows: string[]; trace: TraceLine[] };

type Judged = { row: Row; outcome: Outcome; trace: TraceLine[]; unknown: FactReference[] };

/** Decides a table on one snapshot and applies its hit policy in row order. Throws `BrokenCondition`. */
export async function decideTable(
  table: DecisionTable,
  facts: Facts,
  decide: EvaluateAll = evaluateAll,
): Promise<TableDecision> {
  const judged = await judgeRows(table, facts, decide);
  const hits = judged.filter(({ outcome }) => outcome === 'true').map(({ row }) => row);
  const trace = shortTrace(judged);
  const unknown = distinct(judged.flatMap((row) => row.unknown));

  const winner = mostImportant(table, hits);
  if (!winner) return { kind: 'none', trace, unknown };
  if (table.hitPolicy === 'collect')
    return {
      kind: 'rows',
      rows: hits.map((row) => ({ row: row.id, out: outOf(table, row) })),
      trace,
      unknown,
    };
  if (disagree(table, hits)) return { kind: 'conflict', rows: hits.map(({ id }) => id), trace };

  const rivals = table.hitPolicy === 'first' ? judged.slice(0, table.rows.indexOf(winner)) : judged;
  const masked = hits.filter((row) => row !== winner).map(({ id }) => id);
  const note = winner.note === undefined ? {} : { note: winner.note };
  return {
    kind: 'row',
    row: winner.id,
    out: outOf(table, winner),
    masked,
    ...note,
    trace,
    unknown: distinct(rivals.flatMap((row) => row.unknown)),
  };
}

/** Judges every row. A row without cells fits always and is not given to the engine, which has no empty group. */
async function judgeRows(table: DecisionTable, facts: Facts, decide: EvaluateAll): Promise<Judged[]> {
  const conditions = conditionsOf(table);
  const asked = conditions.filter((root) => root !== undefined);
  const verdicts = (await decide(asked, facts)).values();
  return table.rows.map((row, index) => {
    if (!conditions[index]) return { row, outcome: 'true', trace: [], unknown: [] };
    const verdict = verdicts.next().value;
    if (!verdict || verdict instanceof BrokenCondition)
      throw new BrokenCondition(
        `tables/${table.id}: rows.${row.id} ${verdict?.message ?? 'was not decided'}`,
      );

    const columns = columnsOf(table, row);
    const trace = verdict.trace.map((line, place) => ({ ...line, name: `${row.id}.${columns[place]?.id}` }));
    return { row, outcome: verdict.outcome, trace, unknown: verdict.unknown };
  });
}

const compiled = new WeakMap<DecisionTable, readonly (Root | undefined)[]>();

/** One `all` group per row over its cells in column order; `undefined` for a blank row. */
function conditionsOf(table: DecisionTable): readonly (Root | undefined)[] {
  let roots = compiled.get(table);
  if (!roots) {
    roots = table.rows.map((row) => conditionOf(table, row));
    compiled.set(table, roots);
  }
  return roots;
}

function conditionOf(table: DecisionTable, row: Row): Root | undefined {
  const stray = Object.keys(row.cells).find((id) => !table.inputs.some((input) => input.id === id));
  if (stray !== undefined)
    throw new BrokenCondition(
      `tables/${table.id}: rows.${row.id}.cells.${stray} is in no input column; correct its id`,
    );

  const all = columnsOf(table, row).flatMap(({ id, fact, path }): Leaf[] => {
    const cell = row.cells[id];
    return cell ? [{ fact, path, ...cell }] : [];
  });
  return all.length > 0 ? { all } : undefined;
}

/** The input columns in which a row says something. */
function columnsOf(table: DecisionTable, row: Row): DecisionTable['inputs'] {
  return table.inputs.filter(({ id }) => Object.hasOwn(row.cells, id));
}

function outOf({ outputs }: DecisionTable, row: Row): Out {
  const out: Out = {};
  for (const { id, param } of outputs) {
    const value = row.out[id];
    if (value !== undefined) out[param] = value;
  }
  return out;
}

/** The row that wins if one may. */
const mostImportant = (table: DecisionTable, hits: readonly Row[]): Row | undefined =>
  inOrder(table, hits)[0];

/** Whether the hits contradict what the hit policy promises. */
function disagree(table: DecisionTable, hits: readonly Row[]): boolean {
  if (table.hitPolicy === 'unique') return hits.length > 1;
  if (table.hitPolicy !== 'any') return false;
  return hits.some((row) => table.outputs.some(({ id }) => row.out[id] !== hits[0]?.out[id]));
}

/** Why each row fits or does not: all cells of rows that fit, of the others the first that does not; 200 lines at most. */
function shortTrace(judged: readonly Judged[]): TraceLine[] {
  return judged
    .flatMap(({ outcome, trace }) =>
      outcome === 'true' ? trace : trace.filter((line) => line.outcome !== 'true').slice(0, 1),
    )
    .slice(0, 200);
}
