import {
  casesOf,
  enrolmentsOf,
  getHead,
  rowsOf,
  sendsOf,
  staysOf,
  tasksOf,
} from '@baton/functions/repositories/read.ts';
import { type CaseRow, EventRow } from '@baton/functions/repositories/rows.ts';
import { caseStep } from '@baton/functions/use-cases/case-step.ts';
import { resolveContact } from '@baton/functions/use-cases/record-event.ts';
import { contactView } from '@baton/functions/views/contact.ts';
import type { Calendar, Journey, Library } from '@baton/rules/documents/index.ts';
import type { Json, JsonObject } from '@baton/rules/json.ts';
import { describe, expect, test } from 'vitest';
import { callsOf } from '../support/api-calls.ts';
import { dynamoStore } from '../support/aws-replay.ts';
import { startDynamo } from '../support/dynamo-server.ts';
import { shippedLibrary } from '../support/shipped-library.ts';
import { openVirtualHost } from '../support/virtual-host.ts';

const server = await startDynamo();
type Opened = { on?: 'sqlite' | 'dynamo'; library?: Library; subject?: string };

/** One customer of the service desk, which is open from 8 to 18 in Berlin, Monday to Friday. */
async function aCustomer(
  start: string,
  { on = 'sqlite', library, subject = 'email:ana@example.com' }: Opened = {},
) {
  const tables = on === 'dynamo' ? await server?.createTables() : undefined;
  const host = await openVirtualHost(
    start,
    library,
    server && tables ? { storeOf: (_folders, onChange) => dynamoStore(server, tables, onChange) } : {},
  );
  const { store } = host.ports;
  const contactId = await resolveContact(host.ports, subject);
  const call = callsOf(host.api);
  const path = '/api/contacts/{contactId}/cases/{caseId}/changes';
  const cases = async () =>
    (await casesOf(store, contactId)).sort((a, b) => a.openedAt.localeCompare(b.openedAt));
  const only = async (): Promise<CaseRow> => {
    const [row] = await cases();
    if (!row) throw new Error('no case was opened');
    return row;
  };
  return {
    host,
    contactId,
    cases,
    only,
    happens: (type: string, data: JsonObject) => host.happens(subject, type, data),
    complains: (complaintId: string, severity = 'normal') =>
      host.happens(subject, 'interaction.complaint', {
        complaintId,
        severity,
        channel: 'phone',
        topic: 'invoice',
      }),
    head: async () => {
      const head = await getHead(store, contactId);
      if (!head) throw new Error('the contact has not been seen yet');
      return head;
    },
    events: async (type: string) =>
      (await rowsOf(store, contactId, 'EVT#', EventRow))
        .filter((event) => event.type === type)
        .sort((a, b) => a.at.localeCompare(b.at)),
    /** What was told of the clocks, by instant. */
    told: async () =>
      (await rowsOf(store, contactId, 'EVT#', EventRow))
        .filter(({ type }) => type === 'case.escalated')
        .map(({ at, data }) => `${at} ${data.clock} ${data.percent}`)
        .sort(),
    escalations: async () =>
      (await tasksOf(store, contactId)).filter(({ origin }) => origin.startsWith('service-levels/')),
    tasks: async () => tasksOf(store, contactId),
    sends: async () => sendsOf(store, contactId),
    stays: async () => staysOf(store, contactId),
    enrolments: async (journey: string) =>
      (await enrolmentsOf(store, contactId)).filter((row) => row.journey === journey),
    /** Somebody at the desk moves a case on. */
    desk: async (body: Json, caseId?: string) => {
      const answer = await call(`POST ${path}`, {
        path: { contactId, caseId: caseId ?? (await only()).id },
        body,
      });
      await host.settle();
      return answer;
    },
    view: async () => contactView(host.ports, contactId),
  };
}

/** The shipped library with one document in place of its namesake. */
async function libraryWith(change: (library: Library) => Partial<Library>): Promise<Library> {
  const library = await shippedLibrary();
  return { ...library, ...change(library) };
}

