import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { callerOf } from '@baton/functions/adapters/aws/caller.ts';
import { apiHandler } from '@baton/functions/handlers/api.ts';
import { authHandler } from '@baton/functions/handlers/auth.ts';
import { endpoints } from '@baton/functions/handlers/endpoints/all.ts';
import type { Ports } from '@baton/functions/ports.ts';
import { authRoutes, byRouteKey, httpRoutes, routeKeyOf } from '@baton/infra/routes.ts';
import * as z from 'zod';
import type { Gate } from '../e2e/ui-fixture-server.ts';
import type { createUserPool } from './user-pool.ts';

const Answer = z.object({
  statusCode: z.number(),
  headers: z.record(z.string(), z.string()),
  cookies: z.array(z.string()).default([]),
  body: z.string(),
});

/** A request that came as far as its body: the next thing the API reads, and here it is none. */
const letIn = 415;

/**
 * What stands before the API on AWS: the sign-in handler, the gateway's look at tokens, and the API's own look at roles.
 * `asked` holds how the API was asked, oldest first.
 */
export function createSignInGate(pool: ReturnType<typeof createUserPool>) {
  const asked: { path: string; token: string | undefined; status: number }[] = [];
  const noPorts: Ports = JSON.parse('{}');
  const api = apiHandler(noPorts, {
    endpoints,
    routes: byRouteKey(httpRoutes),
    host: { clock: 'system', callerOf: callerOf(pool) },
  });
  const noLog = { info: () => {}, warn: () => {}, error: () => {} };

  async function answerAuth(request: IncomingMessage, url: URL) {
    const doors = { fetch: pool.fetch, clock: { now: () => new Date() }, random: randomBytes, log: noLog };
    const config = { ...pool, origin: url.origin };
    const handler = authHandler(config, doors, byRouteKey(authRoutes));
    return Answer.parse(
      await handler({
        routeKey: `${request.method} ${url.pathname}`,
        rawQueryString: url.search.slice(1),
        headers: request.headers,
        cookies: request.headers.cookie?.split('; '),
      }),
    );
  }

  async function lookAtCaller(request: IncomingMessage, url: URL) {
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    const claims = token ? pool.claimsIn(token) : undefined;
    const answer = claims
      ? Answer.parse(
          await api({
            routeKey: routeOf(request.method, url.pathname),
            headers: { 'content-type': 'text/plain' },
            requestContext: { authorizer: { jwt: { claims } } },
            body: 'none',
            isBase64Encoded: false,
          }),
        )
      : { statusCode: 401, headers: {}, cookies: [], body: '{"message":"Unauthorized"}' };
    asked.push({ path: url.pathname, token, status: answer.statusCode });
    return answer.statusCode === letIn ? undefined : answer;
  }

  const gate: Gate = async (request, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', `http://${request.headers.host}`);
    const isApi = url.pathname.startsWith('/api/');
    if (!isApi && !url.pathname.startsWith('/auth/')) return false;
    const answer = isApi ? await lookAtCaller(request, url) : await answerAuth(request, url);
    if (!answer) return false;
    response
      .writeHead(answer.statusCode, { ...answer.headers, 'set-cookie': answer.cookies })
      .end(answer.body);
    return true;
  };
  return { gate, asked };
}

function routeOf(method: string | undefined, path: string): string {
  const given = path.split('/');
  const route = httpRoutes.find((each) => {
    const parts = each.path.split('/');
    const fits = parts.every((part, index) => part.startsWith('{') || part === given[index]);
    return each.method === method && parts.length === given.length && fits;
  });
  return route ? routeKeyOf(route) : '';
}
