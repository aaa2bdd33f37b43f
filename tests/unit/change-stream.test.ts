import type { Change } from '@baton/functions/ports.ts';
import { createChangeStream } from '@baton/infra/local/change-stream.ts';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { standingClock, startOfTime } from '../support/asl-host.ts';

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
