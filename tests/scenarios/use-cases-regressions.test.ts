import { sweepHandler } from '@baton/functions/handlers/sweep.ts';
import { type Ports, type Store, Transient } from '@baton/functions/ports.ts';
import {
  enrolmentsOf,
  getHead,
  handoversOf,
  offersOf,
  rowsOf,
  sendsOf,
  tasksOf,
  waitsOf,
} from '@baton/functions/repositories/read.ts';
import { EventRow, OutboxRow } from '@baton/functions/repositories/rows.ts';
import { acceptEvents } from '@baton/functions/use-cases/accept-events.ts';
import { answerHandover, answerOffer, completeTask } from '@baton/functions/use-cases/answers.ts';
import { applyEvents } from '@baton/functions/use-cases/apply-event.ts';
import { recordEvent, resolveContact } from '@baton/functions/use-cases/record-event.ts';
import { type RunStep, runStep } from '@baton/functions/use-cases/run-step.ts';
import { stayStep } from '@baton/functions/use-cases/stay-step.ts';
import type { Journey, Library } from '@baton/rules/documents/index.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import { addDuration } from '@baton/rules/time/duration.ts';
import { describe, expect, test } from 'vitest';
import { openDeafHost } from '../support/deaf-host.ts';
import { shippedLibrary } from '../support/shipped-library.ts';
import { openVirtualHost } from '../support/virtual-host.ts';

const start = '2026-03-02T09:00:00.000Z';
const after = (span: string) => addDuration(start, span);
const subject = 'email:ana@example.com';
const tooLate = { ok: false, status: 409 };

/** One contact on a virtual host, and what is stored about it. */
async function aContact(library?: Library) {
  const host = await openVirtualHost(start);
  if (library) await host.publish(library);
  const { store } = host.ports;
  const id = () => resolveContact(host.ports, subject);
  const tasks = async () => tasksOf(store, await id());
  return {
    host,
    id,
    tasks,
    open: async () => (await tasks()).filter(({ status }) => status === 'open'),
    happens: (type: string, data: JsonObject) => host.happens(subject, type, data),
    head: async () => getHead(store, await id()),
    handovers: async () => handoversOf(store, await id()),
    offers: async () => offersOf(store, await id()),
    events: async (type: string) =>
      (await rowsOf(store, await id(), 'EVT#', EventRow)).filter((event) => event.type === type),
    enrolments: async (journey: string) =>
      (await enrolmentsOf(store, await id()))
        .filter((row) => row.journey === journey)
        .sort((a, b) => a.enteredAt.localeCompare(b.enteredAt)),
    quarantined: async () =>
      (await store.query({ table: 'core', index: 'g1', pk: 'QUARANTINE' })).items.map(({ reason }) => reason),
  };
}

/** The shipped library with one journey changed. */
async function libraryWith(id: string, change: (journey: Journey) => Partial<Journey>): Promise<Library> {
  const library = await shippedLibrary();
  const journey = library.journeys.get(id);
  if (!journey) throw new Error(`the library has no journey ${id} any more; choose another`);
  return {
    ...library,
    journeys: new Map([...library.journeys, [id, { ...journey, ...change(journey) }]]),
  };
}

const qualified: [string, JsonObject] = ['lead.qualified', { leadId: 'l-1', insideSales: 'ines-prado' }];
/** What inside sales must have written down of a deal before anybody takes it over. */
const pack = {
  billingAddress: 'Halden Street 1, Berlin',
  contactPerson: 'Ana',
  promisedDates: 'week 12',
  openPoints: 'none',
};
const won: [string, JsonObject] = [
  'deal.won',
  { ...pack, leadId: 'l-1', salesRepresentative: 'sergio-ramos' },
];
const wonBySomebody: [string, JsonObject] = ['deal.won', { ...pack, leadId: 'l-1' }];
const cart = (cartId: string): [string, JsonObject] => ['cart.updated', { cartId, items: 2 }];
const cancelled: [string, JsonObject] = ['contract.cancelled', { cancellationId: 'c-1', reason: 'price' }];
const enquiry = (enquiryId: string): [string, JsonObject] => [
  'interaction.enquiry',
  { enquiryId, topic: 'interest-rate', channel: 'phone' },
];

