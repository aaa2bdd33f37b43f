import { readCursor, writeCursor } from '@baton/functions/adapters/cursor.ts';
import {
  checkKey,
  checkOperations,
  checkQuery,
  isStorableNumber,
  itemText,
  keyOf,
} from '@baton/functions/adapters/limits.ts';
import {
  type Change,
  type Condition,
  type Item,
  type Key,
  type Operation,
  type Query,
  Rejected,
  type Store,
  type TableName,
} from '@baton/functions/ports.ts';
import { keyAttributes } from '@baton/functions/tables.ts';

export type MemoryStore = Store & {
  /** Every row, in the order of its key. */
  rows(table: TableName): Item[];
};

/** The store as a map: what the port promises, written as plainly as possible. Nothing in it outlives the process. */
export function createMemoryStore({
  onChange,
}: {
  onChange?: (changes: Change[]) => void;
} = {}): MemoryStore {
  const tables: Record<TableName, Map<string, string>> = {
    core: new Map(),
    design: new Map(),
    guard: new Map(),
  };
  const address = ({ pk, sk }: Key) => JSON.stringify([pk, sk]);

  function read(table: TableName, key: Key): Item | undefined {
    const text = tables[table].get(address(key));
    return text === undefined ? undefined : JSON.parse(text);
  }

  function rows(table: TableName): Item[] {
    const items: Item[] = [...tables[table].values()].map((text) => JSON.parse(text));
    return items.sort((a, b) => byteOrder([a.pk, a.sk], [b.pk, b.sk]));
  }

  const found = (query: Query) =>
    rows(query.table)
      .map((item) => ({ item, at: placeOf(query, item) }))
      .filter(({ at }) => at !== undefined && isWithin(query, at))
      .map(({ item, at = '' }) => ({ item, order: [at, item.pk, item.sk] }));

  return {
    rows,

    async get(table, key) {
      checkKey(key, () => `get ${table}`);
      return read(table, key);
    },

    async query(query) {
      checkQuery(query);
      const { limit = 100, reverse, cursor } = query;
      const place = cursor === undefined ? undefined : readCursor(query, cursor);
      const sign = reverse ? -1 : 1;
      const left = found(query)
        .sort((a, b) => sign * byteOrder(a.order, b.order))
        .filter(({ order }) => !place || sign * byteOrder(order, [place.sort, place.pk, place.sk]) > 0);
      const page = left.slice(0, limit);
      const last = page.at(-1);
      const items = page.map(({ item }) => item);
      if (left.length <= limit || !last) return { items };
      return {
        items,
        cursor: writeCursor(query, { sort: last.order[0] ?? '', pk: last.item.pk, sk: last.item.sk }),
      };
    },

    async count(query) {
      checkQuery(query);
      return found(query).length;
    },

    async transact(operations) {
      checkOperations(operations);
      const failed = [...operations.keys()].filter((at) => {
        const operation = operations[at];
        return operation && !isMet(operation.if, read(operation.table, keyOf(operation)));
      });
      if (failed.length > 0) return { ok: false, failed };

      const budget = { bytes: 0 };
      const changes = operations.flatMap((operation): Change[] => {
        const { pk, sk } = keyOf(operation);
        const before = read(operation.table, { pk, sk });
        const item = outcome(operation, before);
        const image: Item | undefined =
          operation.kind === 'check' || !item ? item : JSON.parse(itemText(item, budget));
        if (canonical(image) === canonical(before)) return [];
        const kind = !before ? 'INSERT' : image ? 'MODIFY' : 'REMOVE';
        return [
          {
            table: operation.table,
            kind,
            key: { pk, sk },
            ...(image && { image }),
          },
        ];
      });
      for (const { table, key, image } of changes) {
        if (image) tables[table].set(address(key), JSON.stringify(image));
        else tables[table].delete(address(key));
      }
      if (changes.length > 0) onChange?.(changes);
      return { ok: true };
    },

    async durable() {},
  };
}

/** What an operation makes of a row; nothing where it is gone then. */
export function outcome(operation: Operation, before: Item | undefined): Item | undefined {
  if (operation.kind === 'check') return before;
  if (operation.kind === 'delete') return undefined;
  if (operation.kind === 'put') return operation.item;

  const item: Item = { ...before, ...operation.key, ...operation.set };
  for (const attribute of operation.remove ?? []) delete item[attribute];
  for (const [attribute, amount] of Object.entries(operation.add ?? {})) {
    const value = Object.hasOwn(item, attribute) ? item[attribute] : 0;
    const total = typeof value === 'number' ? value + amount : Number.NaN;
    if (!isStorableNumber(total)) throw new Rejected(`"${attribute}" cannot be added to`);
    item[attribute] = total;
  }
  return item;
}

export function isMet(condition: Condition | undefined, item: Item | undefined): boolean {
  if (!condition) return true;
  if ('absent' in condition) return !item;
  const attributes = new Map(Object.entries(item ?? {}));
  const { present, equals = {}, oneOf = {}, below = {} } = condition;
  const parts = [
    !present || item !== undefined,
    ...Object.entries(equals).map(([name, value]) =>
      value === null ? !attributes.has(name) : attributes.get(name) === value,
    ),
    ...Object.entries(oneOf).map(([name, values]) => values.some((value) => value === attributes.get(name))),
    ...Object.entries(below).map(([name, bound]) => {
      const value = attributes.get(name);
      return !attributes.has(name) || (typeof value === 'number' && value < bound);
    }),
  ];
  return parts.every(Boolean);
}

/** The sort key of an item in the query's index; none where the item is not in that index or partition. */
function placeOf({ index, pk }: Query, item: Item): string | undefined {
  const names = keyAttributes(index);
  const at = item[names.sk];
  return item[names.pk] === pk && typeof at === 'string' ? at : undefined;
}

function isWithin({ from, to, prefix }: Query, at: string): boolean {
  return (
    (from === undefined || byteOrder([at], [from]) >= 0) &&
    (to === undefined || byteOrder([at], [to]) <= 0) &&
    (prefix === undefined || at.startsWith(prefix))
  );
}

/** Keys sort by their UTF-8 bytes, part by part. */
export function byteOrder(a: readonly string[], b: readonly string[]): number {
  for (const [position, part] of a.entries()) {
    const order = Buffer.compare(Buffer.from(part), Buffer.from(b[position] ?? ''));
    if (order !== 0) return order;
  }
  return 0;
}

/** Equal for rows whose attributes stand in another order. */
export function canonical(item: Item | undefined): string {
  return (
    JSON.stringify(item, (_name, value) =>
      value && typeof value === 'object' && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
        : value,
    ) ?? ''
  );
}
