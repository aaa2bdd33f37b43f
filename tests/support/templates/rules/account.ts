import type { Deployed } from '../resolve.ts';
import { at, isObject, objects } from '../template.ts';
import { kept, type Rule, secretValue } from './rule.ts';

/** What costs nothing while nothing happens, and is all that a dev stage may consist of. */
const freeWhileIdle = new Set(
  [
    ...[
      'ApiGatewayV2::Api',
      'ApiGatewayV2::Authorizer',
      'ApiGatewayV2::Integration',
      'ApiGatewayV2::Route',
      'ApiGatewayV2::Stage',
    ],
    ...[
      'CloudFront::Distribution',
      'CloudFront::Function',
      'CloudFront::OriginAccessControl',
      'CloudFront::ResponseHeadersPolicy',
    ],
    ...['CloudWatch::Alarm', 'CloudWatch::Dashboard'],
    ...[
      'Cognito::ManagedLoginBranding',
      'Cognito::UserPool',
      'Cognito::UserPoolClient',
      'Cognito::UserPoolDomain',
    ],
    ...['Cognito::UserPoolGroup', 'Cognito::UserPoolResourceServer', 'DynamoDB::Table'],
    ...['Events::Archive', 'Events::EventBus', 'Events::Rule', 'IAM::Policy', 'IAM::Role'],
    ...['Lambda::EventSourceMapping', 'Lambda::Function', 'Lambda::Permission', 'Logs::LogGroup'],
    ...['S3::Bucket', 'S3::BucketPolicy', 'SQS::Queue', 'SQS::QueuePolicy', 'SSM::Parameter'],
    ...['Scheduler::Schedule', 'Scheduler::ScheduleGroup', 'StepFunctions::StateMachine'],
  ].map((type) => `AWS::${type}`),
);

const onRequest = new Set([
  ...['AWS::KMS::Key', 'AWS::SES::ConfigurationSet'],
  ...[
    'AWS::SES::ConfigurationSetEventDestination',
    'AWS::SMSVOICE::ConfigurationSet',
    'AWS::SNS::Subscription',
  ],
  ...['AWS::SNS::Topic', 'AWS::SNS::TopicPolicy'],
]);

/** Types that carry tags, by the property in which they do. */
const tagged: Record<string, string> = {
  'AWS::Cognito::UserPool': 'UserPoolTags',
  ...Object.fromEntries(
    [
      ...[
        'ApiGatewayV2::Api',
        'ApiGatewayV2::Stage',
        'CloudFront::Distribution',
        'CloudFront::Function',
        'CloudWatch::Alarm',
      ],
      ...[
        'DynamoDB::Table',
        'Events::EventBus',
        'Events::Rule',
        'IAM::Role',
        'KMS::Key',
        'Lambda::EventSourceMapping',
      ],
      ...[
        'Lambda::Function',
        'Logs::LogGroup',
        'S3::Bucket',
        'SES::ConfigurationSet',
        'SMSVOICE::ConfigurationSet',
      ],
      ...['SNS::Topic', 'SQS::Queue', 'Scheduler::ScheduleGroup', 'StepFunctions::StateMachine'],
    ].map((type) => [`AWS::${type}`, 'Tags']),
  ),
};

const names: Record<string, string> = {
  'AWS::ApiGatewayV2::Api': 'Name',
  'AWS::CloudFront::OriginAccessControl': 'OriginAccessControlConfig.Name',
  'AWS::CloudFront::ResponseHeadersPolicy': 'ResponseHeadersPolicyConfig.Name',
  'AWS::CloudFront::Function': 'Name',
  'AWS::CloudWatch::Alarm': 'AlarmName',
  'AWS::CloudWatch::Dashboard': 'DashboardName',
  'AWS::Cognito::UserPool': 'UserPoolName',
  'AWS::Cognito::UserPoolDomain': 'Domain',
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::Events::EventBus': 'Name',
  'AWS::IAM::Role': 'RoleName',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::Logs::LogGroup': 'LogGroupName',
  'AWS::S3::Bucket': 'BucketName',
  'AWS::SES::ConfigurationSet': 'Name',
  'AWS::SMSVOICE::ConfigurationSet': 'ConfigurationSetName',
  'AWS::SQS::Queue': 'QueueName',
  'AWS::Scheduler::ScheduleGroup': 'Name',
  'AWS::StepFunctions::StateMachine': 'StateMachineName',
};

/** The names that a stage takes in its account, by type. */
export function physicalNames({ resources }: Deployed): string[] {
  return resources.flatMap(({ type, properties }) => {
    const name = at(properties, ...(names[type] ?? '').split('.'));
    return name === undefined ? [] : [`${type} ${name}`];
  });
}

export const wholeAccount: Rule[] = [
  {
    id: 'references',
    says: 'a reference leads to something that has what it asks for',
    broken: ({ dangling }) => dangling.map(({ at: where, says }) => `${where}: ${says}`),
  },
  {
    id: 'depends',
    says: 'what is waited for is in the same stack',
    broken: ({ resources, stage }) =>
      resources
        .filter(({ part, dependsOn }) =>
          dependsOn.some((id) => !Object.hasOwn(stage.templates[part].Resources, id)),
        )
        .map(({ id }) => id),
  },
  {
    id: 'idle-costs',
    says: 'nothing costs money while nothing happens, unless it was asked for',
    broken: (deployed) =>
      deployed.resources
        .filter(
          ({ type }) =>
            !freeWhileIdle.has(type) &&
            !type.startsWith('Custom::Baton') &&
            !(kept(deployed) && onRequest.has(type)),
        )
        .map(({ id, type }) => `${id} ${type}`),
  },
  {
    id: 'no-capacity',
    says: 'nothing is kept ready or reserved',
    broken: (deployed) =>
      deployed.resources
        .filter(
          ({ properties: p }) =>
            p.ProvisionedConcurrencyConfig !== undefined ||
            p.ProvisionedPollerConfig !== undefined ||
            p.ReservedConcurrentExecutions === 0,
        )
        .map(({ id }) => id),
  },
  {
    id: 'tagged',
    says: 'everything that can carry a tag says which stack it is of',
    broken: ({ resources, stage }) =>
      resources
        .filter(({ type, properties }) => {
          const tags = properties[tagged[type] ?? ''];
          if (tagged[type] === undefined) return false;
          const value = isObject(tags)
            ? tags['baton:stack']
            : objects(tags).find(({ Key }) => Key === 'baton:stack')?.Value;
          return value !== `baton-${stage.stage}`;
        })
        .map(({ id }) => id),
  },
  {
    id: 'names',
    says: 'a name is of this stage and taken once',
    broken: (deployed) => {
      const taken = physicalNames(deployed);
      return taken.filter(
        (name, index) =>
          taken.indexOf(name) !== index || !new RegExp(`baton-?${deployed.stage.stage}`, 'i').test(name),
      );
    },
  },
  {
    id: 'no-secrets',
    says: 'no template carries a secret',
    broken: ({ resources }) =>
      resources.filter(({ properties }) => secretValue.test(JSON.stringify(properties))).map(({ id }) => id),
  },
];
