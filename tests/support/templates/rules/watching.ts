import { catalogue } from '@baton/functions/metrics.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import type { Deployed } from '../resolve.ts';
import { list, objects } from '../template.ts';
import { every, named, ofType, only, type Rule } from './rule.ts';

/** Metrics that AWS itself keeps, as far as alarms look at them. */
const metricsOfAws: Record<string, readonly string[]> = {
  'AWS/SQS': ['ApproximateNumberOfMessagesVisible'],
  'AWS/Lambda': ['Errors', 'IteratorAge', 'Throttles'],
  'AWS/States': ['ExecutionsFailed', 'ExecutionsTimedOut', 'ThrottledEvents'],
  'AWS/ApiGateway': ['5xx', '4xx', 'Count'],
};

/** Values of a dimension that lead to something in the stage. */
function dimensionLeads(deployed: Deployed, { Name, Value }: JsonObject): boolean {
  if (Name === 'QueueName') return named(deployed, 'AWS::SQS::Queue', Value) !== undefined;
  if (Name === 'FunctionName') return named(deployed, 'AWS::Lambda::Function', Value) !== undefined;
  if (Name === 'ApiId') return ofType(deployed, 'AWS::ApiGatewayV2::Api').some(({ name }) => name === Value);
  if (Name === 'StateMachineArn')
    return ofType(deployed, 'AWS::StepFunctions::StateMachine').some(({ name }) =>
      String(Value).endsWith(`:${name}`),
    );
  return Name === 'ServiceMetric' || Name === 'service';
}

/** Own metrics are of the catalogue, and looked for under a function whose bundle counts them. */
const emits = (emitters: Emitters, metric: string, service: string): boolean =>
  Object.hasOwn(catalogue, metric) && (emitters[metric] ?? []).includes(service);

/** Functions by the metric that their bundles count. */
export type Emitters = Readonly<Record<string, readonly string[]>>;

export const watching = (emitters: Emitters): Rule[] => [
  {
    id: 'alarm-metric',
    says: 'an alarm looks at a metric that somebody keeps, of something that is there',
    broken: every('AWS::CloudWatch::Alarm', (p, _, deployed) => {
      const { Namespace, MetricName } = p;
      const dimensions = objects(p.Dimensions);
      const service = dimensions.find(({ Name }) => Name === 'service')?.Value;
      const isKept = /^baton-(?:dev|prod)$/.test(String(Namespace))
        ? emits(emitters, String(MetricName), String(service))
        : (metricsOfAws[String(Namespace)] ?? []).includes(String(MetricName));
      return isKept && dimensions.every((dimension) => dimensionLeads(deployed, dimension));
    }),
  },
  {
    id: 'alarm-quiet',
    says: 'a quiet hour is no alarm; an alarm counts in five minutes, and with an address it tells somebody',
    broken: every(
      'AWS::CloudWatch::Alarm',
      (p, _, deployed) =>
        p.TreatMissingData === 'notBreaching' &&
        p.ComparisonOperator === 'GreaterThanThreshold' &&
        p.Period === 300 &&
        Number(p.Threshold) >= 0 &&
        (ofType(deployed, 'AWS::SNS::Topic').length === 0 || list(p.AlarmActions).length === 1),
    ),
  },
  {
    id: 'alarms-complete',
    says: 'ten alarms, and all that the catalogue asks for',
    broken: (deployed) => {
      const alarms = ofType(deployed, 'AWS::CloudWatch::Alarm');
      const looked = new Set(alarms.map(({ properties }) => properties.MetricName));
      const asked = Object.entries(catalogue).filter(([, metric]) => 'alarm' in metric);
      return [
        ...(alarms.length === 10 ? [] : [`${alarms.length} alarms`]),
        ...asked.map(([name]) => name).filter((name) => !looked.has(name)),
        ...[...deadLetters(deployed)].filter(
          (queue) =>
            !alarms.some(({ properties }) =>
              objects(properties.Dimensions).some(({ Value }) => Value === queue),
            ),
        ),
      ];
    },
  },
  {
    id: 'dashboard-metrics',
    says: 'the dashboard shows metrics that somebody keeps',
    broken: only('AWS::CloudWatch::Dashboard', (p) => {
      const shown = [...String(p.DashboardBody).matchAll(/\["baton-\w+","(\w+)","service","([\w-]+)"/g)];
      return (
        shown.length > 0 && shown.every(([, metric = '', service = '']) => emits(emitters, metric, service))
      );
    }),
  },
];

const deadLetters = (deployed: Deployed): Set<string> =>
  new Set(
    ofType(deployed, 'AWS::SQS::Queue')
      .filter(({ properties }) => properties.RedrivePolicy === undefined)
      .map(({ name }) => name),
  );
