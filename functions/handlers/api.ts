import { readJsonText } from '@baton/rules/documents/json-text.ts';
import type { Json } from '@baton/rules/json.ts';
import { roles as allRoles, type Role } from '@baton/rules/roles.ts';
import middy from '@middy/core';
import * as z from 'zod';
import type { ErrorView, Problem } from '../api/views.ts';
import { errorCode } from '../error-code.ts';
import { type Manager, type Ports, Rejected, Transient } from '../ports.ts';
import { acceptEvents } from '../use-cases/accept-events.ts';
import { type Answered, answerHandover, answerOffer, completeTask } from '../use-cases/answers.ts';
import { Publish, publicationView, publishDocuments } from '../use-cases/publish-documents.ts';
import { startRun } from '../use-cases/start-run.ts';
import { campaignsView } from '../views/campaigns.ts';
import { contactView } from '../views/contact.ts';
import { contactsView } from '../views/contacts.ts';
import { documentsView } from '../views/documents.ts';
import { homeView } from '../views/home.ts';
import { messagesView } from '../views/messages.ts';
import { statusView } from '../views/status.ts';
import { tasksView } from '../views/tasks.ts';
import type { Caller } from './caller.ts';
import { type Handler, invoked } from './task.ts';

/** What the host alone knows. */
export type HostFacts = {
  clock: 'system' | 'virtual';
  callerOf: (event: unknown) => Caller;
  /** Messages that were given up; absent where the host cannot see them. */
  deadLetters?: () => number;
  /** Absent where the figures are kept elsewhere. */
  counts?: () => Record<string, number>;
};

/** What answers at a route, and the roles that may ask. */
export type ApiRoute = { endpoint: string; roles: readonly Role[] };

type Call = { path: Record<string, string>; query: Record<string, string>; body: Json | undefined };
type Reply = { status: number; body: unknown };
type Endpoint = (ports: Ports, call: Call, host: HostFacts) => Promise<Reply>;

/** Largest body of a request in bytes. */
export const bodyLimit = 256 * 1024;
/** Levels of values in a body. Documents hold conditions, which nest; storage takes some 30 levels. */
const depthLimit = 20;
const depthLimits: Readonly<Record<string, number>> = {
  'post-publication': 34,
  'post-publication-by-code': 34,
};

const ok = (body: unknown): Reply => ({ status: 200, body });

const Completion = z.strictObject({ outcome: z.string().max(64), note: z.string().max(2000).optional() });
const OfferAnswer = z.strictObject({
  answer: z.enum(['accepted', 'declined']),
  reason: z.string().max(500).optional(),
});
const HandoverAnswer = z.discriminatedUnion('answer', [
  z.strictObject({ answer: z.literal('accepted'), person: z.string().max(200).optional() }),
  z.strictObject({ answer: z.literal('returned'), reason: z.string().max(64) }),
]);

