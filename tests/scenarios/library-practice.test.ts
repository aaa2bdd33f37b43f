import { casesOf, enrolmentsOf, handoversOf, sendsOf, tasksOf } from '@baton/functions/repositories/read.ts';
import { resolveContact } from '@baton/functions/use-cases/record-event.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import { describe, expect, test } from 'vitest';
import { openVirtualHost } from '../support/virtual-host.ts';

/** A Monday, ten o'clock in Berlin. */
const start = '2026-03-02T09:00:00.000Z';

/** One contact of the shipped library, and what came of it. */
async function aContact(begin = start) {
  const host = await openVirtualHost(begin);
  const subject = 'email:ana@example.com';
  const { store } = host.ports;
  const contactId = await resolveContact(host.ports, subject);
  const happens = (type: string, data: JsonObject) => host.happens(subject, type, data);
  return {
    passUntil: host.passUntil,
    happens,
    known: (data: JsonObject = {}) =>
      happens('contact.updated', {
        ...{ email: 'ana@example.com', phone: '+49 30 1234567', language: 'en', timeZone: 'Europe/Berlin' },
        ...data,
      }),
    agrees: () => happens('consent.given', { channel: 'email', purpose: 'marketing' }),
    enquires: (enquiryId: string, topic: string) =>
      happens('interaction.enquiry', { enquiryId, topic, channel: 'email' }),
    tasks: async (title: RegExp) =>
      (await tasksOf(store, contactId))
        .filter((task) => title.test(task.title))
        .map(({ createdAt, queue }) => `${createdAt} ${queue}`)
        .sort(),
    cases: async () => (await casesOf(store, contactId)).map(({ title }) => title),
    handovers: async () =>
      (await handoversOf(store, contactId))
        .sort((a, b) => a.offeredAt.localeCompare(b.offeredAt))
        .map(({ offeredAt, status }) => `${offeredAt} ${status}`),
    mails: async (template: string) =>
      (await sendsOf(store, contactId))
        .filter((send) => send.template === template && send.status === 'SENT')
        .map(({ at }) => at)
        .sort(),
    journeys: async () =>
      (await enrolmentsOf(store, contactId)).map(({ journey, reason }) => ({ journey, reason })),
  };
}

describe('R04: a lead that nobody takes', () => {
  test('is offered to the next in line when the time is over, and told to whoever leads at twice the time', async () => {
    const { happens, known, enquires, passUntil, handovers, tasks } = await aContact();
    await happens('lead.created', { leadId: 'l-1' });
    await known();
    await enquires('q-1', 'price');

    await passUntil('2026-03-02T09:29:59.000Z');
    expect(await handovers()).toEqual([
      '2026-03-02T09:00:00.000Z expired',
      '2026-03-02T09:15:00.000Z offered',
    ]);
    expect(await tasks(/^Twice the time/)).toEqual([]);
    await passUntil('2026-03-02T09:44:59.000Z');

    expect((await handovers()).map((line) => line.slice(25))).toEqual(['expired', 'expired', 'offered']);
    expect(await tasks(/^Twice the time/)).toEqual(['2026-03-02T09:30:00.000Z crm-process']);
  });
});

describe('R08: a deal', () => {
  test('is stalled after three weeks and not before', async () => {
    const { happens, known, passUntil, tasks } = await aContact();
    await known();
    await happens('lead.qualified', { leadId: 'l-1', insideSales: 'ines' });

    await passUntil('2026-03-23T08:59:59.000Z');
    expect(await tasks(/^Stalled/)).toEqual([]);
    await passUntil('2026-03-23T09:00:00.000Z');

    expect(await tasks(/^Stalled/)).toEqual(['2026-03-23T09:00:00.000Z inside-sales']);
  });
});

describe('R11: a new customer whose data is missing', () => {
  test('is called after one day', async () => {
    const { happens, passUntil, tasks } = await aContact();
    await happens('contact.updated', { email: 'ana@example.com', language: 'en' });
    await happens('contract.signed', { contractId: 'c-1' });

    await passUntil('2026-03-03T09:00:00.000Z');

    expect(await tasks(/^Welcome call/)).toEqual(['2026-03-03T09:00:00.000Z onboarding']);
  });
});

describe('R18: a customer who rises to tier A', () => {
  test('is met, and met again after falling and rising a year later; who stays is not', async () => {
    const { happens, known, passUntil, tasks } = await aContact();
    await known();
    await happens('order.placed', { orderId: 'o-1' });
    await happens('order.approved', { orderId: 'o-1' });
    await happens('order.delivered', { orderId: 'o-1', late: false });
    await happens('review.received', { reviewId: 'r-1', orderId: 'o-1', stars: 5 });
    await passUntil('2026-03-03T09:00:00.000Z');
    await happens('handover.accepted', { handover: 'first-order-to-account-owner' });
    const rises: string[] = [];
    for (const [at, valueTier] of [
      ['2026-04-01T09:00:00.000Z', 'b'],
      ['2026-04-02T09:00:00.000Z', 'a'],
      ['2026-05-02T09:00:00.000Z', 'a'],
      ['2026-09-02T09:00:00.000Z', 'b'],
      ['2027-04-02T09:00:00.000Z', 'a'],
    ] as const) {
      await passUntil(at);
      await happens('contact.updated', { valueTier });
      rises.push(...(await tasks(/new in tier A/)));
    }

    expect([...new Set(rises)]).toEqual([
      '2026-04-02T09:00:00.000Z account-owners',
      '2027-04-02T09:00:00.000Z account-owners',
    ]);
  });
});

