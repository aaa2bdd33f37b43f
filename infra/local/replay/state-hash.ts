import { createHash } from 'node:crypto';
import type { Database } from '../database.ts';

/** Counts tries and holds secrets; says nothing about what became of anybody. */
const volatile = new Set(['rev', 'token']);

export type StoredRow = { table: string; pk: string; sk: string; body: unknown };

/**
 * One hash over everything stored about contacts, documents' runs and identities. Two replays ended in the same state
 * exactly when their hashes agree. Revisions and tokens are left out, because they differ by how often something was tried.
 */
export function stateHash(database: Database): { hash: string; rows: number } {
  return hashOfRows(storedRows(database));
}

/** The hash of rows that come by table, partition and sort key, in the order of their bytes. */
export function hashOfRows(rows: Iterable<StoredRow>): { hash: string; rows: number } {
  const hash = createHash('sha256');
  let count = 0;
  for (const { table, pk, sk, body } of rows) {
    hash.update(`${table}\n${pk}\n${sk}\n${stable(body)}\n`);
    count++;
  }
  return { hash: hash.digest('hex'), rows: count };
}

export function* storedRows({ sql }: Database): Generator<StoredRow> {
  for (const table of ['core', 'design', 'guard'])
    for (const { pk, sk, body } of sql.prepare(`SELECT pk, sk, body FROM ${table} ORDER BY pk, sk`).iterate())
      yield { table, pk: String(pk), sk: String(sk), body: JSON.parse(String(body)) };
}

function stable(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stable).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([name]) => !volatile.has(name));
  return `{${entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, entry]) => `${JSON.stringify(name)}:${stable(entry)}`)
    .join(',')}}`;
}
