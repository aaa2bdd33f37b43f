import { join } from 'node:path';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { toItem } from '@baton/functions/adapters/aws/attributes.ts';
import { createDynamoStore } from '@baton/functions/adapters/aws/store.ts';
import type { Change, Item, Operation, Store } from '@baton/functions/ports.ts';
import { tableNames } from '@baton/functions/tables.ts';
import { openDatabase } from '@baton/infra/local/database.ts';
import { openHost } from '@baton/infra/local/host.ts';
import { createLedger } from '@baton/infra/local/replay/ledger.ts';
import { play } from '@baton/infra/local/replay/play.ts';
import { openStagedEvents, start } from '@baton/infra/local/replay/staged-events.ts';
import { hashOfRows, type StoredRow } from '@baton/infra/local/replay/state-hash.ts';
import { createVirtualClock } from '@baton/infra/local/virtual-clock.ts';
import { streams } from '@baton/infra/routes.ts';
import type { DynamoServer, DynamoTables } from './dynamo-server.ts';
import { shippedLibrary } from './shipped-library.ts';
import { type Used, walls } from './walled.ts';

/** DynamoDB in place of a folder's store: changes are those of its own change stream, read as soon as they are there. */
export function dynamoStore(
  { client }: DynamoServer,
  { names, drain }: DynamoTables,
  onChange: (changes: Change[]) => void,
): Store {
  const store = createDynamoStore({ client, tables: names });
  return {
    ...store,
    transact: async (operations) => {
      const result = await store.transact(operations);
      if (result.ok && operations.some(wakesSomebody)) onChange(await drain());
      return result;
    },
  };
}

/** Rows for which nobody waits are read with the next that somebody waits for. */
const wakesSomebody = (operation: Operation): boolean =>
  operation.kind === 'put' && streams.some(({ prefix }) => operation.item.sk.startsWith(prefix));

/** Everything that the tables hold, in the order of the bytes of its keys. */
export async function dynamoRows({ client }: DynamoServer, { names }: DynamoTables): Promise<StoredRow[]> {
  const rows: StoredRow[] = [];
  for (const table of tableNames) {
    const items: Item[] = [];
    let ExclusiveStartKey: Record<string, { S: string }> | undefined;
    do {
      const page = await client.send(new ScanCommand({ TableName: names[table], ExclusiveStartKey }));
      items.push(...(page.Items ?? []).map(toItem));
      const last = page.LastEvaluatedKey && toItem(page.LastEvaluatedKey);
      ExclusiveStartKey = last && { pk: { S: last.pk }, sk: { S: last.sk } };
    } while (ExclusiveStartKey);
    items.sort((a, b) => bytewise(a.pk, b.pk) || bytewise(a.sk, b.sk));
    rows.push(...items.map((body) => ({ table, pk: body.pk, sk: body.sk, body })));
  }
  return rows;
}

const bytewise = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/**
 * Plays what a finished replay in a folder has played once more, through the same handlers, with DynamoDB as the store and
 * inside the walls of the functions' roles.
 */
export async function replayOnDynamo(
  { from, to, until }: { from: string; to: string; until: string },
  server: DynamoServer,
): Promise<{ hash: string; rows: StoredRow[]; used: Used }> {
  const tables = await server.createTables();
  const used: Used = new Map();
  const clock = createVirtualClock(0);
  const host = await openHost({
    folder: to,
    clock: { ...clock, kind: 'virtual' },
    library: await shippedLibrary(),
    channel: () => createLedger(join(to, 'outbox.jsonl')),
    log: { info: () => {}, warn: () => {}, error: () => {} },
    identitySeed: 'replay',
    storeOf: (_folders, onChange) => dynamoStore(server, tables, onChange),
    portsOf: walls(used),
  });
  try {
    copyStagedEvents(from, openStagedEvents(host.database));
    const [first] = openStagedEvents(host.database).after(start, 1);
    if (first) clock.moveTo(Date.parse(first.position.at));
    await play({ host, clock, until });
  } finally {
    await host.close();
  }
  const rows = await dynamoRows(server, tables);
  return { hash: hashOfRows(rows).hash, rows, used };
}

function copyStagedEvents(folder: string, to: ReturnType<typeof openStagedEvents>): void {
  const database = openDatabase({ folder });
  try {
    const from = openStagedEvents(database);
    for (let at = start; ; ) {
      const some = from.after(at, 1000);
      to.add(some.map(({ event }) => event));
      const last = some.at(-1);
      if (!last) return;
      at = last.position;
    }
  } finally {
    database.close();
  }
}