/** A contact whom inside sales wants to hand to a sales representative who has not answered yet. */
async function offered() {
  const contact = await aContact();
  await contact.happens(...qualified);
  await contact.happens(...won);
  const [handover] = await contact.handovers();
  if (handover?.status !== 'offered') throw new Error('no handover was offered');
  return { ...contact, handover, contactId: await contact.id() };
}

/** What brings a contact to the account owners, who may keep a card customer by an offer. */
const cardCustomer: [string, JsonObject][] = [
  ['contact.updated', { productsOwned: ['credit-card'], valueTier: 'b' }],
  ['order.placed', { orderId: 'o-1', promisedAt: after('P5D') }],
  ['order.delivered', { orderId: 'o-1' }],
  ['review.received', { orderId: 'o-1', reviewId: 'r-1', stars: 5 }],
];

describe('a handover whose contact moves on by a rule', () => {
  test('is expired with the stay, and its task is off the queue', async () => {
    const { host, ...contact } = await offered();
    await host.passUntil(after('PT5H'));

    await contact.happens('order.placed', { orderId: 'o-1' });

    expect(await contact.handovers()).toEqual([
      expect.objectContaining({ status: 'expired', settledAt: after('PT5H') }),
    ]);
    expect((await contact.tasks()).filter(({ kind }) => kind === 'handover')).toEqual([
      expect.objectContaining({ status: 'expired' }),
    ]);
    await host.passUntil(after('P3D'));
    expect((await contact.open()).filter(({ title }) => title.startsWith('Not accepted'))).toEqual([]);
    expect((await contact.head())?.stage).toBe('first-order');
  });

  test('cannot be accepted afterwards, and the contact stays where it is', async () => {
    const { host, contactId, handover, ...contact } = await offered();
    const handoverId = handover.id;
    await contact.happens('order.placed', { orderId: 'o-1' });
    const moved = await contact.head();

    expect(await answerHandover(host.ports, { contactId, handoverId, answer: 'accepted' })).toMatchObject(
      tooLate,
    );
    const task = { contactId, taskId: `accept-${handoverId}`, outcome: 'accepted' };
    expect(await completeTask(host.ports, task)).toMatchObject(tooLate);
    await contact.happens('handover.accepted', { handoverId });

    expect(moved?.stage).toBe('first-order');
    const { stage, stay, owner, stageSince } = (await contact.head()) ?? {};
    expect({ stage, stay, owner, stageSince }).toEqual({
      stage: moved?.stage,
      stay: moved?.stay,
      owner: moved?.owner,
      stageSince: moved?.stageSince,
    });
    expect((await contact.handovers()).map(({ status }) => status)).toEqual(['expired']);
  });
});

test('the handover step of a second enrolment is not answered by the acceptance of an earlier handover', async () => {
  const { host, ...contact } = await aContact();
  await contact.happens('contact.updated', { phone: '+46 46 123 456', city: 'Lund' });
  await contact.happens('contract.signed', { contractId: 'k-1' });
  await host.passUntil(after('P1DT1H'));
  const [handover] = await contact.handovers();
  const accepted = {
    contactId: await contact.id(),
    handoverId: handover?.id ?? '',
    answer: 'accepted',
  } as const;
  expect(await answerHandover(host.ports, accepted)).toEqual({ ok: true });
  await host.settle();
  const ends = async () =>
    (await contact.enrolments('welcome')).map(({ key, status, step, reason }) => [
      key,
      reason ?? `${status} ${step}`,
    ]);
  expect(await ends()).toEqual([['k-1', 'goal']]);

  await contact.happens('contract.signed', { contractId: 'k-2' });
  await host.passUntil(after('P3D'));

  expect(await ends()).toEqual([
    ['k-1', 'goal'],
    ['k-2', 'active hand-over'],
  ]);
  await host.passUntil(after('P9D'));
  expect((await ends())[1]).toEqual(['k-2', 'not-taken-over']);
});

