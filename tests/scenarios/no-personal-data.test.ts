import { toTag } from '@baton/functions/adapters/aws/channels/send-tag.ts';
import { createLogger, logOn } from '@baton/functions/adapters/aws/log.ts';
import { createEmbeddedMetrics, metricsOn } from '@baton/functions/adapters/aws/metrics.ts';
import { observed } from '@baton/functions/adapters/aws/observed.ts';
import { apiHandler } from '@baton/functions/handlers/api.ts';
import { applyEventHandler } from '@baton/functions/handlers/apply-event.ts';
import { campaignStepHandler } from '@baton/functions/handlers/campaign-step.ts';
import { caseStepHandler } from '@baton/functions/handlers/case-step.ts';
import { dispatchHandler } from '@baton/functions/handlers/dispatch.ts';
import { endpoints } from '@baton/functions/handlers/endpoints/all.ts';
import { publishStepHandler } from '@baton/functions/handlers/publish-step.ts';
import { recordEventHandler } from '@baton/functions/handlers/record-event.ts';
import { recordFeedbackHandler } from '@baton/functions/handlers/record-feedback.ts';
import { runStepHandler } from '@baton/functions/handlers/run-step.ts';
import { stayStepHandler } from '@baton/functions/handlers/stay-step.ts';
import { sweepHandler } from '@baton/functions/handlers/sweep.ts';
import type { Handler } from '@baton/functions/handlers/task.ts';
import {
  type Channel,
  type Key,
  type Ports,
  Rejected,
  type Store,
  Transient,
} from '@baton/functions/ports.ts';
import { enrolmentsOf, getHead, rowsOf } from '@baton/functions/repositories/read.ts';
import { OutboxRow } from '@baton/functions/repositories/rows.ts';
import { runStep } from '@baton/functions/use-cases/run-step.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import { roles } from '@baton/rules/roles.ts';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { openDeafHost } from '../support/deaf-host.ts';
import { lambdaContext, printedWhile } from '../support/printed-lines.ts';

const start = '2026-03-02T09:00:00.000Z';

/** Whoever reads one of these in a log knows who it is. */
const address = 'quetzal@example.com';
const subject = `email:${address}`;
const profile = {
  name: 'Quetzal Silva',
  email: address,
  phone: '+351 91 5550199',
  city: 'Quetzaltenango',
  postalCode: '5550199',
};
const personal = /quetzal|5550199/i;

const Bad = z.strictObject({ values: z.record(z.string(), z.number()) });
/** Errors as storage, channels and our own code throw them, each quoting what it was about. */
const errors: Record<string, unknown> = {
  transient: new Transient(`cannot write ${address}`, { cause: new Error(`socket of ${address}`) }),
  rejected: new Rejected(`subject: there is no contact ${address}; send ${profile.name} again`),
  bug: new TypeError(`Cannot read properties of ${address}\n    at ${address} (/srv/quetzal.ts:1:1)`),
  misfit: Bad.safeParse({ [address]: 1, values: { [address]: profile.name } }).error,
  service: Object.assign(new Error(`Item ${address} is too large`), {
    name: 'ValidationException',
    $metadata: { httpStatusCode: 400 },
    code: address,
    Item: profile,
  }),
  named: Object.assign(new Error('x'), { name: address }),
  text: `no route to ${address}`,
  object: profile,
};

const failing = (error: unknown) => async (): Promise<never> => {
  throw error;
};
const withStore = (ports: Ports, own: Partial<Store>): Ports => ({
  ...ports,
  store: { ...ports.store, ...own },
});
const withChannel = (ports: Ports, send: Channel['send']): Ports => ({
  ...ports,
  channels: { email: { send }, sms: { send }, webhook: { send }, push: { send } },
});

/** Every way out of the use cases, closed by an error. */
const doors: Record<string, (ports: Ports, error: unknown) => Ports> = {
  writing: (ports, error) => withStore(ports, { transact: failing(error) }),
  reading: (ports, error) => withStore(ports, { get: failing(error) }),
  listing: (ports, error) => withStore(ports, { query: failing(error) }),
  keeping: (ports, error) => withStore(ports, { durable: failing(error) }),
  sending: (ports, error) => withChannel(ports, failing(error)),
  events: (ports, error) => ({ ...ports, bus: { put: failing(error) } }),
  machines: (ports, error) => ({
    ...ports,
    workflows: { ...ports.workflows, start: failing(error), succeed: failing(error), stop: failing(error) },
  }),
  documents: (ports, error) => ({ ...ports, documents: { ...ports.documents, live: failing(error) } }),
};

