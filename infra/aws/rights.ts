import type { TableName } from '@baton/functions/ports.ts';
import { type IndexName, indexes } from '@baton/functions/tables.ts';
import { Aws } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { FunctionDescription, Right, TableRight } from '../functions.ts';
import { workflows } from '../routes.ts';
import { inFindings, type Names, namesOf } from './names.ts';

/** What rights lead to; a right whose target a deployment lacks grants nothing. */
export type Targets = {
  names: Names;
  tables: Readonly<Record<TableName, ITable>> & { encryptionKey?: IKey };
  bus: string;
  journeyRole: string;
  schedulerRole: string;
  siteBucket?: string;
  mailIdentities: readonly string[];
  textIdentities: readonly string[];
};

/** The statements that a function's list of rights comes to. */
export function statementsOf(description: FunctionDescription, targets: Targets): PolicyStatement[] {
  const tables = (['core', 'design', 'guard'] as const).flatMap((table) =>
    tableStatements(table, description[table] ?? [], targets),
  );
  return [
    ...tables,
    ...(tables.length > 0 ? keyStatements(targets) : []),
    ...(description.may ?? []).flatMap((right) => statementsFor(right, targets)),
  ];
}

/** A table under a key of the customer's own opens only to callers who may use that key, through DynamoDB alone. */
function keyStatements({ tables: { encryptionKey } }: Targets): PolicyStatement[] {
  if (!encryptionKey) return [];
  return [
    new PolicyStatement({
      actions: [
        'kms:Decrypt',
        'kms:DescribeKey',
        'kms:Encrypt',
        'kms:GenerateDataKey',
        'kms:GenerateDataKeyWithoutPlaintext',
        'kms:ReEncryptFrom',
        'kms:ReEncryptTo',
      ],
      resources: [encryptionKey.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': `dynamodb.${Aws.REGION}.amazonaws.com` } },
    }),
  ];
}

const actions = {
  get: 'dynamodb:GetItem',
  query: 'dynamodb:Query',
  put: 'dynamodb:PutItem',
  update: 'dynamodb:UpdateItem',
  delete: 'dynamodb:DeleteItem',
  check: 'dynamodb:ConditionCheckItem',
} as const;

function tableStatements(
  table: TableName,
  rights: readonly TableRight[],
  { tables }: Targets,
): PolicyStatement[] {
  const { tableArn } = tables[table];
  const own = rights.flatMap((right) => (isIndexRight(right) ? [] : [actions[right]]));
  const read = rights
    .filter(isIndexRight)
    .map((right) => `${tableArn}/index/${indexes[indexOf(right)].name}`);
  return [
    ...(own.length > 0 ? [allow(own, [tableArn])] : []),
    ...(read.length > 0 ? [allow([actions.query], read)] : []),
  ];
}

type IndexRight = Exclude<TableRight, keyof typeof actions>;
const isIndexRight = (right: TableRight): right is IndexRight => !(right in actions);
const indexOf = (right: IndexRight): IndexName =>
  right === 'query tl' ? 'tl' : right === 'query g1' ? 'g1' : 'due';

const everything = ['*'] as const;

function statementsFor(right: Right, targets: Targets): PolicyStatement[] {
  const { names } = targets;
  switch (right) {
    case 'answer tokens':
      // The API has no resource: a token is the right to answer it, and tokens lie in the Core table only.
      return [allow(['states:SendTaskSuccess'], everything)];
    case 'start stays':
      return [allow(['states:StartExecution'], [names.machine('contact-cycle')])];
    case 'start cases':
      return [allow(['states:StartExecution'], [names.machine('case')])];
    case 'start journeys':
      return [allow(['states:StartExecution'], [names.journeys])];
    case 'stop journeys':
      return [allow(['states:StopExecution'], [names.journeyExecutions])];
    case 'start campaigns':
      return [allow(['states:StartExecution'], [names.machine('campaign')])];
    case 'start publications':
      return [allow(['states:StartExecution'], [names.machine('publisher')])];
    case 'publish journeys':
      return [
        allow(
          [
            'states:CreateStateMachine',
            'states:DescribeStateMachine',
            'states:ListStateMachineVersions',
            'states:PublishStateMachineVersion',
            'states:TagResource',
            'states:UpdateStateMachine',
          ],
          [names.journeys],
        ),
        passRole(targets.journeyRole, 'states.amazonaws.com'),
      ];
    case 'plan campaigns':
      return [
        allow(
          ['scheduler:CreateSchedule', 'scheduler:DeleteSchedule', 'scheduler:UpdateSchedule'],
          [names.schedules],
        ),
        passRole(targets.schedulerRole, 'scheduler.amazonaws.com'),
      ];
    case 'put events':
      return [allow(['events:PutEvents'], [targets.bus])];
    case 'send messages':
      return [
        ...grantTo(['ses:SendEmail'], targets.mailIdentities),
        ...grantTo(['sms-voice:SendTextMessage'], targets.textIdentities),
      ];
    case 'read identity key':
      return [allow(['ssm:GetParameter'], [names.identityParameterArn])];
    case 'read address':
      return [allow(['ssm:GetParameter'], [names.addressParameterArn])];
    case 'make identity key':
      return [allow(['ssm:GetParameter', 'ssm:PutParameter'], [names.identityParameterArn])];
    case 'remove identity key':
      return [allow(['ssm:DeleteParameter'], [names.identityParameterArn])];
    case 'read write key':
      return [allow(['ssm:GetParameter'], [names.writeKeyParameterArn])];
    case 'make write key':
      return [allow(['ssm:PutParameter'], [names.writeKeyParameterArn])];
    case 'remove write key':
      return [allow(['ssm:DeleteParameter'], [names.writeKeyParameterArn])];
    case 'read webhook secret':
      return [allow(['ssm:GetParameter'], [names.webhookSecretParameterArn])];
    case 'make webhook secret':
      return [allow(['ssm:PutParameter'], [names.webhookSecretParameterArn])];
    case 'remove webhook secret':
      return [allow(['ssm:DeleteParameter'], [names.webhookSecretParameterArn])];
    case 'write site':
      return targets.siteBucket === undefined
        ? []
        : [
            allow(['s3:ListBucket'], [targets.siteBucket]),
            allow(['s3:DeleteObject', 's3:PutObject'], [`${targets.siteBucket}/*`]),
          ];
    case 'clean up machines':
      // Listing has no resource; what is stopped or deleted must carry this stack's name.
      return [
        allow(['states:ListStateMachines'], everything),
        allow(['states:ListExecutions'], [names.journeys, ...workflows.map(names.machine)]),
        allow(['states:StopExecution'], [names.journeyExecutions, ...workflows.map(names.executions)]),
        allow(['states:DeleteStateMachine'], [names.journeys]),
      ];
  }
}

const allow = (actions: readonly string[], resources: readonly string[]): PolicyStatement =>
  new PolicyStatement({ actions: [...actions], resources: [...resources] });

const grantTo = (actions: readonly string[], resources: readonly string[]): PolicyStatement[] =>
  resources.length > 0 ? [allow(actions, resources)] : [];

function passRole(role: string, service: string): PolicyStatement {
  return new PolicyStatement({
    actions: ['iam:PassRole'],
    resources: [role],
    conditions: { StringEquals: { 'iam:PassedToService': service } },
  });
}

const noResource = 'the API has no resource';
const madeAtRunTime =
  "these are made while the stack runs, so they have this stack's beginning in common and no more";

/** What the best-practice checks find about the statements of a function, each with its reason. */
export function findingsOf({ may = [] }: FunctionDescription, prefix: string): Record<string, string> {
  const { journeys, journeyExecutions, executions, schedules } = namesOf(prefix, inFindings);
  const found = new Map<string, string>();
  const wildcard = (resource: string, reason: string) => {
    found.set(`AwsSolutions-IAM5[Resource::${resource}]`, reason);
    if (resource === '*') found.set('Serverless-LambdaStarPermissions', reason);
  };
  for (const right of may) {
    if (right === 'answer tokens') wildcard('*', `${noResource}: a token is the right to answer it`);
    if (right === 'clean up machines') {
      wildcard('*', `${noResource}: listing shows names only`);
      wildcard(journeyExecutions, madeAtRunTime);
      for (const name of workflows) wildcard(executions(name), madeAtRunTime);
    }
    if (/^(start|publish) journeys$|^clean up/.test(right)) wildcard(journeys, madeAtRunTime);
    if (right === 'stop journeys') wildcard(journeyExecutions, madeAtRunTime);
    if (right === 'plan campaigns') wildcard(schedules, madeAtRunTime);
  }
  return Object.fromEntries(found);
}