const aroundTheClock = (library: Library): Partial<Library> => {
  const desk = library.calendars.get('service-desk');
  if (!desk) throw new Error('the library ships a calendar for the service desk');
  const always: Calendar = { ...desk, windows: [{ from: '00:00', to: '00:00' }], holidays: [] };
  return { calendars: new Map([...library.calendars, [always.id, always]]) };
};

const stores = [
  ['sqlite', 'SQLite'],
  ['dynamo', 'DynamoDB'],
] as const;

describe.each(stores)('%s: the clocks of a case', (on) => {
  const skip = on === 'dynamo' && !server;

  test.skipIf(skip)('stand still over a weekend and a holiday: Friday 16:50 before Whit Monday', async () => {
    const { host, complains, only, told, escalations } = await aCustomer('2026-05-22T14:50:00.000Z', { on });

    await complains('k-1');
    expect((await only()).dueAt).toBe('2026-05-26T08:50:00.000Z');
    await host.passUntil('2026-05-26T08:01:59.000Z');
    expect(await told()).toEqual([]);
    await host.passUntil('2026-05-26T08:50:00.000Z');

    expect(await told()).toEqual([
      '2026-05-26T08:02:00.000Z accept 80',
      '2026-05-26T08:50:00.000Z accept 100',
    ]);
    expect((await escalations()).map(({ queue, title }) => `${queue}: ${title}`).sort()).toEqual([
      'crm-process: Overdue to accept: Complaint',
      'service: Soon overdue to accept: Complaint',
    ]);
  });

  test.skipIf(skip)('count what the wall clock skips or shows twice as what it is: time', async () => {
    const library = await libraryWith(aroundTheClock);
    const spring = await aCustomer('2026-03-28T23:00:00.000Z', { on, library });
    await spring.complains('k-1');
    const autumn = await aCustomer('2026-10-24T22:00:00.000Z', { on, library });
    await autumn.complains('k-1');

    await spring.host.passUntil('2026-03-29T03:00:00.000Z');
    await autumn.host.passUntil('2026-10-25T02:00:00.000Z');

    expect(await spring.told()).toEqual([
      '2026-03-29T02:12:00.000Z accept 80',
      '2026-03-29T03:00:00.000Z accept 100',
    ]);
    expect(await autumn.told()).toEqual([
      '2026-10-25T01:12:00.000Z accept 80',
      '2026-10-25T02:00:00.000Z accept 100',
    ]);
  });

  test.skipIf(skip)('pause while we wait for the customer, and every deadline moves by that', async () => {
    const { host, complains, desk, only, told, escalations } = await aCustomer('2026-03-02T09:00:00.000Z', {
      on,
    });
    await complains('k-1', 'high');
    await host.passUntil('2026-03-02T09:24:00.000Z');
    expect((await escalations()).map(({ status }) => status)).toEqual(['open']);
    await desk({ change: 'accept', person: 'carla-diaz' });
    expect((await escalations()).map(({ status }) => status)).toEqual(['expired']);
    await host.passUntil('2026-03-02T10:00:00.000Z');
    await desk({ change: 'answer' });
    await host.passUntil('2026-03-02T12:00:00.000Z');
    await desk({ change: 'wait', note: 'A photo, please.' });

    await host.passUntil('2026-03-09T09:00:00.000Z');
    expect(await told()).toEqual(['2026-03-02T09:24:00.000Z accept 80']);
    expect(await only()).toMatchObject({ status: 'waiting-for-customer', paused: true });
    await desk({ change: 'resume' });
    await host.passUntil('2026-03-10T12:00:00.000Z');

    expect(await told()).toEqual([
      '2026-03-02T09:24:00.000Z accept 80',
      '2026-03-09T14:00:00.000Z solve 80',
      '2026-03-09T16:00:00.000Z solve 100',
    ]);
    const { clocks, pauses } = await only();
    expect(clocks.accept).toMatchObject({ spentMs: 24 * 60_000, stoppedAt: '2026-03-02T09:24:00.000Z' });
    expect(pauses).toEqual([
      { from: '2026-03-02T12:00:00.000Z', to: '2026-03-09T09:00:00.000Z', because: 'waiting-for-customer' },
    ]);
  });
});

