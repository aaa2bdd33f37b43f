import { BatchProcessor, type EventType, processPartialResponse } from '@aws-lambda-powertools/batch';

type Failures = { batchItemFailures: { itemIdentifier: string }[] };

/**
 * Handles the records of a batch one after the other, in their order. Those whose handling throws are reported by name
 * and come again; the others are done, also where all but one fail.
 */
export function eachRecord<Entry extends { [field: string]: unknown }>(
  type: (typeof EventType)['SQS' | 'DynamoDBStreams'],
  Records: Entry[],
  act: (record: Entry) => Promise<void>,
): Promise<Failures> {
  return processPartialResponse({ Records }, act, new BatchProcessor(type), {
    processInParallel: false,
    throwOnFullBatchFailure: false,
  });
}
