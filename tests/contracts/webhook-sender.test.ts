import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { createChannels } from '@baton/functions/adapters/aws/channels/channels.ts';
import { readWebhookSecret } from '@baton/functions/adapters/webhook-signature.ts';
import { deliverWebhookHandler } from '@baton/functions/handlers/deliver-webhook.ts';
import type { Clock, OutgoingMessage } from '@baton/functions/ports.ts';
import { createWebhookChannel } from '@baton/infra/local/channels/webhook.ts';
import { createVirtualClock, systemClock } from '@baton/infra/local/virtual-clock.ts';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { stubAws } from '../support/aws-stub.ts';
import { openReceiver, type Post } from '../support/webhook-receiver.ts';

/** What a host does with a message until it is done with it, or has tried four times. */
type Sender = (message: OutgoingMessage) => Promise<void>;
type Open = (endpoint: string, clock?: Clock) => Sender;

const given = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const secret = readWebhookSecret(given) ?? Buffer.alloc(0);
const silent = { info: () => {}, warn: () => {}, error: () => {} };
const message: OutgoingMessage = {
  sendId: 'e-1.confirm.1',
  contactId: 'c-1',
  channel: 'webhook',
  to: 'crm-4711',
  subject: 'Gr\u00fc\u00dfe \u2028 <b>',
  body: 'Guten Tag\n\u{1f44b}',
  purpose: 'service',
  at: '2026-03-01T09:30:00.000Z',
};

const local: Open = (endpoint, clock = systemClock) => {
  const channel = createWebhookChannel({ endpoint, secret, clock, settle: async () => {} });
  return async (message) => {
    for (let tries = 1; tries <= 4; tries++) {
      const kind = await channel.send(message).then(
        (answer) => answer.kind,
        () => 'unknown',
      );
      if (kind === 'sent' || kind === 'refused') return;
    }
  };
};

const Put = z.object({ Entries: z.tuple([z.object({ Detail: z.string() })]) });

/** Bus and queue, as far as they hand on. */
const aws: Open = (endpoint, clock = systemClock) => {
  const { connection, requests } = stubAws(() => ({
    status: 200,
    body: { FailedEntryCount: 0, Entries: [{ EventId: 'ev-1' }] },
  }));
  const channels = createChannels({ WEBHOOK_BUS: 'baton' }, connection);
  const handler = deliverWebhookHandler({
    receiver: async () => ({ endpoint, secret }),
    clock,
    log: silent,
    metrics: { count: () => {}, measure: () => {} },
  });
  return async (message) => {
    expect(await channels[message.channel].send(message)).toEqual({ kind: 'sent' });
    const [{ Detail }] = Put.parse(requests.at(-1)?.body).Entries;
    const body = JSON.stringify({ 'detail-type': 'baton.webhook', detail: JSON.parse(Detail) });
    for (let receive = 1; receive <= 4; receive++) {
      const attributes = { ApproximateReceiveCount: String(receive) };
      const answer = await handler({ Records: [{ messageId: 'm-1', body, attributes }] });
      const { batchItemFailures } = z.object({ batchItemFailures: z.array(z.json()) }).parse(answer);
      if (batchItemFailures.length === 0) return;
    }
  };
};

type Verify = (secret: string, headers: Post['headers'], body: string) => boolean;

/** The function that README gives to whoever receives webhooks. */
async function printed(): Promise<Verify> {
  const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
  const block = [...readme.matchAll(/```ts\n(.*?)```/gs)].find(([, code]) => code?.includes('verifyWebhook'));
  const code = stripTypeScriptTypes(block?.[1] ?? '');
  const module: unknown = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  return z.object({ verifyWebhook: z.custom<Verify>((value) => typeof value === 'function') }).parse(module)
    .verifyWebhook;
}

describe.each<[string, Open]>([
  ['the local host', local],
  ['AWS', aws],
])('webhooks from %s', (_host, open) => {
  test.each<Partial<OutgoingMessage>>([{}, { channel: 'push', to: 'token-1' }])(
    'pass the check that README prints, and nothing else does: %j',
    async (change) => {
      const verify = await printed();
      const { url, posts } = await openReceiver();

      await open(url)({ ...message, ...change });

      const [{ headers, body } = { headers: {}, body: '' }, ...others] = posts;
      expect(others).toEqual([]);
      expect(headers).toMatchObject({ 'webhook-id': message.sendId, 'idempotency-key': message.sendId });
      expect(verify(given, headers, body)).toBe(true);
      expect(verify(`whsec_${Buffer.alloc(32, 8).toString('base64')}`, headers, body)).toBe(false);
      expect(verify(given, headers, `${body} `)).toBe(false);
      expect(verify(given, { ...headers, 'webhook-id': 'another' }, body)).toBe(false);
      expect(verify(given, { ...headers, 'webhook-timestamp': '1' }, body)).toBe(false);
    },
  );

  test.each([500, 503, 408, 425, 429])('are repeated after %i under the same key', async (status) => {
    const verify = await printed();
    const answers = [status, 200];
    const { url, posts } = await openReceiver((response) => response.writeHead(answers.shift() ?? 500).end());

    await open(url)(message);

    expect(posts.map(({ headers }) => headers['idempotency-key'])).toEqual([message.sendId, message.sendId]);
    expect(posts.map(({ headers, body }) => verify(given, headers, body))).toEqual([true, true]);
    expect(new Set(posts.map(({ body }) => body)).size).toBe(1);
  });

  test.each([400, 401, 404, 410, 422])('are not repeated after %i', async (status) => {
    const { url, posts } = await openReceiver((response) => response.writeHead(status).end());

    await open(url)(message);

    expect(posts.length).toBe(1);
  });

  test('do not go where the receiver leads', async () => {
    const other = await openReceiver();
    const { url, posts } = await openReceiver((response) =>
      response.writeHead(307, { location: other.url }).end(),
    );

    await open(url)(message);

    expect(posts.length).toBeGreaterThan(1);
    expect(other.posts).toEqual([]);
  });
});

test('both hosts post the same bytes with the same headers', async () => {
  const { url, posts } = await openReceiver();
  const clock = createVirtualClock(message.at);

  for (const change of [{}, { channel: 'push', to: 'token-1' } as const])
    for (const open of [local, aws]) await open(url, clock)({ ...message, ...change });

  const [hook, awsHook, push, awsPush] = posts;
  expect(posts.length).toBe(4);
  expect(awsHook).toEqual(hook);
  expect(awsPush).toEqual(push);
});
