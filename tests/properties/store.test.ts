import { isDeepStrictEqual } from 'node:util';
import { createDynamoStore } from '@baton/functions/adapters/aws/store.ts';
import { createSqliteStore } from '@baton/functions/adapters/sqlite/store.ts';
import type { Change, Condition, Item, Operation, Query, Store, TableName } from '@baton/functions/ports.ts';
import { openDatabase } from '@baton/infra/local/database.ts';
import type { Json } from '@baton/rules/json.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { asStore, createBranchingStore } from '../support/branching-store.ts';
import { startDynamo } from '../support/dynamo-server.ts';
import { createMemoryStore } from '../support/memory-store.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/*
 * The law: whatever is asked of a store and of the one in memory, they answer alike, tell the same changes and hold the
 * same rows. Few keys, attributes and values, so that operations meet.
 */
const partitions = ['C#1', 'C#2', 'é\u{1F600}'] as const;
const table = fc.constantFrom<TableName>('core', 'guard');
const pk = fc.constantFrom(...partitions);
const sk = fc.constantFrom('HEAD', 'EVT#1', 'EVT#2', 'EVT#\uffff', 'EVT#\u{10ffff}');
const key = fc.record({ pk, sk });
const attribute = fc.constantFrom('a', 'rev', 'count', 'constructor');
const indexAttribute = fc.constantFrom('tl', 'g1pk', 'g1sk', 'duepk', 'duesk');
const query: fc.Arbitrary<Query> = fc.record(
  {
    table,
    index: fc.constantFrom('tl' as const, 'g1' as const, 'due' as const),
    pk: fc.oneof(pk, fc.constantFrom('x', '1')),
    from: fc.oneof(sk, fc.constantFrom('x')),
    to: fc.oneof(sk, fc.constantFrom('x')),
    prefix: fc.constantFrom('E', 'EVT#', 'EVT#\u{10ffff}', 'x', ''),
    reverse: fc.boolean(),
    limit: fc.constantFrom(1, 2, 100),
  },
  { requiredKeys: ['table', 'pk'] },
);

type Act =
  | { transact: Operation[] }
  | { query: Query }
  | { get: { table: TableName; key: { pk: string; sk: string } } };
/** `numbers` are stored and compared, `amounts` added, beside a few small integers. */
function actsWith({ numbers, amounts }: { numbers: readonly number[]; amounts: readonly number[] }) {
  const scalar = fc.oneof(
    fc.constantFrom('', 'x', '1'),
    fc.constantFrom(0, 1, -0, 2, ...numbers),
    fc.boolean(),
  );
  const value = fc.oneof(
    { weight: 4, arbitrary: scalar },
    fc.constantFrom<Json>(null, { n: [1, { m: null }] }, { n: [1, { m: 'é' }], z: 1 }, 'half \ud83d'),
  );
  const unstorable = fc.constantFrom<Record<string, Json>>(
    { a: Number.NaN },
    { tl: '' },
    { g1pk: 1 },
    { a: 1e126 },
  );
  const attributes = fc
    .tuple(
      fc.dictionary(attribute, value, { maxKeys: 3 }),
      fc.dictionary(indexAttribute, fc.constantFrom('x', 'EVT#1', 'EVT#\u{10ffff}'), { maxKeys: 5 }),
      fc.oneof({ weight: 40, arbitrary: fc.constant<Record<string, Json>>({}) }, unstorable),
    )
    .map(([own, indexed, bad]) => ({ ...own, ...indexed, ...bad }));
  const absent: fc.Arbitrary<Condition> = fc.constant({ absent: true });
  const parts: fc.Arbitrary<Condition> = fc.record(
    {
      present: fc.constant<true>(true),
      equals: fc.dictionary(attribute, fc.oneof(scalar, fc.constant(null)), { maxKeys: 2 }),
      oneOf: fc.dictionary(attribute, fc.array(scalar, { minLength: 1, maxLength: 3 }), { maxKeys: 1 }),
      below: fc.dictionary(attribute, fc.constantFrom(0, 1, 2.5), { maxKeys: 1 }),
    },
    { requiredKeys: [] },
  );
  const condition = fc.option(fc.oneof(absent, parts), { nil: undefined, freq: 2 });

  const operation: fc.Arbitrary<Operation> = fc.oneof(
    fc.record({
      kind: fc.constant('put' as const),
      table,
      item: fc.tuple(attributes, key).map(([some, place]) => ({ ...some, ...place })),
      if: condition,
    }),
    fc.record({ kind: fc.constant('delete' as const), table, key, if: condition }),
    fc.record({
      kind: fc.constant('update' as const),
      table,
      key,
      set: fc.option(attributes, { nil: undefined }),
      remove: fc.option(fc.array(fc.oneof(attribute, indexAttribute), { maxLength: 2 }), { nil: undefined }),
      add: fc.option(
        fc.dictionary(fc.constantFrom('rev', 'a', 'count'), fc.constantFrom(1, -1, ...amounts), {
          maxKeys: 2,
        }),
        {
          nil: undefined,
        },
      ),
      if: condition,
    }),
    fc.record({ kind: fc.constant('check' as const), table, key, if: condition.map((some) => some ?? {}) }),
  );

  const act: fc.Arbitrary<Act> = fc.oneof(
    { weight: 3, arbitrary: fc.record({ transact: fc.array(operation, { maxLength: 4 }) }) },
    fc.record({ query }),
    fc.record({ get: fc.record({ table, key }) }),
  );

  return fc.array(act, { minLength: 10, maxLength: 40, size: 'max' });
}

