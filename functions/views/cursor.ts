import * as z from 'zod';
import { Rejected } from '../ports.ts';

/**
 * A place in a list: behind the `past`-th row of those whose sort key is `at`. It holds whatever is written meanwhile,
 * and names its list, so that it cannot be used with another one by mistake.
 */
const Place = z.strictObject({ list: z.string(), at: z.string().min(1).max(1024), past: z.int().min(1) });
export type Place = z.infer<typeof Place>;

export function writeCursor({ list, at, past }: Place): string {
  return Buffer.from(JSON.stringify([list, at, past])).toString('base64url');
}

/** The place a cursor stands for. Throws `Rejected` for anything that none of these lists gave out. */
export function readCursor(cursor: string | undefined, lists: readonly string[]): Place | undefined {
  if (!cursor) return undefined;
  const [list, at, past] = partsOf(cursor);
  const place = Place.safeParse({ list, at, past });
  if (place.success && lists.includes(place.data.list)) return place.data;
  throw new Rejected(
    'cursor: this cursor was not given out by this list; leave it out to start from the beginning',
  );
}

function partsOf(cursor: string): unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}