describe('the life of a case', () => {
  const monday = '2026-03-02T09:00:00.000Z';

  async function solved() {
    const customer = await aCustomer(monday);
    await customer.happens('order.placed', { orderId: 'o-1' });
    await customer.complains('k-1');
    await customer.desk({ change: 'accept', person: 'carla-diaz' });
    await customer.desk({ change: 'answer' });
    await customer.desk({ change: 'solve', resolution: 'solved', summary: 'Corrected.' });
    return customer;
  }

  test('confirmed and seven days quiet: it is closed, nothing is suppressed, and the owner hears of it', async () => {
    const { host, desk, only, head, tasks, events, happens } = await solved();
    const before = await head();
    expect(before).toMatchObject({ stage: 'first-order', overlay: { stage: 'problem-managed' } });
    await host.passUntil('2026-03-03T09:00:00.000Z');
    await desk({ change: 'confirm' });
    await host.passUntil('2026-03-10T08:59:59.000Z');
    expect(await only()).toMatchObject({ status: 'confirmed' });
    await host.passUntil('2026-03-10T09:00:00.000Z');

    expect(await only()).toMatchObject({ status: 'closed', closedAt: '2026-03-10T09:00:00.000Z' });
    expect(await head()).toMatchObject({
      stage: 'first-order',
      stay: before.stay,
      owner: before.owner,
      overlay: null,
      openCases: 0,
    });
    expect((await events('case.closed')).map(({ data }) => data)).toEqual([
      { caseId: (await only()).id, key: 'k-1', because: 'confirmed' },
    ]);
    expect((await tasks()).filter(({ title }) => title.startsWith('Back with you'))).toEqual([
      expect.objectContaining({ queue: 'order-desk', status: 'open' }),
    ]);
    await happens('case.reopened', { caseId: (await only()).id });
    expect(await only()).toMatchObject({ status: 'closed', reopened: 0 });
  });

  test('silence for seven days counts as a yes', async () => {
    const { host, only, events } = await solved();

    await host.passUntil('2026-03-09T09:00:00.000Z');

    expect(await only()).toMatchObject({ status: 'closed' });
    expect((await events('case.closed')).map(({ data }) => data.because)).toEqual(['silence']);
  });

  test('opened again within seven days it was never solved: its clock goes on with what was left', async () => {
    const { host, desk, only, happens, told } = await solved();
    const { id } = await only();
    await host.passUntil('2026-03-03T09:00:00.000Z');
    await happens('case.confirmed', { caseId: id });
    await host.passUntil('2026-03-06T09:00:00.000Z');
    await happens('case.reopened', { caseId: id, note: 'Again.' });

    expect(await only()).toMatchObject({ status: 'in-work', reopened: 1 });
    expect((await only()).clocks.solve).toMatchObject({ spentMs: 0 });
    expect((await only()).closeAt).toBeUndefined();
    await host.passUntil('2026-03-11T09:00:00.000Z');
    expect(await told()).toEqual(['2026-03-10T13:00:00.000Z solve 80', '2026-03-11T09:00:00.000Z solve 100']);
    await desk({ change: 'solve', resolution: 'solved' });
    expect((await only()).closeAt).toBe('2026-03-18T09:00:00.000Z');
  });

  test('merged into another it is over, and the contact stays where problems are managed until that one is', async () => {
    const { host, complains, desk, cases, head } = await aCustomer(monday);
    await complains('k-1');
    await host.passUntil('2026-03-02T09:01:00.000Z');
    await complains('k-2');
    const [first, second] = await cases();

    const merged = await desk({ change: 'merge', into: second?.id ?? '' }, first?.id);

    expect(merged.status).toBe(200);
    expect(await cases()).toMatchObject([{ status: 'merged', into: second?.id }, { status: 'new' }]);
    expect(await head()).toMatchObject({ openCases: 1, overlay: { stage: 'problem-managed' } });
    await desk({ change: 'close', because: 'duplicate' }, second?.id);
    expect(await head()).toMatchObject({ openCases: 0, overlay: null });
  });

  test('what cannot be done is refused with where, why and what to do', async () => {
    const { desk, only, cases, complains } = await aCustomer(monday);
    await complains('k-1');
    const { id } = await only();

    const refusals = [
      await desk({ change: 'accept', person: 'ana' }, 'case-none'),
      await desk({ change: 'confirm' }),
      await desk({ change: 'merge', into: id }),
      await desk({ change: 'merge', into: 'case-none' }),
      await desk({ change: 'forget' }),
    ];

    expect(refusals.map(({ status }) => status)).toEqual([404, 409, 422, 422, 400]);
    expect(refusals[1]?.body).toEqual({
      error: 'this case is new, so it cannot take "confirm"',
      problems: [
        {
          path: 'change',
          reason: 'this case is new, so it cannot take "confirm"',
          remedy: 'use accept, answer, solve, close, merge',
        },
      ],
    });
    expect(await cases()).toMatchObject([{ status: 'new', changes: 0 }]);
  });

  test('a change that is asked for twice at once is made once, and the second is told so', async () => {
    const { host, complains, contactId, only } = await aCustomer(monday);
    await complains('k-1');
    const { id } = await only();
    const accept = (person: string) =>
      callsOf(host.api)('POST /api/contacts/{contactId}/cases/{caseId}/changes', {
        path: { contactId, caseId: id },
        body: { change: 'accept', person },
      });

    const answers = [await accept('carla-diaz'), await accept('sergio-ramos')];
    await host.settle();

    expect(answers.map(({ status }) => status)).toEqual([200, 409]);
    expect(await only()).toMatchObject({ status: 'accepted', person: 'carla-diaz', changes: 1 });
  });

  test('asking the machine again tells nobody twice', async () => {
    const { host, contactId, complains, only, told } = await aCustomer(monday);
    await complains('k-1');
    await host.passUntil('2026-03-02T13:00:00.000Z');
    const once = await told();

    const call = { contactId, caseId: (await only()).id, do: 'due' } as const;
    const [first, second] = [await caseStep(host.ports, call), await caseStep(host.ports, call)];
    await host.settle();

    expect(once).toEqual(['2026-03-02T12:12:00.000Z accept 80', '2026-03-02T13:00:00.000Z accept 100']);
    expect(await told()).toEqual(once);
    expect(first).toEqual(second);
  });

  test('a change between the plan and the wait is not slept through', async () => {
    const { host, contactId, complains, desk, only } = await aCustomer(monday);
    await complains('k-1');
    const call = { contactId, caseId: (await only()).id };
    const { changes } = await caseStep(host.ports, { ...call, do: 'plan' });
    await desk({ change: 'accept', person: 'carla-diaz' });

    const told = await caseStep(host.ports, { ...call, do: 'await', changes, token: 'a-token' });

    expect(told).toMatchObject({ to: 'again', changes: 1 });
  });

  test('the page of the contact says in words how it stands', async () => {
    const { host, complains, desk, view } = await aCustomer(monday);
    await complains('k-1', 'high');
    await host.passUntil('2026-03-02T09:10:00.000Z');
    await desk({ change: 'accept', person: 'carla-diaz' });
    await host.passUntil('2026-03-02T09:30:00.000Z');
    await desk({ change: 'wait' });

    expect((await view())?.cases).toMatchObject([
      {
        status: 'open',
        state: 'waiting-for-customer',
        stateText: 'Waiting for the customer since 2026-03-02T09:30:00.000Z.',
        person: 'carla-diaz',
        running: false,
        clocks: [
          { name: 'accept', state: 'met', text: 'Accepted after 10 minutes of 30 minutes' },
          { name: 'answer', state: 'paused', text: 'To be answered, 1 hour 30 minutes left when paused' },
          { name: 'solve', state: 'paused', text: 'To be solved, 9 hours 30 minutes left when paused' },
        ],
      },
    ]);
  });
});

