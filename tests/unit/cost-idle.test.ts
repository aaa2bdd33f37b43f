import { assumptions } from '@baton/infra/aws/cost/assumptions.ts';
import { costOf } from '@baton/infra/aws/cost/cost-of.ts';
import { idleUsage } from '@baton/infra/aws/cost/idle-usage.ts';
import { readPrices } from '@baton/infra/aws/cost/prices.ts';
import { expect, test } from 'vitest';

const template = (Resources: Record<string, { Type: string; Properties?: Record<string, unknown> }>) => ({
  Resources,
});

const sweeper = { Type: 'AWS::Lambda::Function', Properties: { MemorySize: 1024 } };
const everyFiveMinutes = {
  ScheduleExpression: 'rate(5 minutes)',
  Target: { Arn: { 'Fn::GetAtt': ['Sweeper', 'Arn'] } },
};
const idle = (...templates: unknown[]) => idleUsage(templates, assumptions).usage;

test('a type of resource that nobody has looked up is refused by name', () => {
  const unknown = template({
    Gateway: { Type: 'AWS::EC2::NatGateway' },
    Queue: { Type: 'AWS::SQS::Queue' },
    Wall: { Type: 'AWS::WAFv2::WebACL' },
  });

  expect(() => idle(unknown)).toThrow(/AWS::EC2::NatGateway, AWS::WAFv2::WebACL.*resource-types\.ts/);
});

test('an inherited name is no type of resource', () => {
  expect(() => idle(template({ Odd: { Type: 'constructor' } }))).toThrow(/constructor/);
});

test('what is billed by use costs nothing while idle', () => {
  const stack = template({
    Table: { Type: 'AWS::DynamoDB::Table', Properties: { BillingMode: 'PAY_PER_REQUEST' } },
    Bucket: { Type: 'AWS::S3::Bucket' },
    Site: { Type: 'AWS::CloudFront::Distribution' },
    People: { Type: 'AWS::Cognito::UserPool' },
    Logs: { Type: 'AWS::Logs::LogGroup' },
    Empty: { Type: 'Custom::S3AutoDeleteObjects' },
    Stream: { Type: 'AWS::Lambda::EventSourceMapping', Properties: { StartingPosition: 'LATEST' } },
  });

  const { usage, resources, free } = idleUsage([stack], assumptions);

  expect(usage).toEqual({});
  expect(resources).toBe(7);
  expect(free['AWS::S3::Bucket']).toEqual({ count: 1, why: 'billed by what is stored' });
});

test('a sweep every five minutes runs 8,760 times a month in the memory of its function', () => {
  const stack = template({
    Sweeper: sweeper,
    Sweep: { Type: 'AWS::Scheduler::Schedule', Properties: everyFiveMinutes },
  });

  expect(idle(stack)).toEqual({
    scheduledRuns: 8760,
    lambdaRequests: 8760,
    lambdaGbSeconds: 8760,
    readUnits: 8760 * 15,
  });
});

test('an alias and a version have the memory of their function', () => {
  const stack = template({
    Sweeper: sweeper,
    Version: { Type: 'AWS::Lambda::Version', Properties: { FunctionName: { Ref: 'Sweeper' } } },
    Live: { Type: 'AWS::Lambda::Alias', Properties: { FunctionName: { Ref: 'Version' } } },
    Sweep: {
      Type: 'AWS::Events::Rule',
      Properties: { ScheduleExpression: 'rate(1 hour)', Targets: [{ Arn: { Ref: 'Live' } }] },
    },
  });

  expect(idle(stack)).toEqual({ lambdaRequests: 730, lambdaGbSeconds: 730, readUnits: 730 * 15 });
});

test.each([
  ['a schedule that is switched off', { ...everyFiveMinutes, State: 'DISABLED' }],
  ['a schedule for one instant', { ...everyFiveMinutes, ScheduleExpression: 'at(2026-01-10T09:00:00)' }],
])('%s costs nothing', (_, Properties) => {
  const stack = template({ Sweeper: sweeper, Sweep: { Type: 'AWS::Scheduler::Schedule', Properties } });

  expect(idle(stack)).toEqual({});
});

test('a schedule that starts a machine is an invocation and nothing more', () => {
  const stack = template({
    Campaign: { Type: 'AWS::StepFunctions::StateMachine' },
    Daily: {
      Type: 'AWS::Scheduler::Schedule',
      Properties: { ScheduleExpression: 'cron(0 9 * * ? *)', Target: { Arn: { Ref: 'Campaign' } } },
    },
  });

  // A month of 730 hours has nine o'clock 31 times.
  expect(idle(stack)).toEqual({ scheduledRuns: 31 });
});

test('an idle queue is asked 657,000 times a month, which the free tier covers', () => {
  const stack = template({
    Intake: { Type: 'AWS::Lambda::EventSourceMapping', Properties: { BatchSize: 10 } },
  });

  const { idle: bill } = costOf({
    templates: [stack],
    library: { journeys: new Map() },
    prices: readPrices(),
  });

  expect(bill?.lines).toEqual([
    { meter: 'queueRequests', used: 657_000, list: expect.closeTo(0.2628), afterFree: 0 },
  ]);
});

test('ten alarm metrics and three dashboards are free, a key is not', () => {
  const alarms = Object.fromEntries(
    Array.from({ length: 10 }, (_, index) => [
      `Alarm${index}`,
      { Type: 'AWS::CloudWatch::Alarm', Properties: { MetricName: 'Errors', Period: 300 } },
    ]),
  );
  const stack = template({
    ...alarms,
    Ratio: {
      Type: 'AWS::CloudWatch::Alarm',
      Properties: {
        Metrics: [{ Id: 'ratio', Expression: 'a/b' }, { MetricStat: {} }, { MetricStat: {} }],
      },
    },
    Board: { Type: 'AWS::CloudWatch::Dashboard' },
    Key: { Type: 'AWS::KMS::Key' },
  });

  const { idle: bill } = costOf({
    templates: [stack],
    library: { journeys: new Map() },
    prices: readPrices(),
  });

  expect(idle(stack)).toEqual({ alarmMetrics: 12, dashboards: 1, keys: 1 });
  expect(bill?.list).toBeCloseTo(1.2 + 3 + 1);
  expect(bill?.afterFree).toBeCloseTo(0.2 + 0 + 1);
});

test.each([
  ['Table', { Type: 'AWS::DynamoDB::Table', Properties: {} }],
  ['Live', { Type: 'AWS::Lambda::Alias', Properties: { ProvisionedConcurrencyConfig: {} } }],
  ['Setting', { Type: 'AWS::SSM::Parameter', Properties: { Tier: 'Advanced' } }],
])('what bills in a way that is not calculated is refused (%s)', (id, resource) => {
  expect(() => idle(template({ [id]: resource }))).toThrow(new RegExp(`^${id}: `));
});
