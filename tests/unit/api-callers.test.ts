import { callerOf } from '@baton/functions/adapters/aws/caller.ts';
import { apiHandler } from '@baton/functions/handlers/api.ts';
import { endpoints } from '@baton/functions/handlers/endpoints/all.ts';
import type { Ports } from '@baton/functions/ports.ts';
import { byRouteKey, type HttpRoute, httpRoutes, routeKeyOf } from '@baton/infra/routes.ts';
import { roles } from '@baton/rules/roles.ts';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { expectRefusal } from '../support/refusals.ts';

const clientId = 'client-1';
const claimsOf = (role: string) => ({
  sub: '0b6c1b1e',
  token_use: 'access',
  client_id: clientId,
  scope: 'openid email baton/api',
  'cognito:groups': `[${role} eu-west-1_Google]`,
});
/** What is undefined is not there, as in an event that came as JSON. */
const withToken = (claims: object) => ({
  jwt: { claims: JSON.parse(JSON.stringify(claims)), scopes: ['baton/api'] },
});
const signed = {
  iam: { accessKey: 'AKIA', accountId: '1', userArn: 'arn:aws:sts::1:assumed-role/Shop/shop-7' },
};

/** What the gateway says of a caller who has, or claims to have, a role; and whether that makes the role count. */
const comings: Record<string, { authorizer: (role: string) => object | undefined; as: Standing }> = {
  'a good token': { authorizer: (role) => withToken(claimsOf(role)), as: 'role' },
  'a good token, its groups a list': {
    authorizer: (role) => withToken({ ...claimsOf(role), 'cognito:groups': ['else', role] }),
    as: 'role',
  },
  'an id token': {
    authorizer: (role) => withToken({ ...claimsOf(role), token_use: 'id', aud: clientId }),
    as: 'unknown',
  },
  "another client's token": {
    authorizer: (role) => withToken({ ...claimsOf(role), client_id: 'client-2' }),
    as: 'unknown',
  },
  'a token of no client': {
    authorizer: (role) => withToken({ ...claimsOf(role), client_id: undefined }),
    as: 'unknown',
  },
  'a token without scope': {
    authorizer: (role) => withToken({ ...claimsOf(role), scope: undefined }),
    as: 'unknown',
  },
  'a token with a scope that only looks alike': {
    authorizer: (role) => withToken({ ...claimsOf(role), scope: 'openid baton/api2 xbaton/api' }),
    as: 'unknown',
  },
  "a token that is nobody's": {
    authorizer: (role) => withToken({ ...claimsOf(role), sub: '' }),
    as: 'unknown',
  },
  'a token without groups': {
    authorizer: (role) => withToken({ ...claimsOf(role), 'cognito:groups': undefined }),
    as: 'nothing',
  },
  ...Object.fromEntries(
    ['#', '[#', '#]', '[[#]]', '["#"]', '[#,#]', '[#-x]', '[x#]', '[]', '[ ]', '[#\n]'].map((text) => [
      `groups written ${JSON.stringify(text)}`,
      {
        authorizer: (role: string) =>
          withToken({ ...claimsOf(role), 'cognito:groups': text.replaceAll('#', role) }),
        as: 'nothing' as const,
      },
    ]),
  ),
  'groups in capitals': {
    authorizer: (role) => withToken({ ...claimsOf(role), 'cognito:groups': `[${role.toUpperCase()}]` }),
    as: 'nothing',
  },
  'a signature': { authorizer: () => signed, as: 'service' },
  'a signature of nobody': { authorizer: () => ({ iam: { userArn: '' } }), as: 'unknown' },
  'a signature and a token': {
    authorizer: (role) => ({ ...withToken(claimsOf(role)), ...signed }),
    as: 'unknown',
  },
  "another authoriser's word": {
    authorizer: (role) => ({ lambda: claimsOf(role), claims: claimsOf(role) }),
    as: 'unknown',
  },
  nothing: { authorizer: () => undefined, as: 'unknown' },
};

type Standing = 'role' | 'service' | 'nothing' | 'unknown';

/** There are no ports: whoever is kept out needs none, and whoever gets in fails at the body, the next thing read. */
const none: Ports = JSON.parse('{}');
const inside = 415;
const host = { clock: 'system', callerOf: callerOf({ clientId }) } as const;

