import { Duration } from 'aws-cdk-lib';
import { Archive, EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { busRules, queues } from '../routes.ts';
import { acknowledge } from './acknowledge.ts';
import type { BatonFunction } from './function.ts';

/**
 * The bus with its archive, and the queues behind it. What the bus cannot hand over and what a consumer cannot take lies
 * in a dead-letter queue each for 14 days.
 */
export class Intake extends Construct {
  readonly bus: EventBus;
  readonly queues: Readonly<Record<string, Queue>>;
  /** Events that a consumer could not take; the console moves them back to where they came from. */
  readonly deadEvents: Queue;
  /** What could not be handed over or processed elsewhere: rules, change streams, reports of providers. */
  readonly notProcessed: Queue;

  constructor(scope: Construct, id: string, { prefix }: { prefix: string }) {
    super(scope, id);
    this.bus = new EventBus(this, 'Bus', { eventBusName: prefix });
    new Archive(this, 'Archive', {
      sourceEventBus: this.bus,
      description: 'Events of the last 30 days; replaying them changes nothing that has taken effect.',
      eventPattern: { detail: { specversion: ['1.0'] } },
      retention: Duration.days(30),
    });
    this.deadEvents = this.deadLetterQueue('DeadEvents');
    this.notProcessed = this.deadLetterQueue('NotProcessed');
    this.queues = Object.fromEntries(
      queues.map(({ name, visibilitySeconds, maxReceives }) => [
        name,
        new Queue(this, `Queue-${name}`, {
          ...sealed,
          visibilityTimeout: Duration.seconds(visibilitySeconds),
          deadLetterQueue: { queue: this.deadEvents, maxReceiveCount: maxReceives },
        }),
      ]),
    );
    for (const { name, pattern, queue } of busRules) {
      const target = this.queues[queue];
      if (!target) throw new Error(`infra/routes.ts: rule ${name} names no queue: ${queue}`);
      new Rule(this, `Rule-${name}`, {
        eventBus: this.bus,
        eventPattern: pattern,
        targets: [
          new SqsQueue(target, { deadLetterQueue: this.notProcessed, maxEventAge: Duration.hours(24) }),
        ],
      });
    }
  }

  /** Wakes a function with what arrives; it reports single records that could not be taken. */
  consume(name: string, { batch }: { batch: number }, consumer: BatonFunction): EventSourceMapping {
    const queue = this.queues[name];
    if (!queue) throw new Error(`there is no queue ${name}`);
    // Few, because a new account has ten executions at once in all; intake must not take them from everybody else.
    return consumeQueue(queue, 'Intake', { batch, atOnce: 5 }, consumer);
  }

  private deadLetterQueue(id: string): Queue {
    const queue = new Queue(this, id, { ...sealed, retentionPeriod: Duration.days(14) });
    acknowledge(queue, { 'Serverless-SQSRedrivePolicy': 'this is where other queues hand over to' });
    return queue;
  }
}

/** Wakes a function with what a queue holds; it reports single messages that could not be processed. */
export function consumeQueue(
  queue: Queue,
  id: string,
  { batch, atOnce }: { batch: number; atOnce: number },
  consumer: BatonFunction,
): EventSourceMapping {
  const mapping = new EventSourceMapping(consumer, id, {
    target: consumer.function,
    eventSourceArn: queue.queueArn,
    batchSize: batch,
    maxConcurrency: atOnce,
    reportBatchItemFailures: true,
  });
  acknowledge(mapping, {
    'Serverless-LambdaEventSourceMappingDestination':
      'what fails goes back to the queue, and from there to its dead letters',
  });
  consumer.grant(['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'], [queue.queueArn]);
  return mapping;
}

export const sealed = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true } as const;
