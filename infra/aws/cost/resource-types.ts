import * as z from 'zod';
import { nextRun, parseSchedule } from '../../local/schedule.ts';
import type { Assumptions } from './assumptions.ts';
import { type Resource, resourceAt, type Template } from './template.ts';
import { addUsage, timesUsage, type Usage } from './usage.ts';

/** Whether a kind of resource bills while nothing happens: why not, or how much. */
type Idle = { bills: false; why: string } | { bills: true; usage: (found: Found) => Usage };
type Found = { id: string; resource: Resource; template: Template; given: Assumptions };

const free = (why: string): Idle => ({ bills: false, why });
const each = (usage: (found: Found) => Usage): Idle => ({ bills: true, usage });

const byUse = free('billed by use');
const byStorage = free('billed by what is stored');
const settings = free('settings only');

/**
 * Every type of resource that a template may hold. A type that is not here is refused by name, so that nothing is
 * forgotten: look its price up and add it.
 */
const resourceTypes: Readonly<Record<string, Idle>> = {
  'AWS::ApiGatewayV2::Api': byUse,
  'AWS::ApiGatewayV2::ApiMapping': settings,
  'AWS::ApiGatewayV2::Authorizer': settings,
  'AWS::ApiGatewayV2::DomainName': settings,
  'AWS::ApiGatewayV2::Integration': settings,
  'AWS::ApiGatewayV2::Route': settings,
  'AWS::ApiGatewayV2::Stage': settings,
  'AWS::Budgets::Budget': free('budgets without actions are free'),
  'AWS::CDK::Metadata': settings,
  'AWS::CertificateManager::Certificate': free('public certificates are free'),
  'AWS::CloudFormation::CustomResource': free('runs at deployment only'),
  'AWS::CloudFormation::Stack': settings,
  'AWS::CloudFront::CachePolicy': settings,
  'AWS::CloudFront::CloudFrontOriginAccessIdentity': settings,
  'AWS::CloudFront::Distribution': byUse,
  'AWS::CloudFront::Function': byUse,
  'AWS::CloudFront::OriginAccessControl': settings,
  'AWS::CloudFront::OriginRequestPolicy': settings,
  'AWS::CloudFront::ResponseHeadersPolicy': settings,
  'AWS::CloudWatch::Alarm': each(alarm),
  'AWS::CloudWatch::CompositeAlarm': each(() => ({ compositeAlarms: 1 })),
  'AWS::CloudWatch::Dashboard': each(() => ({ dashboards: 1 })),
  'AWS::Cognito::ManagedLoginBranding': settings,
  'AWS::Cognito::UserPool': free('billed by people who sign in'),
  'AWS::Cognito::UserPoolClient': settings,
  'AWS::Cognito::UserPoolDomain': settings,
  'AWS::Cognito::UserPoolGroup': settings,
  'AWS::Cognito::UserPoolResourceServer': settings,
  'AWS::Cognito::UserPoolUser': settings,
  'AWS::DynamoDB::GlobalTable': each(table),
  'AWS::DynamoDB::Table': each(table),
  'AWS::Events::Archive': byStorage,
  'AWS::Events::EventBus': byUse,
  'AWS::Events::EventBusPolicy': settings,
  'AWS::Events::Rule': each(rule),
  'AWS::IAM::ManagedPolicy': settings,
  'AWS::IAM::Policy': settings,
  'AWS::IAM::Role': settings,
  'AWS::KMS::Alias': settings,
  'AWS::KMS::Key': each(() => ({ keys: 1 })),
  'AWS::Lambda::Alias': each(functionVersion),
  'AWS::Lambda::CodeSigningConfig': settings,
  'AWS::Lambda::EventInvokeConfig': settings,
  'AWS::Lambda::EventSourceMapping': each(eventSource),
  'AWS::Lambda::Function': byUse,
  'AWS::Lambda::LayerVersion': settings,
  'AWS::Lambda::Permission': settings,
  'AWS::Lambda::Version': each(functionVersion),
  'AWS::Logs::LogGroup': byStorage,
  'AWS::Logs::MetricFilter': free('its metric is billed in hours in which it has values'),
  'AWS::Logs::QueryDefinition': settings,
  'AWS::Logs::ResourcePolicy': settings,
  'AWS::S3::Bucket': byStorage,
  'AWS::S3::BucketPolicy': settings,
  'AWS::SES::ConfigurationSet': byUse,
  'AWS::SES::ConfigurationSetEventDestination': settings,
  'AWS::SES::EmailIdentity': settings,
  'AWS::SNS::Subscription': settings,
  'AWS::SNS::Topic': byUse,
  'AWS::SNS::TopicPolicy': settings,
  'AWS::SQS::Queue': free('billed by requests; who polls it is its event source'),
  'AWS::SQS::QueuePolicy': settings,
  'AWS::SSM::Parameter': each(parameter),
  'AWS::Scheduler::Schedule': each(schedule),
  'AWS::Scheduler::ScheduleGroup': settings,
  'AWS::StepFunctions::StateMachine': byUse,
  'AWS::StepFunctions::StateMachineAlias': settings,
  'AWS::StepFunctions::StateMachineVersion': settings,
};

