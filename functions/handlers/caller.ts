import { type Role, roles } from '@baton/rules/roles.ts';
import * as z from 'zod';

/** Who calls. Somebody known may still have no role. `person` is a name for records, never an address. */
export type Caller =
  | { kind: 'known'; person: string; roles: readonly Role[] }
  | { kind: 'unknown'; reason: string };

const unknown = (reason: string): Caller => ({ kind: 'unknown', reason });

/** The scope that a token must carry to be meant for the API. */
export const apiScope = 'baton/api';

const Claims = z.object({
  sub: z.string().min(1),
  token_use: z.string(),
  client_id: z.string().optional(),
  scope: z.string().default(''),
  'cognito:groups': z.unknown().optional(),
});

/**
 * Who stands behind the claims of a token whose signature and age were checked before. Asked again is what a signature
 * does not say: that it is an access token, for this client, meant for the API.
 * https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html
 */
export function callerInClaims(given: unknown, { clientId }: { clientId: string }): Caller {
  const { data: claims } = Claims.safeParse(given);
  if (!claims) return unknown('the token does not say whose it is');
  if (claims.token_use !== 'access') return unknown('this is no access token');
  if (claims.client_id !== clientId) return unknown('the token was issued to another client');
  if (!claims.scope.split(' ').includes(apiScope)) return unknown(`the token lacks the scope ${apiScope}`);
  return { kind: 'known', person: claims.sub, roles: rolesIn(claims['cognito:groups']) };
}

const Groups = z.union([z.array(z.string()), z.string().transform(groupsInText)]).catch([]);

/** Groups that are no role of people are ignored, `service` among them: systems sign, they do not sign in. */
function rolesIn(groups: unknown): Role[] {
  const named = Groups.parse(groups);
  return roles.flatMap(({ id }) => (id !== 'service' && named.includes(id) ? [id] : []));
}

/** API Gateway writes a list as the text "[admin editor]". No name of a group has a space. */
function groupsInText(text: string): string[] {
  const [, inner = ''] = /^\[(.*)\]$/.exec(text) ?? [];
  return inner.split(' ');
}
