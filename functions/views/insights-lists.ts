import type * as z from 'zod';
import type { Store } from '../ports.ts';
import { parseRow } from '../repositories/read.ts';
import { rowsIn } from './page.ts';

/** `more`: the list is longer than what was looked at. */
export type Read<T> = { rows: T[]; more: boolean };

/** The latest rows of a list, newest first, back to `from` or to so many. */
export async function latestIn<T>(
  store: Store,
  list: string,
  schema: z.ZodType<T>,
  { from, most }: { from: string; most: number },
): Promise<Read<T>> {
  const rows: T[] = [];
  for await (const item of rowsIn(
    store,
    { index: 'g1', pk: list, reverse: true, from },
    Math.min(most + 1, 1000),
  )) {
    if (rows.length === most) return { rows, more: true };
    rows.push(parseRow(schema, item));
  }
  return { rows, more: false };
}
