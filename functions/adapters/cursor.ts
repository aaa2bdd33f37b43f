import { type Query, Rejected } from '../ports.ts';

/** The last row of a page: its place in the order of the query. */
type Place = { sort: string; pk: string; sk: string };

/** A cursor names the query it belongs to, so that it cannot be used with another one by mistake. */
export function writeCursor(query: Query, { sort, pk, sk }: Place): string {
  return Buffer.from(JSON.stringify([...identity(query), sort, pk, sk])).toString('base64url');
}

/** Throws `Rejected` for anything that this query did not hand out. */
export function readCursor(query: Query, cursor: string): Place {
  const parts = parse(cursor);
  const expected = identity(query);
  const own = expected.every((part, position) => part === parts[position]);
  const [sort, pk, sk] = parts.slice(expected.length);
  if (!own || typeof sort !== 'string' || typeof pk !== 'string' || typeof sk !== 'string') {
    throw new Rejected('this cursor belongs to another query: start again without a cursor');
  }
  return { sort, pk, sk };
}

function identity({ table, index, pk, from, to, prefix, reverse }: Query) {
  return [1, table, index ?? null, pk, from ?? null, to ?? null, prefix ?? null, Boolean(reverse)];
}

function parse(cursor: string): unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}