describe('an event that starts an enrolment is no answer to its first wait', () => {
  test('where the journey is started by its trigger', async () => {
    const library = await libraryWith('cart-abandonment', (journey) => {
      const waiting = journey.steps['await-checkout'];
      if (waiting?.kind !== 'wait-for' || !waiting.events[0])
        throw new Error('the journey has changed; choose another step');
      const again = { ...waiting.events[0], event: 'cart.updated' };
      return {
        start: 'await-checkout',
        steps: { ...journey.steps, 'await-checkout': { ...waiting, events: [waiting.events[0], again] } },
      };
    });
    const contact = await aContact(library);
    const steps = async () =>
      (await contact.enrolments('cart-abandonment')).map(({ status, step }) => `${status} ${step}`);

    await contact.happens(...cart('cart-1'));
    expect(await steps()).toEqual(['active await-checkout']);

    await contact.happens(...cart('cart-1'));
    expect(await steps()).toEqual(['completed bought']);
  });

  test('where a rule enrols', async () => {
    const library = await libraryWith('rate-enquiry-retention', (journey) => ({
      start: 'asks-again',
      steps: {
        ...journey.steps,
        'asks-again': {
          title: 'Wait for the same question',
          kind: 'wait-for',
          events: [
            {
              event: 'interaction.enquiry',
              match: [{ path: '$.enquiryId', equals: 'enrolment-key' }],
              next: 'declined',
            },
          ],
          timeout: { after: 'P3D' },
          onTimeout: 'no-answer',
        },
      },
    }));
    const contact = await aContact(library);
    for (const event of cardCustomer) await contact.happens(...event);
    const steps = async () =>
      (await contact.enrolments('rate-enquiry-retention')).map(({ status, step }) => `${status} ${step}`);

    await contact.happens(...enquiry('q-1'));
    expect(await steps()).toEqual(['active asks-again']);

    await contact.happens(...enquiry('q-1'));
    expect(await steps()).toEqual(['completed declined']);
  });
});

describe('an answer that comes as an event takes its question off the desk', () => {
  async function presented() {
    const contact = await aContact();
    for (const event of [...cardCustomer, enquiry('q-1')]) await contact.happens(...event);
    const [offer] = await contact.offers();
    if (offer?.status !== 'presented') throw new Error('no offer was presented');
    return { ...contact, offer, contactId: await contact.id() };
  }

  test.each(['accepted', 'declined'] as const)('an offer that was %s', async (answer) => {
    const { host, offer, contactId, ...contact } = await presented();

    await contact.happens(`offer.${answer}`, { offerId: offer.id });

    expect((await contact.offers()).map(({ status }) => status)).toEqual([answer]);
    expect((await contact.tasks()).filter(({ id }) => id === offer.taskId)).toEqual([
      expect.objectContaining({ status: 'done', outcome: answer, g1pk: `TK#${offer.queue}#done` }),
    ]);
    const late = { contactId, offerId: offer.id, answer: 'accepted' } as const;
    expect(await answerOffer(host.ports, late)).toMatchObject(tooLate);
    const completion = { contactId, taskId: offer.taskId, outcome: 'declined' };
    expect(await completeTask(host.ports, completion)).toMatchObject(tooLate);
    await host.settle();
    expect([
      ...(await contact.events('offer.accepted')),
      ...(await contact.events('offer.declined')),
    ]).toHaveLength(1);
  });

  test('a task that was completed', async () => {
    const { host, ...contact } = await aContact();
    await contact.happens('lead.created', { leadId: 'l-1', origin: 'paid-search' });
    const [task] = await contact.open();
    if (!task) throw new Error('no task was opened');

    await contact.happens('task.completed', { taskId: task.id, outcome: 'done' });

    expect(await contact.tasks()).toEqual([
      expect.objectContaining({
        id: task.id,
        status: 'done',
        outcome: 'done',
        g1pk: `TK#${task.queue}#done`,
      }),
    ]);
    const late = { contactId: await contact.id(), taskId: task.id, outcome: 'done' };
    expect(await completeTask(host.ports, late)).toMatchObject(tooLate);
    expect(await contact.events('task.completed')).toHaveLength(1);
  });
});

test('a task that stands for a handover stays on the desk until the handover itself is answered', async () => {
  const { host, contactId, handover, ...contact } = await offered();
  const taskId = `accept-${handover.id}`;

  await contact.happens('task.completed', { taskId, outcome: 'accepted' });

  expect((await contact.handovers()).map(({ status }) => status)).toEqual(['offered']);
  expect((await contact.open()).map(({ id }) => id)).toEqual([taskId]);
  expect(await completeTask(host.ports, { contactId, taskId, outcome: 'accepted' })).toEqual({ ok: true });
  await host.settle();
  expect((await contact.head())?.stage).toBe('welcomed');
});

