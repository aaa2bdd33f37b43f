import { sweepHandler } from '@baton/functions/handlers/sweep.ts';
import { publishLibrary } from '@baton/functions/library/publish.ts';
import type { Operation } from '@baton/functions/ports.ts';
import { CaseRow, HandoverRow, SendRow, TaskRow } from '@baton/functions/repositories/rows.ts';
import { caseStep } from '@baton/functions/use-cases/case-step.ts';
import { resultOf } from '@baton/functions/use-cases/experiments.ts';
import { quarantine } from '@baton/functions/use-cases/quarantine.ts';
import { recordFeedback } from '@baton/functions/use-cases/record-feedback.ts';
import { stayStep } from '@baton/functions/use-cases/stay-step.ts';
import { tokenOf } from '@baton/functions/use-cases/unsubscribe-link.ts';
import { functions } from '@baton/infra/functions.ts';
import { seedDemo } from '@baton/infra/local/demo/seed.ts';
import { openHost } from '@baton/infra/local/host.ts';
import { createVirtualClock } from '@baton/infra/local/virtual-clock.ts';
import type { Library } from '@baton/rules/documents/index.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import { expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import { callsOf } from '../support/api-calls.ts';
import { done, journeyOf } from '../support/journeys.ts';
import { createMemoryStore } from '../support/memory-store.ts';
import { shippedLibrary } from '../support/shipped-library.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { rightsOf, type Used, walls } from '../support/walled.ts';

const start = '2026-03-02T09:00:00.000Z';
const silent = { info: () => {}, warn: () => {}, error: () => {} };
const used: Used = new Map();

/** Rights that no port stands for; the tests of what uses them hold them to the calls they make. */
const besidePorts = [
  'make identity key',
  'remove identity key',
  'make write key',
  'read write key',
  'remove write key',
  'make webhook secret',
  'read webhook secret',
  'remove webhook secret',
  'write site',
  'clean up machines',
];

test('every function uses the rights that are listed for it, and no other', async () => {
  await demoCompany();
  const refused = await apiInUse();
  await sweeperAtWork();
  await providersReport();
  await libraryDeployed();
  await experimentDecided();

  const listed = Object.entries(functions).map(([name, description]) => [
    name,
    rightsOf(description)
      .filter((right) => !besidePorts.includes(right))
      .sort(),
  ]);
  const seen = Object.keys(functions).map((name) => [name, [...(used.get(name) ?? [])].sort()]);

  expect(Object.fromEntries(seen)).toEqual(Object.fromEntries(listed));
  expect(refused).toEqual([]);
});

/** Weeks of a whole company: journeys, handovers, cases, tasks, campaigns, messages. */
const demoCompany = async () =>
  seedDemo({
    folder: temporaryFolder(),
    library: await shippedLibrary(),
    log: silent,
    now: new Date(start),
    portsOf: walls(used),
  });

/** A host whose provider first takes nothing and then everything, under a name of its own for each message. */
async function openWalled({ deaf = false, library }: { deaf?: boolean; library?: Library } = {}) {
  const clock = createVirtualClock(start);
  let tries = 0;
  const host = await openHost({
    folder: temporaryFolder(),
    clock: { ...clock, kind: 'virtual' },
    library: library ?? (await shippedLibrary()),
    log: silent,
    identitySeed: 'tests',
    portsOf: walls(used),
    ...(deaf ? { storeOf: () => createMemoryStore() } : {}),
    channel: () => ({
      send: async ({ sendId }) =>
        ++tries === 1
          ? { kind: 'not-accepted', reason: 'throttled' }
          : { kind: 'sent', reference: `provider-${sendId}` },
    }),
  });
  onTestFinished(() => host.close());
  const call = callsOf(host.api);
  let events = 0;
  const tell = async (type: string, data: JsonObject, subject = 'email:ana@example.com') => {
    const event = { specversion: '1.0', id: `e-${++events}`, source: 'tests', type, subject, data };
    expect(await call('POST /api/events', { body: event })).toMatchObject({ status: 202 });
    await host.settle();
  };
  const pass = async (minutes: number) => {
    const end = clock.now().getTime() + minutes * 60_000;
    for (let due = host.dueAt(); due !== undefined && due <= end; due = host.dueAt()) {
      clock.moveTo(due);
      await host.settle();
    }
    clock.moveTo(end);
    await host.settle();
  };
  return { host, call, tell, pass };
}

type Walled = Awaited<ReturnType<typeof openWalled>>;

