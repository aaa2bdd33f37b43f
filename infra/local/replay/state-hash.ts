import { createHash } from 'node:crypto';
import type { Database } from '../database.ts';

/** Counts tries and holds secrets; says nothing about what became of anybody. */
const volatile = new Set(['rev', 'token']);

/**
 * One hash over everything stored about contacts, documents' runs and identities. Two replays ended in the same state
 * exactly when their hashes agree. Revisions and tokens are left out, because they differ by how often something was tried.
 */
export function stateHash({ sql }: Database): { hash: string; rows: number } {
  const hash = createHash('sha256');
  let rows = 0;
  for (const table of ['core', 'design', 'guard']) {
    for (const { pk, sk, body } of sql
      .prepare(`SELECT pk, sk, body FROM ${table} ORDER BY pk, sk`)
      .iterate()) {
      hash.update(`${table}\n${pk}\n${sk}\n${stable(JSON.parse(String(body)))}\n`);
      rows++;
    }
  }
  return { hash: hash.digest('hex'), rows };
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
