import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createDynamoStore } from '@baton/functions/adapters/aws/store.ts';
import { type Operation, Rejected, Transient } from '@baton/functions/ports.ts';
import { describe, expect, onTestFinished, test } from 'vitest';
import { connection, startDynamo } from '../support/dynamo-server.ts';

const key = { pk: 'C#1', sk: 'HEAD' };
const update: Operation = { kind: 'update', table: 'core', key, add: { rev: 1 } };
const names = { core: 'core', design: 'design', guard: 'guard' };
const secret = 'ana@example.com';

/** What the server answers to one request; `lost`: it hangs up. */
type Answer = { status: number; body: object } | 'lost';

const written: Answer = { status: 200, body: {} };

function failure(name: string, status = 400): Answer {
  return { status, body: { __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: `about ${secret}` } };
}

function cancelled(...codes: string[]): Answer {
  const CancellationReasons = codes.map((Code) => ({ Code, Message: `about ${secret}` }));
  const __type = 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException';
  return { status: 400, body: { __type, message: `about ${secret}`, CancellationReasons } };
}

/** A store whose server answers by a list, the last answer again and again. It notes requests and pauses. */
async function scripted(answers: Answer[], { maxAttempts = 1 } = {}) {
  const requests: { ClientRequestToken?: string }[] = [];
  const pauses: number[] = [];
  const server = createServer(async (incoming, response) => {
    requests.push(JSON.parse(await textOf(incoming)));
    const answer = answers[requests.length - 1] ?? answers.at(-1);
    if (!answer || answer === 'lost') return void incoming.socket.destroy();
    response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify(answer.body));
  });
  const client = new DynamoDBClient({ ...connection(await address(server)), maxAttempts });
  onTestFinished(() => client.destroy());
  const wait = async (ms: number) => void pauses.push(ms);
  return { store: createDynamoStore({ client, tables: names, wait }), requests, pauses };
}

async function address(server: ReturnType<typeof createServer>): Promise<string> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  const bound = server.address();
  if (typeof bound !== 'object' || !bound) throw new Error('no address');
  return `http://127.0.0.1:${bound.port}`;
}

async function textOf(message: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of message.setEncoding('utf8')) text += chunk;
  return text;
}

const errorOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error) => error,
  );

describe('a transaction that others are in the way of', () => {
  test('is made again under the same name until it is written', async () => {
    const { store, requests, pauses } = await scripted([
      cancelled('TransactionConflict'),
      failure('TransactionInProgressException'),
      written,
    ]);

    expect(await store.transact([update])).toEqual({ ok: true });
    expect(requests).toHaveLength(3);
    expect(new Set(requests.map(({ ClientRequestToken }) => ClientRequestToken)).size).toBe(1);
    expect(pauses).toHaveLength(2);
    for (const [attempt, ms] of pauses.entries()) expect(ms).toBeLessThanOrEqual(50 * 2 ** attempt);
  });

  test('is not believed about the conditions that failed beside', async () => {
    const { store } = await scripted([
      cancelled('ConditionalCheckFailed', 'TransactionConflict'),
      cancelled('ConditionalCheckFailed', 'ConditionalCheckFailed'),
    ]);
    const other: Operation = { ...update, key: { ...key, sk: 'x' } };

    expect(await store.transact([update, other])).toEqual({ ok: false, failed: [0, 1] });
  });

  test.each([
    cancelled('ThrottlingError'),
    cancelled('None', 'ProvisionedThroughputExceeded'),
    failure('ThrottlingException'),
    failure('ProvisionedThroughputExceededException'),
  ])('is given back as transient where it is throttled for ever: %j', async (throttled) => {
    const { store, requests, pauses } = await scripted([throttled]);

    const error = await errorOf(store.transact([update]));

    expect(error).toBeInstanceOf(Transient);
    expect(String(error)).toMatch(/asked for more than it lets through; try again later/);
    expect(requests).toHaveLength(6);
    expect(pauses).toHaveLength(5);
  });
});

test('names the operations whose condition failed by their place in the list', async () => {
  const nothing: Operation = { kind: 'check', table: 'guard', key, if: {} };
  const { store, requests } = await scripted([cancelled('None', 'ConditionalCheckFailed')]);

  const result = await store.transact([nothing, update, { ...update, key: { ...key, sk: 'x' } }]);

  expect(result).toEqual({ ok: false, failed: [2] });
  expect(requests[0]).toMatchObject({ TransactItems: [{}, {}] });
});

