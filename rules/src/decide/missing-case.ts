import { isOpen } from '../conditions/compile.ts';
import { isReference } from '../conditions/condition.ts';
import { testOf } from '../conditions/operators.ts';
import type { DecisionTable } from '../documents/table.ts';

type Cells = DecisionTable['rows'][number]['cells'];
type Input = DecisionTable['inputs'][number];
type Known = string | number | boolean | undefined;

/** Values of one column that all rows treat alike, by one of them; `cell` is how a row asks for them. */
type Region = { value: Known; cell: Cells[string] };

/** How many combinations are looked at; a table that needs more is called undecided, never complete. */
const stepsAtMost = 50_000;

/**
 * The first contact that no row fits, as the cells of a row that would: it names only the columns that matter.
 * `complete`: there is none. `undecided`: rows ask for dates, lists or other facts, or there are too many combinations.
 */
export function missingCase(
  table: DecisionTable,
): { kind: 'missing'; cells: Cells } | { kind: 'complete' } | { kind: 'undecided' } {
  const asked = table.inputs.filter(({ id }) => table.rows.some(({ cells }) => Object.hasOwn(cells, id)));
  if (table.rows.some(({ cells }) => Object.keys(cells).length === 0)) return { kind: 'complete' };
  const columns = asked.map((input) => ({ input, regions: regionsOf(table, input) }));
  if (columns.some(({ regions }) => regions === undefined)) return { kind: 'undecided' };

  let steps = 0;
  const search = (index: number, alive: DecisionTable['rows'], chosen: Cells): Cells | 'stop' | undefined => {
    if (alive.length === 0) return chosen;
    const column = columns[index];
    const coming = new Set(columns.slice(index).map(({ input }) => input.id));
    if (!column || alive.some(({ cells }) => !Object.keys(cells).some((id) => coming.has(id))))
      return undefined;
    const { id } = column.input;
    for (const { value, cell } of column.regions ?? []) {
      steps += 1;
      if (steps > stepsAtMost) return 'stop';
      const left = alive.filter(({ cells }) => !cells[id] || fits(cells[id], value));
      const found = search(index + 1, left, { ...chosen, [id]: cell });
      if (found) return found;
    }
    return undefined;
  };
  const found = search(0, table.rows, {});
  if (found === 'stop') return { kind: 'undecided' };
  return found ? { kind: 'missing', cells: found } : { kind: 'complete' };
}

function fits({ operator, value }: Cells[string], known: Known): boolean {
  if (known === undefined && isOpen(operator)) return false;
  return testOf(operator, value)(known, value, undefined);
}

/** Known values first: what is usually forgotten is a value, and a contact about whom nothing is known comes last. */
function regionsOf(table: DecisionTable, input: Input): Region[] | undefined {
  const cells = table.rows.flatMap((row) => row.cells[input.id] ?? []);
  if (cells.some(({ operator, value }) => isReference(value) || /Fact:/.test(operator))) return undefined;
  const literals = cells
    .filter(({ operator }) => !operator.endsWith('isKnown'))
    .flatMap(({ value }) => (Array.isArray(value) ? value : isReference(value) ? [] : [value]));
  const known = knownRegions(input, literals);
  const unknown: Region = { value: undefined, cell: { operator: 'isKnown', value: false } };
  return known && [...known, unknown];
}

function knownRegions(
  { type, values }: Input,
  literals: readonly (string | number | boolean)[],
): Region[] | undefined {
  if (type === 'boolean') return [true, false].map(equalTo);
  if (type === 'number') return numberRegions(literals.filter((value) => typeof value === 'number'));
  if (type === 'enum' && values) return values.map(equalTo);
  if (type !== 'enum' && type !== 'text') return undefined;
  const texts = [...new Set(literals.map(String))];
  // Between two texts with patterns there may be others that only some rows match.
  const other = `${texts.join('')}…`;
  return [...texts.map(equalTo), { value: other, cell: { operator: 'known:notIn', value: texts } }];
}

const equalTo = (value: string | number | boolean): Region => ({
  value,
  cell: { operator: 'known:equal', value },
});

/** Every limit, and the open stretches below, between and above the limits. */
function numberRegions(limits: readonly number[]): Region[] {
  const sorted = [...new Set(limits)].sort((a, b) => a - b);
  const [lowest, highest] = [sorted[0], sorted.at(-1)];
  if (lowest === undefined || highest === undefined)
    return [{ value: 0, cell: { operator: 'isKnown', value: true } }];
  const inner = sorted.flatMap((limit, index): Region[] => {
    const next = sorted[index + 1];
    const between = next === undefined ? [] : stretch(limit, next);
    return [equalTo(limit), ...between];
  });
  return [
    { value: lowest - 1, cell: { operator: 'known:lessThan', value: lowest } },
    ...inner,
    { value: highest + 1, cell: { operator: 'known:greaterThan', value: highest } },
  ];
}

/** What lies between two limits. Between 29 and 30 stands no whole number, yet a contact may have 29.5. */
function stretch(low: number, high: number): Region[] {
  const isWhole = Number.isInteger(low) && Number.isInteger(high) && high - low >= 2;
  const [from, to] = isWhole ? [low + 1, high - 1] : [low, high];
  return [{ value: (low + high) / 2, cell: { operator: 'known:between', value: [from, to] } }];
}