describe('an event that is posted again without a time', () => {
  const lead = (origin: string): JsonObject => ({
    specversion: '1.0',
    id: 'once',
    source: 'shop',
    type: 'lead.created',
    subject,
    data: { leadId: 'l-1', origin },
  });

  test('is a duplicate', async () => {
    const { host, ...contact } = await aContact();
    expect(await acceptEvents(host.ports, lead('referral'))).toMatchObject({ ok: true });
    await host.settle();
    await host.passUntil(after('PT1H'));

    expect(await acceptEvents(host.ports, lead('referral'))).toMatchObject({ ok: true });
    await host.settle();

    expect((await contact.events('lead.created')).map(({ at }) => at)).toEqual([start]);
    expect(await contact.quarantined()).toEqual([]);
    expect(host.deadLetters()).toBe(0);
  });

  test('is a conflict only where it says something else', async () => {
    const { host, ...contact } = await aContact();
    await acceptEvents(host.ports, lead('referral'));
    await host.settle();

    expect(await acceptEvents(host.ports, lead('paid-search'))).toMatchObject({ ok: false, conflict: true });
    expect(await contact.events('lead.created')).toHaveLength(1);
  });
});

describe('one event that ends more enrolments than a transaction holds', () => {
  const many = 34;
  const quitters = () =>
    libraryWith('cart-abandonment', () => ({
      exits: [{ event: 'contract.cancelled', reason: 'gone' }],
    }));

  test('ends all of them and is applied', async () => {
    const { host, ...contact } = await aContact(await quitters());
    for (let at = 0; at < many; at++) await contact.happens(...cart(`cart-${at}`));
    expect((await contact.head())?.active).toHaveLength(many);

    await contact.happens(...cancelled);

    const enrolments = await contact.enrolments('cart-abandonment');
    expect(enrolments.map(({ status, reason }) => `${status} ${reason}`)).toEqual(
      Array.from({ length: many }, () => 'exited gone'),
    );
    expect((await contact.head())?.active).toEqual([]);
    expect(await contact.quarantined()).toEqual([]);
    expect((await contact.events('contract.cancelled')).map(({ pend }) => pend)).toEqual([undefined]);
    for (const { id } of enrolments) expect(host.machines.describe(id)).toMatchObject({ status: 'ABORTED' });
  });

  test('ends each of them once, also where it is interrupted', async () => {
    const { ports, store, clock, did, record, pending, applyAll } = await openDeafHost(start, {
      library: await quitters(),
    });
    let contactId = '';
    for (let at = 0; at < many; at++) contactId = await record(...cart(`cart-${at}`));
    await applyAll(contactId);
    await record(...cancelled);
    const [event] = await pending(contactId);
    if (!event) throw new Error('the event was not recorded');

    const interrupted = { ...ports, store: writableTimes(store, 1) };
    await expect(applyEvents(interrupted, { contactId, event })).rejects.toThrow(Transient);
    const statuses = async () => (await enrolmentsOf(store, contactId)).map(({ status }) => status);
    expect(new Set(await statuses())).toEqual(new Set(['active', 'exited']));
    expect(await pending(contactId)).toHaveLength(1);
    for (let minutes = 5; minutes <= 10; minutes += 5) {
      clock.moveTo(Date.parse(start) + minutes * 60_000);
      await sweepHandler(ports)({});
    }

    expect(new Set(await statuses())).toEqual(new Set(['exited']));
    expect(await pending(contactId)).toEqual([]);
    const stopped = did.filter((done) => done.startsWith('stop '));
    expect(stopped).toHaveLength(many);
    expect(new Set(stopped).size).toBe(many);
  });
});

test('a fact that somebody found out about, and that is still not known, is somebody’s task again', async () => {
  const { host, ...contact } = await aContact();
  for (const event of cardCustomer.slice(1)) await contact.happens(...event);
  const toFindOut = async () => (await contact.tasks()).filter(({ kind }) => kind === 'data-quality');
  await contact.happens(...enquiry('q-1'));
  const [raised] = await toFindOut();
  if (!raised) throw new Error('nothing was unknown');
  const completion = { contactId: await contact.id(), taskId: raised.id, outcome: 'done' };
  expect(await completeTask(host.ports, completion)).toEqual({ ok: true });
  await host.settle();
  expect((await toFindOut()).map(({ status }) => status)).toEqual(['done']);
  await host.passUntil(after('P2D'));

  await contact.happens(...enquiry('q-2'));

  const [again, ...more] = await toFindOut();
  expect(more).toEqual([]);
  expect(again).toMatchObject({
    id: raised.id,
    status: 'open',
    createdAt: after('P2D'),
    dueAt: after('P9D'),
    g1pk: `TK#${raised.queue}#open`,
  });
  expect(again).not.toHaveProperty('outcome');
  expect(await completeTask(host.ports, completion)).toEqual({ ok: true });
  expect(await completeTask(host.ports, completion)).toMatchObject(tooLate);
  await host.settle();
  expect((await toFindOut()).map(({ status }) => status)).toEqual(['done']);
});

