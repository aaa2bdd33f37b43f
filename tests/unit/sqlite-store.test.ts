import { createSqliteStore } from '@baton/functions/adapters/sqlite/store.ts';
import { openDatabase } from '@baton/infra/local/database.ts';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** As tables were made when each had the columns and indexes of all. */
function earlierTable(table: string): string {
  return `
    CREATE TABLE ${table} (
      pk TEXT NOT NULL, sk TEXT NOT NULL, body TEXT NOT NULL,
      tl TEXT, g1pk TEXT, g1sk TEXT, duepk TEXT, duesk TEXT,
      PRIMARY KEY (pk, sk)
    );
    CREATE INDEX ${table}_tl ON ${table} (pk, tl, sk) WHERE tl IS NOT NULL;
    CREATE INDEX ${table}_g1 ON ${table} (g1pk, g1sk, pk, sk) WHERE g1pk IS NOT NULL AND g1sk IS NOT NULL;
    CREATE INDEX ${table}_due ON ${table} (duepk, duesk, pk, sk) WHERE duepk IS NOT NULL AND duesk IS NOT NULL;
    INSERT INTO ${table} VALUES
      ('p', 'old', '{"pk":"p","sk":"old","g1pk":"LIVE","g1sk":"a"}', NULL, 'LIVE', 'a', NULL, NULL);`;
}

test('a folder whose tables have more columns than today is read and written on', async () => {
  const database = openDatabase({ folder: temporaryFolder() });
  onTestFinished(() => database.close());
  for (const table of ['core', 'design', 'guard'])
    database.write(() => database.sql.exec(earlierTable(table)));
  const store = createSqliteStore(database);

  for (const table of ['core', 'design', 'guard'] as const)
    await store.transact([
      { kind: 'put', table, item: { pk: 'p', sk: 'new', g1pk: 'LIVE', g1sk: 'b' } },
      { kind: 'update', table, key: { pk: 'p', sk: 'old' }, set: { a: 1 } },
    ]);

  expect(await store.count({ table: 'guard', pk: 'p' })).toBe(2);
  for (const table of ['core', 'design'] as const) {
    const { items } = await store.query({ table, index: 'g1', pk: 'LIVE' });
    expect(items).toEqual([
      { pk: 'p', sk: 'old', g1pk: 'LIVE', g1sk: 'a', a: 1 },
      { pk: 'p', sk: 'new', g1pk: 'LIVE', g1sk: 'b' },
    ]);
  }
});
