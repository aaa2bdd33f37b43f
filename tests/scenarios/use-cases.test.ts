import {
  casesOf,
  enrolmentsOf,
  getHead,
  handoversOf,
  offersOf,
  rowsOf,
  sendsOf,
  staysOf,
  tasksOf,
  waitsOf,
} from '@baton/functions/repositories/read.ts';
import { DecisionRow, EventRow, type HeadRow } from '@baton/functions/repositories/rows.ts';
import { answerHandover, answerOffer, completeTask } from '@baton/functions/use-cases/answers.ts';
import { campaignStep } from '@baton/functions/use-cases/campaign-step.ts';
import { diceFor } from '@baton/functions/use-cases/dice.ts';
import { identityKey } from '@baton/functions/use-cases/identity.ts';
import { resolveContact } from '@baton/functions/use-cases/record-event.ts';
import { runStep } from '@baton/functions/use-cases/run-step.ts';
import { startRun } from '@baton/functions/use-cases/start-run.ts';
import { stayStep } from '@baton/functions/use-cases/stay-step.ts';
import { campaignsView } from '@baton/functions/views/campaigns.ts';
import type { Journey, Library } from '@baton/rules/documents/index.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import { addDuration } from '@baton/rules/time/duration.ts';
import { describe, expect, test } from 'vitest';
import { shippedLibrary } from '../support/shipped-library.ts';
import { openVirtualHost } from '../support/virtual-host.ts';

const start = '2026-03-02T09:00:00.000Z';
const after = (span: string) => addDuration(start, span);

/** One contact on a virtual host, and all that is stored about it. */
async function aContact(subject = 'email:ana@example.com', library?: Library) {
  const host = await openVirtualHost(start, library);
  return { host, ...contactOn(host, subject) };
}

function contactOn(host: Awaited<ReturnType<typeof openVirtualHost>>, subject: string) {
  const { store } = host.ports;
  const id = () => resolveContact(host.ports, subject);
  return {
    id,
    happens: (type: string, data: JsonObject) => host.happens(subject, type, data),
    head: async (): Promise<HeadRow> => {
      const head = await getHead(store, await id());
      if (!head) throw new Error(`${subject} has not been seen yet`);
      return head;
    },
    events: async (type: string) =>
      (await rowsOf(store, await id(), 'EVT#', EventRow)).filter((event) => event.type === type),
    decisions: async () => rowsOf(store, await id(), 'DEC#', DecisionRow),
    stays: async () => staysOf(store, await id()),
    handovers: async () => handoversOf(store, await id()),
    tasks: async () => tasksOf(store, await id()),
    open: async () => (await tasksOf(store, await id())).filter(({ status }) => status === 'open'),
    cases: async () => casesOf(store, await id()),
    offers: async () => offersOf(store, await id()),
    sends: async () => sendsOf(store, await id()),
    waits: async () => (await waitsOf(store, await id())).filter(({ kind }) => kind === 'enrolment'),
    enrolments: async (journey: string) =>
      (await enrolmentsOf(store, await id()))
        .filter((row) => row.journey === journey)
        .sort((a, b) => a.enteredAt.localeCompare(b.enteredAt)),
  };
}
type Contact = ReturnType<typeof contactOn>;