/** A store that takes some changes and can then no longer be written to. */
function writableTimes(store: Store, times: number): Store {
  let left = times;
  return {
    ...store,
    transact: async (operations) => {
      if (left === 0) throw new Transient('storage cannot be reached');
      left--;
      return store.transact(operations);
    },
  };
}

/** A store that can no longer be read once a wait stands in it: the look after the write is lost. */
function lostAfterWaiting(store: Store): Store {
  let waiting = false;
  return {
    ...store,
    transact: async (operations) => {
      const result = await store.transact(operations);
      waiting ||= operations.some(
        (operation) => operation.kind === 'put' && operation.item.sk.startsWith('WAIT#'),
      );
      return result;
    },
    query: async (query) => {
      if (waiting) throw new Transient('storage cannot be reached');
      return store.query(query);
    },
  };
}

describe('with the patience that the sweeper has in production', () => {
  type DeafHost = Awaited<ReturnType<typeof openDeafHost>>;

  /** Time passes, and then the sweeper comes on its schedule. */
  const sweptAt = ({ ports, clock }: Pick<DeafHost, 'ports' | 'clock'>, instant: string) => {
    clock.moveTo(Date.parse(instant));
    return sweepHandler(ports)({});
  };
  const waitsOfEnrolments = async ({ store }: Ports, contactId: string) =>
    (await waitsOf(store, contactId)).filter(({ kind }) => kind === 'enrolment');

  /** The parcel is there before the journey comes to wait for it, and the call that waits dies before it looks. */
  async function deadBeforeLooking() {
    const host = await openDeafHost(start);
    const { ports, store, clock, record, applyAll, did } = host;
    const contactId = await record('order.placed', { orderId: 'o-1', promisedAt: after('P18D') });
    await applyAll(contactId);
    await record('order.delivered', { orderId: 'o-1' });
    await applyAll(contactId);
    const enrolment = (await enrolmentsOf(store, contactId)).find(
      ({ journey }) => journey === 'first-order-care',
    );
    clock.moveTo(Date.parse(after('PT1H')));
    await sweepHandler(ports)({});
    did.length = 0;
    const call = {
      enrolments: [{ contactId, enrolmentId: enrolment?.id ?? '' }],
      step: 'await-delivery',
      phase: 'enter',
      visit: 'v-1',
      token: 'token-1',
    } satisfies RunStep;
    await expect(runStep({ ...ports, store: lostAfterWaiting(store) }, call)).rejects.toThrow(Transient);
    expect(await waitsOfEnrolments(ports, contactId)).toEqual([
      expect.objectContaining({ status: 'OPEN', until: after('P18D') }),
    ]);
    return { ...host, contactId, call };
  }

  test('a wait whose call died before it looked is paired within minutes, and not at its deadline', async () => {
    const host = await deadBeforeLooking();
    expect(await sweptAt(host, after('PT1H30S'))).toMatchObject({ paired: 0 });

    expect(await sweptAt(host, after('PT1H5M'))).toMatchObject({ paired: 1, failed: 0 });
    await sweptAt(host, after('PT1H10M'));

    expect(host.did).toEqual(['succeed token-1 {"to":"in-time"}']);
    expect(await waitsOfEnrolments(host.ports, host.contactId)).toEqual([]);
    expect(await sweptAt(host, after('P20D'))).toMatchObject({ paired: 0, signalled: 0, dispatched: 0 });
  });

  test('a call that is repeated looks again, and the answer goes to its own token', async () => {
    const host = await deadBeforeLooking();

    await runStep(host.ports, { ...host.call, token: 'token-2' });

    expect(await waitsOfEnrolments(host.ports, host.contactId)).toEqual([
      expect.objectContaining({ status: 'CLAIMED', token: 'token-2' }),
    ]);
    await sweptAt(host, after('PT1H5M'));
    expect(host.did).toEqual(['succeed token-2 {"to":"in-time"}']);
    expect(await runStep(host.ports, { ...host.call, token: 'token-3' })).toEqual({
      results: [{ to: 'in-time' }],
    });
  });

  async function loseSignals({ store }: Pick<DeafHost, 'store'>, contactId: string): Promise<void> {
    const signals = (await rowsOf(store, contactId, 'OUT#', OutboxRow)).filter(
      ({ kind }) => kind === 'SIGNAL',
    );
    expect(signals).toHaveLength(1);
    for (const { pk, sk } of signals)
      await store.transact([{ kind: 'delete', table: 'core', key: { pk, sk } }]);
  }

  test('a claimed wait of an enrolment whose signal got lost is signalled', async () => {
    const host = await openDeafHost(start);
    const { ports, store, record, applyAll, did } = host;
    let contactId = '';
    for (const event of [...cardCustomer, enquiry('q-1')]) contactId = await record(...event);
    await applyAll(contactId);
    const enrolment = (await enrolmentsOf(store, contactId)).find(
      ({ journey }) => journey === 'rate-enquiry-retention',
    );
    await sweptAt(host, after('PT2M'));
    const enrolments = [{ contactId, enrolmentId: enrolment?.id ?? '' }];
    await runStep(ports, { enrolments, step: 'present', phase: 'enter', visit: 'v-1', token: 'token-1' });
    const [offer] = await offersOf(store, contactId);
    await answerOffer(ports, { contactId, offerId: offer?.id ?? '', answer: 'accepted' });
    await applyAll(contactId);
    await loseSignals(host, contactId);
    did.length = 0;

    expect(await sweptAt(host, after('PT5M'))).toMatchObject({ signalled: 1, failed: 0 });

    expect(offer?.expiresAt).toBe(after('PT12M'));
    expect(did).toEqual(['succeed token-1 {"to":"note-accepted"}']);
    expect(await waitsOfEnrolments(ports, contactId)).toEqual([]);
  });

  test('a claimed wait of a stay whose signal got lost is signalled', async () => {
    const host = await openDeafHost(start);
    const { ports, store, record, applyAll, did } = host;
    const contactId = await record(...qualified);
    await applyAll(contactId);
    await stayStep(ports, { contactId, stay: 1, do: 'await', token: 'stay-1' });
    await record('order.placed', { orderId: 'o-1' });
    await applyAll(contactId);
    await loseSignals(host, contactId);

    expect(await sweptAt(host, after('PT5M'))).toMatchObject({ signalled: 1, failed: 0 });

    expect(did).toContain('succeed stay-1 {"to":"left"}');
    expect(await waitsOf(store, contactId)).toEqual([]);
  });

  test('a message that can never leave keeps no other from leaving', async () => {
    let stuck: string | undefined;
    const host = await openDeafHost(start, {
      send: async ({ sendId }) => {
        stuck ??= sendId;
        if (sendId === stuck) throw new Transient('the provider does not answer');
        return { kind: 'sent' };
      },
    });
    const { ports, store, record, applyAll } = host;
    const contacts: string[] = [];
    for (let at = 0; at < 6; at++) {
      const contactId = await record('order.placed', { orderId: `o-${at}` }, `email:c${at}@example.com`);
      await applyAll(contactId);
      const inside = await enrolmentsOf(store, contactId);
      const enrolment = inside.find(({ journey }) => journey === 'first-order-care');
      const enrolments = [{ contactId, enrolmentId: enrolment?.id ?? '' }];
      await runStep(ports, { enrolments, step: 'confirm', phase: 'enter', visit: 'v-1' });
      contacts.push(contactId);
    }
    const statuses = async () =>
      (await Promise.all(contacts.map((contactId) => sendsOf(store, contactId))))
        .flat()
        .map(({ status }) => status)
        .sort();
    expect(await statuses()).toEqual(contacts.map(() => 'PERMITTED'));

    for (let minutes = 5; minutes <= 15; minutes += 5)
      expect(await sweptAt(host, after(`PT${minutes}M`))).toMatchObject({ failed: 1 });

    expect(await statuses()).toEqual(['ATTEMPT', ...contacts.slice(1).map(() => 'SENT')]);
  });
});