test('asks nothing where the answer is known', async () => {
  const { store, requests } = await scripted([failure('InternalServerError', 500)]);

  expect(await store.transact([])).toEqual({ ok: true });
  expect(await store.transact([{ kind: 'check', table: 'core', key, if: {} }])).toEqual({ ok: true });
  expect(await store.query({ table: 'core', pk: 'p', from: 'b', to: 'a' })).toEqual({ items: [] });
  expect(await store.count({ table: 'core', pk: 'p', to: '' })).toBe(0);
  expect(requests).toEqual([]);
});

describe('a refusal', () => {
  test('of one operation names it, and no values', async () => {
    const nothing: Operation = { kind: 'check', table: 'core', key: { pk: 'C#1', sk: 'a' }, if: {} };
    const { store, requests } = await scripted([cancelled('ValidationError')]);

    const error = await errorOf(store.transact([nothing, { ...update, set: { mail: secret } }]));

    expect(error).toBeInstanceOf(Rejected);
    expect(String(error)).toMatch(/operation 1 \(update core C#1\/HEAD\): DynamoDB refuses it/);
    expect(JSON.stringify([String(error), error])).not.toContain(secret);
    expect(requests).toHaveLength(1);
  });

  test.each(['ValidationException', 'SerializationException'])('by %s is final', async (name) => {
    const { store } = await scripted([failure(name)]);

    for (const refused of [
      store.get('core', key),
      store.query({ table: 'core', pk: 'p' }),
      store.transact([update]),
    ]) {
      const error = await errorOf(refused);
      expect(error).toBeInstanceOf(Rejected);
      expect(String(error)).not.toContain(secret);
    }
  });

  test('because of a full partition is final', async () => {
    const { store } = await scripted([cancelled('None', 'ItemCollectionSizeLimitExceeded')]);

    const error = await errorOf(store.transact([update, { ...update, key: { ...key, sk: 'x' } }]));

    expect(error).toBeInstanceOf(Rejected);
    expect(String(error)).toMatch(/operation 1 .*partition is full/);
  });
});

test.each<[string, Answer, RegExp]>([
  ['a hung-up line', 'lost', /cannot be reached \(\w+\); check network/],
  ['a fault of DynamoDB', failure('InternalServerError', 500), /has a fault \(InternalServerError, 500\)/],
  ['denied access', failure('AccessDeniedException'), /access is denied .*let the function's role/],
  ['expired credentials', failure('ExpiredTokenException'), /renew the credentials/],
  ['an unknown caller', failure('UnrecognizedClientException'), /renew the credentials/],
  ['a missing table', failure('ResourceNotFoundException'), /deploy the tables first/],
  ['anything else', failure('LimitExceededException'), /answers LimitExceededException \(400\)/],
])('%s is transient and says what to do', async (_what, answer, advice) => {
  const { store } = await scripted([answer]);

  for (const failed of [
    store.get('guard', key),
    store.query({ table: 'core', index: 'g1', pk: 'p' }),
    store.count({ table: 'core', pk: 'p' }),
    store.transact([update]),
  ]) {
    const error = await errorOf(failed);
    expect(error).toBeInstanceOf(Transient);
    expect(String(error)).toMatch(advice);
    expect(String(error)).not.toContain(secret);
  }
});

test('asks under the same name when an answer was lost', async () => {
  const { store, requests } = await scripted(['lost', written], { maxAttempts: 3 });

  expect(await store.transact([update])).toEqual({ ok: true });
  expect(requests).toHaveLength(2);
  expect(requests[0]?.ClientRequestToken).toMatch(/^[0-9a-f-]{36}$/);
  expect(requests[1]).toEqual(requests[0]);
});

const dynamo = await startDynamo();

test.runIf(dynamo)('writes once when the answer to what was written is lost', async () => {
  if (!dynamo) return;
  let lost = 0;
  const line = createServer(async (incoming, response) => {
    const { method, headers } = incoming;
    const onward = request(dynamo.endpoint, { method, headers }).end(await textOf(incoming));
    const answer = await new Promise<IncomingMessage>((resolve) => onward.once('response', resolve));
    const body = await textOf(answer);
    if (String(headers['x-amz-target']).endsWith('TransactWriteItems') && lost++ === 0)
      return void incoming.socket.destroy();
    response.writeHead(answer.statusCode ?? 500, answer.headers).end(body);
  });
  const client = new DynamoDBClient(connection(await address(line)));
  onTestFinished(() => client.destroy());
  const store = createDynamoStore({ client, tables: (await dynamo.createTables()).names });

  const result = await store.transact([{ ...update, if: { equals: { rev: null } } }]);

  expect(result).toEqual({ ok: true });
  expect(lost).toBe(2);
  expect(await store.get('core', key)).toEqual({ ...key, rev: 1 });
});
