import { readJsonText } from '@baton/rules/documents/json-text.ts';
import type { Json } from '@baton/rules/json.ts';
import { roles as allRoles, type Role } from '@baton/rules/roles.ts';
import middy from '@middy/core';
import * as z from 'zod';
import { bodyLimit } from '../api/limits.ts';
import type { Problem } from '../api/views.ts';
import { errorCode } from '../error-code.ts';
import { type Ports, Rejected, Transient } from '../ports.ts';
import type { Caller } from './caller.ts';
import {
  answered,
  type Endpoints,
  type HostFacts,
  invalid,
  notFound,
  type Reply,
  refusal,
} from './endpoints/reply.ts';
import { type Handler, invoked } from './task.ts';

/** What answers at a route, and the roles that may ask. */
export type ApiRoute = { endpoint: string; roles: readonly Role[] };

/** Levels of values in a body. Documents hold conditions, which nest; storage takes some 30 levels. */
const depthLimit = 20;
const depthLimits: Readonly<Record<string, number>> = {
  'post-draft': 33,
  'post-reach': 33,
  'post-matching': 33,
  'post-publication-by-code': 34,
};

const HttpEvent = z.object({
  routeKey: z.string(),
  rawQueryString: z.string().default(''),
  headers: z.record(z.string(), z.string().optional()),
  pathParameters: z.record(z.string(), z.string()).optional(),
  body: z.string().optional(),
  isBase64Encoded: z.boolean(),
});

/**
 * The part of the API that one function answers, behind API Gateway (payload format 2.0): `routes` by the gateway's route
 * keys. A route without an endpoint is a mistake that shows at start, not at the first request.
 *
 * Nobody gets in but a caller whom the host knows and who has a role that the route names; that is decided before the
 * body is looked at.
 */
export function apiHandler(
  ports: Ports,
  {
    endpoints,
    routes,
    host,
  }: { endpoints: Endpoints; routes: ReadonlyMap<string, ApiRoute>; host: HostFacts },
): Handler {
  for (const [route, { endpoint }] of routes)
    if (!endpoints[endpoint]) throw new Error(`route ${route} names no endpoint: ${endpoint}`);
  return invoked(
    middy().handler(async (event: unknown) => {
      const request = HttpEvent.parse(event);
      const caller = host.callerOf(event);
      const answer =
        refuseCaller(routes.get(request.routeKey), caller) ??
        (await reply(ports, { endpoints, routes, host }, request, caller));
      return answered(answer, 'Bearer');
    }),
  );
}

/** Why the caller may not ask here; nothing where it may, or where nothing is at the address. */
function refuseCaller(route: ApiRoute | undefined, caller: Caller): Reply | undefined {
  if (!route) return undefined;
  if (caller.kind === 'unknown')
    return {
      status: 401,
      body: refusal('it is not known who asks', [
        { path: 'authorization', reason: caller.reason, remedy: remedyWithout(route) },
      ]),
    };
  if (route.roles.some((role) => caller.roles.includes(role))) return undefined;
  const reason = `only ${namesOf(route.roles)} may do this, and you are ${namesOf(caller.roles) || 'without a role'}`;
  return { status: 403, body: refusal(reason, [{ path: 'roles', reason, remedy: remedyWithout(route) }]) };
}

const namesOf = (ids: readonly Role[]): string =>
  allRoles
    .filter(({ id }) => ids.includes(id))
    .map(({ title }) => title)
    .join(', ');

const remedyWithout = ({ roles }: ApiRoute): string =>
  roles.includes('service')
    ? 'sign the request with the credentials of a system'
    : 'sign in as somebody who has one of these roles; an administrator gives them';

async function reply(
  ports: Ports,
  { endpoints, routes, host }: Parameters<typeof apiHandler>[1],
  request: z.infer<typeof HttpEvent>,
  caller: Caller,
): Promise<Reply> {
  const name = routes.get(request.routeKey)?.endpoint ?? '';
  const endpoint = endpoints[name];
  if (!endpoint)
    return notFound('(path)', 'there is nothing at this address', 'see README for the addresses of the API');
  const body = readBody(request, depthLimits[name]);
  if (!body.ok) return body.reply;
  const query = Object.fromEntries(new URLSearchParams(request.rawQueryString));
  try {
    const path = request.pathParameters ?? {};
    return await endpoint(ports, { path, query, body: body.value, caller }, host);
  } catch (error) {
    return failure(ports, request.routeKey, error);
  }
}

