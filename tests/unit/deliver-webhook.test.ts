import { deliverWebhookHandler } from '@baton/functions/handlers/deliver-webhook.ts';
import { type LogFields, Rejected } from '@baton/functions/ports.ts';
import { systemClock } from '@baton/infra/local/virtual-clock.ts';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { openReceiver } from '../support/webhook-receiver.ts';

const secret = Buffer.alloc(32, 7);

async function setUp({ status = () => 200 }: { status?: (sendId: string) => number } = {}) {
  const { url: endpoint, posts } = await openReceiver((response, { headers }) =>
    response.writeHead(status(String(headers['idempotency-key']))).end(),
  );
  const lines: [string, LogFields | undefined][] = [];
  const line = (text: string, fields?: LogFields) => void lines.push([text, fields]);
  const counted: string[] = [];
  const ports = {
    receiver: async () => ({ endpoint, secret }),
    clock: systemClock,
    log: { info: line, warn: line, error: line },
    metrics: { count: (name: string) => void counted.push(name), measure: () => {} },
  };
  return { endpoint, posts, lines, counted, ports, handler: deliverWebhookHandler(ports) };
}

const record = (sendId: string, receive = 1) => ({
  messageId: `m-${sendId}`,
  body: JSON.stringify({ detail: { sendId, to: 'ana@example.com', body: 'Dear Ana' } }),
  attributes: { ApproximateReceiveCount: String(receive) },
});
const failed = (answer: unknown): string[] =>
  Failures.parse(answer)
    .batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)
    .sort();
const Failures = z.object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })) });
const failures = (...names: string[]) => ({
  batchItemFailures: names.map((itemIdentifier) => ({ itemIdentifier })),
});

test('of a batch only what may still be taken comes again', async () => {
  const answers: Record<string, number> = { later: 500, refused: 422 };
  const { handler, posts, counted } = await setUp({ status: (sendId) => answers[sendId] ?? 200 });
  const unreadable = { ...record('unreadable'), body: '{' };
  const headers = record('s-1\r\nx-admin: 1');

  const answer = await handler({
    Records: [record('later'), unreadable, headers, record('refused'), record('taken')],
  });

  expect(failed(answer)).toEqual(['m-later', headers.messageId, 'm-unreadable']);
  expect(posts.length).toBe(3);
  expect(counted).toEqual(['SendFailed']);
});

test('tries are farther and farther apart, and at last an hour', async () => {
  const { handler, posts } = await setUp({ status: () => 503 });

  const tried = [];
  for (let receive = 1; receive <= 60; receive++) {
    const before = posts.length;
    expect(await handler({ Records: [record('s-1', receive)] })).toEqual(failures('m-s-1'));
    if (posts.length > before) tried.push(receive);
  }

  expect(tried).toEqual([1, 2, 4, 8, 16, 20, 40, 60]);
});

test('one that waits for the receiver does not hold up the others', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { url: endpoint, posts } = await openReceiver((response, { headers }) => {
    if (headers['idempotency-key'] === 'first') return void promise.then(() => response.end());
    response.end();
    resolve();
  });
  const { ports } = await setUp();
  const handler = deliverWebhookHandler({ ...ports, receiver: async () => ({ endpoint, secret }) });

  expect(await handler({ Records: [record('first'), record('second')] })).toEqual(failures());

  expect(posts.length).toBe(2);
});

test('without a secret nothing is posted, and everything comes again', async () => {
  const { ports, posts } = await setUp();
  const receiver = () => Promise.reject(new Rejected('/baton-dev/webhook-secret: there is no secret'));

  const answer = await deliverWebhookHandler({ ...ports, receiver })({ Records: [record('s-1')] });

  expect(answer).toEqual(failures('m-s-1'));
  expect(posts).toEqual([]);
});

test.each([422, 500, 301])(
  'after %i the log names the message, and neither text nor address',
  async (status) => {
    const { handler, lines, endpoint } = await setUp({ status: () => status });

    await handler({ Records: [record('s-1'), { ...record('s-2'), body: 'Dear Ana' }] });

    expect(lines.length).toBe(2);
    expect(lines).toContainEqual([
      expect.any(String),
      { sendId: 's-1', reason: expect.stringContaining(String(status)) },
    ]);
    const text = JSON.stringify(lines);
    for (const told of ['Ana', 'ana@example.com', endpoint]) expect(text).not.toContain(told);
  },
);
