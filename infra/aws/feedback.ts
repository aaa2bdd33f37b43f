import { Duration } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { BatonFunction } from './function.ts';

/** What providers report of messages comes over the account's default bus, and only what was sent by this stack counts. */
export class Feedback extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { consumer, notProcessed, prefix }: { consumer: BatonFunction; notProcessed: Queue; prefix: string },
  ) {
    super(scope, id);
    new Rule(this, 'Mail', {
      eventPattern: {
        source: ['aws.ses'],
        detail: { mail: { tags: { 'ses:configuration-set': [prefix] } } },
      },
      targets: [
        new LambdaFunction(consumer.function, {
          deadLetterQueue: notProcessed,
          maxEventAge: Duration.hours(24),
          retryAttempts: 185,
        }),
      ],
    });
  }
}