const runsAtDeployment = free('runs at deployment only');

/** The entry of a resource type; `undefined` for one that nobody has looked up. */
export const idleOf = (type: string): Idle | undefined =>
  type.startsWith('Custom::')
    ? runsAtDeployment
    : Object.hasOwn(resourceTypes, type)
      ? resourceTypes[type]
      : undefined;

/** What a template says that would bill in a way that is not calculated here. */
export class NotCalculated extends Error {
  override name = 'NotCalculated';
}

function alarm({ resource: { Properties } }: Found): Usage {
  const metrics =
    z.array(z.object({ MetricStat: z.unknown().optional() })).safeParse(Properties.Metrics).data ?? [];
  const count = Math.max(1, metrics.filter(({ MetricStat }) => MetricStat !== undefined).length);
  const fast = typeof Properties.Period === 'number' && Properties.Period < 60;
  return fast ? { fastAlarmMetrics: count } : { alarmMetrics: count };
}

function table({ id, resource: { Properties } }: Found): Usage {
  if (Properties.BillingMode === 'PAY_PER_REQUEST') return {};
  throw new NotCalculated(
    `${id}: a table with provisioned capacity bills while idle; set its billing mode to PAY_PER_REQUEST`,
  );
}

function functionVersion({ id, resource: { Properties } }: Found): Usage {
  if (!Properties.ProvisionedConcurrencyConfig) return {};
  throw new NotCalculated(`${id}: provisioned concurrency bills while idle; leave it out, or add its price`);
}

function parameter({ id, resource: { Properties } }: Found): Usage {
  if (Properties.Tier === undefined || Properties.Tier === 'Standard') return {};
  throw new NotCalculated(
    `${id}: a parameter of the tier ${String(Properties.Tier)} bills; use the tier Standard`,
  );
}

/** Lambda reads change streams free of charge; a queue it asks all the time. Only streams have a starting position. */
function eventSource({ resource: { Properties }, given: { polling, hoursPerMonth } }: Found): Usage {
  if (Properties.StartingPosition !== undefined || Properties.Enabled === false) return {};
  return { queueRequests: (polling.pollers * hoursPerMonth * 3600) / polling.seconds };
}

function schedule({ id, resource: { Properties }, template, given }: Found): Usage {
  if (Properties.State === 'DISABLED') return {};
  const { ScheduleExpression, ScheduleExpressionTimezone, Target } = z
    .object({
      ScheduleExpression: z.string(),
      ScheduleExpressionTimezone: z.string().optional(),
      Target: z.object({ Arn: z.unknown() }),
    })
    .parse(Properties);
  const runs = runsPerMonth(id, ScheduleExpression, given, ScheduleExpressionTimezone);
  return addUsage(
    { scheduledRuns: runs },
    timesUsage(sweepOf(resourceAt(template, Target.Arn), template, given), runs),
  );
}

/** Rules that fire by the clock are free themselves. */
function rule({ id, resource: { Properties }, template, given }: Found): Usage {
  if (typeof Properties.ScheduleExpression !== 'string' || Properties.State === 'DISABLED') return {};
  const targets = z.array(z.object({ Arn: z.unknown() })).parse(Properties.Targets ?? []);
  const runs = runsPerMonth(id, Properties.ScheduleExpression, given);
  return addUsage(
    ...targets.map(({ Arn }) => timesUsage(sweepOf(resourceAt(template, Arn), template, given), runs)),
  );
}

const aMonth = Date.parse('2026-01-01T00:00:00Z');

function runsPerMonth(
  id: string,
  expression: string,
  { hoursPerMonth }: Assumptions,
  timeZone?: string,
): number {
  const parsed = parseSchedule(expression);
  if (parsed.kind === 'at') return 0;
  const end = aMonth + hoursPerMonth * 3_600_000;
  let runs = 0;
  for (
    let at = nextRun(parsed, aMonth, timeZone);
    at !== undefined && at <= end;
    at = nextRun(parsed, at, timeZone)
  ) {
    if (++runs > mostRuns) throw new NotCalculated(`${id}: ${expression} runs too often to be counted`);
  }
  return runs;
}

const mostRuns = 1_000_000;

/** What runs on a schedule is the sweep; a target of another kind bills by what it then does. */
function sweepOf(target: Resource | undefined, template: Template, { sweep, lambda }: Assumptions): Usage {
  const isFunction = target === undefined || target.Type.startsWith('AWS::Lambda::');
  if (!isFunction) return {};
  return {
    lambdaRequests: 1,
    lambdaGbSeconds: ((memoryOf(target, template) ?? lambda.memoryMb) / 1024) * (sweep.milliseconds / 1000),
    readUnits: sweep.reads,
  };
}

/** An alias and a version have the memory of their function. */
function memoryOf(target: Resource | undefined, template: Template): number | undefined {
  if (!target) return undefined;
  if (target.Type !== 'AWS::Lambda::Function')
    return memoryOf(resourceAt(template, target.Properties.FunctionName), template);
  const { MemorySize } = target.Properties;
  return typeof MemorySize === 'number' ? MemorySize : 128;
}
