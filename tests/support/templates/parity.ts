import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { indexes, tableNames, tables, timeToLive } from '@baton/functions/tables.ts';
import { type FunctionDescription, functions, type Right, type TableRight } from '@baton/infra/functions.ts';
import {
  authRoutes,
  busRules,
  httpRoutes,
  openRoutes,
  providerRules,
  queues,
  routeKeyOf,
  schedules,
  segmentRoutes,
  streams,
  workflows,
  workflowTasks,
} from '@baton/infra/routes.ts';
import type { Json, JsonObject } from '@baton/rules/json.ts';
import { roles } from '@baton/rules/roles.ts';
import type { Finding, Gate } from './finding.ts';
import { rolesOf } from './policies.ts';
import type { Deployed, Resolved } from './resolve.ts';
import { account, at, isObject, list, objects, region, texts } from './template.ts';

/** What is said of one thing, by its name, in a form that can be compared. */
type Said = Record<string, Json>;
type Aspect = { listed: Said; deployed: Said };

/** Holds templates to the lists that both hosts read: exactly what is listed is deployed. */
export const parityGate: Gate = (deployed) =>
  Object.entries(aspectsOf(deployed)).flatMap(([aspect, { listed, deployed: found }]) =>
    [...new Set([...Object.keys(listed), ...Object.keys(found)])]
      .filter((name) => canonical(listed[name]) !== canonical(found[name]))
      .map(
        (name): Finding => ({
          rule: `parity ${aspect}`,
          at: name,
          says: `listed: ${canonical(listed[name])}; deployed: ${canonical(found[name])}`,
        }),
      ),
  );

/** Every list beside what the templates make of it. */
export function aspectsOf(deployed: Deployed) {
  return {
    functions: { listed: listedFunctions(), deployed: deployedFunctions(deployed) },
    rights: { listed: listedRights(deployed), deployed: deployedRights(deployed) },
    tables: { listed: listedTables(), deployed: deployedTables(deployed) },
    routes: { listed: listedRoutes(), deployed: deployedRoutes(deployed) },
    rules: { listed: listedRules(deployed), deployed: deployedRules(deployed) },
    queues: { listed: listedQueues(deployed), deployed: deployedQueues(deployed) },
    streams: { listed: listedStreams(), deployed: deployedStreams(deployed) },
    workflows: { listed: listedWorkflows(), deployed: deployedWorkflows(deployed) },
    schedules: { listed: listedSchedules(), deployed: deployedSchedules(deployed) },
    groups: { listed: listedGroups(), deployed: deployedGroups(deployed) },
  } satisfies Record<string, Aspect>;
}

const ofType = ({ resources }: Deployed, type: string): Resolved[] =>
  resources.filter((resource) => resource.type === type);

/** The name of a function without its stage, from its ARN or name. */
const shortName = (name: Json | undefined): string =>
  String(name)
    .replace(/^.*:function:/, '')
    .replace(/^baton-(?:dev|prod)-/, '');

const canonical = (value: Json | undefined): string =>
  value === undefined ? 'not there' : JSON.stringify(sorted(value));
function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, each]): [string, Json] => [key, sorted(each)])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

const listedFunctions = (): Said =>
  Object.fromEntries(
    Object.entries(functions).map(([name, { memoryMb, timeoutSeconds }]) => [
      name,
      { memoryMb, timeoutSeconds },
    ]),
  );

const deployedFunctions = (deployed: Deployed): Said =>
  Object.fromEntries(
    ofType(deployed, 'AWS::Lambda::Function').map(({ properties }) => [
      shortName(properties.FunctionName),
      { memoryMb: properties.MemorySize ?? 0, timeoutSeconds: properties.Timeout ?? 0 },
    ]),
  );

const tableActions: Partial<Record<TableRight, string>> = {
  get: 'GetItem',
  query: 'Query',
  put: 'PutItem',
  update: 'UpdateItem',
  delete: 'DeleteItem',
  check: 'ConditionCheckItem',
};
const indexRights: Partial<Record<TableRight, keyof typeof indexes>> = {
  'query tl': 'tl',
  'query g1': 'g1',
  'query due': 'due',
};