const endpoints: Record<string, Endpoint> = {
  'post-events': async (ports, { body, query }) => {
    const accepted = await acceptEvents(ports, body, { history: query.history === 'true' });
    if (!accepted.ok)
      return {
        status: accepted.conflict ? 409 : 400,
        body: refusal('the events were not accepted; none was recorded', accepted.problems),
      };
    return {
      status: 202,
      body: { accepted: accepted.events.length, ids: accepted.events.map(({ id }) => id) },
    };
  },
  'get-home': async (ports, _call, host) => ok(await homeView(ports, await hostFacts(ports, host))),
  'get-contacts': async (ports, { query }) => ok(await contactsView(ports, query)),
  'get-contact': async (ports, { path, query }) => {
    const view = await contactView(ports, path.contactId ?? '', query);
    return view
      ? ok(view)
      : notFound('contactId', `there is no contact "${path.contactId}"`, 'open it from the contact list');
  },
  'get-tasks': async (ports, { query }) =>
    ok(await tasksView(ports, { ...query, overdue: query.overdue === 'true' })),
  'get-messages': async (ports, { query }) => {
    const status = MessageStatus.safeParse(query.status || undefined);
    if (!status.success)
      return invalid(
        'status',
        `"${query.status}" is not a status`,
        `use ${MessageStatus.unwrap().options.join(', ')}`,
      );
    return ok(await messagesView(ports, { status: status.data, cursor: query.cursor }));
  },
  'get-campaigns': async (ports) => ok(await campaignsView(ports)),
  'get-documents': async (ports) => ok(await documentsView(ports)),
  'post-publication': (ports, { body }) => publish(ports, body, 'designer'),
  'post-publication-by-code': (ports, { body }) => publish(ports, body, 'code'),
  'get-publication': async (ports, { path }) => {
    const view = await publicationView(ports, path.publicationId ?? '');
    return view
      ? ok(view)
      : notFound(
          'publicationId',
          `there is no publication "${path.publicationId}"`,
          'take the id from the answer to POST /api/publications',
        );
  },
  'get-status': async (ports, _call, host) => ok(await statusView(ports, await hostFacts(ports, host))),
  'post-run': async (ports, { path }) => {
    const run = await startRun(ports, path.campaignId ?? '');
    await ports.store.durable();
    return run
      ? { status: 202, body: run }
      : notFound('campaignId', `there is no campaign "${path.campaignId}"`, 'open it from the campaign list');
  },
  'post-completion': (ports, { path, body }) =>
    withBody(Completion, body, async (completion) =>
      answered(
        await completeTask(ports, {
          contactId: path.contactId ?? '',
          taskId: path.taskId ?? '',
          ...completion,
        }),
      ),
    ),
  'post-offer-answer': (ports, { path, body }) =>
    withBody(OfferAnswer, body, async (answer) =>
      answered(
        await answerOffer(ports, { contactId: path.contactId ?? '', offerId: path.offerId ?? '', ...answer }),
      ),
    ),
  'post-handover-answer': (ports, { path, body }) =>
    withBody(HandoverAnswer, body, async (answer) =>
      answered(
        await answerHandover(ports, {
          contactId: path.contactId ?? '',
          handoverId: path.handoverId ?? '',
          ...answer,
        }),
      ),
    ),
};

const MessageStatus = z.enum(['waiting', 'sent', 'skipped', 'failed', 'unknown']).optional();

/** What a person must look at: messages that were given up, where the host sees them, and events in quarantine. */
async function hostFacts({ store }: Ports, { clock, deadLetters, counts }: HostFacts) {
  const quarantined = await store.count({ table: 'core', index: 'g1', pk: 'QUARANTINE' });
  return {
    clock,
    deadLetters: quarantined + (deadLetters?.() ?? 0),
    deadLettersPartial: deadLetters ? undefined : (true as const),
    counts: counts?.(),
  };
}

const publish = (ports: Ports, body: Json | undefined, by: Manager): Promise<Reply> =>
  withBody(Publish, body, async (request) => {
    const published = await publishDocuments(ports, request, by);
    await ports.store.durable();
    if (published.ok) return { status: 202, body: published.publication };
    return {
      status: published.conflict ? 409 : 400,
      body: refusal('nothing was published', published.problems),
    };
  });

export const refusal = (error: string, problems: Problem[]): ErrorView => ({ error, problems });
const invalid = (path: string, reason: string, remedy: string): Reply => ({
  status: 400,
  body: refusal(reason, [{ path, reason, remedy }]),
});
const notFound = (path: string, reason: string, remedy: string): Reply => ({
  status: 404,
  body: refusal(reason, [{ path, reason, remedy }]),
});

function answered(result: Answered): Reply {
  if (result.ok) return { status: 200, body: { ok: true } };
  const { status, path, reason, remedy } = result;
  return { status, body: refusal(reason, [{ path, reason, remedy }]) };
}

