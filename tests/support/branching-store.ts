import { readCursor, writeCursor } from '@baton/functions/adapters/cursor.ts';
import { checkKey, checkOperations, checkQuery, itemText, keyOf } from '@baton/functions/adapters/limits.ts';
import type {
  Change,
  Item,
  Key,
  Operation,
  Query,
  Store,
  TableName,
  TransactResult,
} from '@baton/functions/ports.ts';
import { keyAttributes } from '@baton/functions/tables.ts';
import { byteOrder, canonical, isMet, outcome } from './memory-store.ts';

/**
 * The store of models and simulations: it answers at once, is copied in a moment, and tells two states apart by a short
 * text, so that a state which was met before is known again. What it answers is what every other store answers; the
 * contract and the law of stores hold it to that.
 */
export type BranchingStore = {
  get(table: TableName, key: Key): Item | undefined;
  query(query: Query): { items: Item[]; cursor?: string };
  count(query: Omit<Query, 'reverse' | 'limit' | 'cursor'>): number;
  transact(operations: readonly Operation[]): TransactResult & { changes: Change[] };
  rowsOf(table: TableName, pk: string, prefix: string): Item[];
  /** Every row, in no order. */
  all(table: TableName): Item[];
  /** The sweeper's list: where each row of it stands, and at what. */
  dues(): { pk: string; at: string }[];
  fork(): BranchingStore;
  /** Equal for equal rows, whatever led to them. */
  digest(): string;
  /** The same of what the sweeper's index holds. */
  dueDigest(): string;
};

type Partition = { rows: Map<string, string>; sorted: string[] | undefined };
type Place = { pk: string; sk: string; at: string };
type Parts = {
  partitions: Map<string, Partition>;
  indexes: Map<string, Map<string, Place>>;
  rows: readonly [number, number];
  due: readonly [number, number];
};

const global = ['g1', 'due'] as const;