/** What a right comes to on AWS, said once more and independently of what makes the policies. */
const meanings: Record<Right, readonly string[]> = {
  'answer tokens': ['states:SendTaskSuccess *'],
  'start stays': ['states:StartExecution machine contact-cycle'],
  'start cases': ['states:StartExecution machine case'],
  'start journeys': ['states:StartExecution machine j-*'],
  'stop journeys': ['states:StopExecution execution j-*:*'],
  'start campaigns': ['states:StartExecution machine campaign'],
  'start publications': ['states:StartExecution machine publisher'],
  'publish journeys': [
    'iam:PassRole role JourneysRole',
    'states:CreateStateMachine machine j-*',
    'states:DescribeStateMachine machine j-*',
    'states:ListStateMachineVersions machine j-*',
    'states:PublishStateMachineVersion machine j-*',
    'states:TagResource machine j-*',
    'states:UpdateStateMachine machine j-*',
  ],
  'plan campaigns': [
    'iam:PassRole role CampaignStarterRole',
    'scheduler:CreateSchedule schedule campaigns/*',
    'scheduler:DeleteSchedule schedule campaigns/*',
    'scheduler:UpdateSchedule schedule campaigns/*',
  ],
  'put events': ['events:PutEvents bus'],
  'send messages': [],
  'read address': ['ssm:GetParameter address'],
  'read identity key': ['ssm:GetParameter identity key'],
  'make identity key': ['ssm:GetParameter identity key', 'ssm:PutParameter identity key'],
  'remove identity key': ['ssm:DeleteParameter identity key'],
  'read write key': ['ssm:GetParameter write key'],
  'make write key': ['ssm:PutParameter write key'],
  'remove write key': ['ssm:DeleteParameter write key'],
  'read webhook secret': ['ssm:GetParameter webhook secret'],
  'make webhook secret': ['ssm:PutParameter webhook secret'],
  'remove webhook secret': ['ssm:DeleteParameter webhook secret'],
  'write site': ['s3:DeleteObject site/*', 's3:ListBucket site', 's3:PutObject site/*'],
  'clean up machines': [
    'states:DeleteStateMachine machine j-*',
    'states:ListExecutions machine campaign',
    'states:ListExecutions machine case',
    'states:ListExecutions machine contact-cycle',
    'states:ListExecutions machine j-*',
    'states:ListExecutions machine publisher',
    'states:ListStateMachines *',
    'states:StopExecution execution campaign:*',
    'states:StopExecution execution case:*',
    'states:StopExecution execution contact-cycle:*',
    'states:StopExecution execution j-*:*',
    'states:StopExecution execution publisher:*',
  ],
};

/** With everything that a deployment can be told, messages go by these; with nothing, none do. */
const sending = [
  'ses:SendEmail configuration-set/baton-prod',
  'ses:SendEmail identity/example.com',
  'ses:SendEmail identity/hello@example.com',
  'sms-voice:SendTextMessage configuration-set/baton-prod',
  'sms-voice:SendTextMessage phone-number/phone-0123456789abcdef0123456789abcdef',
];
const withKey = [
  'Decrypt',
  'DescribeKey',
  'Encrypt',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'ReEncryptFrom',
  'ReEncryptTo',
].map((action) => `kms:${action} key`);

/** Who is woken by a queue or a stream takes from it. */
function wakened(name: string, stage: string): string[] {
  const taken = [
    ...queues.filter(({ handler }) => handler === name).map((queue) => `Queue${queue.name}`),
    ...(name === 'deliver-webhook' && stage === 'prod' ? ['WebhookQueue'] : []),
  ];
  const queue = taken.flatMap((each) =>
    ['DeleteMessage', 'GetQueueAttributes', 'ReceiveMessage'].map((action) => `sqs:${action} queue ${each}`),
  );
  const stream = streams.some(({ handler }) => handler === name)
    ? [
        ...['DescribeStream', 'GetRecords', 'GetShardIterator'].map(
          (action) => `dynamodb:${action} core stream`,
        ),
        'dynamodb:ListStreams *',
        'sqs:SendMessage queue NotProcessed',
      ]
    : [];
  const reports = providerRules.some(({ handler }) => handler === name)
    ? ['sqs:SendMessage queue NotProcessed']
    : [];
  return [...queue, ...stream, ...reports];
}

