import type { Item, Query, Store } from '../ports.ts';
import { type Place, writeCursor } from './cursor.ts';

/** Lines of one page. */
const pageSize = 50;
/** Most rows that one page looks through for lines that fit a filter. */
const scanLimit = 5000;

export type Found = { item: Item; place: Place };

type Range = Pick<Query, 'index' | 'reverse' | 'from' | 'to'> & { table?: Query['table'] };

/**
 * Walks one or several partitions of an index as one list in the order of their sort keys. It goes on behind `start`,
 * which need not exist any more.
 */
export async function* walk(
  store: Store,
  list: { name: string; partitions: readonly string[]; chunk?: number } & Range,
  start?: Place,
): AsyncGenerator<Found, undefined> {
  const sortKey = list.index === 'tl' ? 'tl' : 'g1sk';
  const sources = list.partitions.map((pk) => rowsIn(store, { ...rangeOf(list, start), pk }, list.chunk));
  let at: string | undefined;
  let past = 0;
  for await (const item of merged(sources, sortKey, list.reverse === true)) {
    const here = String(item[sortKey]);
    past = here === at ? past + 1 : 1;
    at = here;
    if (start && here === start.at && past <= start.past) continue;
    yield { item, place: { list: list.name, at: here, past } };
  }
  return undefined;
}

function rangeOf({ table, index, reverse, from, to }: Range, start: Place | undefined): Range {
  const range = { table: table ?? 'core', index, reverse, from, to };
  if (!start) return range;
  return reverse ? { ...range, to: start.at } : { ...range, from: start.at };
}

/** All rows of a query, page by page as they are asked for. */
export async function* rowsIn(
  store: Store,
  query: Omit<Query, 'table' | 'limit' | 'cursor'> & { table?: Query['table'] },
  limit = pageSize + 1,
): AsyncGenerator<Item, undefined> {
  let cursor: string | undefined;
  do {
    const page = await store.query({ table: 'core', ...query, limit, cursor });
    yield* page.items;
    cursor = page.cursor;
  } while (cursor);
  return undefined;
}

/** Several sorted sources as one; of equal sort keys the earlier source comes first, so the order never changes. */
async function* merged(
  sources: AsyncGenerator<Item, undefined>[],
  sortKey: 'tl' | 'g1sk',
  reverse: boolean,
): AsyncGenerator<Item, undefined> {
  const heads = await Promise.all(sources.map(async (source) => (await source.next()).value));
  for (;;) {
    let first = -1;
    for (const [index, head] of heads.entries()) {
      if (!head) continue;
      const best = heads[first];
      if (!best || isBefore(String(head[sortKey]), String(best[sortKey]), reverse)) first = index;
    }
    const item = heads[first];
    if (!item) return undefined;
    yield item;
    heads[first] = (await sources[first]?.next())?.value;
  }
}

function isBefore(a: string, b: string, reverse: boolean): boolean {
  const order = Buffer.compare(Buffer.from(a), Buffer.from(b));
  return reverse ? order > 0 : order < 0;
}

/**
 * Takes rows until a page is full or enough were looked through; `take` gives a row's line, or nothing where the row is
 * not wanted. The cursor is given only where rows are left.
 */
export async function readPage<T>(
  rows: AsyncIterable<Found>,
  take: (item: Item) => T | undefined | Promise<T | undefined>,
): Promise<{ lines: T[]; cursor?: string }> {
  const lines: T[] = [];
  let scanned = 0;
  let last: Place | undefined;
  for await (const { item, place } of rows) {
    if (last && (lines.length === pageSize || scanned === scanLimit))
      return { lines, cursor: writeCursor(last) };
    scanned++;
    last = place;
    const line = await take(item);
    if (line !== undefined) lines.push(line);
  }
  return { lines };
}