/** A refusal of ours is the caller's to mend; storage that cannot be reached is worth another try; the rest is a bug. */
export function failure({ log }: Ports, route: string, error: unknown): Reply {
  if (error instanceof Rejected) {
    const problem = problemOf(error);
    return { status: 400, body: refusal(problem.reason, [problem]) };
  }
  log.error('request failed', { document: route, reason: errorCode(error) });
  const reason =
    error instanceof Transient ? error.message : 'something in Baton went wrong; it is in the log';
  const status = error instanceof Transient ? 503 : 500;
  return {
    status,
    body: refusal(reason, [{ path: '(host)', reason, remedy: 'nothing was recorded; try again later' }]),
  };
}

/** Refusals read "path: reason; remedy"; where one says less, the request as a whole is meant. */
function problemOf({ message }: Rejected): Problem {
  const [, path = '(request)', rest = message] = /^([\w.-]+): (.+)$/s.exec(message) ?? [];
  const [reason = rest, remedy = 'correct the request and send it again'] = rest.split('; ', 2);
  return { path, reason, remedy };
}

const remedies: Readonly<Record<string, string>> = {
  'too-large': 'send smaller batches',
  'too-deep': 'send flatter data',
  'duplicate-key': 'name every field once',
  'forbidden-key': 'leave this field out',
};

const apiTypes = ['application/json', 'application/cloudevents+json', 'application/cloudevents-batch+json'];

/** The JSON of a body. `largest`: in bytes; `types`: how it may call itself. */
export function readBody(
  { body, headers, isBase64Encoded }: Pick<z.infer<typeof HttpEvent>, 'body' | 'headers' | 'isBase64Encoded'>,
  deepest = depthLimit,
  { largest = bodyLimit, types = apiTypes }: { largest?: number; types?: readonly string[] } = {},
): { ok: true; value: Json | undefined } | { ok: false; reply: Reply } {
  if (body === undefined || body === '') return { ok: true, value: undefined };
  const text = isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body;
  if (Buffer.byteLength(text) > largest) return { ok: false, reply: tooLarge(largest) };
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (!types.includes(type))
    return {
      ok: false,
      reply: {
        status: 415,
        body: refusal('the body is not JSON', [
          {
            path: 'content-type',
            reason: `"${type}" is not understood`,
            remedy: `send ${types.slice(0, 2).join(' or ')}`,
          },
        ]),
      },
    };
  const read = readJsonText(text);
  if ('flaw' in read)
    return {
      ok: false,
      reply: invalid(
        read.flaw.path || '(body)',
        read.flaw.what,
        remedies[read.flaw.code] ?? 'correct the JSON at this place and send it again',
      ),
    };
  const parsed = z.json().safeParse(read.value);
  if (!parsed.success)
    return {
      ok: false,
      reply: invalid('(body)', 'a number is too large to be kept', 'send numbers below 1e308'),
    };
  if (depthOf(parsed.data, deepest) > deepest)
    return {
      ok: false,
      reply: invalid('(body)', `values nest deeper than ${deepest} levels`, 'send flatter data'),
    };
  return { ok: true, value: parsed.data };
}

export const tooLarge = (largest = bodyLimit): Reply => ({
  status: 413,
  body: refusal('the body is too large', [
    {
      path: '(body)',
      reason: `a body may have ${largest / 1024} kB`,
      remedy: 'send smaller batches, or use "baton import"',
    },
  ]),
});

function depthOf(value: Json, deepest: number, depth = 0): number {
  if (typeof value !== 'object' || value === null || depth > deepest) return depth;
  return Math.max(depth, ...Object.values(value).map((child) => depthOf(child, deepest, depth + 1)));
}