describe('a step that opens a case', () => {
  const journey: Journey = {
    id: 'look-after-it',
    title: 'Look after it',
    why: 'A reason',
    owner: { team: 'service' },
    trigger: { event: 'order.delayed' },
    key: '$.orderId',
    reEntry: { policy: 'always' },
    exits: [],
    start: 'open',
    steps: {
      open: {
        title: 'Late order',
        kind: 'case',
        queue: 'service',
        priority: { table: 'case-priority' },
        serviceLevel: 'customer-problems',
        await: { timeout: { after: 'P14D' }, onClosed: 'done', onTimeout: 'late' },
        next: 'late',
      },
      done: { title: 'Done', kind: 'end', reason: 'done' },
      late: { title: 'Late', kind: 'end', reason: 'late' },
    },
    tests: [
      {
        name: 't',
        facts: {},
        events: [{ at: 'PT0S', type: 'order.delayed', data: {} }],
        expect: { effects: [], end: null },
      },
    ],
  };

  test('waits for the end of this case and no other, however it is told of it', async () => {
    const library = await libraryWith(({ journeys }) => ({
      journeys: new Map([...journeys, [journey.id, journey]]),
    }));
    const { host, happens, cases, enrolments } = await aCustomer('2026-03-02T09:00:00.000Z', { library });
    const delay = { expectedAt: '2026-03-05T09:00:00Z' };
    await happens('order.delayed', { orderId: 'o-1', ...delay });
    await host.passUntil('2026-03-02T09:01:00.000Z');
    await happens('order.delayed', { orderId: 'o-2', ...delay });
    const [first, second] = await cases();
    expect([first, second]).toMatchObject([
      { key: 'o-1', title: 'Late order', priority: 'normal', journey: 'look-after-it' },
      { key: 'o-2' },
    ]);

    await happens('case.closed', { caseId: second?.id ?? '', because: 'duplicate' });
    const reasons = async () =>
      (await enrolments('look-after-it')).map(({ key, reason }) => `${key} ${reason}`).sort();
    expect(await reasons()).toEqual(['o-1 undefined', 'o-2 done']);
    await host.passUntil('2026-03-16T09:00:00.000Z');
    expect(await reasons()).toEqual(['o-1 late', 'o-2 done']);
  });
});

