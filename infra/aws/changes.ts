import { Duration } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { EventSourceMapping, FilterCriteria, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { acknowledge } from './acknowledge.ts';
import type { BatonFunction } from './function.ts';

/**
 * Wakes a function with rows that were inserted into a table, by the beginning of their sort key. A batch that fails is
 * halved until the record that fails stands alone; after ten tries a pointer to it goes to the dead letters. The row
 * itself stays in the table and is found by the sweeper.
 */
export function consumeChanges(
  consumer: BatonFunction,
  { table, prefix, deadLetters }: { table: Table; prefix: string; deadLetters: Queue },
): EventSourceMapping {
  const { tableStreamArn } = table;
  if (!tableStreamArn) throw new Error('the table has no change stream');
  const mapping = new EventSourceMapping(consumer, 'Changes', {
    target: consumer.function,
    eventSourceArn: tableStreamArn,
    startingPosition: StartingPosition.TRIM_HORIZON,
    batchSize: 25,
    maxBatchingWindow: Duration.seconds(0),
    bisectBatchOnError: true,
    retryAttempts: 10,
    parallelizationFactor: 4,
    reportBatchItemFailures: true,
    onFailure: { bind: () => ({ destination: deadLetters.queueArn }) },
    filters: [
      FilterCriteria.filter({ eventName: ['INSERT'], dynamodb: { Keys: { sk: { S: [{ prefix }] } } } }),
    ],
  });
  consumer.grant(
    ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
    [tableStreamArn],
  );
  consumer.grant(['dynamodb:ListStreams'], ['*']);
  consumer.grant(['sqs:SendMessage'], [deadLetters.queueArn]);
  acknowledge(consumer, {
    'AwsSolutions-IAM5[Resource::*]': 'the API has no resource: listing streams, answering tokens',
  });
  return mapping;
}
