import { BatchProcessor, type EventType, processPartialResponse } from '@aws-lambda-powertools/batch';

type Failures = { batchItemFailures: { itemIdentifier: string }[] };

/**
 * Handles the records of a batch one after the other, in their order. Those whose handling throws are reported by name
 * and come again; the others are done, also where all but one fail. A record whose handling only waits for somebody
 * outside can let the next one begin (`goOn`).
 */
export function eachRecord<Entry extends { [field: string]: unknown }>(
  type: (typeof EventType)['SQS' | 'DynamoDBStreams'],
  Records: Entry[],
  act: (record: Entry, goOn: () => void) => Promise<void>,
): Promise<Failures> {
  let before = Promise.resolve();
  const inTurn = async (record: Entry): Promise<void> => {
    const turn = before;
    const next = Promise.withResolvers<void>();
    before = next.promise;
    await turn;
    try {
      await act(record, next.resolve);
    } finally {
      next.resolve();
    }
  };
  return processPartialResponse({ Records }, inTurn, new BatchProcessor(type), {
    processInParallel: true,
    throwOnFullBatchFailure: false,
  });
}
