import type { Json, JsonObject } from '@baton/rules/json.ts';
import {
  account,
  isObject,
  list,
  type Part,
  parts,
  type Resource,
  region,
  type Stage,
  type Template,
} from './template.ts';

/** A resource whose tokens are values of the made-up account, and where it stands. */
export type Resolved = {
  part: Part;
  id: string;
  /** What it is called in the account: its own name, or one like CloudFormation would give it. */
  name: string;
  type: string;
  properties: JsonObject;
  dependsOn: readonly string[];
  deletionPolicy?: string;
  updateReplacePolicy?: string;
};

/** A reference that leads nowhere, with the resource that makes it. */
type Dangling = { at: string; says: string };

export type Deployed = { stage: Stage; resources: readonly Resolved[]; dangling: readonly Dangling[] };

/** Puts values in the place of tokens, over all stacks of a stage, as a deployment would. */
export function resolve(stage: Stage): Deployed {
  const dangling: Dangling[] = [];
  const resources = parts.flatMap((part) =>
    Object.entries(stage.templates[part].Resources).map(([id, resource]): Resolved => {
      const lost = (says: string) => dangling.push({ at: `${part}/${id}`, says });
      const properties = valueIn({ stage, part, lost }, resource.Properties);
      return {
        part,
        id,
        name: nameOf({ stage, part, lost: () => {} }, id, resource),
        type: resource.Type,
        properties: isObject(properties) ? properties : {},
        dependsOn: resource.DependsOn,
        deletionPolicy: resource.DeletionPolicy,
        updateReplacePolicy: resource.UpdateReplacePolicy,
      };
    }),
  );
  return { stage, resources, dangling };
}

type Scope = { stage: Stage; part: Part; lost: (says: string) => void };

const pseudo: Record<string, string> = {
  'AWS::AccountId': account,
  'AWS::Region': region,
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::NoValue': '',
};

function valueIn(scope: Scope, value: Json): Json {
  if (Array.isArray(value)) return value.map((each) => valueIn(scope, each));
  if (!isObject(value)) return value;
  const [[name, given] = ['', null], ...others] = Object.entries(value);
  const intrinsic = others.length === 0 && name !== 'Condition' ? intrinsics[name] : undefined;
  if (intrinsic) return intrinsic(scope, given);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, valueIn(scope, each)]));
}

const intrinsics: Record<string, (scope: Scope, given: Json) => Json> = {
  Ref: (scope, given) => reference(scope, String(given)),
  'Fn::GetAtt': (scope, given) => {
    const [id, ...attribute] = Array.isArray(given) ? given.map(String) : String(given).split('.');
    return attributeOf(scope, id ?? '', attribute.join('.'));
  },
  'Fn::Join': (scope, given) => {
    const [separator, pieces] = list(given);
    return list(valueIn(scope, pieces ?? []))
      .map(String)
      .join(String(separator));
  },
  'Fn::Sub': (scope, given) =>
    String(list(given)[0]).replace(/\$\{([^}]+)\}/g, (_, name: string) => String(reference(scope, name))),
  'Fn::Select': (scope, given) => {
    const [index, of] = list(given);
    return list(valueIn(scope, of ?? []))[Number(index)] ?? '';
  },
  'Fn::Split': (scope, given) => {
    const [separator, whole] = list(given);
    return String(valueIn(scope, whole ?? '')).split(String(separator));
  },
  'Fn::GetStackOutput': (scope, given) => {
    const [stack, output] = isObject(given) ? [String(given.StackName), String(given.OutputName)] : ['', ''];
    const part = parts.find((each) => stack === stackName(scope.stage, each));
    const found = part && scope.stage.templates[part].Outputs[output];
    if (part && found) return valueIn({ ...scope, part }, found.Value);
    scope.lost(`the stack ${stack} has no output ${output}`);
    return '';
  },
};

export const stackName = ({ stage }: Stage, part: Part): string => `Baton-${stage}-${part}`;

function reference(scope: Scope, name: string): Json {
  const known = pseudo[name];
  if (known !== undefined) return known;
  const template = scope.stage.templates[scope.part];
  if (template.Parameters?.[name] !== undefined) return `<${name}>`;
  return named(scope, name, (resource) => {
    const called = nameOf(scope, name, resource);
    return byArn[resource.Type]?.(called) ?? called;
  });
}