/** Stays follow each other without a gap and without overlap, and the head names the owner of the last. */
async function expectOneOwner(contact: Contact): Promise<void> {
  const { stage, owner } = await contact.head();
  const stays = (await contact.stays()).filter(({ overlay }) => !overlay);
  expect(stays.at(-1)).toMatchObject({ stage, owner });
  for (const [index, stay] of stays.entries()) expect(stay.to).toBe(stays[index + 1]?.from);
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
const ines = { team: 'inside-sales', person: 'ines-prado' };
const sergio = { team: 'onboarding', person: 'sergio-ramos' };

describe('a handover is two-sided', () => {
  async function offered() {
    const contact = await aContact();
    await contact.happens(...qualified);
    await contact.happens(...won);
    const [handover] = await contact.handovers();
    if (!handover) throw new Error('no handover was offered');
    return { ...contact, handover, contactId: await contact.id() };
  }

  test('until it is answered the former owner stays responsible, and the receiving team has a task', async () => {
    const contact = await offered();

    expect(contact.handover).toMatchObject({ status: 'offered', acceptBy: after('P1D'), to: sergio });
    expect(await contact.head()).toMatchObject({ stage: 'converted', owner: ines });
    expect(await contact.open()).toEqual([
      expect.objectContaining({ kind: 'handover', queue: 'onboarding', dueAt: after('P1D') }),
    ]);
    await expectOneOwner(contact);
  });

  test('accepted: stage, owner and clock move together, and the offer is off the queue', async () => {
    const { host, handover, contactId, ...contact } = await offered();
    await host.passUntil(after('PT5H'));

    const answer = { contactId, handoverId: handover.id, answer: 'accepted' } as const;
    expect(await answerHandover(host.ports, answer)).toEqual({ ok: true });
    await host.settle();

    expect(await contact.head()).toMatchObject({
      stage: 'welcomed',
      owner: sergio,
      stageSince: after('PT5H'),
    });
    expect(await contact.handovers()).toEqual([
      expect.objectContaining({ status: 'accepted', settledAt: after('PT5H') }),
    ]);
    expect((await contact.open()).filter(({ kind }) => kind === 'handover')).toEqual([]);
    await expectOneOwner(contact);
    await host.passUntil(after('P3D'));
    expect((await contact.handovers()).map(({ status }) => status)).toEqual(['accepted']);
  });

  test('accepted by somebody else: that person is the owner', async () => {
    const { host, handover, contactId, ...contact } = await offered();

    await answerHandover(host.ports, {
      contactId,
      handoverId: handover.id,
      answer: 'accepted',
      person: 'carla-diaz',
    });
    await host.settle();

    expect((await contact.head()).owner).toEqual({ team: 'onboarding', person: 'carla-diaz' });
    await expectOneOwner(contact);
  });

  test('returned: it is back with its reason, the former owner never lost it, and it can be offered again', async () => {
    const { host, handover, contactId, ...contact } = await offered();

    const answer = {
      contactId,
      handoverId: handover.id,
      answer: 'returned',
      reason: 'wrong-person',
    } as const;
    expect(await answerHandover(host.ports, answer)).toEqual({ ok: true });
    await host.settle();
    expect(await contact.handovers()).toEqual([
      expect.objectContaining({ status: 'returned', reason: 'wrong-person' }),
    ]);
    expect(await contact.head()).toMatchObject({ stage: 'converted', owner: ines });
    await expectOneOwner(contact);

    await host.passUntil(after('P2D'));
    await contact.happens('deal.won', { ...pack, leadId: 'l-1', salesRepresentative: 'carla-diaz' });
    const again = (await contact.handovers()).find(({ status }) => status === 'offered');
    await answerHandover(host.ports, { contactId, handoverId: again?.id ?? '', answer: 'accepted' });
    await host.settle();

    expect(again).toMatchObject({ acceptBy: after('P3D'), to: { person: 'carla-diaz' } });
    expect(await contact.head()).toMatchObject({ stage: 'welcomed', owner: { person: 'carla-diaz' } });
    await expectOneOwner(contact);
  });

  test('expired: the process team is told, the owner is who it was, and it can be offered again', async () => {
    const { host, handover, contactId, ...contact } = await offered();
    await host.passUntil(after('PT23H59M'));
    expect((await contact.handovers())[0]?.status).toBe('offered');

    await host.passUntil(after('P1D'));

    expect(await contact.handovers()).toEqual([
      expect.objectContaining({ status: 'expired', settledAt: after('P1D') }),
    ]);
    expect(await contact.open()).toEqual([
      expect.objectContaining({
        kind: 'escalation',
        queue: 'crm-process',
        title: expect.stringMatching(/^Not accepted/),
      }),
    ]);
    expect(await contact.head()).toMatchObject({ stage: 'converted', owner: ines });
    expect(await contact.events('handover.expired')).toHaveLength(1);
    expect(
      await answerHandover(host.ports, { contactId, handoverId: handover.id, answer: 'accepted' }),
    ).toMatchObject({ ok: false, status: 409 });

    await contact.happens('deal.won', { ...pack, leadId: 'l-1' });
    const again = (await contact.handovers()).find(({ status }) => status === 'offered');
    await answerHandover(host.ports, { contactId, handoverId: again?.id ?? '', answer: 'accepted' });
    await host.settle();
    expect(await contact.head()).toMatchObject({ stage: 'welcomed', owner: sergio });
    await expectOneOwner(contact);
  });

  test('while one is open no second is offered', async () => {
    const contact = await offered();

    await contact.happens('deal.won', { ...pack, leadId: 'l-1', salesRepresentative: 'carla-diaz' });

    expect(await contact.handovers()).toHaveLength(1);
  });

  test('two answers at the same moment: one wins, the other is told', async () => {
    const { host, handover, contactId, ...contact } = await offered();
    const answered = { contactId, handoverId: handover.id };

    const answers = await Promise.all([
      answerHandover(host.ports, { ...answered, answer: 'accepted' }),
      answerHandover(host.ports, { ...answered, answer: 'returned', reason: 'not-agreed' }),
      completeTask(host.ports, { contactId, taskId: `accept-${handover.id}`, outcome: 'accepted' }),
    ]);
    await host.settle();

    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    expect(answers.filter((answer) => !answer.ok && answer.status === 409)).toHaveLength(2);
    const [settled] = await contact.handovers();
    expect(settled?.status).toBe(answers[1]?.ok ? 'returned' : 'accepted');
    await expectOneOwner(contact);
  });

  async function blocked() {
    const contact = await aContact();
    await contact.happens(...qualified);
    await contact.happens('deal.won', { ...pack, leadId: 'l-1' });
    return contact;
  }

  test('what is missing blocks it and is named in the decision', async () => {
    const contact = await blocked();

    expect(await contact.handovers()).toEqual([]);
    expect((await contact.decisions()).flatMap(({ handover }) => handover ?? [])).toEqual([
      expect.objectContaining({
        id: 'inside-sales-to-sales-representative',
        kind: 'blocked',
        missing: ['Sales representative'],
      }),
    ]);
    await expectOneOwner(contact);
  });

  test('what is missing is a task of the present owner', async () => {
    const contact = await blocked();

    expect(await contact.open()).toEqual([expect.objectContaining({ queue: 'inside-sales' })]);
  });
});

describe('a stay that lasts too long', () => {
  test('the lead of the process is told as often as the stage says, and no more', async () => {
    const { host, ...contact } = await aContact();
    await contact.happens(...qualified);
    const told = async () => (await contact.events('stage.overdue')).map(({ at, data }) => [at, data.times]);

    await host.passUntil(after('P20D'));
    expect(await told()).toEqual([]);
    await host.passUntil(after('P21D'));
    expect(await told()).toEqual([[after('P21D'), 1]]);
    expect((await contact.open()).filter(({ kind }) => kind === 'escalation')).toEqual([
      expect.objectContaining({ queue: 'crm-process', createdAt: after('P21D') }),
    ]);
    await host.passUntil(after('P365D'));

    expect((await told()).sort()).toEqual([
      [after('P21D'), 1],
      [after('P28D'), 2],
      [after('P35D'), 3],
    ]);
    expect((await contact.tasks()).filter(({ kind }) => kind === 'escalation')).toHaveLength(3);
    expect(await contact.head()).toMatchObject({ stage: 'converted', owner: ines });
  });

  test('a call that the machine repeats escalates once', async () => {
    const { host, ...contact } = await aContact();
    await contact.happens(...qualified);
    const { contactId, stay } = await contact.head();
    host.clock.moveTo(Date.parse(after('P21D')) - 1000);
    const call = { contactId, stay, do: 'escalate' as const, visit: after('P21D') };

    const first = await stayStep(host.ports, call);
    const again = await stayStep(host.ports, call);

    expect(again).toEqual(first);
    expect((await contact.tasks()).filter(({ kind }) => kind === 'escalation')).toHaveLength(1);
  });

  test('who has left in time is never overdue, and a later stay has a clock of its own', async () => {
    const { host, ...contact } = await aContact();
    await contact.happens(...qualified);
    await host.passUntil(after('P20D'));
    await contact.happens('order.placed', { orderId: 'o-1', promisedAt: after('P24D') });

    await host.passUntil(after('P79D'));
    expect(await contact.events('stage.overdue')).toEqual([]);
    await host.passUntil(after('P80D'));

    expect((await contact.events('stage.overdue')).map(({ data }) => data)).toEqual([
      { stage: 'first-order', times: 1 },
    ]);
  });

  test('what was escalated is over when the contact moves on', async () => {
    const { host, ...contact } = await aContact();
    await contact.happens(...qualified);
    await host.passUntil(after('P31D'));

    await contact.happens('order.placed', { orderId: 'o-1' });

    expect((await contact.open()).filter(({ kind }) => kind === 'escalation')).toEqual([]);
  });
});

const complaint = (complaintId: string): [string, JsonObject] => [
  'interaction.complaint',
  { complaintId, channel: 'email', topic: 'invoice' },
];
const consent = (given: boolean): [string, JsonObject] => [
  given ? 'consent.given' : 'consent.withdrawn',
  { channel: 'email', purpose: 'marketing' },
];
/** The shipped library with carts that write whenever they like, so that only the channel keeps them within limits. */
async function manyMailsADay(): Promise<Library> {
  const library = await shippedLibrary();
  const journey = library.journeys.get('cart-abandonment');
  const gate = journey?.steps['all-delivered'];
  if (!journey || gate?.kind !== 'wait-for' || !gate.facts) throw new Error('the journey has changed');
  const steps = { ...journey.steps, 'all-delivered': { ...gate, facts: { ...gate.facts, next: 'remind' } } };
  return { ...library, journeys: new Map([...library.journeys, [journey.id, { ...journey, steps }]]) };
}
const cart = (cartId: string): [string, JsonObject] => ['cart.updated', { cartId, items: 2 }];
const outcomeOf = ({ status, reason }: { status: string; reason?: string }) => reason ?? status;
/** The shipped cart journey may also try an incentive; whether it does is drawn for each contact. */
const isReminder = ({ template }: { template: string }) => template === 'cart-reminder';

describe('a problem', () => {
  test('an open case lies over the stage, suspends marketing, and gives the stage back when it is closed', async () => {
    const { host, ...contact } = await aContact();
    await contact.happens('lead.created', { leadId: 'l-1', origin: 'referral' });
    await contact.happens(...consent(true));
    await contact.happens(...cart('cart-1'));
    await host.passUntil(after('PT20H'));

    await contact.happens(...complaint('c-1'));
    await contact.happens(...complaint('c-2'));
    expect(await contact.head()).toMatchObject({
      stage: 'targeted',
      owner: { team: 'marketing' },
      overlay: { stage: 'problem-managed', since: after('PT20H') },
      openCases: 2,
    });
    await host.passUntil(after('PT25H'));
    expect((await contact.sends()).filter(isReminder).map(outcomeOf)).toEqual(['problem-open']);

    const cases = await contact.cases();
    await contact.happens('case.closed', { caseId: cases[0]?.id ?? '' });
    expect((await contact.head()).overlay).not.toBeNull();
    await contact.happens('case.closed', { caseId: cases[1]?.id ?? '' });
    expect(await contact.head()).toMatchObject({ stage: 'targeted', overlay: null, openCases: 0 });
    await contact.happens('case.closed', { caseId: cases[1]?.id ?? '' });
    expect((await contact.head()).openCases).toBe(0);

    await contact.happens(...cart('cart-2'));
    await host.passUntil(after('P3D'));
    expect((await contact.sends()).filter(isReminder).map(outcomeOf).sort()).toEqual([
      'SENT',
      'problem-open',
    ]);
    await expectOneOwner(contact);
  });

  test('the clock of the problem ends with the problem', async () => {
    const { host, ...contact } = await aContact();
    await contact.happens(...complaint('c-1'));
    await host.passUntil(after('P3D'));
    expect((await contact.events('stage.overdue')).map(({ data }) => data)).toEqual([
      { stage: 'problem-managed', times: 1 },
    ]);

    const [opened] = await contact.cases();
    await contact.happens('case.closed', { caseId: opened?.id ?? '' });
    await host.passUntil(after('P60D'));

    expect(await contact.events('stage.overdue')).toHaveLength(1);
    expect((await contact.open()).filter(({ kind }) => kind === 'escalation')).toEqual([]);
  });
});

describe('a message leaves only when it may', () => {
  test('who has not consented gets no marketing, and who withdraws gets none from then on', async () => {
    const { host, ...contact } = await aContact();
    await contact.happens(...cart('cart-1'));
    await host.passUntil(after('P2D'));
    await contact.happens(...consent(true));
    await contact.happens(...cart('cart-2'));
    await host.passUntil(after('P4D'));
    await contact.happens(...cart('cart-3'));
    await host.passUntil(after('P4DT23H'));
    await contact.happens(...consent(false));
    await host.passUntil(after('P9D'));

    const sends = (await contact.sends()).filter(isReminder).sort((a, b) => a.at.localeCompare(b.at));
    expect(sends.map(outcomeOf)).toEqual(['no-consent', 'SENT']);
    expect(await contact.enrolments('cart-abandonment')).toContainEqual(
      expect.objectContaining({ key: 'cart-3', status: 'exited', reason: 'opted-out' }),
    );
    expect((await contact.sends()).filter(({ at }) => at > after('P4DT23H'))).toEqual([]);
  });

  test('a withdrawal that arrives first wins over a consent that was given before it', async () => {
    const { host, ...contact } = await aContact();
    await contact.happens(...consent(false));
    await host.ports.bus.put([
      {
        specversion: '1.0',
        id: 'late-consent',
        source: 'tests',
        type: 'consent.given',
        time: '2026-02-01T00:00:00Z',
        subject: 'email:ana@example.com',
        data: { channel: 'email', purpose: 'marketing' },
      },
    ]);
    await contact.happens(...cart('cart-1'));
    await host.passUntil(after('P2D'));

    expect((await contact.sends()).map(outcomeOf)).toEqual(['consent-withdrawn']);
  });

  test('at most three marketing messages in seven days, counted exactly', async () => {
    const { host, ...contact } = await aContact('email:ana@example.com', await manyMailsADay());
    await contact.happens(...consent(true));
    for (let at = 0; at < 5; at++) await contact.happens(...cart(`cart-${at}`));
    await host.passUntil(after('P1DT1H'));
    expect((await contact.sends()).map(outcomeOf).sort()).toEqual([
      'SENT',
      'SENT',
      'SENT',
      'frequency-cap',
      'frequency-cap',
    ]);

    await host.passUntil(after('P6DT23H59M'));
    await contact.happens(...cart('cart-early'));
    await host.passUntil(after('P7DT1H'));
    await contact.happens(...cart('cart-late'));
    await host.passUntil(after('P9D'));

    const later = (await contact.sends()).filter(isReminder).filter(({ at }) => at > after('P2D'));
    expect(later.map(outcomeOf).sort()).toEqual(['SENT', 'frequency-cap']);
    expect(host.sent).toHaveLength(4);
  });

  test('a suppressed address gets nothing, not even service messages', async () => {
    const { host, ...contact } = await aContact();
    const { pk } = identityKey(host.ports.identity, 'email', 'ANA@example.com ');
    await host.ports.store.transact([
      { kind: 'put', table: 'guard', item: { pk: `SUP#${pk.slice(3)}`, sk: 'SUP', at: start } },
    ]);

    await contact.happens('order.placed', { orderId: 'o-1', promisedAt: after('P5D') });

    expect((await contact.sends()).map(outcomeOf)).toEqual(['suppressed']);
    expect(host.sent).toEqual([]);
  });
});

/** A card customer of the account owners who has just asked about the interest rate. */
async function onTheLine(subject = 'email:ana@example.com') {
  const contact = await aContact(subject);
  await contact.happens('contact.updated', { productsOwned: ['credit-card'], valueTier: 'b' });
  await contact.happens('order.placed', { orderId: 'o-1', promisedAt: after('P5D') });
  await contact.happens('order.delivered', { orderId: 'o-1' });
  await contact.happens('review.received', { orderId: 'o-1', reviewId: 'r-1', stars: 5 });
  await contact.happens('interaction.enquiry', {
    enquiryId: 'q-1',
    topic: 'interest-rate',
    channel: 'phone',
  });
  const [offer] = await contact.offers();
  const [enrolment] = await contact.enrolments('rate-enquiry-retention');
  if (!offer || !enrolment) throw new Error('no offer was presented');
  expect(await contact.head()).toMatchObject({ stage: 'developed', overlay: null });
  return { ...contact, offer, enrolment, contactId: await contact.id() };
}

describe('an enrolment', () => {
  test('that is left while somebody is asked to do something takes the task back', async () => {
    const contact = await aContact();
    await contact.happens('contact.updated', { phone: '+46701740631', city: 'Lund' });
    await contact.happens('contract.signed', { contractId: 'k-1', product: 'credit-card' });
    const call = expect.objectContaining({ origin: 'journeys/welcome', title: 'Welcome call' });
    expect(await contact.open()).toContainEqual(call);

    await contact.happens('contract.cancelled', {
      cancellationId: 'x-1',
      contractId: 'k-1',
      reason: 'price',
    });

    expect(await contact.enrolments('welcome')).toMatchObject([{ status: 'exited', reason: 'cancelled' }]);
    expect(await contact.open()).not.toContainEqual(call);
    expect(await contact.tasks()).toContainEqual(
      expect.objectContaining({ title: 'Welcome call', status: 'expired' }),
    );
  });

  test('that is left in the middle of a wait stops its machine and takes the offer back', async () => {
    const { host, offer, enrolment, contactId, ...contact } = await onTheLine();
    expect((await contact.waits()).filter(({ holder }) => holder === enrolment.id)).toHaveLength(1);

    await contact.happens(...complaint('c-1'));

    const [left] = await contact.enrolments('rate-enquiry-retention');
    expect(left).toMatchObject({ status: 'exited', reason: 'case-opened', endedAt: start });
    expect(await contact.offers()).toEqual([expect.objectContaining({ status: 'expired' })]);
    expect((await contact.open()).filter(({ kind }) => kind === 'offer')).toEqual([]);
    expect((await contact.waits()).filter(({ holder }) => holder === enrolment.id)).toEqual([]);
    expect(host.machines.describe(enrolment.id)).toMatchObject({ status: 'ABORTED' });
    expect((await contact.head()).active).not.toContain(enrolment.id);
    const late = await answerOffer(host.ports, { contactId, offerId: offer.id, answer: 'accepted' });
    expect(late).toMatchObject({ ok: false, status: 409 });
    await host.passUntil(after('P30D'));
    expect((await contact.sends()).filter(({ journey }) => journey === 'rate-enquiry-retention')).toEqual([]);
  });

  test('an offer takes one of two answers that come at the same moment', async () => {
    const { host, offer, contactId, ...contact } = await onTheLine();

    const answers = await Promise.all([
      answerOffer(host.ports, { contactId, offerId: offer.id, answer: 'declined', reason: 'price' }),
      answerOffer(host.ports, { contactId, offerId: offer.id, answer: 'accepted' }),
      completeTask(host.ports, { contactId, taskId: offer.taskId, outcome: 'accepted' }),
    ]);
    await host.settle();

    expect(answers.map(({ ok }) => ok)).toEqual([true, false, false]);
    expect(answers.slice(1)).toEqual([
      expect.objectContaining({ status: 409 }),
      expect.objectContaining({ status: 409 }),
    ]);
    expect((await contact.offers())[0]?.status).toBe('declined');
    expect((await contact.enrolments('rate-enquiry-retention'))[0]).toMatchObject({ step: 'ask-why' });
    expect([
      ...(await contact.events('offer.accepted')),
      ...(await contact.events('offer.declined')),
    ]).toHaveLength(1);
  });

  test('answer and timeout at the same instant, answer first: the answer counts and nothing is mailed', async () => {
    const { host, offer, contactId, ...contact } = await onTheLine();
    host.clock.moveTo(Date.parse(offer.expiresAt));

    const answer = await answerOffer(host.ports, { contactId, offerId: offer.id, answer: 'accepted' });
    await host.settle();
    await host.passUntil(after('P10D'));

    expect(answer).toEqual({ ok: true });
    await expectOutcome(contact, 'accepted');
  });

  test('answer and timeout at the same instant, timeout first: the answer comes too late and is told so', async () => {
    const { host, offer, contactId, ...contact } = await onTheLine();
    await host.passUntil(offer.expiresAt);

    const answer = await answerOffer(host.ports, { contactId, offerId: offer.id, answer: 'accepted' });
    await host.settle();
    await host.passUntil(after('P10D'));

    expect(answer).toMatchObject({ ok: false, status: 409 });
    await expectOutcome(contact, 'timeout');
  });

  test('a timer that fires after the wait was claimed and before it was signalled goes where the answer leads', async () => {
    const { host, offer, enrolment, contactId, ...contact } = await onTheLine();
    await answerOffer(host.ports, { contactId, offerId: offer.id, answer: 'accepted' });
    while ((await contact.waits())[0]?.status === 'OPEN') await host.step();
    expect((await contact.waits())[0]).toMatchObject({ status: 'CLAIMED' });

    const timer = await runStep(host.ports, {
      enrolments: [{ contactId, enrolmentId: enrolment.id }],
      step: 'present',
      phase: 'timeout',
      visit: 'timer',
    });
    await host.settle();
    await host.passUntil(after('P10D'));

    expect(timer.results).toEqual([{ to: 'note-accepted' }]);
    await expectOutcome(contact, 'accepted');
  });

  /** Either the answer took effect or the timeout did, never both and never neither. */
  async function expectOutcome(contact: Contact, outcome: 'accepted' | 'timeout'): Promise<void> {
    const accepted = outcome === 'accepted';
    const mailed = (await contact.sends()).filter(({ journey }) => journey === 'rate-enquiry-retention');
    expect((await contact.offers())[0]?.status).toBe(accepted ? 'accepted' : 'expired');
    expect((await contact.head()).attributes['$.retentionStatus']?.value).toBe(
      accepted ? 'accepted' : 'no-answer',
    );
    expect(await contact.events('retention.agreed')).toHaveLength(accepted ? 1 : 0);
    expect(mailed).toHaveLength(accepted ? 0 : 1);
    expect(await contact.enrolments('rate-enquiry-retention')).toEqual([
      expect.objectContaining({ status: 'completed' }),
    ]);
  }
});

describe('entering again', () => {
  test('never: one enrolment per key, also after it has ended', async () => {
    const { host, ...contact } = await aContact();
    const order: [string, JsonObject] = ['order.placed', { orderId: 'o-1', promisedAt: after('P5D') }];
    await contact.happens(...order);
    await contact.happens(...order);
    await contact.happens('order.cancelled', { orderId: 'o-1' });
    await host.passUntil(after('P90D'));
    await contact.happens(...order);
    await contact.happens('order.placed', { orderId: 'o-2', promisedAt: after('P95D') });

    const entered = (await contact.enrolments('first-order-care')).map(({ key, status }) => [key, status]);
    expect(entered).toEqual([
      ['o-1', 'completed'],
      ['o-2', 'active'],
    ]);
  });

  test('always: as soon as the first has ended, and an answer to the first is not one to the second', async () => {
    const { host, ...contact } = await aContact();
    await contact.happens(...complaint('c-1'));
    const [opened] = await contact.cases();
    const caseId = opened?.id ?? '';
    const solved: [string, JsonObject] = ['case.solved', { caseId, resolution: 'solved' }];
    const steps = async () =>
      (await contact.enrolments('confirm-solution')).map(
        ({ status, reason, step }) => reason ?? `${status} ${step}`,
      );

    await contact.happens(...solved);
    await contact.happens(...solved);
    expect(await steps()).toEqual(['active await-word']);
    await host.passUntil(after('PT1H'));
    await contact.happens('case.reopened', { caseId });
    expect(await steps()).toEqual(['reopened']);

    await host.passUntil(after('PT2H'));
    await contact.happens(...solved);
    expect(await steps()).toEqual(['reopened', 'active await-word']);
    await host.passUntil(after('PT3H'));
    await contact.happens('case.confirmed', { caseId });
    expect(await steps()).toEqual(['reopened', 'active quiet']);
    expect((await contact.head()).openCases).toBe(1);
    await host.passUntil(after('P7DT3H'));

    expect(await steps()).toEqual(['reopened', 'goal']);
    expect((await contact.head()).openCases).toBe(0);
    expect((await contact.head()).active).toEqual([]);
  });

  test('after a gap: too soon before it, and a second trip to its own end after it', async () => {
    const { host, ...contact } = await aContact();
    const ends = async () =>
      (await contact.enrolments('cart-abandonment')).map(({ status, reason }) => reason ?? status);

    await contact.happens(...cart('cart-1'));
    await contact.happens('cart.emptied', { cartId: 'cart-1' });
    expect(await ends()).toEqual(['emptied']);
    await host.passUntil(after('PT23H'));
    await contact.happens(...cart('cart-1'));
    expect(await ends()).toEqual(['emptied']);
    await host.passUntil(after('P1D'));
    await contact.happens(...cart('cart-1'));
    expect(await ends()).toEqual(['emptied', 'active']);

    await host.passUntil(after('P8D'));
    expect(await ends()).toEqual(['emptied', 'abandoned']);
    await contact.happens(...cart('cart-1'));
    expect(await ends()).toEqual(['emptied', 'abandoned', 'active']);
    expect((await contact.sends()).filter(isReminder).map(outcomeOf)).toEqual(['no-consent']);
  });
});

/** The shipped library with one journey changed. */
async function libraryWith(journey: string, change: (journey: Journey) => Journey): Promise<Library> {
  const library = await shippedLibrary();
  const document = library.journeys.get(journey);
  if (!document) throw new Error(`no journey ${journey}`);
  return { ...library, journeys: new Map([...library.journeys, [journey, change(document)]]) };
}

test('an enrolment stays on its version while a new one is published; who enters later takes the new one', async () => {
  const { host, ...contact } = await aContact();
  await contact.happens(...cart('old'));
  const library = await libraryWith('cart-abandonment', (journey) => {
    const waiting = journey.steps['await-checkout'];
    if (waiting?.kind !== 'wait-for') throw new Error('the journey has changed; choose another step');
    const patient = { ...waiting, timeout: { after: 'P5D' } };
    return { ...journey, steps: { ...journey.steps, 'await-checkout': patient } };
  });

  expect((await host.publish(library)).live).toEqual([
    { kind: 'journeys', id: 'cart-abandonment', version: 2 },
  ]);
  expect((await host.publish(library)).live).toEqual([]);
  await contact.happens(...cart('new'));
  await host.passUntil(after('P9D'));

  const [first, second] = await contact.enrolments('cart-abandonment');
  expect([first, second].map((row) => [row?.key, row?.version])).toEqual(
    expect.arrayContaining([
      ['old', 1],
      ['new', 2],
    ]),
  );
  const reminded = (await contact.sends()).filter(isReminder).map(({ enrolmentId, at }) => [enrolmentId, at]);
  const idOf = (key: string) => [first, second].find((row) => row?.key === key)?.id;
  expect(reminded).toEqual(
    expect.arrayContaining([
      [idOf('old'), after('P1D')],
      [idOf('new'), after('P5DT1H')],
    ]),
  );
  expect(reminded).toHaveLength(2);
});

describe('a campaign run', () => {
  const campaign = 'spring-check-in';
  const at = '2026-03-03T09:00:00Z';

  async function withAudience(size: number) {
    const host = await openVirtualHost(start);
    const library = await shippedLibrary();
    const shipped = library.campaigns.get(campaign);
    if (!shipped) throw new Error(`no campaign ${campaign}`);
    const halved = {
      ...shipped,
      holdout: { ...shipped.holdout, percent: 50 },
      pacing: { batch: 5, perMinute: 300 },
    };
    await host.publish({ ...library, campaigns: new Map([[campaign, halved]]) });
    const contacts = Array.from({ length: size }, (_, index) =>
      contactOn(host, `email:c${index}@example.com`),
    );
    for (const [index, contact] of contacts.entries()) {
      await contact.happens('contact.updated', { valueTier: 'a' });
      await contact.happens('order.placed', { orderId: `o-${index}`, promisedAt: after('P5D') });
      await contact.happens('order.delivered', { orderId: `o-${index}` });
      await contact.happens('review.received', { orderId: `o-${index}`, reviewId: `r-${index}`, stars: 5 });
    }
    const drawn = async (contact: Contact) => diceFor(await contact.id())(halved.holdout.salt) < 50;
    const invitations = () =>
      Promise.all(contacts.map(async (contact) => (await contact.enrolments('value-review')).length));
    return { host, contacts, drawn, invitations };
  }

  test('started twice it is one run, nobody is enrolled twice, and the holdout is left out', async () => {
    const { host, contacts, drawn, invitations } = await withAudience(24);

    await Promise.all([startRun(host.ports, campaign, at), startRun(host.ports, campaign, at)]);
    await host.ports.workflows.start({
      machine: 'campaign',
      name: 'by-another-way',
      input: { campaign, at },
    });
    await host.passUntil(after('PT1H'));
    await startRun(host.ports, campaign, at);
    await host.passUntil(after('PT2H'));

    const held = await Promise.all(contacts.map(drawn));
    expect(new Set(held).size).toBe(2);
    expect(await invitations()).toEqual(held.map((out) => (out ? 0 : 1)));
    const { campaigns } = await campaignsView(host.ports);
    const heldOut = held.filter(Boolean).length;
    expect(campaigns[0]?.runs).toEqual([
      expect.objectContaining({ status: 'done', audience: 24, heldOut, enrolled: 24 - heldOut }),
    ]);
    expect(host.machines.describe('by-another-way')).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('a page that is repeated because its answer was lost enrols nobody twice', async () => {
    const { host, invitations } = await withAudience(6);
    await startRun(host.ports, campaign, at);
    await host.passUntil(after('PT1H'));
    const before = await invitations();
    const page = { pk: `RUN#${campaign}#${at}`, sk: 'PAGE#000001' };

    expect(await campaignStep(host.ports, { campaign, at, do: 'enrol', page: 1 })).toMatchObject({
      claimed: false,
    });
    await host.ports.store.transact([{ kind: 'update', table: 'design', key: page, set: { done: false } }]);
    await campaignStep(host.ports, { campaign, at, do: 'enrol', page: 1 });
    await host.settle();

    expect(before.reduce((sum, count) => sum + count)).toBeGreaterThan(0);
    expect(await invitations()).toEqual(before);
  });
});
