import { added, around, drop, type Fault, gone, put, state, type Which } from '../fault.ts';

const intake: Which = { type: 'AWS::Events::Rule', id: /Ruleintake/ };
const mail: Which = { type: 'AWS::Events::Rule', id: /Feedbackmail/ };
const webhooks: Which = { type: 'AWS::Events::Rule', id: /Webhooks/ };
const deliver: Which = { type: 'AWS::Lambda::Function', id: /deliverwebhook/ };
const webhookQueue: Which = { type: 'AWS::SQS::Queue', id: /WebhookQueue/ };
const archive: Which = { type: 'AWS::Events::Archive' };
const set: Which = { type: 'AWS::SES::ConfigurationSet' };
const reports: Which = { type: 'AWS::SES::ConfigurationSetEventDestination' };
const sweep: Which = { type: 'AWS::Scheduler::Schedule' };
const permission: Which = { type: 'AWS::Lambda::Permission', id: /Feedbackmail/ };
const alarm = (id: RegExp): Which => ({ type: 'AWS::CloudWatch::Alarm', id });

export const eventFaults: Fault[] = [
  put('a rule hears nothing, because a word is misspelt', intake, ['EventPattern'], {
    detail: { specVersion: ['1.0'] },
  }),
  put('a rule hears everything', intake, ['EventPattern'], {}),
  put('a rule is switched off', intake, ['State'], 'DISABLED'),
  put('a rule is in a state that does not exist', intake, ['State'], 'ON'),
  drop('the target of a rule has no id', intake, ['Targets', 0, 'Id']),
  drop('what a rule cannot hand over is lost', intake, ['Targets', 0, 'DeadLetterConfig']),
  put(
    'a rule hands over to the dead letters',
    intake,
    ['Targets', 0, 'Arn', 'Fn::GetAtt', 0],
    'IntakeDeadEvents2BA96A66',
  ),
  put(
    'a rule gives up after a minute',
    intake,
    ['Targets', 0, 'RetryPolicy', 'MaximumEventAgeInSeconds'],
    60,
  ),
  put(
    'a rule gives up sooner than EventBridge can',
    intake,
    ['Targets', 0, 'RetryPolicy', 'MaximumEventAgeInSeconds'],
    30,
  ),
  drop('a rule listens on the default bus', intake, ['EventBusName']),
  put('a rule listens on a bus in no template', intake, ['EventBusName', 'Ref'], 'Bus'),
  drop('the rule for reports hears every service', mail, ['EventPattern', 'source']),
  put('the rule for reports hears others', mail, ['EventPattern', 'source', 0], 'aws.sns'),
  gone('EventBridge may not call the function', permission),
  drop('any rule of anybody may call the function', permission, ['SourceArn']),
  put('anybody may call the function', permission, ['Principal'], '*'),
  put('a permission is for another action', permission, ['Action'], 'lambda:*'),
  put(
    'a queue does not let its rule in',
    { type: 'AWS::SQS::QueuePolicy', id: /Queueintake/ },
    ['PolicyDocument', 'Statement', 1, 'Action'],
    ['sqs:GetQueueUrl'],
  ),
  drop('the archive keeps everything', archive, ['EventPattern']),
  put('the archive keeps for a year', archive, ['RetentionDays'], 365),
  put('the archive keeps for less than nothing', archive, ['RetentionDays'], -1),
  put(
    'webhooks go without encryption',
    deliver,
    ['Environment', 'Variables', 'WEBHOOK_URL'],
    'http://hooks.example.com/baton',
    'prod',
  ),
  drop('webhooks are not signed', deliver, ['Environment', 'Variables', 'BATON_WEBHOOK_SIGNING'], 'prod'),
  gone('nobody posts webhooks', { type: 'AWS::Lambda::EventSourceMapping', id: /deliverwebhook/ }, 'prod'),
  put(
    'a receiver is asked by everybody at once',
    { type: 'AWS::Lambda::EventSourceMapping', id: /deliverwebhook/ },
    ['ScalingConfig', 'MaximumConcurrency'],
    50,
    'prod',
  ),
  put('webhooks are given up soon', webhookQueue, ['RedrivePolicy', 'maxReceiveCount'], 5, 'prod'),
  put(
    'webhooks go past the function that signs them',
    webhooks,
    ['Targets', 0, 'Arn', 'Fn::GetAtt', 0],
    'IntakeQueueintakeCABDB353',
    'prod',
  ),
  put('mail goes without encryption', set, ['DeliveryOptions', 'TlsPolicy'], 'OPTIONAL', 'prod'),
  put(
    'mail goes to those who complained',
    set,
    ['SuppressionOptions', 'SuppressedReasons'],
    ['BOUNCE'],
    'prod',
  ),
  put(
    'bounces are not reported',
    reports,
    ['EventDestination', 'MatchingEventTypes'],
    ['SEND', 'DELIVERY', 'COMPLAINT', 'REJECT', 'RENDERING_FAILURE'],
    'prod',
  ),
  put('a report is misspelt', reports, ['EventDestination', 'MatchingEventTypes', 2], 'BOUNCES', 'prod'),
  put('reports are switched off', reports, ['EventDestination', 'Enabled'], false, 'prod'),
  put(
    'reports go to a bus of their own',
    reports,
    ['EventDestination', 'EventBridgeDestination', 'EventBusArn'],
    'arn:aws:events:eu-central-1:111122223333:event-bus/mail',
    'prod',
  ),
  // Schedules
  put('a schedule breaks the grammar of rates', sweep, ['ScheduleExpression'], 'rate(5 minute)'),
  put('a schedule is a crontab of Unix', sweep, ['ScheduleExpression'], 'cron(0 12 * * *)'),
  put(
    'a schedule names a day of the month and of the week',
    sweep,
    ['ScheduleExpression'],
    'cron(0 12 1 * MON *)',
  ),
  put('a schedule is a sentence', sweep, ['ScheduleExpression'], 'every 5 minutes'),
  put('a schedule is another', sweep, ['ScheduleExpression'], 'rate(1 hour)'),
  put(
    'a schedule calls another function',
    sweep,
    ['Target', 'Arn', 'Fn::GetAtt', 0],
    'cleanupFunctionA6193098',
  ),
  drop('a schedule has no role', sweep, ['Target', 'RoleArn']),
  drop('a schedule has no window', sweep, ['FlexibleTimeWindow']),
  put('a schedule has a window that does not exist', sweep, ['FlexibleTimeWindow', 'Mode'], 'NONE'),
  put(
    'a run that failed is tried again beside the next',
    sweep,
    ['Target', 'RetryPolicy', 'MaximumRetryAttempts'],
    5,
  ),
  gone('campaigns have no group of schedules', { type: 'AWS::Scheduler::ScheduleGroup' }),
  around(
    'the library is published before there are functions',
    { type: 'Custom::BatonLibrary' },
    { DependsOn: [] },
  ),
  put(
    'the library is published by nobody',
    { type: 'Custom::BatonLibrary' },
    ['ServiceToken', 'Fn::GetAtt', 0],
    'deployFunction',
  ),
  // Alarms and figures
  put('an alarm looks at a metric that nobody keeps', alarm(/outboxage/), ['MetricName'], 'OutboxAge'),
  put(
    'an alarm looks at a function that does not count this',
    alarm(/outboxage/),
    ['Dimensions', 0, 'Value'],
    'run-step',
  ),
  put('an alarm looks into another namespace', alarm(/swept/), ['Namespace'], 'baton'),
  put('an alarm rings when there is nothing', alarm(/swept/), ['TreatMissingData'], 'breaching'),
  put('an alarm compares in a way that does not exist', alarm(/swept/), ['ComparisonOperator'], 'MoreThan'),
  put('an alarm compares the other way round', alarm(/swept/), ['ComparisonOperator'], 'LessThanThreshold'),
  put('an alarm counts in seven seconds', alarm(/swept/), ['Period'], 7),
  put('an alarm has a statistic that does not exist', alarm(/swept/), ['Statistic'], 'Total'),
  put('an alarm treats nothing in a way that does not exist', alarm(/swept/), ['TreatMissingData'], 'ok'),
  put(
    'an alarm looks at the queue that is never empty',
    alarm(/deadevents/),
    ['Dimensions', 0, 'Value', 'Fn::GetStackOutput', 'OutputName'],
    'PublishOutputFnGetAttIntakeQueueQueueName',
  ),
  gone('there is no alarm for dead events', alarm(/deadevents/)),
  drop('an alarm tells nobody', alarm(/deadevents/), ['AlarmActions'], 'prod'),
  put(
    'the dashboard shows a metric that nobody keeps',
    { type: 'AWS::CloudWatch::Dashboard' },
    ['DashboardBody', 'Fn::Join', 1, 0],
    '{"widgets":[],"old":["baton-dev","SendsSent","service","dispatch"',
  ),
  put(
    'alarms may not publish',
    { type: 'AWS::SNS::TopicPolicy' },
    ['PolicyDocument', 'Statement', 1, 'Principal', 'Service'],
    'events.amazonaws.com',
    'prod',
  ),
  put(
    'the topic takes requests without encryption',
    { type: 'AWS::SNS::TopicPolicy' },
    ['PolicyDocument', 'Statement', 0, 'Effect'],
    'Allow',
    'prod',
  ),
  // The account
  drop('nobody sees whose a table is', { type: 'AWS::DynamoDB::Table' }, ['Tags']),
  put(
    'a queue says that it is of another stack',
    { type: 'AWS::SQS::Queue' },
    ['Tags', 0, 'Value'],
    'baton-prod',
  ),
  added('something costs money by the hour', 'Runtime', 'AWS::EC2::NatGateway', {
    SubnetId: 'subnet-1',
    AllocationId: 'eipalloc-1',
  }),
  added('dev has a key that costs money', 'Data', 'AWS::KMS::Key', {
    EnableKeyRotation: true,
    KeyPolicy: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: 'kms:*',
          Resource: '*',
          Principal: { AWS: { 'Fn::Sub': `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:root` } },
        },
      ],
    },
  }),
  added('functions are kept warm', 'Runtime', 'AWS::Lambda::Alias', {
    FunctionName: { Ref: 'runstepFunction591394E3' },
    FunctionVersion: '1',
    Name: 'live',
    ProvisionedConcurrencyConfig: { ProvisionedConcurrentExecutions: 1 },
  }),
  put(
    'a template carries a token',
    { type: 'Custom::BatonMachines' },
    ['sender'],
    'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl',
  ),
  state('a machine is not what is in the file', 'publisher', '', (s) => {
    s.Comment = 'Edited by hand.';
  }),
];
