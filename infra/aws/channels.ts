import { Duration, Stack } from 'aws-cdk-lib';
import { type EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { CfnConfigurationSet, CfnConfigurationSetEventDestination } from 'aws-cdk-lib/aws-ses';
import { CfnConfigurationSet as CfnTextConfigurationSet } from 'aws-cdk-lib/aws-smsvoice';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Config } from './config.ts';
import type { BatonFunction } from './function.ts';
import { consumeQueue, sealed } from './intake.ts';

/** SES sends under the address, its domain or a domain above that, whichever is verified. */
function identitiesFor(address: string): string[] {
  const labels = address.slice(address.indexOf('@') + 1).split('.');
  const domains = labels.slice(0, -1).map((_label, at) => labels.slice(at).join('.'));
  return [address, ...domains];
}

/**
 * Six times as long as the function may run, and a day of that in all. `deliver-webhook` does not try at each receive, so
 * tries are minutes apart at first and then an hour. Two at once, because a receiver is one machine often enough.
 */
const webhookQueue = { batch: 10, atOnce: 2, visibilitySeconds: 180, maxReceives: 480 } as const;

/** What a deployment sends by. Without an address or number a channel is not there, and says so for each message. */
export class Channels extends Construct {
  readonly environment: Readonly<Record<string, string>>;
  /** ARNs of what mail and texts are sent by, with their configuration sets. */
  readonly mailIdentities: readonly string[];
  readonly textIdentities: readonly string[];
  private readonly webhooks: Queue | undefined;

  constructor(
    scope: Construct,
    id: string,
    { config, bus, undelivered }: { config: Config; bus: EventBus; undelivered: Queue },
  ) {
    super(scope, id);
    const { mailFrom, smsOrigination, smsMaxPrice, webhookUrl, prefix } = config;
    this.mailIdentities = mailFrom ? this.mail(mailFrom, prefix) : [];
    this.textIdentities = smsOrigination ? this.texts(smsOrigination, prefix) : [];
    this.webhooks = webhookUrl ? this.webhook(bus, undelivered) : undefined;
    this.environment = {
      ...(mailFrom ? { MAIL_FROM: mailFrom, MAIL_CONFIGURATION_SET: prefix } : {}),
      ...(smsOrigination ? { SMS_ORIGINATION: smsOrigination, SMS_CONFIGURATION_SET: prefix } : {}),
      ...(smsMaxPrice ? { SMS_MAX_PRICE: smsMaxPrice } : {}),
      ...(webhookUrl ? { WEBHOOK_BUS: bus.eventBusName } : {}),
    };
  }

  /** Wakes who posts webhooks, where there is a receiver. */
  deliverBy(consumer: BatonFunction): void {
    if (this.webhooks) consumeQueue(this.webhooks, 'Webhooks', webhookQueue, consumer);
  }

  /** What becomes of a mail comes back over the account's default bus. */
  private mail(from: string, prefix: string): string[] {
    const set = new CfnConfigurationSet(this, 'Mail', {
      name: prefix,
      deliveryOptions: { tlsPolicy: 'REQUIRE' },
      reputationOptions: { reputationMetricsEnabled: true },
      suppressionOptions: { suppressedReasons: ['BOUNCE', 'COMPLAINT'] },
    });
    new CfnConfigurationSetEventDestination(this, 'MailFeedback', {
      configurationSetName: set.ref,
      eventDestination: {
        name: 'default-bus',
        enabled: true,
        matchingEventTypes: ['SEND', 'DELIVERY', 'BOUNCE', 'COMPLAINT', 'REJECT', 'RENDERING_FAILURE'],
        eventBridgeDestination: { eventBusArn: this.arn('events', 'event-bus', 'default') },
      },
    });
    return [
      this.arn('ses', 'configuration-set', prefix),
      ...identitiesFor(from).map((identity) => this.arn('ses', 'identity', identity)),
    ];
  }

  private texts(origination: string, prefix: string): string[] {
    new CfnTextConfigurationSet(this, 'Texts', { configurationSetName: prefix });
    return [this.arn('sms-voice', 'configuration-set', prefix), this.originationArn(origination)];
  }

  private originationArn(origination: string): string {
    if (origination.startsWith('arn:')) return origination;
    if (origination.startsWith('phone-')) return this.arn('sms-voice', 'phone-number', origination);
    if (origination.startsWith('pool-')) return this.arn('sms-voice', 'pool', origination);
    return this.arn('sms-voice', 'sender-id', `${origination}/*`);
  }

  /** A queue and not the bus alone, because EventBridge signs nothing that it posts. */
  private webhook(bus: EventBus, undelivered: Queue): Queue {
    const queue = new Queue(this, 'WebhookQueue', {
      ...sealed,
      visibilityTimeout: Duration.seconds(webhookQueue.visibilitySeconds),
      deadLetterQueue: { queue: undelivered, maxReceiveCount: webhookQueue.maxReceives },
    });
    new Rule(this, 'Webhooks', {
      eventBus: bus,
      eventPattern: { source: ['baton'], detailType: ['baton.webhook'] },
      targets: [new SqsQueue(queue, { deadLetterQueue: undelivered, maxEventAge: Duration.hours(24) })],
    });
    return queue;
  }

  private arn(service: string, resource: string, resourceName: string): string {
    return Stack.of(this).formatArn({ service, resource, resourceName });
  }
}
