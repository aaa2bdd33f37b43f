import type { TableName } from '@baton/functions/ports.ts';
import { type IndexName, indexes } from '@baton/functions/tables.ts';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { FunctionDescription, Right, TableRight } from '../functions.ts';
import type { Names } from './names.ts';

/** What rights lead to; a right whose target a deployment lacks grants nothing. */
export type Targets = {
  names: Names;
  tables: Readonly<Record<TableName, ITable>>;
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
  return [...tables, ...(description.may ?? []).flatMap((right) => statementsFor(right, targets))];
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
    case 'start journeys':
      return [allow(['states:StartExecution'], names.journeys)];
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
          names.journeys,
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
    case 'make identity key':
      return [allow(['ssm:GetParameter', 'ssm:PutParameter'], [names.identityParameterArn])];
    case 'write site':
      return targets.siteBucket === undefined
        ? []
        : [
            allow(['s3:ListBucket'], [targets.siteBucket]),
            allow(['s3:DeleteObject', 's3:PutObject'], [`${targets.siteBucket}/*`]),
          ];
    case 'clean up machines':
      // Listing has no resource; what is deleted must carry this stack's name.
      return [
        allow(['states:ListStateMachines'], everything),
        allow(['states:DeleteStateMachine'], names.journeys),
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