function attributeOf(scope: Scope, id: string, attribute: string): Json {
  return named(scope, id, (resource) => {
    const value = attributes[resource.Type]?.[attribute]?.(nameOf(scope, id, resource), id);
    if (value === undefined) scope.lost(`${resource.Type} ${id} has no attribute ${attribute}`);
    return value ?? '';
  });
}

function named(scope: Scope, id: string, value: (resource: Resource) => string): string {
  const template: Template = scope.stage.templates[scope.part];
  const resource = Object.hasOwn(template.Resources, id) ? template.Resources[id] : undefined;
  if (resource) return value(resource);
  scope.lost(`there is no ${id} in the stack ${stackName(scope.stage, scope.part)}`);
  return '';
}

const nameProperties: Record<string, string> = {
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::Events::EventBus': 'Name',
  'AWS::IAM::Role': 'RoleName',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::Logs::LogGroup': 'LogGroupName',
  'AWS::SES::ConfigurationSet': 'Name',
  'AWS::StepFunctions::StateMachine': 'StateMachineName',
};

/** The name a resource gives itself, or one like CloudFormation would give it. */
function nameOf(scope: Scope, id: string, { Type, Properties }: Resource): string {
  const given = Properties[nameProperties[Type] ?? ''];
  const name =
    given === undefined ? `${stackName(scope.stage, scope.part)}-${id}` : String(valueIn(scope, given));
  if (Type === 'AWS::S3::Bucket') return name.toLowerCase();
  if (Type === 'AWS::Cognito::UserPool') return `${region}_${id}`;
  if (Type === 'AWS::Cognito::UserPoolResourceServer') return String(Properties.Identifier);
  return name;
}

const arn = (service: string, rest: string) => `arn:aws:${service}:${region}:${account}:${rest}`;

/** Types that a reference names by their ARN. */
const byArn: Record<string, (name: string) => string> = {
  'AWS::SNS::Topic': (name) => arn('sns', name),
  'AWS::StepFunctions::StateMachine': (name) => arn('states', `stateMachine:${name}`),
};

/** The attributes that the stacks ask for, with what they look like. */
const attributes: Record<string, Record<string, (name: string, id: string) => string>> = {
  'AWS::ApiGatewayV2::Api': {
    ApiEndpoint: (_, id) => `https://${id}.execute-api.${region}.amazonaws.com`,
    ApiId: (_, id) => id,
  },
  'AWS::CloudFront::Distribution': { DomainName: (_, id) => `${id.toLowerCase()}.cloudfront.net` },
  'AWS::CloudFront::Function': { FunctionARN: (name) => `arn:aws:cloudfront::${account}:function/${name}` },
  'AWS::CloudFront::OriginAccessControl': { Id: (_, id) => id },
  'AWS::DynamoDB::Table': {
    Arn: (name) => arn('dynamodb', `table/${name}`),
    StreamArn: (name) => arn('dynamodb', `table/${name}/stream/2026-01-01T00:00:00.000`),
  },
  'AWS::Events::EventBus': { Arn: (name) => arn('events', `event-bus/${name}`) },
  'AWS::Events::Rule': { Arn: (name) => arn('events', `rule/${name}`) },
  'AWS::IAM::Role': { Arn: (name) => `arn:aws:iam::${account}:role/${name}` },
  'AWS::KMS::Key': { Arn: (name) => arn('kms', `key/${name}`) },
  'AWS::Lambda::Function': { Arn: (name) => arn('lambda', `function:${name}`) },
  'AWS::Logs::LogGroup': { Arn: (name) => arn('logs', `log-group:${name}:*`) },
  'AWS::S3::Bucket': {
    Arn: (name) => `arn:aws:s3:::${name}`,
    RegionalDomainName: (name) => `${name}.s3.${region}.amazonaws.com`,
  },
  'AWS::SQS::Queue': { Arn: (name) => arn('sqs', name), QueueName: (name) => name },
  'AWS::StepFunctions::StateMachine': {
    Arn: (name) => arn('states', `stateMachine:${name}`),
    Name: (name) => name,
  },
};
