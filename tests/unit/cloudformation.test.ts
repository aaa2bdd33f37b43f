import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { type DeploymentRequest, deploymentStep } from '@baton/functions/handlers/cloudformation.ts';
import { Rejected, Transient } from '@baton/functions/ports.ts';
import { expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';

const created = {
  RequestType: 'Create',
  ServiceToken: 'arn:aws:lambda:eu-central-1:123456789012:function:deploy-library',
  ResponseURL: 'https://cloudformation-custom-resource-response.s3.amazonaws.com/x?Signature=hidden',
  StackId: 'arn:aws:cloudformation:eu-central-1:123456789012:stack/Baton-dev-Runtime/1',
  RequestId: 'r-1',
  ResourceType: 'Custom::BatonLibrary',
  LogicalResourceId: 'LibraryResource',
  ResourceProperties: { ServiceToken: 'arn', content: 'abc' },
};

const Answered = z.strictObject({
  Status: z.enum(['SUCCESS', 'FAILED']),
  Reason: z.string().optional(),
  PhysicalResourceId: z.string(),
  StackId: z.string(),
  RequestId: z.string(),
  LogicalResourceId: z.string(),
});

/** What a step answers to an event, as often as it answers. */
async function answersTo(
  event: unknown,
  act: (request: DeploymentRequest) => Promise<void> = async () => {},
) {
  const answers: { url: string; bytes: number; body: z.infer<typeof Answered> }[] = [];
  const answer = async (url: string, body: string) => {
    answers.push({ url, bytes: Buffer.byteLength(body), body: Answered.parse(JSON.parse(body)) });
  };
  await deploymentStep(act, answer, async () => {})(event);
  return answers;
}

const failing = (error: unknown) => async () => {
  throw error;
};

test('a step that is done is answered once, where CloudFormation waits for it', async () => {
  const answers = await answersTo(created);

  expect(answers).toEqual([
    {
      url: created.ResponseURL,
      bytes: expect.any(Number),
      body: {
        Status: 'SUCCESS',
        PhysicalResourceId: 'LibraryResource',
        StackId: created.StackId,
        RequestId: 'r-1',
        LogicalResourceId: 'LibraryResource',
      },
    },
  ]);
});

test.each(['Create', 'Update', 'Delete'])('%s reaches the step with its properties', async (RequestType) => {
  const asked: DeploymentRequest[] = [];

  await answersTo({ ...created, RequestType }, async (request) => void asked.push(request));

  expect(asked).toMatchObject([{ RequestType, ResourceProperties: { content: 'abc' } }]);
});

test('a resource keeps the id that it was given', async () => {
  const former = { ...created, RequestType: 'Update', PhysicalResourceId: 'made-before' };

  const [done] = await answersTo(former);
  const [failed] = await answersTo(former, failing(new Rejected('no')));
  const [gone] = await answersTo({ ...former, RequestType: 'Delete' });

  for (const answer of [done, failed, gone]) expect(answer?.body.PhysicalResourceId).toBe('made-before');
});

test.each([
  new Rejected('journeys/welcome start: no such step'),
  new Transient('baton-dev-j-welcome: try again'),
])('%s is told as it is', async (error) => {
  const [answer] = await answersTo(created, failing(error));

  expect(answer?.body).toMatchObject({ Status: 'FAILED', Reason: error.message });
});

test.each([
  ['of somebody else', Object.assign(new Error('token AKIA-secret'), { name: 'AccessDeniedException' })],
  ['thrown as text', 'AKIA-secret'],
  ['about a value', z.string().safeParse({ key: 'AKIA-secret' }).error],
])('an error %s is told without its sentence', async (_what, error) => {
  const [answer] = await answersTo(created, failing(error));

  expect(answer?.body.Status).toBe('FAILED');
  expect(answer?.body.Reason).toMatch(/\S/);
  expect(answer?.body.Reason).not.toContain('AKIA-secret');
});

test('who is denied something is told so by name', async () => {
  const denied = Object.assign(new Error('…'), { name: 'AccessDeniedException' });

  const [answer] = await answersTo(created, failing(denied));

  expect(answer?.body.Reason).toMatch(/^AccessDeniedException at cloudformation\.test\.ts/);
});

test.each([
  ['letters', 'x'],
  ['signs of three bytes', '€'],
  ['signs of two units', '😀'],
  ['quotes', '"'],
  ['line breaks', '\n'],
  ['control characters', '\u0001'],
  ['halves of signs', '\ud83d'],
])('a long reason of %s fits into an answer', async (_what, sign) => {
  const [answer] = await answersTo(created, failing(new Rejected(`x${sign.repeat(5000)}`)));

  expect(answer?.body.Reason?.length).toBeLessThanOrEqual(1000);
  expect(answer?.body.Reason?.isWellFormed()).toBe(true);
  expect(answer?.bytes).toBeLessThanOrEqual(4096);
});

test.each([
  ['an unknown request', { ...created, RequestType: 'Replace' }],
  ['properties that are none', { ...created, ResourceProperties: 'all' }],
])('%s fails and is answered, so that nobody waits for an hour', async (_what, event) => {
  const acted: unknown[] = [];

  const [answer] = await answersTo(event, async (request) => void acted.push(request));

  expect(answer?.body).toMatchObject({ Status: 'FAILED', Reason: expect.stringMatching(/ZodError/) });
  expect(acted).toEqual([]);
});

test.each([
  ['no event', undefined],
  ['no address to answer to', { ...created, ResponseURL: undefined }],
  ['an address that is none', { ...created, ResponseURL: 'somewhere' }],
])('%s can only be thrown', async (_what, event) => {
  await expect(answersTo(event)).rejects.toThrow(z.ZodError);
});

test('who cannot be answered is tried again', async () => {
  const step = deploymentStep(
    async () => {},
    async () => {
      throw new Error('not reached');
    },
  );

  await expect(step(created)).rejects.toThrow('not reached');
});

/** A bucket that takes one answer, by an address that was signed for an empty content type. */
async function bucket(status: number) {
  const taken: { method?: string; url?: string; headers: IncomingHttpHeaders; body: string }[] = [];
  const server = createServer(async (request, response) => {
    const { method, url, headers } = request;
    taken.push({ method, url, headers, body: await text(request) });
    response.writeHead(status).end();
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('no port is free');
  return { taken, url: `http://127.0.0.1:${address.port}/answer?Signature=a%2Bb` };
}

test('the answer is put with an empty content type and in one piece, as its address was signed', async () => {
  const { taken, url } = await bucket(200);

  await deploymentStep(async () => {})({ ...created, ResponseURL: url });

  expect(taken).toHaveLength(1);
  const [{ method, url: asked, headers, body } = { headers: {}, body: '' }] = taken;
  expect({ method, asked }).toEqual({ method: 'PUT', asked: '/answer?Signature=a%2Bb' });
  expect(headers['content-type']).toBe('');
  expect(headers['content-length']).toBe(String(Buffer.byteLength(body)));
  expect(headers['transfer-encoding']).toBeUndefined();
  expect(Answered.parse(JSON.parse(body)).Status).toBe('SUCCESS');
});

test('an answer that is not taken is tried again, and the address stays unsaid', async () => {
  const { url } = await bucket(403);

  const answered = deploymentStep(async () => {})({ ...created, ResponseURL: url });

  await expect(answered).rejects.toThrow(/^CloudFormation did not take the answer: 403$/);
});