async function withBody<T>(
  schema: z.ZodType<T>,
  body: Json | undefined,
  act: (value: T) => Promise<Reply>,
): Promise<Reply> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return act(parsed.data);
  const problems = parsed.error.issues.map(({ path, message }) => ({
    path: path.join('.') || '(body)',
    reason: message,
    remedy: 'send the fields that this address describes, and no others',
  }));
  return { status: 400, body: refusal('the request does not fit', problems) };
}

const HttpEvent = z.object({
  routeKey: z.string(),
  rawQueryString: z.string().default(''),
  headers: z.record(z.string(), z.string().optional()),
  pathParameters: z.record(z.string(), z.string()).optional(),
  body: z.string().optional(),
  isBase64Encoded: z.boolean(),
});

/**
 * The API behind API Gateway (payload format 2.0), or the part of it that one function answers: `routes` by the gateway's
 * route keys. A route without an endpoint is a mistake that shows at start, not at the first request.
 *
 * Nobody gets in but a caller whom the host knows and who has a role that the route names; that is decided before the
 * body is looked at.
 */
export function apiHandler(ports: Ports, routes: ReadonlyMap<string, ApiRoute>, host: HostFacts): Handler {
  for (const [route, { endpoint }] of routes)
    if (!endpoints[endpoint]) throw new Error(`route ${route} names no endpoint: ${endpoint}`);
  return invoked(
    middy().handler(async (event: unknown) => {
      const request = HttpEvent.parse(event);
      const { status, body } =
        refuseCaller(routes.get(request.routeKey), host.callerOf(event)) ??
        (await reply(ports, routes, host, request));
      return {
        statusCode: status,
        headers: {
          'content-type': 'application/json; charset=utf-8',
          'cache-control': 'no-store',
          ...(status === 503 ? { 'retry-after': '5' } : {}),
          ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
        },
        body: JSON.stringify(body),
      };
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
  routes: ReadonlyMap<string, ApiRoute>,
  host: HostFacts,
  request: z.infer<typeof HttpEvent>,
): Promise<Reply> {
  const name = routes.get(request.routeKey)?.endpoint ?? '';
  const endpoint = endpoints[name];
  if (!endpoint)
    return notFound('(path)', 'there is nothing at this address', 'see README for the addresses of the API');
  const body = readBody(request, depthLimits[name]);
  if (!body.ok) return body.reply;
  const query = Object.fromEntries(new URLSearchParams(request.rawQueryString));
  try {
    return await endpoint(ports, { path: request.pathParameters ?? {}, query, body: body.value }, host);
  } catch (error) {
    return failure(ports, request.routeKey, error);
  }
}

/** A refusal of ours is the caller's to mend; storage that cannot be reached is worth another try; the rest is a bug. */
function failure({ log }: Ports, route: string, error: unknown): Reply {
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

function readBody(
  { body, headers, isBase64Encoded }: z.infer<typeof HttpEvent>,
  deepest = depthLimit,
): { ok: true; value: Json | undefined } | { ok: false; reply: Reply } {
  if (body === undefined || body === '') return { ok: true, value: undefined };
  const text = isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body;
  if (Buffer.byteLength(text) > bodyLimit) return { ok: false, reply: tooLarge() };
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (!/^application\/(json|cloudevents\+json|cloudevents-batch\+json)$/.test(type))
    return {
      ok: false,
      reply: {
        status: 415,
        body: refusal('the body is not JSON', [
          {
            path: 'content-type',
            reason: `"${type}" is not understood`,
            remedy: 'send application/json or application/cloudevents+json',
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

export const tooLarge = (): Reply => ({
  status: 413,
  body: refusal('the body is too large', [
    {
      path: '(body)',
      reason: `a body may have ${bodyLimit / 1024} kB`,
      remedy: 'send smaller batches, or use "baton import"',
    },
  ]),
});

function depthOf(value: Json, deepest: number, depth = 0): number {
  if (typeof value !== 'object' || value === null || depth > deepest) return depth;
  return Math.max(depth, ...Object.values(value).map((child) => depthOf(child, deepest, depth + 1)));
}
