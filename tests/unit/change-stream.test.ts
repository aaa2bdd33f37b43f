import type { Change } from '@baton/functions/ports.ts';
import { createChangeStream } from '@baton/infra/local/change-stream.ts';
import { createVirtualClock } from '@baton/infra/local/virtual-clock.ts';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { standingClock, startOfTime } from '../support/asl-host.ts';
import { createMemoryStore } from '../support/memory-store.ts';

const Batch = z.object({
  Records: z.array(z.object({ dynamodb: z.object({ Keys: z.object({ sk: z.object({ S: z.string() }) }) }) })),
});

const inserted = (sk: string): Change => ({ table: 'core', kind: 'INSERT', key: { pk: 'C#1', sk } });

test('many changes at once are many short units of work, in order, so that requests get in between', async () => {
  const batches: string[][] = [];
  const stream = createChangeStream({
    prefix: 'EVT#',
    clock: standingClock(startOfTime),
    handler: async (event) => {
      batches.push(Batch.parse(event).Records.map(({ dynamodb }) => dynamodb.Keys.sk.S));
      return { batchItemFailures: [] };
    },
  });
  const keys = Array.from({ length: 500 }, (_, at) => `EVT#${at}`);

  stream.offer(keys.map(inserted));
  while (await stream.step());

  expect(batches.flat()).toEqual(keys);
  expect(Math.max(...batches.map(({ length }) => length))).toBeLessThanOrEqual(10);
});

test('asked for whole batches only, it leaves what does not fill one for later', async () => {
  const sizes: number[] = [];
  const stream = createChangeStream({
    prefix: 'OUT#',
    clock: standingClock(startOfTime),
    handler: async (event) => {
      sizes.push(Batch.parse(event).Records.length);
      return { batchItemFailures: [] };
    },
  });
  stream.offer(Array.from({ length: 13 }, (_, at) => inserted(`OUT#${at}`)));

  expect([await stream.step(true), await stream.step(true), await stream.step()]).toEqual([
    true,
    false,
    true,
  ]);
  expect(sizes).toEqual([10, 3]);
});

test('a row that was put off is delivered again when it is due, and so it is after a restart', async () => {
  const clock = createVirtualClock(startOfTime);
  const delivered: string[] = [];
  const handler = async (event: unknown) => {
    delivered.push(...Batch.parse(event).Records.map(({ dynamodb }) => dynamodb.Keys.sk.S));
    return { batchItemFailures: [] };
  };
  const later = new Date(clock.now().getTime() + 60_000).toISOString();
  const row = { pk: 'C#1', sk: 'OUT#1', duepk: 'OUT#0', duesk: later };
  const store = createMemoryStore();
  await store.transact([{ kind: 'put', table: 'core', item: row }]);
  const told = createChangeStream({ prefix: 'OUT#', clock, handler });
  const restarted = createChangeStream({ prefix: 'OUT#', clock, handler });
  const key = { pk: row.pk, sk: row.sk };

  told.offer([{ table: 'core', kind: 'MODIFY', key, image: row }]);
  await restarted.recover(store, ['OUT#0']);

  expect([await told.step(), await restarted.step()]).toEqual([false, false]);
  expect([told.dueAt(), restarted.dueAt()]).toEqual([Date.parse(later), Date.parse(later)]);
  clock.moveTo(Date.parse(later));
  expect([await told.step(), await restarted.step()]).toEqual([true, true]);
  expect(delivered).toEqual(['OUT#1', 'OUT#1']);
});