const api = apiHandler(none, { endpoints, routes: byRouteKey(httpRoutes), host });
const Answer = z.object({
  statusCode: z.number(),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
});

async function ask(route: HttpRoute, authorizer: object | undefined) {
  const answer = Answer.parse(
    await api({
      version: '2.0',
      routeKey: routeKeyOf(route),
      rawQueryString: '',
      headers: { 'content-type': 'text/plain' },
      requestContext: { http: { method: route.method, path: route.path }, authorizer },
      body: 'no JSON',
      isBase64Encoded: false,
    }),
  );
  return { status: answer.statusCode, body: JSON.parse(answer.body), headers: answer.headers };
}

function expected(route: HttpRoute, role: string, as: Standing): number {
  if (as === 'unknown') return 401;
  if (as === 'nothing') return 403;
  const allowed: readonly string[] = route.roles;
  if (as === 'service') return allowed.includes('service') ? inside : 403;
  return role !== 'service' && allowed.includes(role) ? inside : 403;
}

describe('every route lets in whom it names and nobody else', () => {
  test.each(Object.entries(comings))('with %s', async (_, { authorizer, as }) => {
    const found: Record<string, number> = {};
    const wanted: Record<string, number> = {};
    for (const route of httpRoutes)
      for (const { id } of roles) {
        const { status } = await ask(route, authorizer(id));
        found[`${routeKeyOf(route)} as ${id}`] = status;
        wanted[`${routeKeyOf(route)} as ${id}`] = expected(route, id, as);
      }

    expect(found).toEqual(wanted);
  });
});

const runs = httpRoutes.find(({ handler }) => handler === 'post-run') ?? httpRoutes[0];
const events = httpRoutes.find(({ handler }) => handler === 'post-events') ?? httpRoutes[0];

test('whoever lacks a role is told which ones may, and which ones they have', async () => {
  if (!runs || !events) throw new Error('the routes are gone');

  const viewer = expectRefusal(await ask(runs, withToken(claimsOf('viewer'))), 403);
  const person = expectRefusal(await ask(events, withToken(claimsOf('admin'))), 403);

  expect(viewer.problems).toEqual([
    {
      path: 'roles',
      reason: 'only Approver, Administrator may do this, and you are Viewer',
      remedy: 'sign in as somebody who has one of these roles; an administrator gives them',
    },
  ]);
  expect(person.problems[0]).toMatchObject({
    reason: 'only Service may do this, and you are Administrator',
    remedy: 'sign the request with the credentials of a system',
  });
});

test('nobody is told why, and how to come in', async () => {
  if (!runs) throw new Error('the routes are gone');

  const answer = await ask(runs, undefined);

  expect(expectRefusal(answer, 401).problems[0]?.reason).toBe(
    'the request comes without a token and without a signature',
  );
  expect(answer.headers['www-authenticate']).toBe('Bearer');
});

test('a system is named by the last part of what signed, a person by the id of its account', () => {
  const named = (authorizer: object) => callerOf({ clientId })({ requestContext: { authorizer } });

  expect(named(signed)).toEqual({ kind: 'known', person: 'shop-7', roles: ['service'] });
  expect(named({ iam: { userArn: 'arn:aws:iam::1:user/teams/crm/shop' } })).toMatchObject({ person: 'shop' });
  expect(named({ iam: { userArn: 'arn:aws:iam::1:root' } })).toMatchObject({ person: 'root' });
  expect(named(withToken(claimsOf('agent')))).toEqual({
    kind: 'known',
    person: '0b6c1b1e',
    roles: ['agent'],
  });
});

test('a function answers its own routes and no others', async () => {
  const [home] = httpRoutes.filter(({ handler }) => handler === 'get-home');
  if (!home || !runs) throw new Error('the routes are gone');
  const part = apiHandler(none, { endpoints, routes: byRouteKey([home]), host });

  const answer = await part({
    routeKey: routeKeyOf(runs),
    headers: {},
    requestContext: { authorizer: withToken(claimsOf('admin')) },
    isBase64Encoded: false,
  });

  expect(answer).toMatchObject({ statusCode: 404 });
});

test('a route that names no endpoint is a mistake at start', () => {
  const routes = new Map([['GET /api/x', { endpoint: 'get-x', roles: [] }]]);

  expect(() => apiHandler(none, { endpoints, routes, host })).toThrow(
    'route GET /api/x names no endpoint: get-x',
  );
});
