import { parseSchedule } from '@baton/infra/local/schedule.ts';
import type { Json } from '@baton/rules/json.ts';
import type { Deployed } from '../resolve.ts';
import { account, at, isObject, objects, region, texts } from '../template.ts';
import { every, isDeadLetter, named, ofType, only, type Rule } from './rule.ts';

export const events: Rule[] = [
  {
    id: 'rule-target',
    says: 'a rule hands over to something that is there, with dead letters and a day of tries',
    broken: every(
      'AWS::Events::Rule',
      (p, _, deployed) =>
        objects(p.Targets).length > 0 &&
        objects(p.Targets).every(
          (target) =>
            isDeadLetter(deployed, at(target, 'DeadLetterConfig', 'Arn')) &&
            at(target, 'RetryPolicy', 'MaximumEventAgeInSeconds') === 86_400 &&
            (named(deployed, 'AWS::SQS::Queue', target.Arn) !== undefined ||
              named(deployed, 'AWS::Lambda::Function', target.Arn) !== undefined),
        ),
    ),
  },
  {
    id: 'rule-narrow',
    says: 'a rule of the default bus hears providers only; no rule hears everything',
    broken: every('AWS::Events::Rule', (p) => {
      const pattern = isObject(p.EventPattern) ? p.EventPattern : {};
      if (p.State !== 'ENABLED' || Object.keys(pattern).length === 0) return false;
      return (
        p.EventBusName !== undefined || texts(pattern.source).every((source) => source.startsWith('aws.'))
      );
    }),
  },
  {
    id: 'rule-let-in',
    says: 'whatever a rule hands over to lets it in',
    broken: (deployed) =>
      ofType(deployed, 'AWS::Events::Rule').flatMap(({ id, name, properties }) => {
        const rule = `arn:aws:events:${region}:${account}:rule/${name}`;
        return objects(properties.Targets)
          .flatMap((target) => [target.Arn, at(target, 'DeadLetterConfig', 'Arn')])
          .filter((arn) => !letsIn(deployed, arn, rule))
          .map(() => id);
      }),
  },
  {
    id: 'archive-cloud-events',
    says: 'the archive keeps CloudEvents for 30 days and nothing else',
    broken: only(
      'AWS::Events::Archive',
      (p) =>
        p.RetentionDays === 30 && JSON.stringify(p.EventPattern) === '{"detail":{"specversion":["1.0"]}}',
    ),
  },
  {
    id: 'webhook',
    says: 'webhooks are posted over https, by the function that signs them, two batches at once',
    broken: (deployed) =>
      ofType(deployed, 'AWS::Lambda::Function')
        .filter(({ properties: p }) => at(p, 'Environment', 'Variables', 'WEBHOOK_URL') !== undefined)
        .filter(({ name, properties: p }) => {
          const mappings = ofType(deployed, 'AWS::Lambda::EventSourceMapping').filter(
            ({ properties }) => properties.FunctionName === name,
          );
          return (
            !String(at(p, 'Environment', 'Variables', 'WEBHOOK_URL')).startsWith('https://') ||
            at(p, 'Environment', 'Variables', 'BATON_WEBHOOK_SIGNING') !==
              `/baton-${deployed.stage.stage}/webhook-secret` ||
            mappings.length !== 1 ||
            at(mappings[0]?.properties, 'ScalingConfig', 'MaximumConcurrency') !== 2
          );
        })
        .map(({ id }) => id),
  },
  {
    id: 'mail-feedback',
    says: 'mail goes by TLS, hears of bounces and complaints, and tells the default bus what became of it',
    broken: (deployed) => [
      ...every(
        'AWS::SES::ConfigurationSet',
        (p) =>
          at(p, 'DeliveryOptions', 'TlsPolicy') === 'REQUIRE' &&
          texts(at(p, 'SuppressionOptions', 'SuppressedReasons'))
            .sort()
            .join() === 'BOUNCE,COMPLAINT',
      )(deployed),
      ...every('AWS::SES::ConfigurationSetEventDestination', (p) => {
        const kinds = texts(at(p, 'EventDestination', 'MatchingEventTypes'));
        return (
          at(p, 'EventDestination', 'Enabled') === true &&
          ['SEND', 'DELIVERY', 'BOUNCE', 'COMPLAINT', 'REJECT', 'RENDERING_FAILURE'].every((kind) =>
            kinds.includes(kind),
          ) &&
          at(p, 'EventDestination', 'EventBridgeDestination', 'EventBusArn') ===
            `arn:aws:events:${region}:${account}:event-bus/default`
        );
      })(deployed),
    ],
  },
  {
    id: 'schedule',
    says: 'a schedule has a valid expression and a function that is there, and is not tried again: the next one comes',
    broken: every('AWS::Scheduler::Schedule', (p, _, deployed) => {
      try {
        parseSchedule(String(p.ScheduleExpression));
      } catch {
        return false;
      }
      return (
        named(deployed, 'AWS::Lambda::Function', at(p, 'Target', 'Arn')) !== undefined &&
        at(p, 'Target', 'RetryPolicy', 'MaximumRetryAttempts') === 0 &&
        at(p, 'FlexibleTimeWindow', 'Mode') === 'OFF'
      );
    }),
  },
  {
    id: 'deployed-last',
    says: 'the library is published when the functions and the group of schedules are there',
    broken: only('Custom::BatonLibrary', (_, { part, dependsOn }, deployed) =>
      deployed.resources
        .filter(
          (each) =>
            each.part === part && /^AWS::(Lambda::Function|Scheduler::ScheduleGroup)$/.test(each.type),
        )
        .every(({ id }) => dependsOn.includes(id)),
    ),
  },
];

/** A policy or permission names the rule, so that EventBridge may hand over to it. */
function letsIn(deployed: Deployed, arn: Json | undefined, rule: string): boolean {
  const queue = named(deployed, 'AWS::SQS::Queue', arn);
  if (!queue)
    return ofType(deployed, 'AWS::Lambda::Permission').some(
      ({ properties }) => properties.FunctionName === arn && properties.SourceArn === rule,
    );
  return ofType(deployed, 'AWS::SQS::QueuePolicy')
    .filter(({ properties }) => texts(properties.Queues).includes(queue.name))
    .flatMap(({ properties }) => objects(at(properties, 'PolicyDocument', 'Statement')))
    .some(
      (each) =>
        each.Effect === 'Allow' &&
        at(each, 'Principal', 'Service') === 'events.amazonaws.com' &&
        texts(each.Action).includes('sqs:SendMessage') &&
        texts(each.Resource).includes(String(arn)) &&
        [
          ...texts(at(each, 'Condition', 'ArnEquals', 'aws:SourceArn')),
          ...texts(at(each, 'Condition', 'StringEquals', 'aws:SourceArn')),
        ].includes(rule),
    );
}
