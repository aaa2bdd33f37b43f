import { type Condition, type Leaf, Root } from '@baton/rules/conditions/condition.ts';
import { evaluate, type Facts, type Outcome } from '@baton/rules/conditions/evaluate.ts';
import { childrenOf } from '@baton/rules/conditions/walk.ts';
import {
  addRow,
  addToRow,
  type ConditionTable,
  conditionTable,
  emptyCell,
  removeRow,
  rowOutcome,
  shownRows,
  type TableCell,
  type TableRow,
  typeInCell,
} from '@baton/rules/edit/condition-table.ts';
import { changeIfUnknown, type EditedCondition, nodeAt } from '@baton/rules/edit/conditions.ts';
import { begin, record, undo } from '@baton/rules/edit/history.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { leaf } from '../support/documents.ts';

const line: fc.Arbitrary<Leaf> = fc
  .record({
    path: fc.constantFrom('$.a', '$.b', '$.c', '$.d'),
    operator: fc.constantFrom('equal', 'known:equal', 'orUnknown:notEqual', 'isKnown'),
    value: fc.constantFrom(1, 2),
  })
  .map(({ path, operator, value }) => leaf('contact', path, operator, operator === 'isKnown' ? true : value));

const { node } = fc.letrec<{ node: Condition }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4, depthSize: 'medium' },
    { weight: 3, arbitrary: line },
    {
      weight: 2,
      arbitrary: fc.array(tie('node'), { minLength: 1, maxLength: 3 }).map((all): Condition => ({ all })),
    },
    {
      weight: 2,
      arbitrary: fc.array(tie('node'), { minLength: 1, maxLength: 3 }).map((any): Condition => ({ any })),
    },
    { weight: 1, arbitrary: tie('node').map((not): Condition => ({ not })) },
  ),
}));
const root: fc.Arbitrary<Root> = fc
  .tuple(fc.array(node, { minLength: 1, maxLength: 3 }), fc.boolean())
  .map(([children, isAll]): Root => (isAll ? { all: children } : { any: children }))
  .filter((made) => Root.safeParse(made).success && conditionTable(made).count <= shownRows);

const value = fc.constantFrom(1, 2);
const facts: fc.Arbitrary<Facts> = fc
  .record({ a: value, b: value, c: value, d: value }, { requiredKeys: [] })
  .map((contact) => ({ contact }));
const pick = fc.nat({ max: 500 });
const runs = { numRuns: 400 };

/** What the cells of a row ask, each by itself: nothing of the tree that they stand in. */
const conjunctOf = ({ leaf, negated }: TableCell): Condition => (negated ? { not: leaf } : leaf);
const cellsOf = (row: TableRow): TableCell[] => row.cells.filter((cell) => cell !== undefined);

async function outcomeOf(condition: Root, known: Facts): Promise<Outcome> {
  return (await evaluate(condition, known)).outcome;
}

async function conjunction(parts: readonly Condition[], known: Facts): Promise<Outcome> {
  const outcomes = await Promise.all(parts.map((part) => outcomeOf({ all: [part] }, known)));
  return outcomes.includes('false') ? 'false' : outcomes.includes('unknown') ? 'unknown' : 'true';
}

async function disjunction(rows: readonly (readonly Condition[])[], known: Facts): Promise<Outcome> {
  const outcomes = await Promise.all(rows.map((row) => conjunction(row, known)));
  return outcomes.includes('true') ? 'true' : outcomes.includes('unknown') ? 'unknown' : 'false';
}

const rowsOf = (table: ConditionTable): Condition[][] =>
  table.rows.map((row) => cellsOf(row).map(conjunctOf));
const some = <T>(list: readonly T[], index: number): T | undefined => list[index % list.length];

function addresses(of: Condition, at: readonly number[] = []): (readonly number[])[] {
  return [at, ...childrenOf(of).flatMap((child, index) => addresses(child, [...at, index]))];
}

test('the rows say what the tree says, also where facts are unknown', async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(root, facts, async (condition, known) => {
      const table = conditionTable(condition);
      const verdict = await evaluate(condition, known);
      const lines = new Map(verdict.trace.map(({ name, outcome }) => [name, outcome]));
      const tried = table.rows.map((row) => rowOutcome(row, lines));

      expect(table.rows.length).toBe(table.count);
      expect(await disjunction(rowsOf(table), known)).toBe(verdict.outcome);
      expect(tried).toEqual(await Promise.all(rowsOf(table).map((row) => conjunction(row, known))));
      seen.add(`${verdict.outcome} ${table.count > 1}`);
    }),
    runs,
  );
  expect(seen.size).toBe(6);
});

