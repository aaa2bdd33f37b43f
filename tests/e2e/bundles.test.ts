import { readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { webhookSecretParameter } from '@baton/functions/adapters/aws/webhook-secret.ts';
import { writeKeyParameter } from '@baton/functions/adapters/aws/write-key.ts';
import { signedHeaders } from '@baton/functions/adapters/webhook-signature.ts';
import type { ContactsView, ContactView } from '@baton/functions/api/views.ts';
import { bundleFunctions, functionNames } from '@baton/infra/aws/bundle.ts';
import { buildDesigner } from '@baton/infra/designer.ts';
import type { FunctionName } from '@baton/infra/functions.ts';
import { streams, workflows, workflowTasks } from '@baton/infra/routes.ts';
import type { Json, JsonObject } from '@baton/rules/json.ts';
import { describe, expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import { accountArn, openAccount } from '../support/aws-account.ts';
import { type DynamoServer, startDynamo } from '../support/dynamo-server.ts';
import { basic } from '../support/segment-clients.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { openReceiver } from '../support/webhook-receiver.ts';

const server = await startDynamo();
const prefix = 'baton-test';
const subject = 'email:marta@example.com';
const functionArn = (name: string) => accountArn('lambda', `function:${prefix}-${name}`);
const machineArns = accountArn('states', 'stateMachine:');

type Lambda = (event: unknown, context: unknown) => Promise<unknown>;
const Bundle = z.object({ handler: z.custom<Lambda>((value) => typeof value === 'function') });

/** A deployment: the bundles as they ship, each as Lambda would load it, and an account of their own around them. */
async function deploy({ endpoint, createTables }: DynamoServer) {
  const folder = temporaryFolder();
  await buildDesigner();
  await bundleFunctions(folder);
  // The SDK comes with the runtime.
  symlinkSync(join(import.meta.dirname, '../../node_modules'), join(folder, 'node_modules'));
  const { names, drain } = await createTables();
  const lambdas = new Map<string, Lambda>();
  const invoke = async (name: string, event: unknown): Promise<Json> => {
    const handler = lambdas.get(name);
    if (!handler) throw new Error(`no function ${name}`);
    const context = {
      functionName: `${prefix}-${name}`,
      awsRequestId: 'r-1',
      getRemainingTimeInMillis: () => 1e6,
    };
    return JSON.parse(JSON.stringify((await handler(event, context)) ?? null));
  };
  const account = await openAccount((arn, payload) => invoke(arn.slice(functionArn('').length), payload));
  onTestFinished(account.close);

  Object.assign(process.env, {
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL: account.url,
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    BATON_PREFIX: prefix,
    BATON_MACHINES: machineArns,
    BATON_ADDRESS: `/${prefix}/address`,
    BATON_BUS: prefix,
    BATON_IDENTITY: `/${prefix}/identity-key`,
    BATON_WRITE_KEY: `/${prefix}/write-key`,
    BATON_WEBHOOK_SIGNING: `/${prefix}/webhook-secret`,
    TABLE_CORE: names.core,
    TABLE_DESIGN: names.design,
    TABLE_GUARD: names.guard,
    JOURNEY_ROLE: accountArn('iam', 'role/journeys'),
    SCHEDULER_ROLE: accountArn('iam', 'role/campaigns'),
    RUN_STEP: functionArn('run-step'),
    AUTH_CLIENT_ID: 'client',
    AUTH_DOMAIN: 'sign-in.example.com',
    AUTH_ORIGIN: 'https://baton.example.com',
    SITE_BUCKET: 'site',
    POWERTOOLS_SERVICE_NAME: 'bundles',
  });
  const require = createRequire(join(folder, 'here.mjs'));
  for (const name of functionNames())
    lambdas.set(name, Bundle.parse(require(join(folder, name, 'index.mjs'))).handler);
  for (const name of workflows) account.deploy(`${prefix}-${name}`, withFunctions(name));

  /** Hands on what the queue and the change stream hold, and runs machines, until nothing is left. */
  async function settle(): Promise<void> {
    for (;;) {
      const events = account.takeEvents();
      if (events.length > 0)
        await invoke('record-event', {
          Records: events.map((detail, index) => ({
            messageId: `m-${index}`,
            body: JSON.stringify({ detail }),
          })),
        });
      const changes = (await drain()).filter(({ kind }) => kind === 'INSERT');
      for (const { prefix: beginning, handler } of streams) {
        const own = changes.filter(({ key }) => key.sk.startsWith(beginning));
        if (own.length > 0) await invoke(handler, { Records: own.map(recordOf) });
      }
      const moved = await account.machines.step();
      if (events.length + changes.length === 0 && !moved) return;
    }
  }

  return { account, invoke, settle };
}

const recordOf = ({ key }: { key: { pk: string; sk: string } }, index: number) => ({
  eventID: String(index),
  dynamodb: { SequenceNumber: String(index), Keys: { pk: { S: key.pk }, sk: { S: key.sk } } },
});

/** The definition with the ARNs that CloudFormation would put in. */
function withFunctions(name: string): Json {
  const file = join(import.meta.dirname, `../../infra/workflows/${name}.asl.json`);
  const tasks: Record<string, string> = workflowTasks;
  return JSON.parse(
    readFileSync(file, 'utf8').replace(/\$\{(\w+)\}/g, (_, task: string) => functionArn(tasks[task] ?? '')),
  );
}

const claims = {
  token_use: 'access',
  client_id: 'client',
  scope: 'openid baton/api',
  sub: 'ana',
  'cognito:groups': '[agent admin]',
};

const Answer = z.object({ statusCode: z.number(), body: z.string() });

describe.skipIf(!server)('the bundles as they ship', () => {
  test('deploy the library, take an enquiry, show the offer and keep the customer', async () => {
    if (!server) return;
    const { account, invoke, settle } = await deploy(server);
    const call = async (
      name: FunctionName,
      routeKey: string,
      {
        path,
        body,
        service,
        key,
      }: { path?: Record<string, string>; body?: Json; service?: boolean; key?: string } = {},
    ) => {
      const { statusCode, body: text } = Answer.parse(
        await invoke(name, {
          version: '2.0',
          routeKey,
          rawQueryString: '',
          headers: {
            'content-type': 'application/json',
            ...(key === undefined ? {} : { authorization: basic(key) }),
          },
          ...(path ? { pathParameters: path } : {}),
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          isBase64Encoded: false,
          requestContext: {
            authorizer: service ? { iam: { userArn: accountArn('iam', 'user/shop') } } : { jwt: { claims } },
          },
        }),
      );
      return { status: statusCode, body: JSON.parse(text) };
    };
    const tell = async (id: string, type: string, data: JsonObject) => {
      const event = { specversion: '1.0', id, source: 'phone', type, subject, data };
      const { status } = await call('api-events', 'POST /api/events', { body: event, service: true });
      expect(status).toBe(202);
      await settle();
    };
    const contact = async (): Promise<ContactView> => {
      const list = await call('api-read', 'GET /api/contacts');
      expect(list).toMatchObject({ status: 200 });
      const { contacts }: ContactsView = list.body;
      const path = { contactId: contacts[0]?.id ?? '' };
      return (await call('api-read', 'GET /api/contacts/{contactId}', { path })).body;
    };

    await invoke('deploy-library', {
      RequestType: 'Create',
      ResponseURL: `${account.url}/answer`,
      StackId: 's',
      RequestId: 'r',
      LogicalResourceId: 'Library',
    });
    expect(account.answers).toEqual([expect.objectContaining({ Status: 'SUCCESS' })]);
    expect(account.machines.machines()).toContain(`${prefix}-j-rate-enquiry-retention`);

    const parameter = `/${prefix}/write-key`;
    const key = await writeKeyParameter.in({ parameter })();
    const identify = { userId: 'u-1', messageId: '0', traits: { email: 'marta@example.com', plan: 'gold' } };
    const unknown = await call('segment', 'POST /v1/identify', { body: identify, key: 'another' });
    const known = await call('segment', 'POST /v1/identify', { body: identify, key });
    const rainbow = { type: 'track', event: 'Rainbow Seen', userId: 'u-1', messageId: '00' };
    const batch = await call('segment', 'POST /v1/batch', { body: { batch: [rainbow] }, key });
    expect(unknown.status).toBe(401);
    expect(known).toMatchObject({ status: 200, body: { accepted: 1, leftOut: ['traits.plan'] } });
    expect(batch).toMatchObject({
      status: 200,
      body: { accepted: 0, quarantined: [{ path: 'batch.0.event' }] },
    });
    await settle();
    const receiver = await openReceiver();
    process.env.WEBHOOK_URL = receiver.url;
    const webhook = { messageId: 'm-1', body: JSON.stringify({ detail: { sendId: 's-1', body: 'Hello' } }) };
    const posted = await invoke('deliver-webhook', {
      Records: [{ ...webhook, attributes: { ApproximateReceiveCount: '1' } }],
    });
    expect(posted).toEqual({ batchItemFailures: [] });
    const [post] = receiver.posts;
    const secret = await webhookSecretParameter.in({ parameter: `/${prefix}/webhook-secret` })();
    const at = Number(post?.headers['webhook-timestamp']);
    expect(post?.headers).toMatchObject(signedHeaders(secret, { id: 's-1', at, body: post?.body ?? '' }));
    await tell('1', 'contact.updated', { productsOwned: ['credit-card'], valueTier: 'b' });
    await tell('2', 'order.placed', { orderId: 'o-1' });
    await tell('3', 'order.delivered', { orderId: 'o-1' });
    await tell('4', 'review.received', { orderId: 'o-1', reviewId: 'r-1', stars: 5 });
    await tell('5', 'interaction.enquiry', { enquiryId: 'q-1', topic: 'interest-rate', channel: 'phone' });
    const before = await contact();
    const offer = before.offers.find(({ status }) => status === 'presented');
    expect(offer).toBeDefined();

    const path = { contactId: before.contact.id, offerId: offer?.id ?? '' };
    const answered = await call('api-answers', 'POST /api/contacts/{contactId}/offers/{offerId}/answer', {
      path,
      body: { answer: 'accepted' },
    });
    expect(answered.status).toBe(200);
    await settle();

    const after = await contact();
    expect(after.contact.attributes).toContainEqual(
      expect.objectContaining({ path: '$.retentionStatus', value: 'accepted' }),
    );
    const refused = await call('api-answers', 'POST /api/contacts/{contactId}/offers/{offerId}/answer', {
      path,
      body: { answer: 'accepted' },
      service: true,
    });
    expect(refused.status).toBe(403);
  });
});
