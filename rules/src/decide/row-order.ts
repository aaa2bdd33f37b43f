import type { DecisionTable } from '../documents/table.ts';

type Row = DecisionTable['rows'][number];

/** Which row counts before which: by the order of the outputs' listed values for "priority", else by row order. */
export function inOrder(table: DecisionTable, rows: readonly Row[]): readonly Row[] {
  if (table.hitPolicy !== 'priority') return rows;
  const ranks = (row: Row) =>
    table.outputs.map(({ id, values }) => {
      const rank = values?.indexOf(String(row.out[id])) ?? 0;
      return rank < 0 ? Number.MAX_SAFE_INTEGER : rank;
    });
  return rows.toSorted((a, b) => compareRanks(ranks(a), ranks(b)));
}

function compareRanks(a: readonly number[], b: readonly number[]): number {
  const place = a.findIndex((rank, index) => rank !== b[index]);
  return place < 0 ? 0 : (a[place] ?? 0) - (b[place] ?? 0);
}
