import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  Dashboard,
  GraphWidget,
  type IMetric,
  MathExpression,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { Config } from './config.ts';
import type { EdgeStack, RuntimeStack } from './stacks.ts';

type WatchProps = { config: Config; runtime: RuntimeStack; edge: EdgeStack };
type Alarmed = { about: string; metric: IMetric; above: number; minutes?: number };

/**
 * Ten alarms, which is what is free of charge, and one dashboard that shows the same figures. Figures that need no
 * look have none. A missing value is a quiet hour and no alarm.
 */
export class Watch extends Construct {
  constructor(scope: Construct, id: string, { config, runtime, edge }: WatchProps) {
    super(scope, id);
    const topic = config.alarms ? new Topic(this, 'Alarms', { enforceSSL: true }) : undefined;
    if (topic && config.alarms) topic.addSubscription(new EmailSubscription(config.alarms));
    const dashboard = new Dashboard(this, 'Dashboard', { dashboardName: config.prefix });
    for (const [name, { about, metric, above, minutes = 5 }] of Object.entries(alarmsOf({ runtime, edge }))) {
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
    for (const [title, left] of Object.entries(figures()))
      dashboard.addWidgets(new GraphWidget({ title, left, width: 12 }));
  }
}

const period = Duration.minutes(5);

/** A metric of our own, by the names of `functions/metrics.ts`, over all functions. */
function own(metricName: string, service: string, statistic: string = Stats.SUM): Metric {
  return new Metric({ namespace: 'Baton', metricName, dimensionsMap: { service }, statistic, period });
}

const sumOf = (metrics: readonly IMetric[], label: string): MathExpression =>
  new MathExpression({
    expression: metrics.map((_, index) => `m${index}`).join(' + '),
    usingMetrics: Object.fromEntries(metrics.map((metric, index) => [`m${index}`, metric])),
    label,
    period,
  });

function alarmsOf({ runtime, edge }: Omit<WatchProps, 'config'>): Record<string, Alarmed> {
  const { intake, functions, workflows } = runtime;
  const dead = intake.deadLetters.map((queue) =>
    queue.metricApproximateNumberOfMessagesVisible({ period, statistic: Stats.MAXIMUM }),
  );
  // Errors of the others reach a person at once: the API answers 5xx, a deployment fails. Ten figures fit into one alarm.
  const atWork = Object.entries(functions).filter(([name]) => !/^(api|deploy|clean)-/.test(name));
  const iterators = ['apply-event', 'dispatch'].flatMap((name) =>
    functions[name]
      ? [functions[name].function.metric('IteratorAge', { period, statistic: Stats.MAXIMUM })]
      : [],
  );
  const machines = workflows.map((workflow) => workflow.stateMachine);
  const sent = own('SendSent', 'dispatch');
  const unknown = own('SendUnknown', 'dispatch');
  return {
    'dead letters': {
      about: 'Something could not be processed and lies in a dead-letter queue',
      metric: sumOf(dead, 'messages'),
      above: 0,
    },
    'function errors': {
      about: 'Functions that work in the background ended with an error',
      metric: sumOf(
        atWork.map(([, each]) => each.function.metricErrors({ period })),
        'errors',
      ),
      above: 5,
      minutes: 15,
    },
    'function throttles': {
      about: 'Functions of this account wait for concurrency: ask AWS for a higher quota',
      metric: new Metric({
        namespace: 'AWS/Lambda',
        metricName: 'Throttles',
        statistic: Stats.SUM,
        period,
      }),
      above: 0,
      minutes: 15,
    },
    'changes wait': {
      about: 'Recorded events or the outbox wait longer than a minute (ms)',
      metric: new MathExpression({
        expression: `MAX([${iterators.map((_, index) => `m${index}`).join(', ')}])`,
        usingMetrics: Object.fromEntries(iterators.map((metric, index) => [`m${index}`, metric])),
        label: 'oldest change',
        period,
      }),
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
      about: 'Sends whose outcome nobody knows, in thousandths of those sent',
      metric: new MathExpression({
        expression: '1000 * unknown / (sent + unknown)',
        usingMetrics: { sent, unknown },
        label: 'unknown',
        period,
      }),
      above: 1,
    },
    'machines failed': {
      about: 'Contact-cycle, campaign or publisher machines failed or timed out',
      metric: sumOf(
        machines.flatMap((each) => [each.metricFailed({ period }), each.metricTimedOut({ period })]),
        'executions',
      ),
      above: 0,
    },
    'machines throttled': {
      about: 'Step Functions holds back starts: ask AWS for a higher quota, or pace campaigns',
      metric: sumOf(
        machines.map((each) => each.metricThrottled({ period })),
        'throttled',
      ),
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

const figures = (): Record<string, IMetric[]> => ({
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
  ],
  'Conflicts while applying events': [own('ApplyConflict', 'apply-event')],
});
