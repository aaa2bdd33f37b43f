import type { DecisionTable, Library } from '../documents/index.ts';
import { checkLeaf, checkReference } from './conditions.ts';
import { type Problem, problem } from './problems.ts';
import { type Scope, scopeOf } from './scope.ts';

type Row = DecisionTable['rows'][number];

/** A table may serve several journeys, so it may read the payload of any event. */
export function checkTables(library: Library): Problem[] {
  const events = [...library.events.keys()];
  const scope = scopeOf(library, { events, answers: events });
  return [...library.tables.values()].flatMap((table) => [
    ...checkColumns(table, scope),
    ...table.rows.flatMap((row, index) => checkRow(table, row, `rows.${index}`, scope)),
    ...checkReach(table),
  ]);
}

function checkColumns(table: DecisionTable, scope: Scope): Problem[] {
  const document = `tables/${table.id}`;
  const problems: Problem[] = [];
  for (const [index, input] of table.inputs.entries()) {
    const path = `inputs.${index}`;
    problems.push(...checkReference(input, { document, path: `${path}.path` }, scope));
    const known = scope.find(input);
    if (known && known.type !== input.type && !isPayload(input.fact))
      problems.push(
        problem(
          'input-type-differs',
          document,
          `${path}.type`,
          `The fact is of type ${known.type}, the column of type ${input.type}.`,
        ),
      );
    const stray = input.values?.find((value) => known?.values && !known.values.includes(value));
    if (stray !== undefined)
      problems.push(
        problem(
          'value-outside-fact',
          document,
          `${path}.values`,
          `"${stray}" is not among the values of the fact.`,
        ),
      );
  }
  const names = [
    ...table.inputs.map(({ id }, index) => ({ name: id, path: `inputs.${index}.id` })),
    ...table.outputs.map(({ id }, index) => ({ name: id, path: `outputs.${index}.id` })),
    ...table.outputs.map(({ param }, index) => ({ name: `param ${param}`, path: `outputs.${index}.param` })),
    ...table.rows.map(({ id }, index) => ({ name: id, path: `rows.${index}.id` })),
  ];
  const taken = new Set<string>();
  for (const { name, path } of names) {
    if (taken.has(name))
      problems.push(problem('duplicate-column', document, path, `"${name}" stands twice.`));
    taken.add(name);
  }
  if (table.hitPolicy === 'priority' && !table.outputs.some(({ values }) => values))
    problems.push(problem('no-output-order', document, 'outputs', 'No output lists its values.'));
  return problems;
}

/** The payload of "any event" has no one type; the column says which one it reads. */
function isPayload(root: string): boolean {
  return root === 'event' || root === 'answer';
}

function checkRow(table: DecisionTable, row: Row, path: string, scope: Scope): Problem[] {
  const document = `tables/${table.id}`;
  const cells = Object.entries(row.cells).flatMap(([id, cell]) => {
    const at = `${path}.cells.${id}`;
    const input = table.inputs.find((column) => column.id === id);
    if (!input) return [problem('unknown-column', document, at, `No input column has the id "${id}".`)];
    const { fact, path: factPath, type, values } = input;
    const known = isPayload(fact)
      ? { type, values }
      : { ...scope.find(input), type, values: values ?? scope.find(input)?.values };
    const column: Scope = {
      ...scope,
      find: (reference) =>
        reference.fact === fact && reference.path === factPath ? known : scope.find(reference),
    };
    return checkLeaf({ fact, path: factPath, ...cell }, { document, path: at }, column);
  });
  const stray = Object.keys(row.out).filter((id) => !table.outputs.some((column) => column.id === id));
  return [
    ...cells,
    ...stray.map((id) =>
      problem('unknown-column', document, `${path}.out.${id}`, `No output column has the id "${id}".`),
    ),
    ...table.outputs.flatMap((output) =>
      checkOut(output, row, { document, path: `${path}.out.${output.id}` }),
    ),
  ];
}

function checkOut(
  output: DecisionTable['outputs'][number],
  row: Row,
  { document, path }: { document: string; path: string },
): Problem[] {
  const value = row.out[output.id];
  if (value === undefined) return [problem('missing-output', document, path, `"${output.label}" is empty.`)];
  const wanted = output.type === 'number' || output.type === 'boolean' ? output.type : 'string';
  if (typeof value !== wanted)
    return [
      problem(
        'output-not-for-type',
        document,
        path,
        `${JSON.stringify(value)} is not of type ${output.type}.`,
      ),
    ];
  if (output.values && !output.values.includes(String(value)))
    return [
      problem('output-not-for-type', document, path, `"${value}" is not among the values of the column.`),
    ];
  return [];
}

/** Finds blank rows, and rows that an earlier one hides because it says the same or nothing. */
function checkReach(table: DecisionTable): Problem[] {
  const document = `tables/${table.id}`;
  const said = table.rows.map(cellsOf);
  return table.rows.flatMap((row, index) => {
    const path = `rows.${index}`;
    const hiding = table.hitPolicy === 'first' ? hidingRow(table, said, index) : undefined;
    if (hiding)
      return [
        problem('unreachable-row', document, path, `Row ${hiding.id} always fits when ${row.id} does.`),
      ];
    if (!isBlank(row)) return [];
    const catchesAll =
      table.hitPolicy === 'first' || table.hitPolicy === 'priority' || table.hitPolicy === 'collect';
    return catchesAll || table.rows.length === 1
      ? []
      : [
          problem(
            'blank-row',
            document,
            path,
            `Row ${row.id} has no conditions, so it fits beside every other row.`,
          ),
        ];
  });
}

function isBlank(row: Row): boolean {
  return Object.keys(row.cells).length === 0;
}

/** Each cell of a row as one text. */
function cellsOf({ cells }: Row): readonly string[] {
  return Object.entries(cells).map(([id, { operator, value }]) => JSON.stringify([id, operator, value]));
}

/** The first earlier row that says nothing but what this one says too; it then fits whenever this one does. */
function hidingRow(
  { rows }: DecisionTable,
  said: readonly (readonly string[])[],
  index: number,
): Row | undefined {
  const own = new Set(said[index]);
  const hides = (cells: readonly string[], other: number) =>
    other < index && cells.length <= own.size && cells.every((cell) => own.has(cell));
  return rows[said.findIndex(hides)];
}
