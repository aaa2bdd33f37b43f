import { Transient } from '@baton/functions/ports.ts';
import { type Database, openDatabase } from '@baton/infra/local/database.ts';
import {
  createQueue,
  createQueueConsumer,
  type QueueHandler,
  type QueueOptions,
} from '@baton/infra/local/queue.ts';
import { createVirtualClock } from '@baton/infra/local/virtual-clock.ts';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';

const start = Date.parse('2026-01-01T00:00:00Z');

function open(folder = temporaryFolder()): Database {
  const database = openDatabase({ folder });
  onTestFinished(() => database.close());
  return database;
}

function setUp(handler: QueueHandler, options: Partial<QueueOptions> = {}) {
  const clock = createVirtualClock(start);
  const queue = createQueue({ database: open(), clock, name: 'intake', ...options });
  const consumer = createQueueConsumer({ queue, handler });
  return { clock, queue, ...consumer };
}

/** A handler that keeps what it saw, and does what it is told. */
function recorder(act: (body: string, receive: number) => string | undefined = () => undefined) {
  const seen: string[] = [];
  const handler: QueueHandler = async ({ Records }) => {
    const batchItemFailures = [];
    for (const { messageId, body, attributes } of Records) {
      seen.push(body);
      const reason = act(body, Number(attributes.ApproximateReceiveCount));
      if (reason !== undefined) batchItemFailures.push({ itemIdentifier: messageId, reason });
    }
    return { batchItemFailures };
  };
  return { seen, handler };
}

test('hands over messages in the order of sending, a batch at a time', async () => {
  const batches: string[][] = [];
  const { queue, step } = setUp(async ({ Records }) => void batches.push(Records.map(({ body }) => body)), {
    batch: 2,
  });
  queue.send(['a', 'b', 'c']);

  expect([await step(), await step(), await step()]).toEqual([true, true, false]);

  expect(batches).toEqual([['a', 'b'], ['c']]);
  expect(queue.depth()).toEqual({ waiting: 0, inFlight: 0, dead: 0 });
  expect(queue.dueAt()).toBeUndefined();
});

test('brings back the failed ones alone, after 1, 2 and 4 seconds, then keeps them as dead letters with the reason', async () => {
  const { seen, handler } = recorder((body, receive) => (body === 'bad' ? `broken ${receive}` : undefined));
  const { clock, queue, step, dueAt } = setUp(handler, { maxReceives: 4 });
  queue.send(['good', 'bad', 'fine']);

  const waits: number[] = [];
  while (await step()) {
    const due = dueAt();
    if (due === undefined) break;
    expect(await step()).toBe(false);
    waits.push(due - clock.now().getTime());
    clock.moveTo(due);
  }

  expect(waits).toEqual([1_000, 2_000, 4_000]);
  expect(seen).toEqual(['good', 'bad', 'fine', 'bad', 'bad', 'bad']);
  expect(queue.deadLetters()).toEqual([
    {
      id: 'intake-2',
      queue: 'intake',
      body: 'bad',
      receives: 4,
      reason: 'broken 4',
      sentAt: '2026-01-01T00:00:00.000Z',
      failedAt: '2026-01-01T00:00:07.000Z',
    },
  ]);
});

const failing: [string, QueueHandler, RegExp][] = [
  [
    'a thrown error',
    () => Promise.reject(new Transient('store is away')),
    /^its handler failed: Transient at queue\.test\.ts:\d+:\d+$/,
  ],
  [
    'an unknown message in the answer',
    async () => ({ batchItemFailures: [{ itemIdentifier: 'x' }] }),
    /not in the batch: x/,
  ],
];

test.each(failing)('fails the whole batch for %s', async (_what, handler, reason) => {
  const { queue, step } = setUp(handler, { maxReceives: 1 });
  queue.send(['a', 'b']);

  await step();

  expect(queue.deadLetters().map(({ body }) => body)).toEqual(['a', 'b']);
  expect(queue.deadLetters()[0]?.reason).toMatch(reason);
});