/** Every page of a query, cursors included: both stores must also cut alike. */
async function pages(store: Store, first: Query): Promise<unknown[]> {
  const found: unknown[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.query({ ...first, cursor });
    found.push(page);
    cursor = page.cursor;
  } while (cursor);
  return found;
}

async function answer(store: Store, asked: Act): Promise<unknown> {
  try {
    if ('transact' in asked) return await store.transact(asked.transact);
    if ('query' in asked) return await pages(store, asked.query);
    return await store.get(asked.get.table, asked.get.key);
  } catch (error) {
    return error instanceof Error ? error.name : error;
  }
}

/** All rows of a table, in the order of their keys. */
async function rowsIn(store: Store, name: TableName): Promise<Item[]> {
  const rows: Item[] = [];
  for (const partition of partitions)
    rows.push(...(await store.query({ table: name, pk: partition, limit: 1000 })).items);
  return rows;
}

test('the store that branches answers as memory does, also after a fork', async () => {
  const acts = actsWith({ numbers: [9e125, 0.1], amounts: [9e125] });

  await fc.assert(
    fc.asyncProperty(acts, async (some) => {
      const memory = createMemoryStore();
      let branching = createBranchingStore();

      for (const asked of some) {
        const left = branching;
        branching = branching.fork();
        expect(await answer(asStore(branching), asked)).toEqual(await answer(memory, asked));
        if (memory.rows('core').length > 0) left.transact([{ kind: 'put', table: 'core', item: elsewhere }]);
      }

      const again = createBranchingStore();
      for (const name of ['core', 'guard'] as const) {
        expect(await rowsIn(asStore(branching), name)).toEqual(memory.rows(name));
        for (const item of memory.rows(name).reverse()) again.transact([{ kind: 'put', table: name, item }]);
      }
      expect(again.dueDigest()).toBe(branching.dueDigest());
    }),
    { numRuns: 500 },
  );
});

/** Written into a fork that was left; nobody may see it. */
const elsewhere = { pk: 'C#1', sk: 'HEAD', left: true };

test('SQLite and memory answer alike, tell the same changes and hold the same rows', async () => {
  const database = openDatabase({ folder: temporaryFolder() });
  const clear = ['core', 'design', 'guard'].map((name) => `DELETE FROM ${name};`).join('');
  const acts = actsWith({ numbers: [9e125, 0.1], amounts: [9e125] });

  await fc.assert(
    fc.asyncProperty(acts, async (some) => {
      const [sqliteChanges, memoryChanges]: Change[][] = [[], []];
      const sqlite = createSqliteStore(database, { onChange: (changes) => sqliteChanges?.push(...changes) });
      const memory = createMemoryStore({ onChange: (changes) => memoryChanges?.push(...changes) });
      database.write(() => database.sql.exec(clear));

      for (const asked of some) expect(await answer(sqlite, asked)).toEqual(await answer(memory, asked));

      expect(sqliteChanges).toEqual(memoryChanges);
      for (const name of ['core', 'guard'] as const)
        expect(await rowsIn(sqlite, name)).toEqual(memory.rows(name));
    }),
    { numRuns: 1_000 },
  );
  database.close();
});

const dynamo = await startDynamo();

test.runIf(dynamo)(
  'DynamoDB and memory answer alike, tell the same changes and hold the same rows',
  async () => {
    if (!dynamo) return;
    // DynamoDB adds in decimals of 38 digits, where doubles would round: only sums of integers are the same in both.
    const acts = actsWith({ numbers: [-7], amounts: [30] });

    await fc.assert(
      fc.asyncProperty(acts, async (some) => {
        const { names, drain } = await dynamo.createTables();
        const store = createDynamoStore({ client: dynamo.client, tables: names });
        const changes: Change[] = [];
        const memory = createMemoryStore({ onChange: (told) => changes.push(...told) });

        for (const asked of some) expect(await answer(store, asked)).toEqual(await answer(memory, asked));

        expect(byRow(await drain())).toEqual(byRow(changes.filter(({ table: name }) => name === 'core')));
        for (const name of ['core', 'guard'] as const)
          expect(await rowsIn(store, name)).toEqual(memory.rows(name));
      }),
      { numRuns: 150 },
    );
  },
);

/** Each row's changes in order; the order among rows is not promised, nor silence about one that stays as it was. */
function byRow(changes: readonly Change[]): Record<string, Change[]> {
  const rows: Record<string, Change[]> = {};
  for (const change of changes) {
    const row = JSON.stringify(change.key);
    const told = rows[row] ?? [];
    rows[row] = told;
    const same = change.kind === 'MODIFY' && isDeepStrictEqual(told.at(-1)?.image, change.image);
    if (!same) told.push(change);
  }
  return rows;
}