/** A customer is known by phone and by mail; orders, complains, is served; asks about the rate, takes the offer; buys elsewhere. */
async function aCustomer({ tell }: Pick<Walled, 'tell'>, between: () => Promise<void>) {
  const phone = '+46701234567';
  await tell('page.viewed', { page: '/' }, `phone:${phone}`);
  await between();
  const story: [string, JsonObject][] = [
    ['consent.given', { channel: 'email', purpose: 'marketing' }],
    ['contact.updated', { productsOwned: ['credit-card'], valueTier: 'b', email: 'ana@example.com', phone }],
    ['cart.updated', { cartId: 'c-1', items: 2, total: 30 }],
    ['order.placed', { orderId: 'o-1' }],
    ['order.delivered', { orderId: 'o-1' }],
    ['review.received', { orderId: 'o-1', reviewId: 'r-1', stars: 5 }],
    ['interaction.enquiry', { enquiryId: 'q-1', topic: 'interest-rate', channel: 'phone' }],
    ['review.received', { orderId: 'o-1', reviewId: 'r-2', stars: 1 }],
    ['cart.updated', { cartId: 'c-2', items: 1, total: 9 }],
    ['cart.emptied', { cartId: 'c-2' }],
    ['contract.cancelled', { cancellationId: 'x-1', reason: 'price' }],
  ];
  for (const [type, data] of story) {
    await tell(type, data);
    await between();
  }
}

/** Every address of the API, and the queue of people who work with it. */
async function apiInUse() {
  const walled = await openWalled();
  const { call, pass } = walled;
  await aCustomer(walled, () => pass(2));
  await pass(60 * 24 * 8);
  const answers: { status: number; body: unknown }[] = [];
  const paths = [
    'home',
    'cycle',
    'contacts',
    'tasks',
    'desk',
    'messages',
    'campaigns',
    'status',
    'documents',
    'audit',
  ];
  for (const path of paths) answers.push(await call(`GET /api/${path}`));

  const conditions = { all: [{ fact: 'contact', path: '$.name', operator: 'isKnown', value: false }] };
  answers.push(await call('POST /api/contacts/matching', { body: { conditions } }));

  const { contacts } = Contacts.parse((await call('GET /api/contacts')).body);
  const contactId = contacts[0]?.id ?? '';
  answers.push(await call('GET /api/contacts/{contactId}', { path: { contactId } }));
  const { tasks } = Tasks.parse((await call('GET /api/tasks')).body);
  for (const { id, contactId, outcomes } of tasks)
    answers.push(
      await call('POST /api/contacts/{contactId}/tasks/{taskId}/completion', {
        path: { contactId, taskId: id },
        body: { outcome: outcomes[0]?.id ?? 'done' },
      }),
    );
  answers.push(await returnHandover(walled));
  answers.push(await importContacts(walled));
  answers.push(await loseOwner(walled));
  answers.push(await unsubscribes(walled, contactId));
  // The machine asks for news of a stay that has ended meanwhile.
  await stayStep(walls(used)('stay-step', walled.host.ports), {
    contactId,
    stay: 1,
    do: 'await',
    token: 't',
  });
  answers.push(await takeCase(walled));
  answers.push(...(await feedInAgain(walled, contactId)));
  answers.push(await clientsOfSegment(walled));
  answers.push(await stopJourney(walled));
  answers.push(
    await call('GET /api/contacts/{contactId}/journeys/{journeyId}', {
      path: { contactId, journeyId: 'cart-abandonment' },
    }),
  );
  answers.push(await call('GET /api/insights'));
  const { campaigns } = Campaigns.parse((await call('GET /api/campaigns')).body);
  answers.push(
    await call('POST /api/campaigns/{campaignId}/runs', { path: { campaignId: campaigns[0]?.id ?? '' } }),
  );
  await pass(10);

  const library = await shippedLibrary();
  const documents = [
    { kind: 'journeys', document: changed(library.journeys.get('welcome')) },
    { kind: 'templates', document: { ...changed(library.templates.get('rate-offer')), id: 'another-offer' } },
    { kind: 'campaigns', document: changed(library.campaigns.get('spring-check-in')) },
  ];
  const published = await call('POST /api/code/publications', { body: { documents } });
  // Asked again before the machine came to it, as after a lost answer.
  answers.push(await call('POST /api/code/publications', { body: { documents } }));
  await pass(1);
  if (published.status !== 202) return [published];
  const { id } = z.object({ id: z.string() }).parse(published.body);
  const publication = await call('GET /api/publications/{publicationId}', { path: { publicationId: id } });
  answers.push(published, publication);
  return answers.filter(({ status }) => status >= 300);
}

/** A case is accepted, and its machine asks for news of it as it was before. */
async function takeCase({ host, call, pass }: Walled) {
  const { items } = await host.ports.store.query({ table: 'core', index: 'g1', pk: 'CASE#open' });
  const [{ contactId, id } = { contactId: '', id: '' }] = items.map((item) => CaseRow.parse(item));
  const answer = await call('POST /api/contacts/{contactId}/cases/{caseId}/changes', {
    path: { contactId, caseId: id },
    body: { change: 'accept', person: 'carla-diaz' },
  });
  await pass(1);
  const asked = { contactId, caseId: id, do: 'await', changes: 0, token: 't' } as const;
  await caseStep(walls(used)('case-step', host.ports), asked);
  return answer;
}