describe('while a case is open nobody sells', () => {
  const monday = '2026-03-02T09:00:00.000Z';

  async function developed(subject?: string) {
    const customer = await aCustomer(monday, subject === undefined ? {} : { subject });
    await customer.happens('contact.updated', {
      productsOwned: ['current-account'],
      valueTier: 'b',
      email: 'ana@example.com',
      language: 'en',
    });
    await customer.happens('consent.given', { channel: 'email', purpose: 'marketing' });
    await customer.happens('order.placed', { orderId: 'o-1' });
    await customer.happens('order.delivered', { orderId: 'o-1' });
    await customer.happens('review.received', { orderId: 'o-1', reviewId: 'r-1', stars: 5 });
    expect(await customer.head()).toMatchObject({ stage: 'developed' });
    return customer;
  }
  const content: [string, JsonObject] = ['survey.answered', { surveyId: 's-1', score: 9 }];

  test('no journey that sells begins, and one that is under way ends', async () => {
    // One in ten is held out; she is not.
    const { complains, happens, enrolments, tasks } = await developed('email:carla@example.com');
    await happens(...content);
    const offers = async () => (await tasks()).filter(({ kind }) => kind === 'offer');
    const begun = await enrolments('cross-sell-card');
    const presented = await offers();

    await complains('k-1');
    await happens('survey.answered', { surveyId: 's-2', score: 9 });

    expect(begun).toMatchObject([{ status: 'active' }]);
    expect(await enrolments('cross-sell-card')).toMatchObject([
      { status: 'exited', reason: expect.stringMatching(/^(complaint|case-opened)$/) },
    ]);
    expect(presented).toMatchObject([{ status: 'open' }]);
    expect(await offers()).toMatchObject([{ status: 'expired' }]);
  });

  test('advertising is refused with its reason, and the stage beneath stays as it is', async () => {
    const { host, complains, happens, sends, head } = await developed();
    const before = await head();
    await complains('k-1');
    await happens('cart.updated', { cartId: 'c-1', items: 2, total: 30 });
    await host.passUntil('2026-03-05T09:00:00.000Z');

    const marketing = (await sends()).filter(({ purpose }) => purpose === 'marketing');
    expect(marketing.filter(({ status }) => status !== 'SKIPPED')).toEqual([]);
    expect(await head()).toMatchObject({ stage: 'developed', stay: before.stay, owner: before.owner });
  });

  test.each([
    ['a good customer who leaves over the price is asked back', 'price', 'b', undefined, 1],
    ['nobody is asked back who has moved', 'moved', 'b', undefined, 0],
    ['nobody is asked back who has died', 'deceased', 'a', undefined, 0],
    ['nobody is asked back who has a legal quarrel with us', 'legal', 'a', undefined, 0],
    ['tier c is not asked back', 'price', 'c', undefined, 0],
    ['nobody is asked back while a case is open', 'price', 'b', 'k-1', 0],
  ])('%s', async (_name, reason, valueTier, complaint, entered) => {
    const { complains, happens, enrolments } = await developed();
    await happens('contact.updated', { valueTier });
    if (complaint) await complains(complaint);

    await happens('contract.cancelled', { cancellationId: 'x-1', reason });

    expect(await enrolments('win-back')).toHaveLength(entered);
  });

  test('who has only just signed is not asked back', async () => {
    const { happens, enrolments, head } = await aCustomer(monday);
    await happens('contact.updated', { valueTier: 'a' });
    await happens('contract.signed', { contractId: 'contract-1', product: 'credit-card' });
    expect((await head()).stage).toBe('welcomed');

    await happens('contract.cancelled', { cancellationId: 'x-1', reason: 'price' });

    expect(await enrolments('win-back')).toEqual([]);
  });

  test.each([
    [
      'case.opened',
      async (customer: Awaited<ReturnType<typeof developed>>) => customer.complains('k-1'),
      'case-opened',
    ],
    [
      'consent.withdrawn',
      async (customer: Awaited<ReturnType<typeof developed>>) =>
        customer.happens('consent.withdrawn', { channel: 'email', purpose: 'marketing' }),
      'opted-out',
    ],
    [
      'contact.barred',
      async (customer: Awaited<ReturnType<typeof developed>>) =>
        customer.happens('contact.barred', { reason: 'legal' }),
      'left-in-peace',
    ],
  ])('asking back ends with %s', async (_event, act, reason) => {
    const customer = await developed();
    await customer.happens('contract.cancelled', { cancellationId: 'x-1', reason: 'price' });
    await customer.host.passUntil('2026-03-12T09:00:00.000Z');

    await act(customer);

    expect(await customer.enrolments('win-back')).toMatchObject([{ status: 'exited', reason }]);
  });

  test('after two tries nobody asks again', async () => {
    const { host, happens, enrolments, sends } = await developed();
    await happens('contract.cancelled', { cancellationId: 'x-1', reason: 'price' });

    await host.passUntil('2026-07-01T09:00:00.000Z');

    expect(await enrolments('win-back')).toMatchObject([{ status: 'completed', reason: 'lost' }]);
    expect((await sends()).filter(({ journey }) => journey === 'win-back')).toHaveLength(2);
  });
});