function listedRights({ stage }: Deployed): Said {
  return Object.fromEntries(
    Object.entries(functions).map(([name, description]: [string, FunctionDescription]) => {
      const onTables = tableNames.flatMap((table) =>
        (description[table] ?? []).map((right) => {
          const index = indexRights[right];
          return index
            ? `dynamodb:Query ${table} ${indexes[index].name}`
            : `dynamodb:${tableActions[right]} ${table}`;
        }),
      );
      const others = (description.may ?? []).flatMap((right) =>
        right === 'send messages' && stage.stage === 'prod' ? sending : meanings[right],
      );
      const key = stage.stage === 'prod' && onTables.length > 0 ? withKey : [];
      const own = ['logs:CreateLogStream log', 'logs:PutLogEvents log'];
      return [
        name,
        [...new Set([...onTables, ...others, ...key, ...own, ...wakened(name, stage.stage)])].sort(),
      ];
    }),
  );
}

function deployedRights(deployed: Deployed): Said {
  const all = rolesOf(deployed);
  return Object.fromEntries(
    ofType(deployed, 'AWS::Lambda::Function').map(({ properties }) => {
      const statements = all.find(({ arn }) => arn === properties.Role)?.statements ?? [];
      const granted = statements
        .filter(({ effect }) => effect === 'Allow')
        .flatMap(({ actions, resources }) =>
          resources.flatMap((resource) =>
            actions.map((action) => `${action} ${placeOf(resource, deployed)}`),
          ),
        );
      return [shortName(properties.FunctionName), [...new Set(granted)].sort()];
    }),
  );
}

/** A place as the lists of rights speak of it; an ARN that is none of these stays as it is. */
function placeOf(arn: string, { stage: { stage } }: Deployed): string {
  const forms: [RegExp, string][] = [
    [/:table\/Baton-\w+-Data-Tables(Core|Design|Guard)\w{8}\/index\/(\w+)$/, '$1 $2'],
    [/:table\/Baton-\w+-Data-Tables(Core|Design|Guard)\w{8}\/stream\/.+$/, '$1 stream'],
    [/:table\/Baton-\w+-Data-Tables(Core|Design|Guard)\w{8}$/, '$1'],
    [new RegExp(`:stateMachine:baton-${stage}-`), 'machine '],
    [new RegExp(`:execution:baton-${stage}-`), 'execution '],
    [new RegExp(`:schedule/baton-${stage}-`), 'schedule '],
    [new RegExp(`:event-bus/baton-${stage}$`), 'bus'],
    [new RegExp(`:parameter/baton-${stage}/address$`), 'address'],
    [new RegExp(`:parameter/baton-${stage}/identity-key$`), 'identity key'],
    [new RegExp(`:parameter/baton-${stage}/write-key$`), 'write key'],
    [new RegExp(`:parameter/baton-${stage}/webhook-secret$`), 'webhook secret'],
    [new RegExp(`:log-group:/baton/baton-${stage}-[a-z-]+:\\*$`), 'log'],
    [/:role\/Baton-\w+-Runtime-(\w+)\w{8}$/, 'role $1'],
    [/:role\/baton-\w+-journeys-[\w-]+$/, 'role JourneysRole'],
    [new RegExp(`^arn:aws:s3:::baton-${stage}-edge-sitebucket\\w{8}`), 'site'],
    [/:key\/Baton-\w+-Data-TablesKey\w{8}$/, 'key'],
    [/^arn:aws:sqs:.*:Baton-\w+-Runtime-(?:Intake|Channels)(\w+)\w{8}$/, 'queue $1'],
    [/:((?:configuration-set|identity|phone-number)\/.*)$/, '$1'],
  ];
  const [form, name] = forms.find(([each]) => each.test(arn)) ?? [];
  if (!form || name === undefined) return arn;
  const short = arn.replace(new RegExp(`^.*?${form.source}`), name);
  return /^(Core|Design|Guard)/.test(short) ? short.toLowerCase() : short;
}

const listedTables = (): Said =>
  Object.fromEntries(
    tableNames.map((name) => [
      name,
      {
        key: ['pk', 'sk'],
        indexes: tables[name].indexes.map((index) => ({ ...indexes[index] })).sort(byName),
        changes: tables[name].changes ? 'KEYS_ONLY' : 'none',
        timeToLive,
      },
    ]),
  );

