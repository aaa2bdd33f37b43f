import { parsePattern } from '@baton/rules/documents/pattern.ts';
import {
  lookupOf,
  type RowCondition,
  type ValueSource,
  type ValueSpec,
} from '@baton/rules/documents/row-source.ts';
import type { Json } from '@baton/rules/json.ts';
import type { LocalTimes } from './local-time.ts';
import type { Lookups } from './read-lookups.ts';
import type { Row } from './read-rows.ts';

/** A value read from a row; an absent one is `undefined`. `bad`: something stands there that is not what it should be. */
export type Reading =
  | { kind: 'value'; value: Json | undefined }
  | { kind: 'bad'; path: string; reason: string };

type Cell = (row: Row) => Json | undefined;

const absent: Reading = { kind: 'value', value: undefined };

/** What a column name stands for in every row: a cell, or a cell of the lookup row that this row points to. */
export function cellReader(name: string, lookups: Lookups, columns?: readonly string[]): Cell {
  const through = columns?.includes(name) ? undefined : lookupOf(name, Object.fromEntries(lookups));
  const lookup = through === undefined ? undefined : lookups.get(through);
  if (through === undefined || !lookup) return (row) => known(ownCell(row, name));

  const column = lookup.columns.indexOf(name.slice(through.length + 1));
  const key = cellReader(lookup.by, lookups, columns);
  return (row) => {
    const found = key(row);
    return found === undefined ? undefined : known(lookup.rows.get(String(found))?.[column]);
  };
}

/** A cell by its column; in JSONL also by a path of own properties, `customer.address.city`. */
function ownCell({ cells }: Row, name: string): Json | undefined {
  const cell = cells.get(name);
  if (cell !== undefined || !name.includes('.')) return cell;
  const [first = '', ...rest] = name.split('.');
  return rest.reduce<Json | undefined>(
    (value, part) =>
      value && typeof value === 'object' && !Array.isArray(value) && Object.hasOwn(value, part)
        ? value[part]
        : undefined,
    cells.get(first),
  );
}

/** Blanks around a text say nothing, and a text without anything else is no value. */
function known(cell: Json | undefined): Json | undefined {
  if (cell === null || cell === undefined) return undefined;
  if (typeof cell !== 'string') return cell;
  const text = cell.trim();
  return text === '' ? undefined : text;
}

/** Fills a pattern; `missing` names the first column that the row does not know. */
export function patternReader(
  pattern: string,
  cell: (name: string) => Cell,
): (row: Row) => { text: string } | { missing: string } {
  const parts = parsePattern(pattern).parts.map((part) =>
    part.kind === 'text' ? part : { ...part, read: cell(part.name) },
  );
  return (row) => {
    let text = '';
    for (const part of parts) {
      const value = part.kind === 'text' ? part.text : part.read(row);
      if (value === undefined) return { missing: part.kind === 'column' ? part.name : '' };
      text += textOf(value);
    }
    return { text };
  };
}

/** How a value specification is read from a row. */
export function valueReader(
  spec: ValueSpec,
  cell: (name: string) => Cell,
  times: LocalTimes,
): (row: Row) => Reading {
  if (typeof spec === 'string') return valueReader({ column: spec }, cell, times);
  if (spec.constant !== undefined) {
    const constant: Reading = { kind: 'value', value: spec.constant };
    return () => constant;
  }
  const path = spec.column ?? spec.text ?? '';
  const raw = spec.column !== undefined ? cell(spec.column) : textReader(spec.text ?? '', cell);
  const empty = new Set(spec.empty);
  const map = new Map(Object.entries(spec.map ?? {}));
  return (row) => {
    const value = raw(row);
    if (value === undefined || (typeof value === 'string' && empty.has(value))) return absent;
    const mapped = map.get(textOf(value)) ?? value;
    const read = convert(mapped, spec, times);
    return read.kind === 'bad' ? { ...read, path } : read;
  };
}

function textReader(pattern: string, cell: (name: string) => Cell): Cell {
  const fill = patternReader(pattern, cell);
  return (row) => {
    const filled = fill(row);
    return 'text' in filled ? filled.text : undefined;
  };
}

function convert(value: Json, spec: ValueSource, times: LocalTimes): Reading {
  switch (spec.as) {
    case undefined:
      return { kind: 'value', value };
    case 'text':
      return { kind: 'value', value: textOf(value) };
    case 'number':
      return numberOf(value, spec.decimal);
    case 'boolean':
      return booleanOf(value);
    case 'date':
      return dateOf(value, spec.format, times);
    case 'list':
      return { kind: 'value', value: listOf(value, spec.separator) };
  }
}

const plainNumber = /^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** With a decimal comma, dots may group the thousands. */
function numberOf(value: Json, decimal: ValueSource['decimal']): Reading {
  if (typeof value === 'number') return { kind: 'value', value };
  const text = textOf(value);
  const plain = decimal === ',' ? text.replaceAll('.', '').replace(',', '.') : text;
  const number = Number(plain);
  return plainNumber.test(plain) && Number.isFinite(number)
    ? { kind: 'value', value: number }
    : bad(text, 'is not a number');
}

const truths: ReadonlyMap<string, boolean> = new Map([
  ...['true', 'yes', 'y', 't', '1'].map((text) => [text, true] as const),
  ...['false', 'no', 'n', 'f', '0'].map((text) => [text, false] as const),
]);

function booleanOf(value: Json): Reading {
  if (typeof value === 'boolean') return { kind: 'value', value };
  const text = textOf(value);
  const truth = truths.get(text.toLowerCase());
  return truth === undefined ? bad(text, 'is neither yes nor no') : { kind: 'value', value: truth };
}

/** An instant in UTC, or why the value is none. */
export function dateOf(value: Json, format: string | undefined, times: LocalTimes): Reading {
  const text = textOf(value);
  const at = times(text, format);
  return at === undefined
    ? bad(text, `is no date written like ${format ?? '2026-03-01 09:00:00'}`)
    : { kind: 'value', value: at };
}

function listOf(value: Json, separator = ','): Json[] {
  if (Array.isArray(value)) return value;
  return textOf(value)
    .split(separator)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

function bad(text: string, what: string): Reading {
  const shown = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  return { kind: 'bad', path: '', reason: `"${shown}" ${what}` };
}

/** A value as it would stand in a cell. */
export function textOf(value: Json): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Whether a row meets a condition, or why nobody can tell. */
export function conditionReader(
  condition: RowCondition,
  cell: (name: string) => Cell,
): (row: Row) => boolean | Extract<Reading, { kind: 'bad' }> {
  const { column, yes } = condition;
  const read = cell(column);
  if (yes !== undefined)
    return (row) => {
      const value = read(row);
      if (value === undefined) return false;
      const said = booleanOf(value);
      return said.kind === 'bad' ? { ...said, path: column } : said.value === yes;
    };
  if (condition.known !== undefined) return (row) => (read(row) !== undefined) === condition.known;
  const texts = new Set([condition.is ?? condition.isNot ?? []].flat());
  const wanted = condition.is !== undefined;
  return (row) => texts.has(textOf(read(row) ?? '')) === wanted;
}
