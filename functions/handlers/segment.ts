import { createHash, timingSafeEqual } from 'node:crypto';
import type { Json } from '@baton/rules/json.ts';
import middy from '@middy/core';
import * as z from 'zod';
import { segmentBodyLimit } from '../api/limits.ts';
import type { Ports } from '../ports.ts';
import type { AcceptedMessages } from '../use-cases/accept-segment.ts';
import { acceptBatch, acceptMessage } from '../use-cases/accept-segment.ts';
import { failure, readBody } from './api.ts';
import { answered, notFound, type Reply, refusal } from './endpoints/reply.ts';
import { type Handler, invoked } from './task.ts';

const HttpEvent = z.object({
  routeKey: z.string(),
  headers: z.record(z.string(), z.string().optional()),
  body: z.string().optional(),
  isBase64Encoded: z.boolean().default(false),
});
type HttpEvent = z.infer<typeof HttpEvent>;

type Endpoint = (ports: Ports, body: Json | undefined) => Promise<AcceptedMessages>;

const endpoints: Readonly<Record<string, Endpoint>> = {
  'segment-identify': (ports, body) => acceptMessage(ports, 'identify', body),
  'segment-track': (ports, body) => acceptMessage(ports, 'track', body),
  'segment-page': (ports, body) => acceptMessage(ports, 'page', body),
  'segment-screen': (ports, body) => acceptMessage(ports, 'screen', body),
  'segment-group': (ports, body) => acceptMessage(ports, 'group', body),
  'segment-alias': (ports, body) => acceptMessage(ports, 'alias', body),
  'segment-batch': (ports, body) => acceptBatch(ports, body),
  'segment-import': (ports, body) => acceptBatch(ports, body, { history: true }),
};

export type SegmentRoutes = {
  routes: ReadonlyMap<string, { endpoint: string }>;
  /** What clients show as the user name of HTTP Basic; `undefined` where whoever reaches this host may send. */
  writeKey: () => Promise<string | undefined>;
};

/**
 * The tracking API of Segment, behind API Gateway (payload format 2.0), so that clients of Segment work unchanged.
 *
 * 1. The key is looked at before the body, and compared in the same time whatever it is. A key in the body counts for nothing:
 *    only pages in browsers send it so, where everybody can read it, and whoever has it may say things of anybody.
 * 2. Messages become events by the way of `POST /api/events`: the same checks, the same dedupe by the producer's id.
 * 3. Clients give a batch up on 400 and try again on almost everything else. So what no repetition mends is 400.
 */
export function segmentHandler(ports: Ports, { routes, writeKey }: SegmentRoutes): Handler {
  for (const [route, { endpoint }] of routes)
    if (!endpoints[endpoint]) throw new Error(`route ${route} names no endpoint: ${endpoint}`);
  return invoked(
    middy().handler(async (event: unknown) => {
      const answer = await reply(ports, { routes, writeKey }, HttpEvent.parse(event));
      return answered(answer, 'Basic realm="write key"');
    }),
  );
}

async function reply(ports: Ports, { routes, writeKey }: SegmentRoutes, request: HttpEvent): Promise<Reply> {
  const endpoint = endpoints[routes.get(request.routeKey)?.endpoint ?? ''];
  if (!endpoint)
    return notFound('(path)', 'there is nothing at this address', 'see README for the addresses of the API');
  try {
    const key = await writeKey();
    if (key !== undefined && !isSame(keyIn(request.headers.authorization), key)) return wrongKey;
    const unreadable = packed(request.headers['content-encoding']);
    if (unreadable) return unreadable;
    const body = readBody(request, undefined, {
      largest: segmentBodyLimit,
      types: ['application/json', 'text/plain'],
    });
    if (!body.ok) return { ...body.reply, status: 400 };
    const accepted = await endpoint(ports, body.value);
    if (accepted.ok) return { status: 200, body: accepted.answer };
    return {
      status: accepted.conflict ? 409 : 400,
      body: refusal('the messages were not accepted; none was recorded', accepted.problems),
    };
  } catch (error) {
    return failure(ports, request.routeKey, error);
  }
}

/** The user name of HTTP Basic (RFC 7617); Segment's clients leave the password empty, and some the colon. */
function keyIn(authorization = ''): string {
  const [, encoded = ''] = /^Basic +([A-Za-z0-9+/=_-]+)$/i.exec(authorization.trim()) ?? [];
  const [key = ''] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  return key;
}

/** Hashes have one length, so that not even the length of the key can be measured. */
function isSame(given: string, expected: string): boolean {
  const [one, other] = [given, expected].map((text) => createHash('sha256').update(text).digest());
  return one !== undefined && other !== undefined && timingSafeEqual(one, other);
}

const wrongKey: Reply = {
  status: 401,
  body: refusal('it is not known who sends', [
    {
      path: 'authorization',
      reason: 'the write key is missing or wrong',
      remedy:
        'send the write key of this installation as the user name of HTTP Basic, with an empty password',
    },
  ]),
};

function packed(encoding = 'identity'): Reply | undefined {
  if (encoding.trim().toLowerCase() === 'identity') return undefined;
  return {
    status: 400,
    body: refusal('the body is packed', [
      {
        path: 'content-encoding',
        reason: `"${encoding}" is not understood`,
        remedy: 'switch off gzip in the client',
      },
    ]),
  };
}