function deployedTables(deployed: Deployed): Said {
  return Object.fromEntries(
    ofType(deployed, 'AWS::DynamoDB::Table').map(({ id, properties: p }) => [
      id.replace(/^Tables|\w{8}$/g, '').toLowerCase(),
      {
        key: keyOf(p),
        indexes: [
          ...objects(p.LocalSecondaryIndexes).map((index) => indexOf(index, true)),
          ...objects(p.GlobalSecondaryIndexes).map((index) => indexOf(index, false)),
        ].sort(byName),
        changes: at(p, 'StreamSpecification', 'StreamViewType') ?? 'none',
        timeToLive:
          at(p, 'TimeToLiveSpecification', 'Enabled') === true
            ? (at(p, 'TimeToLiveSpecification', 'AttributeName') ?? 'none')
            : 'none',
      },
    ]),
  );
}

const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);
const keyOf = ({ KeySchema }: JsonObject): string[] =>
  ['HASH', 'RANGE'].map((kind) =>
    String(objects(KeySchema).find(({ KeyType }) => KeyType === kind)?.AttributeName),
  );
function indexOf(index: JsonObject, local: boolean) {
  const [pk = '', sk = ''] = keyOf(index);
  return { name: String(index.IndexName), local, pk, sk };
}

const listedRoutes = (): Said => ({
  ...Object.fromEntries(
    httpRoutes.map((route) => [
      routeKeyOf(route),
      { function: route.function, authorizer: route.roles.includes('service') ? 'AWS_IAM' : 'JWT' },
    ]),
  ),
  ...Object.fromEntries(
    [...authRoutes, ...openRoutes, ...segmentRoutes].map((route) => [
      routeKeyOf(route),
      { function: route.function, authorizer: 'NONE' },
    ]),
  ),
});

function deployedRoutes(deployed: Deployed): Said {
  const integrations = ofType(deployed, 'AWS::ApiGatewayV2::Integration');
  return Object.fromEntries(
    ofType(deployed, 'AWS::ApiGatewayV2::Route').map(
      ({ properties: { RouteKey, Target, AuthorizationType } }) => [
        String(RouteKey),
        {
          function: shortName(
            integrations.find(({ name }) => Target === `integrations/${name}`)?.properties.IntegrationUri,
          ),
          authorizer: AuthorizationType ?? 'none',
        },
      ],
    ),
  );
}

/** A webhook is a rule of its own, which is there when an address was given. */
const webhooks: Said = {
  '{"detail-type":["baton.webhook"],"source":["baton"]}': { bus: 'own', to: 'queue of deliver-webhook' },
};

const listedRules = ({ stage }: Deployed): Said => ({
  ...Object.fromEntries(
    busRules.map(({ pattern, queue }) => [
      canonical(pattern),
      { bus: 'own', to: `queue of ${queues.find(({ name }) => name === queue)?.handler}` },
    ]),
  ),
  ...Object.fromEntries(
    providerRules.map(({ pattern, handler }) => [
      canonical(JSON.parse(JSON.stringify(pattern))),
      { bus: 'default', to: handler },
    ]),
  ),
  ...(stage.stage === 'prod' ? webhooks : {}),
});

const deployedRules = (deployed: Deployed): Said =>
  Object.fromEntries(
    ofType(deployed, 'AWS::Events::Rule').map(({ properties: { EventPattern, EventBusName, Targets } }) => [
      canonical(EventPattern),
      {
        bus: EventBusName === undefined ? 'default' : 'own',
        to: objects(Targets)
          .map(({ Arn }) => targetOf(String(Arn), deployed))
          .join(),
      },
    ]),
  );

function targetOf(arn: string, deployed: Deployed): string {
  if (arn.includes(':function:')) return shortName(arn);
  const mapping = ofType(deployed, 'AWS::Lambda::EventSourceMapping').find(
    ({ properties }) => properties.EventSourceArn === arn,
  );
  return `queue of ${shortName(mapping?.properties.FunctionName)}`;
}