/** One event had a wrong clock, another could not be applied; both are fed in again. */
async function feedInAgain({ host, call, pass }: Walled, contactId: string) {
  const sent = {
    specversion: '1.0' as const,
    id: 'early',
    source: 'tests',
    type: 'page.viewed',
    data: { page: '/' },
  };
  const time = new Date(Date.parse(host.ports.clock.now().toISOString()) + 3_600_000).toISOString();
  await host.ports.bus.put([{ ...sent, time, subject: 'email:ana@example.com' }]);
  await host.settle();
  await pass(90);
  const { items } = await host.ports.store.query({ table: 'core', pk: `C#${contactId}`, prefix: 'EVT#' });
  const [{ pk, sk } = { pk: '', sk: '' }] = items;
  const ports = walls(used)('apply-event', host.ports);
  await quarantine(ports, { id: `${pk}#${sk}`, body: JSON.stringify({ pk, sk }), reason: 'a fault' }, {});
  const { entries } = Quarantine.parse((await call('GET /api/quarantine')).body);
  return Promise.all(
    entries.map(({ id }) =>
      call('POST /api/quarantine/{quarantineId}/redrive', { path: { quarantineId: id } }),
    ),
  );
}

/** A journey is stopped, looked at, and started again when everybody has left. */
async function stopJourney({ host, call, pass }: Walled) {
  const path = { journeyId: 'cart-abandonment' };
  const change = (state: string) =>
    call('POST /api/journeys/{journeyId}/state', { path, body: { state, reason: 'to see' } });
  await change('stopped');
  const sweepNow = sweepHandler(walls(used)('sweep', host.ports));
  for (let round = 0; round < 2; round++) {
    await sweepNow({});
    await pass(5);
  }
  const looked = await call('GET /api/journeys/{journeyId}', { path });
  return looked.status === 200 ? change('running') : looked;
}

async function unsubscribes({ host }: Walled, contactId: string) {
  const link = { contactId, channel: 'email', purpose: 'marketing', journey: 'win-back' };
  const token = tokenOf(host.ports.identity, link);
  const answer = await host.api({ routeKey: 'POST /u/{token}', pathParameters: { token } });
  const { statusCode } = z.object({ statusCode: z.number() }).parse(answer);
  await host.settle();
  return { status: statusCode, body: token };
}

/** The same batch twice, as of a client that got no answer; one message of it is no event. */
async function clientsOfSegment({ host, call }: Walled) {
  const track = { type: 'track', userId: 'u-1' };
  const batch = [
    { ...track, event: 'Price List Viewed', messageId: 'm-1', properties: { page: '/' } },
    { ...track, event: 'Rainbow Seen', messageId: 'm-2' },
  ];
  await call('POST /v1/batch', { body: { batch } });
  await host.settle();
  return call('POST /v1/batch', { body: { batch } });
}

/** The same row twice, as of a file that is imported again. */
async function importContacts({ call }: Walled) {
  const row = { specversion: '1.0', id: 'row-1', source: 'import', type: 'contact.updated' };
  const body = [{ ...row, subject: 'email:ana@example.com', time: start, data: { name: 'Ana' } }];
  await call('POST /api/imports/contacts', { body });
  return call('POST /api/imports/contacts', { body });
}

/** A lead's owner leaves: it goes to who leads the team, and from there to the order desk. */
async function loseOwner({ call, tell }: Walled) {
  await tell('lead.qualified', { leadId: 'l-9', insideSales: 'Jonas Vik' }, 'lead:l-9');
  await call('GET /api/owners');
  const answer = await call('POST /api/departures', { body: { person: 'Jonas Vik', reason: 'left' } });
  await tell('order.placed', { orderId: 'o-9' }, 'lead:l-9');
  return answer;
}

/** A lead is offered to inside sales, who cannot reach anybody. */
async function returnHandover({ host, call, tell }: Walled) {
  await tell('lead.created', { leadId: 'l-1' }, 'lead:l-1');
  await tell('contact.updated', { email: 'lead@example.com', language: 'en' }, 'lead:l-1');
  await tell('interaction.enquiry', { enquiryId: 'q-2', topic: 'price', channel: 'email' }, 'lead:l-1');
  const { items } = await host.ports.store.query({ table: 'core', index: 'g1', pk: 'HND#offered' });
  const [{ contactId, id } = { contactId: '', id: '' }] = items.map((item) => HandoverRow.parse(item));
  return call('POST /api/contacts/{contactId}/handovers/{handoverId}/answer', {
    path: { contactId, handoverId: id },
    body: { answer: 'returned', reason: 'not-reachable' },
  });
}

