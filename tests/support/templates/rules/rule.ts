import type { Json, JsonObject } from '@baton/rules/json.ts';
import type { Deployed, Resolved } from '../resolve.ts';
import { account, at, objects, region, texts } from '../template.ts';

/** A rule of the project: what must be so, and where it is not. */
export type Rule = { id: string; says: string; broken: (deployed: Deployed) => string[] };

/** The places of a type that are not as they should be. */
export const every =
  (type: string, good: (properties: JsonObject, resource: Resolved, deployed: Deployed) => boolean) =>
  (deployed: Deployed): string[] =>
    ofType(deployed, type)
      .filter((resource) => !good(resource.properties, resource, deployed))
      .map(({ id }) => id);

/** The same for one thing that must be there. */
export const only =
  (type: string, good: (properties: JsonObject, resource: Resolved, deployed: Deployed) => boolean) =>
  (deployed: Deployed): string[] =>
    ofType(deployed, type).length === 1 ? every(type, good)(deployed) : [`${type}: not exactly one`];

export const ofType = ({ resources }: Deployed, type: string): Resolved[] =>
  resources.filter((resource) => resource.type === type);

export const kept = ({ stage }: Deployed): boolean => stage.stage === 'prod';

export const named = (deployed: Deployed, type: string, ref: Json | undefined): Resolved | undefined =>
  ofType(deployed, type).find(
    ({ name, properties }) => name === ref || arnOf(type, name) === ref || properties === ref,
  );

const services: Record<string, string> = {
  'AWS::SQS::Queue': 'sqs',
  'AWS::Lambda::Function': 'lambda',
  'AWS::DynamoDB::Table': 'dynamodb',
};

export function arnOf(type: string, name: string): string {
  const middle = `arn:aws:${services[type]}:${region}:${account}:`;
  if (type === 'AWS::Lambda::Function') return `${middle}function:${name}`;
  return type === 'AWS::DynamoDB::Table' ? `${middle}table/${name}` : `${middle}${name}`;
}

export const functionsOf = (deployed: Deployed) => ofType(deployed, 'AWS::Lambda::Function');

export const isDeadLetter = (deployed: Deployed, arn: Json | undefined): boolean => {
  const queue = named(deployed, 'AWS::SQS::Queue', arn);
  return (
    queue !== undefined &&
    queue.properties.RedrivePolicy === undefined &&
    queue.properties.MessageRetentionPeriod === 1_209_600
  );
};

export const tlsOnly = (document: Json | undefined, resources: (listed: string[]) => boolean): boolean =>
  objects(at(document, 'Statement')).some(
    (each) =>
      each.Effect === 'Deny' &&
      at(each, 'Condition', 'Bool', 'aws:SecureTransport') === 'false' &&
      /^(s3|sqs|sns):(\*|Publish)$/.test(String(each.Action)) &&
      resources(texts(each.Resource)),
  );

export const secretValue = /AKIA[0-9A-Z]{16}|-----BEGIN|eyJ[\w-]{10,}\.|resolve:secretsmanager|resolve:ssm/;