const listedQueues = ({ stage }: Deployed): Said => ({
  ...Object.fromEntries(
    queues.map(({ handler, batch, visibilitySeconds, maxReceives }) => [
      handler,
      { batch, visibilitySeconds, maxReceives },
    ]),
  ),
  // 480 times three minutes are a day.
  ...(stage.stage === 'prod'
    ? { 'deliver-webhook': { batch: 10, visibilitySeconds: 180, maxReceives: 480 } }
    : {}),
});

function deployedQueues(deployed: Deployed): Said {
  const arn = (name: string) => `arn:aws:sqs:${region}:${account}:${name}`;
  return Object.fromEntries(
    ofType(deployed, 'AWS::Lambda::EventSourceMapping')
      .filter(({ properties }) => String(properties.EventSourceArn).includes(':sqs:'))
      .map(({ properties: p }) => {
        const queue = ofType(deployed, 'AWS::SQS::Queue').find(({ name }) => arn(name) === p.EventSourceArn);
        return [
          shortName(p.FunctionName),
          {
            batch: p.BatchSize ?? 0,
            visibilitySeconds: queue?.properties.VisibilityTimeout ?? 0,
            maxReceives: at(queue?.properties, 'RedrivePolicy', 'maxReceiveCount') ?? 0,
          },
        ];
      }),
  );
}

const listedStreams = (): Said =>
  Object.fromEntries(
    streams.map(({ prefix, handler }) => [
      handler,
      {
        table: 'core',
        filters: [{ eventName: ['INSERT'], dynamodb: { Keys: { sk: { S: [{ prefix }] } } } }],
      },
    ]),
  );

const deployedStreams = (deployed: Deployed): Said =>
  Object.fromEntries(
    ofType(deployed, 'AWS::Lambda::EventSourceMapping')
      .filter(({ properties }) => String(properties.EventSourceArn).includes(':dynamodb:'))
      .map(({ properties: p }) => [
        shortName(p.FunctionName),
        {
          table: placeOf(String(p.EventSourceArn), deployed).replace(' stream', ''),
          filters: objects(at(p, 'FilterCriteria', 'Filters')).map(({ Pattern }) => parsed(String(Pattern))),
        },
      ]),
  );

function parsed(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const definitionFile = (name: string): Json =>
  JSON.parse(readFileSync(join(import.meta.dirname, `../../../infra/workflows/${name}.asl.json`), 'utf8'));

function listedWorkflows(): Said {
  return Object.fromEntries(
    workflows.map((name) => {
      const definition = definitionFile(name);
      const used = Object.entries(workflowTasks).filter(([task]) =>
        JSON.stringify(definition).includes(`\${${task}}`),
      );
      return [name, { definition, tasks: Object.fromEntries(used) }];
    }),
  );
}

const deployedWorkflows = (deployed: Deployed): Said =>
  Object.fromEntries(
    ofType(deployed, 'AWS::StepFunctions::StateMachine').map(({ properties: p }) => [
      shortName(p.StateMachineName),
      {
        definition: deployed.stage.definitions[String(at(p, 'DefinitionS3Location', 'Key'))] ?? null,
        tasks: Object.fromEntries(
          Object.entries(isObject(p.DefinitionSubstitutions) ? p.DefinitionSubstitutions : {}).map(
            ([task, arn]) => [task, shortName(arn)],
          ),
        ),
      },
    ]),
  );

const listedSchedules = (): Said =>
  Object.fromEntries(schedules.map(({ expression, handler }) => [handler, expression]));

const deployedSchedules = (deployed: Deployed): Said =>
  Object.fromEntries(
    ofType(deployed, 'AWS::Scheduler::Schedule').map(({ properties: p }) => [
      shortName(at(p, 'Target', 'Arn')),
      p.ScheduleExpression ?? '',
    ]),
  );

/** Systems sign with credentials of their own, so they need no group. */
const listedGroups = (): Said =>
  Object.fromEntries(roles.filter(({ id }) => id !== 'service').map(({ id, about }) => [id, about]));

const deployedGroups = (deployed: Deployed): Said =>
  Object.fromEntries(
    ofType(deployed, 'AWS::Cognito::UserPoolGroup').map(({ properties }) => [
      String(properties.GroupName),
      list(properties.Description)[0] ?? '',
    ]),
  );

/** The roles that get into a deployment, for whoever compares them with the other host. */
export const groupsOf = (deployed: Deployed): string[] => texts(Object.keys(deployedGroups(deployed)));
