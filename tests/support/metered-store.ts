import type { Item, Operation, Query, Store } from '@baton/functions/ports.ts';

export type Units = { readUnits: number; writeUnits: number };

/**
 * Counts what a store is asked in the units that DynamoDB bills: reads of 4 kB, halved where they may lag behind; writes
 * of 1 kB, doubled because each is a transaction, and one more for every index that holds the row before or after.
 */
export function meteredStore(store: Store): { store: Store; units: Units } {
  const units: Units = { readUnits: 0, writeUnits: 0 };
  const read = (bytes: number, { index }: Pick<Query, 'index'>) => {
    const lags = index === 'g1' || index === 'due';
    units.readUnits += Math.max(1, Math.ceil(bytes / 4096)) * (lags ? 0.5 : 1);
  };
  return {
    units,
    store: {
      durable: () => store.durable(),
      async get(table, key) {
        const item = await store.get(table, key);
        read(bytesOf(item), {});
        return item;
      },
      async query(query) {
        const page = await store.query(query);
        read(bytesOf(page.items), query);
        return page;
      },
      async count(query) {
        const count = await store.count(query);
        read(0, query);
        return count;
      },
      async transact(operations) {
        for (const operation of operations) {
          const { table } = operation;
          const before = await store.get(table, keyOf(operation));
          const after = outcome(operation, before);
          const size = Math.max(1, Math.ceil(Math.max(bytesOf(before), bytesOf(after)) / 1024));
          const copies = operation.kind === 'check' ? 0 : Math.max(indexesOf(before), indexesOf(after));
          units.writeUnits += size * (2 + copies);
        }
        return store.transact(operations);
      },
    },
  };
}

const keyOf = (operation: Operation) =>
  operation.kind === 'put' ? { pk: operation.item.pk, sk: operation.item.sk } : operation.key;

const bytesOf = (value: unknown): number =>
  value === undefined ? 0 : Buffer.byteLength(JSON.stringify(value));

const indexesOf = (item: Item | undefined): number =>
  item ? ['tl', 'g1pk', 'duepk'].filter((name) => name in item).length : 0;

function outcome(operation: Operation, before: Item | undefined): Item | undefined {
  switch (operation.kind) {
    case 'put':
      return operation.item;
    case 'update':
      return { ...before, ...operation.key, ...operation.set };
    case 'check':
      return before;
    case 'delete':
      return undefined;
  }
}