describe('an acceptance that was given in time and has not taken effect when the time is up', () => {
  const sergio = { team: 'onboarding', person: 'sergio-ramos' };

  async function expireThenApply({
    host,
    contactId,
    handover,
    ...contact
  }: Awaited<ReturnType<typeof offered>>) {
    host.clock.moveTo(Date.parse(handover.acceptBy));
    await stayStep(host.ports, { contactId, stay: handover.stay, do: 'expire', handoverId: handover.id });
    expect((await contact.handovers()).map(({ status }) => status)).toEqual(['offered']);
    await host.settle();

    expect(await contact.handovers()).toEqual([
      expect.objectContaining({ status: 'accepted', settledAt: handover.acceptBy }),
    ]);
    expect(await contact.head()).toMatchObject({ stage: 'welcomed', owner: sergio });
    expect((await contact.open()).filter(({ kind }) => kind === 'escalation')).toEqual([]);
    expect(await contact.events('handover.expired')).toEqual([]);
  }

  test('counts when it was given at the desk', async () => {
    const contact = await offered();
    const { host, contactId, handover } = contact;
    await host.passUntil(after('PT23H59M'));

    const answer = { contactId, handoverId: handover.id, answer: 'accepted' } as const;
    expect(await answerHandover(host.ports, answer)).toEqual({ ok: true });

    await expireThenApply(contact);
  });

  test.each([
    ['its number', ({ id }: { id: string }) => ({ handoverId: id })],
    ['its document', ({ handover }: { handover: string }) => ({ handover })],
  ])('counts when it came as an event that names the handover by %s', async (_by, named) => {
    const contact = await offered();
    const { host, handover } = contact;
    await host.passUntil(after('PT23H59M'));

    await recordEvent(host.ports, {
      specversion: '1.0',
      id: 'accepted-elsewhere',
      source: 'tests',
      type: 'handover.accepted',
      time: after('PT23H59M'),
      subject,
      data: named(handover),
    });

    await expireThenApply(contact);
  });
});

