import { Aws, Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  Dashboard,
  GraphWidget,
  type IMetric,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import type { Config } from './config.ts';
import type { EdgeStack, RuntimeStack } from './stacks.ts';

type WatchProps = { config: Config; runtime: RuntimeStack; edge: EdgeStack };
type Alarmed = { about: string; metric: IMetric; above: number; minutes?: number };

/**
 * Ten alarms of one metric each, which is what is free of charge, and one dashboard that shows the same figures. Figures that need no
 * look have none. A missing value is a quiet hour and no alarm.
 */
export class Watch extends Construct {
  constructor(scope: Construct, id: string, { config, runtime, edge }: WatchProps) {
    super(scope, id);
    const topic = config.alarms === undefined ? undefined : this.mails(config.alarms);
    const own = ownOf(config.prefix);
    const dashboard = new Dashboard(this, 'Dashboard', { dashboardName: config.prefix });
    for (const [name, { about, metric, above, minutes = 5 }] of Object.entries(
      alarmsOf({ runtime, edge, own }),
    )) {
      const alarm = new Alarm(this, name, {
        alarmName: `${config.prefix}: ${name}`,
        alarmDescription: about,
        metric,
        threshold: above,
        evaluationPeriods: minutes / 5,
        comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      });
      if (topic) alarm.addAlarmAction(new SnsAction(topic));
      dashboard.addWidgets(
        new GraphWidget({ title: about, left: [metric], leftAnnotations: [{ value: above }], width: 12 }),
      );
    }
    for (const [title, left] of Object.entries(figures(own)))
      dashboard.addWidgets(new GraphWidget({ title, left, width: 12 }));
  }

  /** A topic with a policy of its own lets nobody publish who is not named in it, alarms included. */
  private mails(address: string): Topic {
    const topic = new Topic(this, 'Alarms', { enforceSSL: true });
    topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    );
    topic.addSubscription(new EmailSubscription(address));
    acknowledge(topic, {
      'Serverless-SNSRedrivePolicy': 'mail is tried again by SNS itself, and the dashboard shows every alarm',
    });
    return topic;
  }
}

const period = Duration.minutes(5);

type Own = (metricName: string, service: string, statistic?: string) => Metric;

/** A metric of our own, by the names of `functions/metrics.ts`; a namespace for each stage. */
const ownOf =
  (namespace: string): Own =>
  (metricName, service, statistic = Stats.SUM) =>
    new Metric({ namespace, metricName, dimensionsMap: { service }, statistic, period });

/** A metric of the account in this region, over everything that carries it. */
function account(namespace: string, metricName: string, dimensionsMap?: Record<string, string>): Metric {
  return new Metric({ namespace, metricName, dimensionsMap, statistic: Stats.SUM, period });
}

const waiting = (queue: Queue): IMetric =>
  queue.metricApproximateNumberOfMessagesVisible({ period, statistic: Stats.MAXIMUM });

/** One metric each: CloudWatch bills alarms by their metrics. */
function alarmsOf({
  runtime,
  edge,
  own,
}: Omit<WatchProps, 'config'> & { own: Own }): Record<string, Alarmed> {
  const { intake } = runtime;
  return {
    'dead events': {
      about: 'Events that could not be taken lie in the dead letters of the intake queue',
      metric: waiting(intake.deadEvents),
      above: 0,
    },
    'not processed': {
      about: 'Changes, reports or webhooks could not be processed and lie in the queue for what was not',
      metric: waiting(intake.notProcessed),
      above: 0,
    },
    'function errors': {
      about: 'Functions of this account ended with an error',
      metric: account('AWS/Lambda', 'Errors'),
      above: 5,
      minutes: 15,
    },
    'changes wait': {
      about: 'Recorded events wait longer than a minute to take effect (ms)',
      metric: runtime
        .functionNamed('apply-event')
        .function.metric('IteratorAge', { period, statistic: Stats.MAXIMUM }),
      above: 60_000,
    },
    'outbox age': {
      about: 'From decision to action longer than a minute (s, p99)',
      metric: own('OutboxAgeSeconds', 'dispatch', Stats.p(99)),
      above: 60,
    },
    swept: {
      about: 'The sweeper finds work for a quarter of an hour: something else does not do its own',
      metric: own('Swept', 'sweep'),
      above: 0,
      minutes: 15,
    },
    'unknown sends': {
      about: 'Sends whose outcome nobody knows; they are not repeated',
      metric: own('SendUnknown', 'dispatch'),
      above: 0,
    },
    'campaign failed': {
      about: 'A campaign run failed; its history in Step Functions says where',
      metric: runtime.workflowNamed('campaign').stateMachine.metricFailed({ period }),
      above: 0,
    },
    'machines throttled': {
      about: 'Step Functions holds back this account: ask AWS for a higher quota, or pace campaigns',
      metric: account('AWS/States', 'ThrottledEvents', { ServiceMetric: 'StateTransition' }),
      above: 0,
      minutes: 15,
    },
    'api errors': {
      about: 'The API answered with 5xx',
      metric: edge.endpoint.api.metricServerError({ period, statistic: Stats.SUM }),
      above: 5,
      minutes: 15,
    },
  };
}

const figures = (own: Own): Record<string, IMetric[]> => ({
  'Events: accepted, duplicate, rejected': ['EventsAccepted', 'EventsDuplicate', 'EventsRejected'].map(
    (name) => own(name, 'record-event'),
  ),
  'Waits: opened, claimed, expired': [
    own('WaitOpened', 'run-step'),
    own('WaitClaimed', 'apply-event'),
    own('WaitExpired', 'run-step'),
  ],
  'Messages: allowed, sent, failed': [
    own('PermitGranted', 'run-step'),
    own('SendSent', 'dispatch'),
    own('SendFailed', 'dispatch'),
    own('SendFailed', 'deliver-webhook'),
  ],
  'Conflicts while applying events': [own('ApplyConflict', 'apply-event')],
});