test('every line stands in one column, and no row has two of them in one cell', () => {
  fc.assert(
    fc.property(root, (condition) => {
      const table = conditionTable(condition);
      const columns = new Map<TableCell['name'], number>();
      for (const row of table.rows)
        for (const [index, cell] of row.cells.entries()) {
          if (!cell) continue;
          expect(nodeAt(condition, cell.at)).toBe(cell.leaf);
          expect(columns.get(cell.name) ?? index).toBe(index);
          columns.set(cell.name, index);
          expect(table.columns[index]).toMatchObject({ fact: cell.leaf.fact, path: cell.leaf.path });
        }
      const leaves = addresses(condition).filter((at) => 'fact' in (nodeAt(condition, at) ?? {}));
      expect(columns.size).toBe(leaves.length);
    }),
    runs,
  );
});

test('typing into a cell changes its line and nothing else', () => {
  const column = { type: 'number' } as const;
  fc.assert(
    fc.property(
      root,
      pick,
      pick,
      fc.constantFrom('7', '< 3', '1..9', 'known'),
      (condition, row, at, text) => {
        const cells = cellsOf(
          some(conditionTable(condition).rows, row) ?? { cells: [], own: [], counted: '' },
        );
        const cell = some(cells, at);
        const edited = cell && typeInCell(condition, cell, column, text);
        if (!cell || !edited?.ok) throw new Error('a cell takes what fits its column');

        expect(addresses(edited.document)).toEqual(addresses(condition));
        for (const one of addresses(condition)) {
          const [before, after] = [nodeAt(condition, one), nodeAt(edited.document, one)];
          if (before && 'fact' in before && before !== cell.leaf) expect(after).toBe(before);
          if (before && !('fact' in before)) expect(after?.name).toBe(before.name);
        }
        expect(nodeAt(edited.document, cell.at)).toMatchObject({
          fact: cell.leaf.fact,
          path: cell.leaf.path,
        });
      },
    ),
    runs,
  );
});

/** Every edit with what the rows must say afterwards. */
type Made = { edit: EditedCondition; rows: Condition[][] };
const edits: Record<string, (root: Root, row: number, cell: number, line: Leaf) => Made | undefined> = {
  'a cell that is emptied': (condition, row, at) => {
    const table = conditionTable(condition);
    const cell = some(cellsOf(some(table.rows, row) ?? { cells: [], own: [], counted: '' }), at);
    if (!cell) return undefined;
    const left = table.rows.map((one) => cellsOf(one).filter(({ name }) => name !== cell.name));
    return { edit: emptyCell(condition, cell.at), rows: left.map((cells) => cells.map(conjunctOf)) };
  },
  'a line that is added to a row': (condition, row, _, given) => {
    const table = conditionTable(condition);
    const chosen = some(table.rows, row);
    if (!chosen) return undefined;
    const rows = rowsOf(table).map((parts, index) =>
      table.rows[index] === chosen ? [...parts, given] : parts,
    );
    return { edit: addToRow(condition, chosen, given), rows };
  },
  'a row that is removed': (condition, row) => {
    const table = conditionTable(condition);
    const chosen = some(table.rows, row);
    if (!chosen) return undefined;
    const rows = rowsOf(table).filter((_, index) => table.rows[index] !== chosen);
    return { edit: removeRow(condition, chosen), rows };
  },
  'a row that is added': (condition, _, __, given) => {
    const table = conditionTable(condition);
    const common = table.next.ok ? table.next.cells.filter((cell) => cell !== undefined) : [];
    return { edit: addRow(condition, given), rows: [...rowsOf(table), [...common.map(conjunctOf), given]] };
  },
};

describe.each(Object.entries(edits))('%s', (_, make) => {
  test('means that for its row and nothing for the others, and undoing it gives the start', async () => {
    const count = { made: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(root, pick, pick, line, facts, async (condition, row, cell, given, known) => {
        const made = make(condition, row, cell, given);
        if (!made) return;
        if (!made.edit.ok) {
          count.refused += 1;
          expect(made.edit.reason).toMatch(/\.$/);
          return;
        }
        count.made += 1;
        const { document } = made.edit;
        expect(Root.safeParse(document).success).toBe(true);
        expect(await outcomeOf(document, known)).toBe(await disjunction(made.rows, known));
        const history = undo(record(begin(condition), 'edit', document, 5000));
        expect(history.present.document).toBe(condition);
      }),
      runs,
    );
    expect(count.made).toBeGreaterThan(100);
    expect(count.refused).toBeGreaterThan(5);
  });
});

test('what an absent fact means changes in its line alone', () => {
  fc.assert(
    fc.property(root, pick, (condition, at) => {
      const cells = conditionTable(condition).rows.flatMap(cellsOf);
      const cell = some(cells, at);
      if (!cell || cell.leaf.operator === 'isKnown') return;
      const edited = changeIfUnknown(condition, cell.at, 'ask');
      if (!edited.ok) throw new Error(edited.reason);
      const others = (of: Root) =>
        conditionTable(of)
          .rows.flatMap(cellsOf)
          .filter(({ name }) => name !== cell.name);
      expect(others(edited.document)).toEqual(others(condition));
    }),
    runs,
  );
});
