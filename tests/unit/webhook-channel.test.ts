import { createHmac } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { readWebhookSecret, signedHeaders } from '@baton/functions/adapters/webhook-signature.ts';
import { type OutgoingMessage, Transient } from '@baton/functions/ports.ts';
import { createWebhookChannel } from '@baton/infra/local/channels/webhook.ts';
import { createVirtualClock } from '@baton/infra/local/virtual-clock.ts';
import { describe, expect, test } from 'vitest';
import { openReceiver, type Post } from '../support/webhook-receiver.ts';

const message: OutgoingMessage = {
  sendId: 's-1',
  contactId: 'c-1',
  channel: 'webhook',
  to: 'crm-4711',
  subject: 'Grüße',
  body: 'Guten Tag',
  purpose: 'service',
  at: '2026-03-01T09:30:00.000Z',
};
const secret = Buffer.from('0123456789abcdef0123456789abcdef');

async function setUp(
  answer?: (response: ServerResponse, post: Post) => void,
  settle: () => Promise<void> = async () => {},
) {
  const receiver = await openReceiver(answer);
  const clock = createVirtualClock(message.at);
  const channel = createWebhookChannel({ endpoint: receiver.url, secret, clock, settle, patienceMs: 500 });
  return { ...receiver, channel, clock };
}

describe('a message', () => {
  test('is posted as JSON with its key and a signature over what was sent', async () => {
    const { channel, posts } = await setUp();

    expect(await channel.send(message)).toEqual({ kind: 'sent' });

    const [post] = posts;
    expect(post?.path).toBe('POST /hooks');
    expect(JSON.parse(post?.body ?? '')).toEqual(message);
    const at = String(Date.parse(message.at) / 1000);
    expect(post?.headers).toMatchObject({
      'content-type': 'application/json',
      'idempotency-key': 's-1',
      'webhook-id': 's-1',
      'webhook-timestamp': at,
      'webhook-signature': `v1,${createHmac('sha256', secret).update(`s-1.${at}.${post?.body}`).digest('base64')}`,
    });
  });

  test('to a phone has a title', async () => {
    const { channel, posts } = await setUp();

    await channel.send({ ...message, channel: 'push', to: 'token-1' });

    const { subject: title, ...others } = message;
    expect(JSON.parse(posts[0]?.body ?? '')).toEqual({ ...others, channel: 'push', to: 'token-1', title });
  });

  test('goes to the one receiver, whatever its address says', async () => {
    const other = await openReceiver();
    const { channel, posts } = await setUp();

    await channel.send({ ...message, to: other.url });

    expect([posts.length, other.posts.length]).toEqual([1, 0]);
  });

  test('leaves when everything before it is durable, and not where that fails', async () => {
    const { channel, posts } = await setUp(undefined, () => Promise.reject(new Transient('disk full')));

    await expect(channel.send(message)).rejects.toThrow('disk full');

    expect(posts).toEqual([]);
  });

  test.each<[string, Partial<OutgoingMessage>, RegExp]>([
    ['a header in the send id', { sendId: 's-1\r\nx-admin: 1' }, /^sendId: /],
    ['a send id that no header can hold', { sendId: 'ü' }, /^sendId: /],
    ['a header in the address', { to: 'a\nb' }, /^to: /],
  ])('with %s is refused, and nobody hears of it', async (_what, change, reason) => {
    const { channel, posts } = await setUp();

    expect(await channel.send({ ...message, ...change })).toEqual({
      kind: 'refused',
      reason: expect.stringMatching(reason),
    });
    expect(posts).toEqual([]);
  });
});

describe('what the receiver says', () => {
  test.each([
    [200, 'sent'],
    [204, 'sent'],
    [400, 'refused'],
    [404, 'refused'],
    [410, 'refused'],
    [408, 'not-accepted'],
    [425, 'not-accepted'],
    [429, 'not-accepted'],
  ])('%i means %s', async (status, kind) => {
    const { channel } = await setUp((response) => response.writeHead(status).end());

    expect(await channel.send(message)).toMatchObject({ kind });
  });

  test.each([500, 503])('%i leaves it open, and it is safe to ask again', async (status) => {
    const { channel } = await setUp((response) => response.writeHead(status).end());

    await expect(channel.send(message)).rejects.toThrow(Transient);
    expect(channel.recognisesSendId).toBe(true);
  });

  test.each<[string, (response: ServerResponse) => void]>([
    ['nothing', () => {}],
    ['half an answer', (response) => response.destroy()],
  ])('%s leaves it open as well', async (_what, answer) => {
    const { channel } = await setUp(answer);

    await expect(channel.send(message)).rejects.toThrow(Transient);
  });

  test('a redirect is not followed', async () => {
    const other = await openReceiver();
    const { channel } = await setUp((response) => response.writeHead(307, { location: other.url }).end());

    expect(await channel.send(message)).toEqual({
      kind: 'not-accepted',
      reason: expect.stringContaining('configure its own address'),
    });
    expect(other.posts).toEqual([]);
  });

  test('nobody there means that nothing was taken, and the next is not tried for a moment', async () => {
    const { channel, close, clock } = await setUp();
    await close();

    const first = await channel.send(message);
    expect(first).toEqual({
      kind: 'not-accepted',
      reason: 'the receiver: it cannot be reached (ECONNREFUSED)',
    });

    expect(await channel.send(message)).toEqual(first);
    clock.moveTo(clock.now().getTime() + 5000);
    expect((await channel.send(message)).kind).toBe('not-accepted');
  });
});

describe('the signature', () => {
  test('is that of the Standard Webhooks example', () => {
    const key = readWebhookSecret('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw') ?? Buffer.alloc(0);

    expect(
      signedHeaders(key, {
        id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
        at: 1614265330,
        body: '{"test": 2432232314}',
      }),
    ).toMatchObject({ 'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=' });
  });

  test.each(['', 'whsec_', 'whsec_c2hvcnQ=', 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', `whsec_${'A'.repeat(100)}`])(
    'is not made with %j',
    (text) => {
      expect(readWebhookSecret(text)).toBeUndefined();
    },
  );
});