export function createBranchingStore(from?: Parts): BranchingStore {
  const partitions = new Map<string, Partition>();
  const indexes = new Map<string, Map<string, Place>>();
  let [rowsA, rowsB] = from?.rows ?? [0, 0];
  let [dueA, dueB] = from?.due ?? [0, 0];
  for (const [name, { rows, sorted }] of from?.partitions ?? [])
    partitions.set(name, { rows: new Map(rows), sorted });
  for (const [name, places] of from?.indexes ?? []) indexes.set(name, new Map(places));

  const textOf = (table: TableName, { pk, sk }: Key) => partitions.get(`${table}|${pk}`)?.rows.get(sk);

  function get(table: TableName, key: Key): Item | undefined {
    const text = textOf(table, key);
    return text === undefined ? undefined : JSON.parse(text);
  }

  function write(table: TableName, key: Key, before: Item | undefined, text: string | undefined): void {
    const name = `${table}|${key.pk}`;
    const address = `${name}|${key.sk}`;
    const partition = partitions.get(name) ?? { rows: new Map<string, string>(), sorted: undefined };
    partitions.set(name, partition);
    const former = partition.rows.get(key.sk);
    if (former !== undefined) mix(`${address}|${former}`);
    if (text !== undefined) mix(`${address}|${text}`);
    if ((former === undefined) !== (text === undefined)) partition.sorted = undefined;
    if (text === undefined) partition.rows.delete(key.sk);
    else partition.rows.set(key.sk, text);
    const after: Item | undefined = text === undefined ? undefined : JSON.parse(text);
    for (const index of global) place(table, index, key, before, after);
  }

  function mix(text: string): void {
    const [a, b] = hashOf(text);
    rowsA ^= a;
    rowsB ^= b;
  }

  function place(
    table: TableName,
    index: (typeof global)[number],
    key: Key,
    before: Item | undefined,
    after: Item | undefined,
  ) {
    const names = keyAttributes(index);
    const [was, is] = [before, after].map((item) => {
      const [pk, at] = [item?.[names.pk], item?.[names.sk]];
      return typeof pk === 'string' && typeof at === 'string' ? { pk, at } : undefined;
    });
    if (was?.pk === is?.pk && was?.at === is?.at) return;
    const address = JSON.stringify([key.pk, key.sk]);
    for (const side of [was, is]) {
      if (!side || index !== 'due') continue;
      const [a, b] = hashOf(`${side.pk}|${side.at}|${address}`);
      dueA ^= a;
      dueB ^= b;
    }
    if (was) indexes.get(`${table}|${index}|${was.pk}`)?.delete(address);
    if (!is) return;
    const name = `${table}|${index}|${is.pk}`;
    const places = indexes.get(name) ?? new Map<string, Place>();
    indexes.set(name, places.set(address, { ...key, at: is.at }));
  }

  function sortedKeys(name: string): readonly string[] {
    const partition = partitions.get(name);
    if (!partition) return [];
    partition.sorted ??= [...partition.rows.keys()].sort((a, b) => byteOrder([a], [b]));
    return partition.sorted;
  }

  /** Places of the rows that a query selects, in the order of its sort key. */
  function found({ table, index, pk, from: low, to, prefix }: Query): Place[] {
    const within = ({ at }: Place) =>
      (low === undefined || byteOrder([at], [low]) >= 0) &&
      (to === undefined || byteOrder([at], [to]) <= 0) &&
      (prefix === undefined || at.startsWith(prefix));
    if (index === undefined)
      return sortedKeys(`${table}|${pk}`)
        .map((sk) => ({ pk, sk, at: sk }))
        .filter(within);
    const places =
      index === 'tl'
        ? sortedKeys(`${table}|${pk}`).flatMap((sk) => {
            const at = get(table, { pk, sk })?.tl;
            return typeof at === 'string' ? [{ pk, sk, at }] : [];
          })
        : [...(indexes.get(`${table}|${index}|${pk}`)?.values() ?? [])];
    return places.filter(within).sort((a, b) => byteOrder([a.at, a.pk, a.sk], [b.at, b.pk, b.sk]));
  }

  return {
    get(table, key) {
      checkKey(key, () => `get ${table}`);
      return get(table, key);
    },

    query(query) {
      checkQuery(query);
      const { limit = 100, reverse, cursor } = query;
      const sign = reverse ? -1 : 1;
      const mark = cursor === undefined ? undefined : readCursor(query, cursor);
      const places = reverse ? found(query).reverse() : found(query);
      const left = mark
        ? places.filter(({ at, pk, sk }) => sign * byteOrder([at, pk, sk], [mark.sort, mark.pk, mark.sk]) > 0)
        : places;
      const page = left.slice(0, limit);
      const items = page.flatMap((key) => get(query.table, key) ?? []);
      const last = page.at(-1);
      if (left.length <= limit || !last) return { items };
      return { items, cursor: writeCursor(query, { sort: last.at, pk: last.pk, sk: last.sk }) };
    },

    count(query) {
      checkQuery(query);
      return found(query).length;
    },

    transact(operations) {
      checkOperations(operations);
      const befores = operations.map((operation) => get(operation.table, keyOf(operation)));
      const failed = [...operations.keys()].filter((at) => !isMet(operations[at]?.if, befores[at]));
      if (failed.length > 0) return { ok: false, failed, changes: [] };
      const budget = { bytes: 0 };
      const written = operations.map((operation, at) => {
        const item = operation.kind === 'check' ? undefined : outcome(operation, befores[at]);
        return item && itemText(item, budget);
      });
      const changes: Change[] = [];
      for (const [at, operation] of operations.entries()) {
        const { pk, sk } = keyOf(operation);
        const text = written[at];
        const before = befores[at];
        if (operation.kind === 'check' || isSame(before, textOf(operation.table, { pk, sk }), text)) continue;
        write(operation.table, { pk, sk }, before, text);
        const kind = !before ? 'INSERT' : text === undefined ? 'REMOVE' : 'MODIFY';
        const image = text === undefined ? {} : { image: JSON.parse(text) };
        changes.push({ table: operation.table, kind, key: { pk, sk }, ...image });
      }
      return { ok: true, changes };
    },

    rowsOf: (table, pk, prefix) =>
      sortedKeys(`${table}|${pk}`)
        .filter((sk) => sk.startsWith(prefix))
        .flatMap((sk) => get(table, { pk, sk }) ?? []),

    all: (table) =>
      [...partitions].flatMap(([name, { rows }]) =>
        name.startsWith(`${table}|`) ? [...rows.values()].map((text): Item => JSON.parse(text)) : [],
      ),

    dues: () =>
      [...indexes].flatMap(([name, places]) => {
        const [, index, ...pk] = name.split('|');
        return index === 'due' ? [...places.values()].map(({ at }) => ({ pk: pk.join('|'), at })) : [];
      }),
    fork: () => createBranchingStore({ partitions, indexes, rows: [rowsA, rowsB], due: [dueA, dueB] }),
    digest: () => `${rowsA >>> 0}.${rowsB >>> 0}`,
    dueDigest: () => `${dueA >>> 0}.${dueB >>> 0}`,
  };
}

const isSame = (before: Item | undefined, former: string | undefined, text: string | undefined): boolean =>
  former === text ||
  (former?.length === text?.length &&
    text !== undefined &&
    canonical(before) === canonical(JSON.parse(text)));

/** As the port has it: answers are promised, and changes are told. */
export function asStore(store: BranchingStore, onChange?: (changes: Change[]) => void): Store {
  return {
    get: async (table, key) => store.get(table, key),
    query: async (query) => store.query(query),
    count: async (query) => store.count(query),
    transact: async (operations) => {
      const { changes, ...result } = store.transact(operations);
      if (changes.length > 0) onChange?.(changes);
      return result;
    },
    durable: async () => {},
  };
}

/** Two independent 32-bit numbers for a text: after cyrb53, public domain, https://github.com/bryc/code. */
export function hashOf(text: string, seed = 0): readonly [number, number] {
  let a = 0xdeadbeef ^ seed;
  let b = 0x41c6ce57 ^ seed;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return [a >>> 0, b >>> 0];
}