const event = (id: string, own: object = {}) => ({
  specversion: '1.0',
  id: `quetzal-${id}`,
  source: 'quetzal-shop',
  type: 'contact.updated',
  time: start,
  subject,
  data: profile,
  ...own,
});
const message = (body: string) => ({ messageId: 'message-1', body });
const onQueue = (detail: unknown) => ({ Records: [message(JSON.stringify({ detail }))] });
const onStream = (...keys: Key[]) => ({
  Records: keys.map(({ pk, sk }, n) => ({
    eventID: `${n}`,
    dynamodb: { SequenceNumber: `${n}`, Keys: { pk: { S: pk }, sk: { S: sk } } },
  })),
});
const request = (routeKey: string, body?: unknown, pathParameters?: Record<string, string>) => ({
  routeKey,
  headers: { 'content-type': 'application/json' },
  isBase64Encoded: false,
  ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  ...(pathParameters ? { pathParameters } : {}),
});

/** What SES reports of a bounce; the mail server's own words name the address. */
const bounced = (contactId: string, sendId: string, own: object = {}) => ({
  source: 'aws.ses',
  'detail-type': 'Email Bounced',
  detail: {
    eventType: 'Bounce',
    mail: {
      timestamp: start,
      destination: [address],
      tags: { sendId: [toTag(sendId)], contactId: [contactId] },
    },
    bounce: {
      timestamp: start,
      bounceType: 'Permanent',
      bounceSubType: 'General',
      bouncedRecipients: [{ emailAddress: address, diagnosticCode: `550 ${address} unknown` }],
      ...own,
    },
  },
});

const everyRole = roles.map(({ id }) => id);
const someRoutes = new Map(
  Object.entries({
    'POST /api/events': 'post-events',
    'GET /api/home': 'get-home',
    'GET /api/contacts/{contactId}': 'get-contact',
    'POST /api/contacts/{contactId}/tasks/{taskId}/completion': 'post-completion',
  }).map(([route, endpoint]) => [route, { endpoint, roles: everyRole }]),
);

const handlers: Record<string, (ports: Ports) => Handler> = {
  'record-event': recordEventHandler,
  'record-feedback': recordFeedbackHandler,
  'apply-event': applyEventHandler,
  dispatch: dispatchHandler,
  'run-step': runStepHandler,
  'stay-step': stayStepHandler,
  'case-step': caseStepHandler,
  'campaign-step': campaignStepHandler,
  'publish-step': publishStepHandler,
  sweep: sweepHandler,
  api: (ports) =>
    apiHandler(ports, {
      endpoints,
      routes: someRoutes,
      host: { clock: 'system', callerOf: () => ({ kind: 'known', person: 'u-1', roles: everyRole }) },
    }),
};

/** A contact with all its data, an event of it that is pending, an outbox that is full, and an enrolment under way. */
async function aPerson() {
  const host = await openDeafHost(start);
  const contactId = await host.record('contact.updated', profile, subject);
  await host.record('order.placed', { orderId: 'quetzal-order' }, subject);
  await host.applyAll(contactId);
  const inside = await enrolmentsOf(host.store, contactId);
  const enrolmentId = inside.find(({ journey }) => journey === 'first-order-care')?.id ?? '';
  const enrolments = [{ contactId, enrolmentId }];
  await runStep(host.ports, { enrolments, step: 'confirm', phase: 'enter', visit: 'v-1' });
  const update: JsonObject = { ...profile, city: 'New Quetzal' };
  await host.record('contact.updated', update, subject);
  await host.record('consent.given', { channel: 'email', purpose: 'marketing' }, subject);
  host.clock.moveTo(Date.parse(start) + 3_600_000);
  const pending = await host.pending(contactId);
  const outbox = await rowsOf(host.store, contactId, 'OUT#', OutboxRow);
  const { stay } = (await getHead(host.store, contactId)) ?? {};

  const calls: Record<string, unknown[]> = {
    'record-event': [onQueue(event('new')), onQueue(event('other', { subject: 'phone:+351 5550199' }))],
    'record-feedback': [
      bounced(contactId, `${enrolmentId}.confirm.1`),
      bounced(contactId, address),
      bounced(contactId, `${enrolmentId}.confirm.1`, { timestamp: address, bounceType: profile }),
    ],
    'apply-event': [onStream(...pending)],
    dispatch: [onStream(...outbox)],
    'run-step': (['enter', 'timeout', 'failed'] as const).map((phase) => ({
      enrolments,
      step: 'await-delivery',
      phase,
      visit: 'v-2',
      token: 'token-1',
    })),
    'case-step': [{ contactId, caseId: 'case-none', do: 'plan' }],
    'stay-step': [{ contactId, stay, do: 'await', token: 'token-2' }],
    'campaign-step': [{ campaign: 'spring-check-in', at: start, do: 'freeze' }],
    'publish-step': [{ publication: 'p-1', do: 'go-live' }],
    sweep: [{}],
    api: [
      request('POST /api/events', event('posted')),
      request('GET /api/home'),
      request('GET /api/contacts/{contactId}', undefined, { contactId }),
      request('GET /api/contacts/{contactId}', undefined, { contactId: address }),
      request(
        'POST /api/contacts/{contactId}/tasks/{taskId}/completion',
        { outcome: 'done', note: profile.name },
        { contactId, taskId: address },
      ),
    ],
  };
  return { ...host, contactId, enrolmentId, calls, pending, outbox };
}