const changed = (document: object | undefined): JsonObject =>
  JSON.parse(JSON.stringify({ ...document, title: 'Changed' }));

const Contacts = z.object({ contacts: z.array(z.object({ id: z.string() })) });
const Tasks = z.object({
  tasks: z.array(
    z.object({ id: z.string(), contactId: z.string(), outcomes: z.array(z.object({ id: z.string() })) }),
  ),
});
const Quarantine = z.object({ entries: z.array(z.object({ id: z.string() })) });
const Campaigns = z.object({ campaigns: z.array(z.object({ id: z.string() })) });

/** Nobody hears of changes: whatever goes on goes on by the sweeper. */
async function sweeperAtWork() {
  const walled = await openWalled({ deaf: true });
  const sweepNow = sweepHandler(walls(used)('sweep', walled.host.ports));
  const until = async () => {
    for (let round = 0; round < 6; round++) {
      await walled.pass(2);
      await sweepNow({});
      await takeOffers(walled);
    }
  };
  await aCustomer(walled, until);
  for (let day = 0; day < 8; day++) {
    await walled.pass(60 * 24);
    await until();
  }
}

/** Whatever is offered at the desk is accepted. */
async function takeOffers({ host, call }: Walled) {
  const { items } = await host.ports.store.query({ table: 'core', index: 'g1', pk: 'TK#retention#open' });
  for (const { id, contactId } of items.map((item) => TaskRow.parse(item)))
    await call('POST /api/contacts/{contactId}/tasks/{taskId}/completion', {
      path: { contactId, taskId: id },
      body: { outcome: 'accepted' },
    });
}

async function providersReport() {
  const { host, tell, pass } = await openWalled();
  await tell('contact.updated', { email: 'ana@example.com' });
  await tell('order.placed', { orderId: 'o-1' });
  await pass(5);
  const { items } = await host.ports.store.query({ table: 'core', index: 'g1', pk: 'MSG#SENT' });
  const [message] = items.map((item) => SendRow.parse(item));
  if (!message) throw new Error('nothing was sent');
  const { contactId, sendId } = message;
  const ports = walls(used)('record-feedback', host.ports);
  const report = { at: start, sentAt: start, outcome: { kind: 'complained' } } as const;
  for (const about of [
    { contactId, sendId },
    { channel: message.channel, reference: `provider-${sendId}` },
  ])
    expect(await recordFeedback(ports, { about, ...report })).toEqual({ kind: 'recorded' });
}

/** An order brings a contact into an experiment, the delivery is its success, and the sweeper finds a winner. */
async function experimentDecided() {
  const success = { event: 'order.delivered', within: 'P7D' };
  const arms = ['today', 'new'].map((id) => ({ id, title: id, share: 50, next: 'done' }));
  const which = { title: 'Which', kind: 'experiment', arms, success, confidence: 0.95, minimum: 50 } as const;
  const journey = journeyOf({ which, done });
  const library = {
    ...(await shippedLibrary()),
    campaigns: new Map(),
    journeys: new Map([[journey.id, journey]]),
  };
  library['best-practice'] = new Map();
  const { host, tell } = await openWalled({ library });
  await tell('order.placed', { orderId: 'o-1' });
  await tell('order.delivered', { orderId: 'o-1' });
  const counted = (arm: string, succeeded: number): Operation => ({
    kind: 'put',
    table: 'core',
    item: { pk: `EXP#${journey.id}.which#1`, sk: `ARM#${arm}#9`, entered: 100, succeeded },
  });
  await host.ports.store.transact([counted('today', 5), counted('new', 60)]);
  await sweepHandler(walls(used)('sweep', host.ports))({});
  expect(await resultOf(host.ports, journey, 1, 'which')).toMatchObject({ winner: 'new' });
}

async function libraryDeployed() {
  const { host } = await openWalled();
  const ports = walls(used)('deploy-library', host.ports);
  const library = await shippedLibrary();
  const campaign = library.campaigns.get('spring-check-in');
  if (!campaign) throw new Error('the library ships a campaign');
  const planned = { ...campaign, schedule: { at: '2026-03-20T09:00:00Z' } };
  const journeys = new Map(library.journeys);
  const welcome = journeys.get('welcome');
  if (welcome) journeys.set('welcome', { ...welcome, title: 'Changed' });
  const documents = { ...library, journeys, campaigns: new Map([[planned.id, planned]]) };
  documents.templates = new Map([...library.templates].slice(1));
  const { live, retired } = await publishLibrary(ports, documents);
  expect([live.length, retired.length]).toEqual([2, 1]);
}