describe('R19: who asks again', () => {
  test('about the same within a week has a case', async () => {
    const { enquires, passUntil, cases } = await aContact();
    await enquires('q-1', 'invoice');
    await passUntil('2026-03-08T09:00:00.000Z');
    expect(await cases()).toEqual([]);

    await enquires('q-2', 'invoice');
    await passUntil('2026-03-08T09:01:00.000Z');

    expect(await cases()).toEqual(['Asked twice in a week: read both and settle it']);
  });

  test('about something else, or after the week, has none', async () => {
    const { enquires, passUntil, cases } = await aContact();
    await enquires('q-1', 'invoice');
    await enquires('q-2', 'contract');
    await passUntil('2026-03-10T09:00:00.000Z');
    await enquires('q-3', 'invoice');
    await passUntil('2026-03-10T09:01:00.000Z');

    expect(await cases()).toEqual([]);
  });
});

describe('J10: carts', () => {
  async function aShopper() {
    const contact = await aContact();
    await contact.known();
    await contact.agrees();
    return { ...contact, fills: (cartId: string) => contact.happens('cart.updated', { cartId, items: 2 }) };
  }

  test('two carts of one instant are two days of one mail', async () => {
    const { fills, passUntil, mails } = await aShopper();
    await fills('cart-1');
    await fills('cart-2');

    await passUntil('2026-03-05T08:00:00.000Z');

    expect(await mails('cart-reminder')).toEqual(['2026-03-03T09:00:00.000Z', '2026-03-04T09:00:00.000Z']);
  });

  test('a change begins the hour anew', async () => {
    const { fills, passUntil, mails } = await aShopper();
    await fills('cart-1');
    await passUntil('2026-03-02T09:50:00.000Z');
    await fills('cart-1');

    await passUntil('2026-03-04T00:00:00.000Z');

    expect(await mails('cart-reminder')).toEqual(['2026-03-03T09:50:00.000Z']);
  });

  test('R14: nobody is reminded of a cart while an order is on its way', async () => {
    const { happens, fills, passUntil, mails } = await aShopper();
    await happens('order.placed', { orderId: 'o-1' });
    await fills('cart-1');
    await passUntil('2026-03-04T10:00:00.000Z');
    expect(await mails('cart-reminder')).toEqual([]);

    await happens('order.delivered', { orderId: 'o-1', late: false });
    await passUntil('2026-03-04T11:00:00.000Z');

    expect(await mails('cart-reminder')).toEqual(['2026-03-04T10:00:00.000Z']);
  });
});

describe('J5: an order that comes back', () => {
  test('is not asked about; the other one is', async () => {
    const { happens, known, passUntil, mails, journeys } = await aContact();
    await known();
    for (const orderId of ['o-1', 'o-2']) {
      await happens('order.placed', { orderId, promisedAt: '2026-03-06T09:00:00Z' });
      await happens('order.delivered', { orderId, late: false });
    }
    await happens('order.returned', { orderId: 'o-1' });

    await passUntil('2026-03-07T09:00:00.000Z');

    expect(await mails('satisfaction-question')).toHaveLength(1);
    expect(await journeys()).toContainEqual({ journey: 'first-order-care', reason: 'returned' });
  });
});

describe('J6: the card', () => {
  test('whoever opens it while the offer waits for a talk is not written to', async () => {
    const { happens, known, agrees, passUntil, mails, journeys } = await aContact();
    await known({ productsOwned: ['current-account'], valueTier: 'b' });
    await agrees();
    await happens('order.placed', { orderId: 'o-1' });
    await happens('order.approved', { orderId: 'o-1' });
    await happens('order.delivered', { orderId: 'o-1', late: false });
    await happens('survey.answered', { surveyId: 's-0', orderId: 'o-1', score: 9 });
    await happens('handover.accepted', { handover: 'first-order-to-account-owner' });
    await happens('survey.answered', { surveyId: 's-1', score: 9 });
    await passUntil('2026-03-04T09:00:00.000Z');
    await happens('contact.updated', { productsOwned: ['current-account', 'credit-card'] });

    await passUntil('2026-03-20T09:00:00.000Z');

    expect(await journeys()).toContainEqual({ journey: 'cross-sell-card', reason: 'goal' });
    expect(await mails('next-product')).toEqual([]);
  });
});

describe('J7: a customer who has cancelled', () => {
  async function lettersTo(validUntil: string) {
    const { happens, known, passUntil, mails } = await aContact();
    await known({ valueTier: 'b' });
    await happens('consent.given', { channel: 'email', purpose: 'marketing', validUntil });
    await happens('order.placed', { orderId: 'o-1' });
    await happens('order.delivered', { orderId: 'o-1', late: false });
    await happens('contract.cancelled', { cancellationId: 'c-1', reason: 'price' });
    await passUntil('2026-04-10T09:00:00.000Z');
    return (await mails('win-back-price')).length;
  }

  test('is written to while the consent is valid, and not when it has run out meanwhile', async () => {
    expect(await lettersTo('2026-12-31T00:00:00Z')).toBe(1);
    expect(await lettersTo('2026-03-20T00:00:00Z')).toBe(0);
  });
});