/** Invokes a function as Lambda does; gives every line it printed and the error that left it, as Lambda prints that. */
async function invoke(name: string, ports: Ports, event: unknown): Promise<string[]> {
  const logger = createLogger('baton');
  const metrics = createEmbeddedMetrics('baton');
  const handler = handlers[name]?.({ ...ports, log: logOn(logger), metrics: metricsOn(metrics) });
  if (!handler) throw new Error(`no handler ${name}`);
  const lambda = observed(handler, { logger, metrics });
  const { result, lines } = await printedWhile(() =>
    lambda(event, lambdaContext()).catch((error: unknown) =>
      error instanceof Error ? error : new Error('text'),
    ),
  );
  return result instanceof Error ? [...lines, `${result.name} ${result.message} ${result.stack}`] : lines;
}

const logged = (lines: readonly string[]): Record<string, unknown>[] =>
  lines.flatMap((line) => (line.startsWith('{') && !line.includes('"_aws"') ? [JSON.parse(line)] : []));

describe.each(Object.keys(handlers))('nothing personal is printed by %s', (name) => {
  test('whatever fails, and however', async () => {
    const { ports, calls } = await aPerson();
    const printed: string[] = [];
    for (const close of Object.values(doors))
      for (const error of Object.values(errors))
        for (const call of calls[name] ?? [])
          printed.push(...(await invoke(name, close(ports, error), call)));
    for (const call of calls[name] ?? []) printed.push(...(await invoke(name, ports, call)));

    expect(printed.filter((line) => personal.test(line))).toEqual([]);
    expect(logged(printed).length).toBeGreaterThan(Object.keys(errors).length);
    for (const line of logged(printed))
      expect(line).toMatchObject({ function_name: 'baton-record-event', function_request_id: 'request-1' });
  });

  test('when it is called with what it does not take', async () => {
    const { ports } = await aPerson();
    const unfit: unknown[] = [
      profile,
      address,
      { Records: [profile] },
      { Records: [{ messageId: 'message-1', body: address }] },
      { Records: [{ messageId: 'message-1', body: JSON.stringify(profile) }] },
      { enrolments: [{ contactId: 'c-1', enrolmentId: 'e-1', [address]: 1 }], step: address },
      { contactId: address, stay: 1, do: 'begin', [address]: profile },
      { campaign: address, at: start, do: 'claim' },
      { publication: address, do: 'go-live' },
      { source: 'aws.ses', 'detail-type': 'Email Bounced', detail: { eventType: address, mail: profile } },
      { source: address, 'detail-type': address, detail: profile },
      request(`GET /${address}`),
      request('POST /api/events', `{"email": ${address}}`),
      request('POST /api/events', { [address]: profile }),
    ];
    const printed: string[] = [];
    for (const event of unfit) printed.push(...(await invoke(name, ports, event)));

    expect(printed.filter((line) => personal.test(line))).toEqual([]);
  });
});

