import { Aws, Duration, SecretValue, Stack } from 'aws-cdk-lib';
import {
  ApiDestination,
  Authorization,
  Connection,
  type EventBus,
  HttpMethod,
  Rule,
  RuleTargetInput,
} from 'aws-cdk-lib/aws-events';
import { ApiDestination as ToApiDestination } from 'aws-cdk-lib/aws-events-targets';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnConfigurationSet, CfnConfigurationSetEventDestination } from 'aws-cdk-lib/aws-ses';
import { CfnConfigurationSet as CfnTextConfigurationSet } from 'aws-cdk-lib/aws-smsvoice';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Config } from './config.ts';

/** SES sends under the address, its domain or a domain above that, whichever is verified. */
function identitiesFor(address: string): string[] {
  const labels = address.slice(address.indexOf('@') + 1).split('.');
  const domains = labels.slice(0, -1).map((_label, at) => labels.slice(at).join('.'));
  return [address, ...domains];
}

/** What a deployment sends by. Without an address or number a channel is not there, and says so for each message. */
export class Channels extends Construct {
  readonly environment: Readonly<Record<string, string>>;
  /** ARNs of what mail and texts are sent by, with their configuration sets. */
  readonly mailIdentities: readonly string[];
  readonly textIdentities: readonly string[];

  constructor(
    scope: Construct,
    id: string,
    { config, bus, undelivered }: { config: Config; bus: EventBus; undelivered: Queue },
  ) {
    super(scope, id);
    const { mailFrom, smsOrigination, smsMaxPrice, webhookUrl, prefix } = config;
    this.mailIdentities = mailFrom ? this.mail(mailFrom, prefix) : [];
    this.textIdentities = smsOrigination ? this.texts(smsOrigination, prefix) : [];
    if (webhookUrl) this.webhook(webhookUrl, bus, undelivered);
    this.environment = {
      ...(mailFrom ? { MAIL_FROM: mailFrom, MAIL_CONFIGURATION_SET: prefix } : {}),
      ...(smsOrigination ? { SMS_ORIGINATION: smsOrigination, SMS_CONFIGURATION_SET: prefix } : {}),
      ...(smsMaxPrice ? { SMS_MAX_PRICE: smsMaxPrice } : {}),
      ...(webhookUrl ? { WEBHOOK_BUS: bus.eventBusName } : {}),
    };
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

  /** Called from outside every network of the account; the receiver knows a message again by its key. */
  private webhook(endpoint: string, bus: EventBus, undelivered: Queue): void {
    const connection = new Connection(this, 'WebhookConnection', {
      // A name for the sender; the receiver checks the address it gave, which is a secret of its own.
      authorization: Authorization.apiKey('x-baton-sender', SecretValue.unsafePlainText('baton')),
    });
    const destination = new ApiDestination(this, 'WebhookDestination', {
      connection,
      endpoint,
      httpMethod: HttpMethod.POST,
      rateLimitPerSecond: 50,
    });
    const caller = new Role(this, 'WebhookCaller', {
      assumedBy: new ServicePrincipal('events.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    });
    new Rule(this, 'Webhooks', {
      eventBus: bus,
      eventPattern: { source: ['baton'], detailType: ['baton.webhook'] },
      targets: [
        new ToApiDestination(destination, {
          event: RuleTargetInput.fromEventPath('$.detail'),
          eventRole: caller,
          headerParameters: { 'Idempotency-Key': '$.detail.sendId' },
          deadLetterQueue: undelivered,
          maxEventAge: Duration.hours(24),
        }),
      ],
    });
  }

  private arn(service: string, resource: string, resourceName: string): string {
    return Stack.of(this).formatArn({ service, resource, resourceName });
  }
}