test('says in short what it gave up: how many after how many tries, and why, the oldest first by when it was given up', async () => {
  const { handler } = recorder((body) => `no ${body}`);
  const { clock, queue, step } = setUp(handler, { maxReceives: 2, batch: 1 });
  expect(queue.givenUp()).toBeUndefined();
  queue.send(['first', 'second', 'second']);
  queue.receive(); // Whoever has the first is slow, so that it is given up last.

  for (let due = queue.dueAt(); due !== undefined; due = queue.dueAt()) {
    clock.moveTo(Math.max(due, clock.now().getTime()));
    await step();
  }

  expect(queue.givenUp()).toEqual({
    ...{ queue: 'intake', count: 3, tries: 2, since: '2026-01-01T00:00:01.000Z' },
    reasons: [
      { reason: 'no second', count: 2, since: '2026-01-01T00:00:01.000Z' },
      { reason: 'no first', count: 1, since: '2026-01-01T00:00:30.000Z' },
    ],
  });
});

test('redrives one dead letter or all, which then start anew', async () => {
  let broken = true;
  const { seen, handler } = recorder(() => (broken ? 'broken' : undefined));
  const { queue, step } = setUp(handler, { maxReceives: 1 });
  queue.send(['a', 'b', 'c']);
  await step();
  broken = false;
  seen.length = 0;

  expect(queue.deadLetter('intake-2')?.body).toBe('b');
  expect(queue.redrive(['intake-2', 'intake-99'])).toBe(1);
  expect(queue.deadLetters({ after: 'intake-1' }).map(({ body }) => body)).toEqual(['c']);
  expect(queue.redrive()).toBe(2);
  while (await step());

  expect(seen).toEqual(['b', 'a', 'c']);
  expect(queue.depth()).toEqual({ waiting: 0, inFlight: 0, dead: 0 });
  expect(() => queue.redrive(['other-1'])).toThrow(/other-1 is no dead letter of the queue intake/);
});

test('hides a message while its handler works, and gives it again when that takes too long', async () => {
  const { clock, queue } = setUp(async () => {}, { visibilitySeconds: 30 });
  queue.send(['a']);
  const [first] = queue.receive();

  expect(queue.receive()).toEqual([]);
  expect(queue.dueAt()).toBe(start + 30_000);
  clock.moveTo(start + 30_000);
  const [second] = queue.receive();
  if (!first || !second) throw new Error('the message was not received twice');
  queue.fail(first, 'late');
  expect(queue.depth()).toEqual({ waiting: 0, inFlight: 1, dead: 0 });
  queue.succeed(second);

  expect(second.attributes.ApproximateReceiveCount).toBe('2');
  expect(queue.depth()).toEqual({ waiting: 0, inFlight: 0, dead: 0 });
});

test('keeps its messages over a restart; those with a handler are visible at once', async () => {
  const folder = temporaryFolder();
  const clock = createVirtualClock(start);
  const before = openDatabase({ folder });
  const queue = createQueue({ database: before, clock, name: 'intake' });
  queue.send(['a', 'b']);
  createQueue({ database: before, clock, name: 'other' }).send(['c']);
  queue.receive();
  before.close();

  const again = createQueue({ database: open(folder), clock, name: 'intake' });
  const records = again.receive();

  expect(records.map(({ body }) => body)).toEqual(['a', 'b']);
  expect(records[0]?.attributes.ApproximateReceiveCount).toBe('2');
});

test('counts the messages that kill their process, so that they end as dead letters', () => {
  const folder = temporaryFolder();
  const clock = createVirtualClock(start);
  const receiveAndDie = () => {
    const database = openDatabase({ folder });
    const queue = createQueue({ database, clock, name: 'intake', maxReceives: 2 });
    const received = queue.receive().length;
    database.close();
    return received;
  };
  const first = openDatabase({ folder });
  createQueue({ database: first, clock, name: 'intake' }).send(['poison']);
  first.close();

  expect([receiveAndDie(), receiveAndDie(), receiveAndDie()]).toEqual([1, 1, 0]);

  const queue = createQueue({ database: open(folder), clock, name: 'intake', maxReceives: 2 });
  expect(queue.deadLetters()[0]).toMatchObject({
    body: 'poison',
    receives: 2,
    reason: expect.stringMatching(/never answered/),
  });
});