test('an event that does not fit is quarantined without a word of it in the log', async () => {
  const { ports, store } = await aPerson();
  const bodies = [
    address,
    ...[
      event('1', { type: address }),
      event('2', { data: { ...profile, [address]: 1 } }),
      event('3', { data: { ...profile, valueTier: profile.name } }),
      event('4', { subject: profile.name }),
      event('5', { subject: `contact:${address}` }),
      event('6', { time: profile.name }),
    ].map((detail) => JSON.stringify({ detail })),
  ];

  const printed: string[] = [];
  for (const [n, body] of bodies.entries())
    printed.push(
      ...(await invoke('record-event', ports, { Records: [{ messageId: `message-${n}`, body }] })),
    );

  expect(printed.filter((line) => personal.test(line))).toEqual([]);
  expect(logged(printed).filter(({ message }) => message === 'event quarantined')).toHaveLength(6);
  expect(await store.get('core', { pk: 'QUARANTINE#message-5', sk: 'EVENT' })).toMatchObject({
    reason: expect.stringContaining(address),
  });
});

test('an id that was used for another event is quarantined under the name that its row has', async () => {
  const { ports, store, contactId } = await aPerson();
  await invoke('record-event', ports, onQueue(event('twice')));
  const rows = store
    .rows('core')
    .filter(({ pk, eventId }) => pk === `C#${contactId}` && eventId === 'quetzal-twice');

  const printed = await invoke('record-event', ports, onQueue(event('twice', { data: { city: 'Quetzal' } })));

  expect(logged(printed)).toEqual([
    expect.objectContaining({ message: 'event quarantined', eventId: rows[0]?.sk.slice(4) }),
  ]);
  expect(printed.filter((line) => personal.test(line))).toEqual([]);
});

test('rows that do not fit any more are told by their kind and field', async () => {
  const { ports, store, contactId, pending, outbox } = await aPerson();
  const head = { pk: `C#${contactId}`, sk: 'HEAD', [address]: profile, status: address };
  await store.transact([{ kind: 'put', table: 'core', item: head }]);

  const printed = [
    ...(await invoke('apply-event', ports, onStream(...pending))),
    ...(await invoke('dispatch', ports, onStream(...outbox))),
    ...(await invoke('sweep', ports, {})),
    ...(await invoke('api', ports, request('GET /api/contacts/{contactId}', undefined, { contactId }))),
  ];

  expect(logged(printed).length).toBeGreaterThan(0);
  expect(printed.filter((line) => personal.test(line))).toEqual([]);
});

test('a refusal of the channel stays with the message', async () => {
  const { ports, outbox } = await aPerson();
  const refusing = withChannel(ports, async () => ({ kind: 'refused', reason: `${address} does not exist` }));

  const printed = await invoke('dispatch', refusing, onStream(...outbox));

  expect(printed.join('\n')).toContain('SendFailed');
  expect(printed.filter((line) => personal.test(line))).toEqual([]);
});

describe('a line about a failure names what it is about', () => {
  test('a message: contact, enrolment, step and send', async () => {
    const { ports, outbox, contactId, enrolmentId } = await aPerson();
    const send = outbox.filter(({ kind }) => kind === 'DISPATCH');

    const printed = await invoke(
      'dispatch',
      withChannel(ports, failing(errors.transient)),
      onStream(...send),
    );

    expect(logged(printed)).toEqual([
      expect.objectContaining({
        message: 'change not processed',
        contactId,
        enrolmentId,
        stepId: 'confirm',
        sendId: `${enrolmentId}.confirm.1`,
        reason: expect.stringMatching(/^Transient at no-personal-data\.test\.ts:\d+:\d+ < Error at/),
      }),
    ]);
  });

  test('an event: contact and event', async () => {
    const { ports, pending, contactId } = await aPerson();
    const [first] = pending;
    if (!first) throw new Error('nothing is pending');

    const closed = withStore(ports, { transact: failing(errors.transient) });
    const printed = await invoke('apply-event', closed, onStream(first));

    expect(logged(printed)).toEqual([
      expect.objectContaining({ message: 'change not processed', contactId, eventId: first.sk.slice(4) }),
    ]);
  });

  test('a step: contact, enrolment and step', async () => {
    const { ports, calls, contactId, enrolmentId } = await aPerson();

    const closed = withStore(ports, { transact: failing(errors.transient) });
    const printed = await invoke('run-step', closed, calls['run-step']?.[0]);

    expect(logged(printed)).toEqual([
      expect.objectContaining({
        message: 'invocation failed',
        contactId,
        enrolmentId,
        stepId: 'await-delivery',
      }),
    ]);
  });
});
