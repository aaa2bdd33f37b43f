import { type Database, openDatabase } from '@baton/infra/local/database.ts';

type Difference = { table: string; pk: string; sk: string; left?: string; right?: string };

/**
 * Says in which rows two finished replays differ, for when their hashes do; what the hash leaves out is left out here.
 * `left` and `right` hold the attributes that differ.
 */
export function diffFolders(left: string, right: string): Difference[] {
  const [ours, theirs] = [openDatabase({ folder: left }), openDatabase({ folder: right })];
  try {
    return diffStates(ours, theirs);
  } finally {
    ours.close();
    theirs.close();
  }
}

function diffStates(left: Database, right: Database): Difference[] {
  return ['core', 'design', 'guard'].flatMap((table) => {
    const [ours, theirs] = [rowsIn(left, table), rowsIn(right, table)];
    const places = [...new Set([...ours.keys(), ...theirs.keys()])].sort();
    return places.flatMap((place) => {
      const [a, b] = [ours.get(place), theirs.get(place)];
      const names = [...new Set([...Object.keys(a ?? {}), ...Object.keys(b ?? {})])].filter(
        (name) => stable(a?.[name]) !== stable(b?.[name]),
      );
      if (names.length === 0) return [];
      const [pk = '', sk = ''] = place.split('\n');
      return [{ table, pk, sk, left: shown(a, names), right: shown(b, names) }];
    });
  });
}

type Body = Record<string, unknown>;

function rowsIn({ sql }: Database, table: string): Map<string, Body> {
  const rows = sql.prepare(`SELECT pk, sk, body FROM ${table}`).all();
  return new Map(
    rows.map(({ pk, sk, body }) => {
      const { rev: _, token: __, ...kept } = JSON.parse(String(body));
      return [`${pk}\n${sk}`, kept];
    }),
  );
}

const shown = (body: Body | undefined, names: readonly string[]): string | undefined =>
  body && JSON.stringify(Object.fromEntries(names.map((name) => [name, body[name]])));

function stable(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stable).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? '';
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, entry]) => `${name}:${stable(entry)}`).join(',')}}`;
}
