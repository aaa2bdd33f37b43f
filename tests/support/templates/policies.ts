import type { Json, JsonObject } from '@baton/rules/json.ts';
import type { Deployed, Resolved } from './resolve.ts';
import { at, objects, texts } from './template.ts';

/** One statement of a policy, with where it stands. */
export type Statement = {
  at: string;
  effect: string;
  actions: string[];
  resources: string[];
  condition: JsonObject;
  raw: JsonObject;
};

/** A role with everything that its own and its attached policies say. */
export type Role = { id: string; name: string; arn: string; resource: Resolved; statements: Statement[] };

export function rolesOf({ resources }: Deployed): Role[] {
  const attached = resources.filter(({ type }) => type === 'AWS::IAM::Policy');
  return resources
    .filter(({ type }) => type === 'AWS::IAM::Role')
    .map((resource) => {
      const { part, id, name, properties } = resource;
      const inline = objects(properties.Policies).map((policy) => policy.PolicyDocument);
      const own = attached
        .filter((policy) => policy.part === part && texts(policy.properties.Roles).includes(name))
        .map((policy) => policy.properties.PolicyDocument);
      return {
        id,
        name,
        arn: `arn:aws:iam::111122223333:role/${name}`,
        resource,
        statements: [...inline, ...own].flatMap((document) => statementsIn(document, `${part}/${id}`)),
      };
    });
}

export function statementsIn(document: Json | undefined, where: string): Statement[] {
  return objects(at(document, 'Statement')).map((raw) => ({
    at: where,
    effect: String(raw.Effect),
    actions: texts(raw.Action),
    resources: texts(raw.Resource),
    condition: objects(raw.Condition)[0] ?? {},
    raw,
  }));
}
