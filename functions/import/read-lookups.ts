import { dirname, resolve } from 'node:path';
import { lookupOf } from '@baton/rules/documents/row-source.ts';
import type { Problem } from '../api/views.ts';
import { columnsIn, type Mapping } from './mapping.ts';
import { openRows } from './open-rows.ts';
import { type BadRow, readRows } from './read-rows.ts';

/** One lookup file in memory: of every row only what the mapping asks for, by key. */
type Lookup = { by: string; columns: readonly string[]; rows: ReadonlyMap<string, readonly string[]> };
export type Lookups = ReadonlyMap<string, Lookup>;

/** Where the lookups of a mapping lie: relative to the mapped file. */
export function lookupFiles(mapping: Mapping, file: string): Map<string, string> {
  return new Map(
    Object.entries(mapping.lookups ?? {}).map(([name, lookup]) => [
      name,
      resolve(dirname(file), lookup.file),
    ]),
  );
}

/** Loads the lookups of a mapping. `bad` holds their unreadable rows: whoever points to one will miss it. */
export async function readLookups(
  mapping: Mapping,
  file: string,
): Promise<{ lookups: Lookups; bad: BadRow[] } | { problems: Problem[] }> {
  const lookups = new Map<string, Lookup>();
  const bad: BadRow[] = [];
  for (const [name, path] of lookupFiles(mapping, file)) {
    const read = await readLookup(mapping, name, path);
    if ('problems' in read) return read;
    lookups.set(name, read.lookup);
    bad.push(...read.bad);
  }
  return { lookups, bad };
}

async function readLookup(
  mapping: Mapping,
  name: string,
  file: string,
): Promise<{ lookup: Lookup; bad: BadRow[] } | { problems: Problem[] }> {
  const { key = '', by = key } = mapping.lookups?.[name] ?? {};
  const path = `lookups.${name}`;
  const opened = await openRows(file);
  if ('problems' in opened)
    return {
      problems: opened.problems.map(({ reason, remedy }) => ({
        path: `${path}.file`,
        reason: `${file}: ${reason}`,
        remedy,
      })),
    };

  const wanted = wantedColumns(mapping, name);
  const missing = [key, ...wanted].filter((column) => opened.rows.columns?.includes(column) === false);
  if (missing.length > 0)
    return {
      problems: missing.map((column) => ({
        path,
        reason: `${file} has no column "${column}"`,
        remedy: `use one of ${opened.rows.columns?.join(', ')}`,
      })),
    };

  const rows = new Map<string, string[]>();
  const bad: BadRow[] = [];
  for await (const row of readRows(opened.rows)) {
    if (row.kind === 'bad') {
      bad.push({ ...row, path: `lookup ${name}` });
      continue;
    }
    const found = String(row.cells.get(key) ?? '').trim();
    const values = wanted.map((column) => String(row.cells.get(column) ?? ''));
    const present = rows.get(found);
    if (present?.some((value, index) => value !== values[index]))
      return {
        problems: [
          {
            path,
            reason: `${file}: "${key}" "${found}" stands in line ${row.line} again with other values`,
            remedy: 'a key must lead to one row; remove one of the rows or use another key',
          },
        ],
      };
    rows.set(found, values);
  }
  return { lookup: { by, columns: wanted, rows }, bad };
}

function wantedColumns(mapping: Mapping, lookup: string): string[] {
  const names = columnsIn(mapping)
    .filter(({ name }) => lookupOf(name, mapping.lookups ?? {}) === lookup)
    .map(({ name }) => name.slice(lookup.length + 1));
  return [...new Set(names)];
}