test('an acceptance that could not be applied does not keep a handover from expiring', async () => {
  const { host, contactId, handover, ...contact } = await offered();
  const { store } = host.ports;
  await answerHandover(host.ports, { contactId, handoverId: handover.id, answer: 'accepted' });
  const [answer] = await contact.events('handover.accepted');
  if (!answer) throw new Error('the acceptance was not recorded');
  const key = { pk: answer.pk, sk: answer.sk };
  const parked = { set: { parked: 'broken' }, remove: ['pend', 'duepk', 'duesk'] };
  await store.transact([{ kind: 'update', table: 'core', key, ...parked }]);

  await host.passUntil(after('P1D'));

  expect((await contact.handovers()).map(({ status }) => status)).toEqual(['expired']);
  expect((await contact.open()).map(({ kind }) => kind)).toEqual(['escalation']);
});

describe('a handover that lacks part of its information', () => {
  const toComplete = (tasks: { title: string }[]) =>
    tasks.filter(({ title }) => title.startsWith('Complete for handover'));

  test('is one task of the present owner until it can be offered', async () => {
    const { host, ...contact } = await aContact();
    await contact.happens(...qualified);
    await contact.happens(...wonBySomebody);
    await host.passUntil(after('PT1H'));
    await contact.happens(...wonBySomebody);

    expect(toComplete(await contact.tasks())).toEqual([
      expect.objectContaining({
        status: 'open',
        queue: 'inside-sales',
        createdAt: start,
        instruction: 'Missing: Sales representative',
      }),
    ]);

    await contact.happens(...won);

    expect((await contact.handovers()).map(({ status }) => status)).toEqual(['offered']);
    expect(toComplete(await contact.tasks())).toEqual([expect.objectContaining({ status: 'done' })]);
    expect(toComplete(await contact.open())).toEqual([]);
  });

  test('is nobody’s task any more when the contact moves on by a rule', async () => {
    const contact = await aContact();
    await contact.happens(...qualified);
    await contact.happens(...wonBySomebody);
    expect(toComplete(await contact.open())).toHaveLength(1);

    await contact.happens('order.placed', { orderId: 'o-1' });

    expect((await contact.head())?.stage).toBe('first-order');
    expect(toComplete(await contact.tasks())).toEqual([expect.objectContaining({ status: 'expired' })]);
  });
});
