import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DynamoDBClient,
  type KeySchemaElement,
} from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type _Record as StreamRecord,
} from '@aws-sdk/client-dynamodb-streams';
import { toItem } from '@baton/functions/adapters/aws/attributes.ts';
import type { Change, TableName } from '@baton/functions/ports.ts';
import { type IndexName, indexAttributes, indexes, tableNames, tables } from '@baton/functions/tables.ts';

/** Tables of their own, empty. `drain` gives what the core table's change stream told since the last time. */
export type DynamoTables = { names: Record<TableName, string>; drain(): Promise<Change[]> };

export type DynamoServer = {
  endpoint: string;
  client: DynamoDBClient;
  createTables(): Promise<DynamoTables>;
};

/**
 * A DynamoDB in memory, for the tests of one file; nothing where the optional package for it is not installed. To be
 * called while the file's tests are collected: it stops after the last of them.
 */
export async function startDynamo(): Promise<DynamoServer | undefined> {
  const server = await openDynamo();
  const { afterAll } = await import('vitest');
  if (server) afterAll(server.stop);
  return server;
}

/** The same for a script, which stops it itself. */
export async function openDynamo(): Promise<(DynamoServer & { stop(): void }) | undefined> {
  const program = installed();
  if (!program) {
    console.warn('@dynoxide/linux-x64 is not installed: what DynamoDB does is not tested');
    return undefined;
  }
  const port = await freePort();
  const server = await running(program, port);
  const endpoint = `http://127.0.0.1:${port}`;
  const client = new DynamoDBClient(connection(endpoint));
  const streams = new DynamoDBStreamsClient(connection(endpoint));
  const stop = () => {
    client.destroy();
    streams.destroy();
    server.kill();
  };

  let made = 0;
  return {
    stop,
    endpoint,
    client,
    async createTables() {
      made++;
      const name = (table: TableName) => `${table}-${made}`;
      const streamOf = async (table: TableName) => {
        const created = await client.send(new CreateTableCommand(definition(table, name(table))));
        return created.TableDescription?.LatestStreamArn;
      };
      const [core] = await Promise.all(tableNames.map(streamOf));
      const names = { core: name('core'), design: name('design'), guard: name('guard') };
      return { names, drain: readerOf(streams, core) };
    },
  };
}

/** A client's way to the server. It asks for credentials, and the server takes any. */
export function connection(endpoint: string) {
  return {
    endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
}

function installed(): string | undefined {
  try {
    return createRequire(import.meta.url).resolve('@dynoxide/linux-x64/dynoxide');
  } catch {
    return undefined;
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (typeof address !== 'object' || !address) throw new Error('no port is free');
  return address.port;
}

/**
 * The server ends with this process however that ends: a shell that became the server left somebody behind who reads
 * a pipe from here, and the pipe's end is the server's.
 */
async function running(program: string, port: number): Promise<ChildProcess> {
  const script = 'exec 3<&0; { cat <&3 >/dev/null; kill $$; } & exec "$0" serve --port "$1" 3<&- </dev/null';
  const server = spawn('sh', ['-c', script, program, String(port)], { stdio: ['pipe', 'ignore', 'pipe'] });
  const gone = once(server, 'exit').then(([code]) =>
    Promise.reject(new Error(`DynamoDB ended with ${code}`)),
  );
  await Promise.race([listening(server.stderr), gone]);
  gone.catch(() => {});
  return server;
}

async function listening(output: Readable): Promise<void> {
  for await (const line of createInterface({ input: output })) if (line.includes('listening')) break;
  output.resume();
}

function definition(table: TableName, TableName: string): CreateTableCommandInput {
  const described = (index: IndexName) => ({
    IndexName: indexes[index].name,
    KeySchema: keySchema(indexes[index]),
    Projection: { ProjectionType: 'ALL' as const },
  });
  const local = tables[table].indexes.filter((index) => indexes[index].local);
  const global = tables[table].indexes.filter((index) => !indexes[index].local);
  return {
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: keySchema({ pk: 'pk', sk: 'sk' }),
    AttributeDefinitions: ['pk', 'sk', ...indexAttributes(table)].map((AttributeName) => ({
      AttributeName,
      AttributeType: 'S',
    })),
    ...(local.length > 0 && { LocalSecondaryIndexes: local.map(described) }),
    ...(global.length > 0 && { GlobalSecondaryIndexes: global.map(described) }),
    ...(tables[table].changes && {
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
    }),
  };
}

function keySchema({ pk, sk }: { pk: string; sk: string }): KeySchemaElement[] {
  return [
    { AttributeName: pk, KeyType: 'HASH' },
    { AttributeName: sk, KeyType: 'RANGE' },
  ];
}

/** Reads a stream from its beginning; each call goes on where the last one ended. This server keeps one shard. */
function readerOf(streams: DynamoDBStreamsClient, StreamArn: string | undefined): () => Promise<Change[]> {
  let place: string | undefined;

  async function beginning(): Promise<string | undefined> {
    const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }));
    const [shard, ...others] = StreamDescription?.Shards ?? [];
    if (others.length > 0) throw new Error('the change stream has more than one shard');
    if (!shard) return undefined;
    const first = { StreamArn, ShardId: shard.ShardId, ShardIteratorType: 'TRIM_HORIZON' as const };
    return (await streams.send(new GetShardIteratorCommand(first))).ShardIterator;
  }

  return async () => {
    place ??= await beginning();
    const changes: Change[] = [];
    while (place) {
      const page = await streams.send(new GetRecordsCommand({ ShardIterator: place, Limit: pageSize }));
      const { Records = [] } = page;
      changes.push(...Records.map(changeOf));
      place = page.NextShardIterator;
      if (Records.length < pageSize) break;
    }
    return changes;
  };
}

/** Most records that one call gives. */
const pageSize = 1000;

function changeOf({ eventName, dynamodb }: StreamRecord): Change {
  const { Keys, NewImage } = dynamodb ?? {};
  if (!eventName || !Keys) throw new Error('a record of the change stream without a name or a key');
  const { pk, sk } = toItem(Keys);
  return { table: 'core', kind: eventName, key: { pk, sk }, ...(NewImage && { image: toItem(NewImage) }) };
}
