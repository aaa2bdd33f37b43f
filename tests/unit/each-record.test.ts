import { EventType } from '@aws-lambda-powertools/batch';
import { eachRecord } from '@baton/functions/handlers/each-record.ts';
import { expect, test } from 'vitest';

const records = ['a', 'b', 'c'].map((messageId) => ({ messageId }));

test('the next record begins when one is done, or only waits for somebody outside', async () => {
  const outside = Promise.withResolvers<void>();
  const told: string[] = [];
  const all = eachRecord(EventType.SQS, records, async ({ messageId }, goOn) => {
    told.push(`${messageId} begins`);
    if (messageId === 'a') {
      goOn();
      await outside.promise;
    } else if (messageId === 'b') await new Promise((resolve) => setImmediate(resolve));
    else outside.resolve();
    told.push(`${messageId} is done`);
  });

  expect(await all).toEqual({ batchItemFailures: [] });
  expect(told).toEqual(['a begins', 'b begins', 'b is done', 'c begins', 'c is done', 'a is done']);
});

test('a record that fails while others wait is reported alone', async () => {
  const answer = await eachRecord(EventType.SQS, records, async ({ messageId }, goOn) => {
    if (messageId === 'b') throw new Error('not now');
    goOn();
    await new Promise((resolve) => setImmediate(resolve));
  });

  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'b' }] });
});
