import { Duration } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { providerRules } from '../routes.ts';
import type { BatonFunction } from './function.ts';

/**
 * What providers report of messages comes over the account's default bus. Reports about other senders of the account come
 * too; the function knows none of their messages and counts them.
 */
export class Feedback extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { consumerOf, notProcessed }: { consumerOf: (name: string) => BatonFunction; notProcessed: Queue },
  ) {
    super(scope, id);
    for (const {
      name,
      pattern: { source, 'detail-type': detailType },
      handler,
    } of providerRules)
      new Rule(this, name, {
        eventPattern: { source, detailType },
        targets: [
          new LambdaFunction(consumerOf(handler).function, {
            deadLetterQueue: notProcessed,
            maxEventAge: Duration.hours(24),
            retryAttempts: 185,
          }),
        ],
      });
  }
}
