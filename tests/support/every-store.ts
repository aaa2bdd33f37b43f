import { createDynamoStore } from '@baton/functions/adapters/aws/store.ts';
import { createSqliteStore } from '@baton/functions/adapters/sqlite/store.ts';
import type { Store } from '@baton/functions/ports.ts';
import { openDatabase } from '@baton/infra/local/database.ts';
import { onTestFinished } from 'vitest';
import { startDynamo } from './dynamo-server.ts';
import { createMemoryStore } from './memory-store.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** An empty store of each adapter, by its name, for what reads alike from all of them; DynamoDB where it can be started. */
export async function everyStore(): Promise<[name: string, create: () => Promise<Store>][]> {
  const dynamo = await startDynamo();
  return [
    ['memory', async () => createMemoryStore()],
    [
      'SQLite',
      async () => {
        const database = openDatabase({ folder: temporaryFolder() });
        onTestFinished(() => database.close());
        return createSqliteStore(database);
      },
    ],
    ...(dynamo
      ? [
          [
            'DynamoDB',
            async () =>
              createDynamoStore({ client: dynamo.client, tables: (await dynamo.createTables()).names }),
          ] satisfies [string, () => Promise<Store>],
        ]
      : []),
  ];
}
