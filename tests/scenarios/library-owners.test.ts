import { getHead, handoversOf, presentHead, staysOf, tasksOf } from '@baton/functions/repositories/read.ts';
import { ownedList } from '@baton/functions/repositories/rows.ts';
import { factsAsOf } from '@baton/functions/use-cases/facts-as-of.ts';
import { resolveContact } from '@baton/functions/use-cases/record-event.ts';
import { reportDeparture } from '@baton/functions/use-cases/report-departure.ts';
import { contactView } from '@baton/functions/views/contact.ts';
import { ownersView } from '@baton/functions/views/owners.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import { describe, expect, test } from 'vitest';
import { openVirtualHost } from '../support/virtual-host.ts';

/** A Monday, ten o'clock in Berlin. */
const start = '2026-03-02T09:00:00.000Z';
const jonas = { person: 'Jonas Vik', reason: 'absent', until: '2026-03-16T00:00:00Z' } as const;

type Host = Awaited<ReturnType<typeof openVirtualHost>>;

/** One contact of the shipped library by the name of its mailbox, and what came of it. */
async function contactAt(host: Host, mailbox: string) {
  const { store } = host.ports;
  const subject = `email:${mailbox}@example.com`;
  const contactId = await resolveContact(host.ports, subject);
  return {
    contactId,
    happens: (type: string, data: JsonObject) => host.happens(subject, type, data),
    owner: async () => (await presentHead(store, contactId))?.owner,
    offers: async () =>
      (await handoversOf(store, contactId))
        .sort((a, b) => a.offeredAt.localeCompare(b.offeredAt))
        .map(({ offeredAt, to, status }) => `${offeredAt.slice(11, 16)} ${to.person ?? to.team} ${status}`),
    tasks: async (title: RegExp) =>
      (await tasksOf(store, contactId))
        .filter((task) => title.test(task.title))
        .map(({ createdAt, queue, instruction }) => `${createdAt.slice(0, 16)} ${queue} ${instruction ?? ''}`)
        .sort(),
    scripts: async (title: RegExp) =>
      (await tasksOf(store, contactId))
        .filter((task) => title.test(task.title))
        .map(({ script = '' }) => script.slice(0, 40)),
  };
}

async function aContact() {
  const host = await openVirtualHost(start);
  return { host, passUntil: host.passUntil, ...(await contactAt(host, 'ana')) };
}

describe('R28: an owner who is away', () => {
  async function owned() {
    const contact = await aContact();
    await contact.happens('lead.qualified', { leadId: 'l-1', insideSales: 'Jonas Vik' });
    await contact.passUntil('2026-03-03T09:00:00.000Z');
    return contact;
  }
  const isAway = (host: Host, departure: Parameters<typeof reportDeparture>[1] = jonas) =>
    reportDeparture(host.ports, departure, 'owner');

  test('leaves every contact to who leads the team, at once, and no other', async () => {
    const { host, owner, tasks, scripts, contactId } = await owned();
    const others = await Promise.all(['ben', 'cleo', 'dan'].map((mailbox) => contactAt(host, mailbox)));
    const [ben, cleo, dan] = others;
    await ben?.happens('lead.qualified', { leadId: 'l-2', insideSales: 'Jonas Vik' });
    await cleo?.happens('lead.qualified', { leadId: 'l-3', insideSales: 'Priya Nair' });
    await dan?.happens('lead.qualified', { leadId: 'l-4', insideSales: 'Jonas Vik' });
    await dan?.happens('order.placed', { orderId: 'o-1' });

    expect(await ownersView(host.ports, {})).toEqual({
      owners: [
        { person: 'Jonas Vik', contacts: 2 },
        { person: 'Priya Nair', contacts: 1 },
      ],
    });
    expect(await isAway(host)).toEqual({ told: 2, more: false });
    await host.settle();
    expect(await ownersView(host.ports, { person: ' Jonas Vik ' })).toEqual({ owners: [] });

    expect(await owner()).toEqual({ team: 'inside-sales', person: 'Ines Vogt' });
    expect(await ben?.owner()).toEqual({ team: 'inside-sales', person: 'Ines Vogt' });
    expect(await cleo?.owner()).toEqual({ team: 'inside-sales', person: 'Priya Nair' });
    expect((await dan?.owner())?.person).toBeUndefined();
    expect(await tasks(/^You own this contact now/)).toEqual([
      '2026-03-03T09:00 inside-sales For Ines Vogt.',
    ]);
    expect(await scripts(/^You own this contact now/)).toEqual(['From today I am the one who looks after ']);
    expect(await isAway(host)).toEqual({ told: 0, more: false });
    const { items } = await host.ports.store.query({
      ...{ table: 'core', index: 'g1' },
      pk: ownedList('Ines Vogt'),
    });
    expect(items.map((item) => item.contactId).sort()).toEqual([contactId, ben?.contactId].sort());
  });

  test('is told on the timeline with the reason, and was the owner before', async () => {
    const { host, contactId } = await owned();
    await isAway(host);
    await host.settle();

    const view = await contactView(host.ports, contactId);
    expect(view?.timeline.map(({ title, text }) => `${title}: ${text}`)).toContain(
      'Owner changed: Ines Vogt owns the contact now. Until then Jonas Vik did. Because Jonas Vik is away. ' +
        'By the rule “A contact whose owner has left or is away goes to who leads the team”.',
    );
    const left = view?.timeline.find(({ title }) => title === 'Owner left');
    expect(left?.decision?.rules).toContainEqual(expect.objectContaining({ id: 'owner-left' }));
    expect(view?.timeline.find(({ title }) => title === 'Entered Converted')?.text).toContain(
      'Owned by Ines Vogt (Inside sales). By Jonas Vik (Inside sales) until 2026-03-03T09:00:00.000Z.',
    );
    const ownerAt = async (at: string) => (await factsAsOf(host.ports, contactId, at))?.cycle?.ownerPerson;
    expect(await ownerAt('2026-03-03T08:59:59.000Z')).toBe('Jonas Vik');
    expect(await ownerAt('2026-03-03T09:00:00.000Z')).toBe('Ines Vogt');
  });

  test('takes nothing along: stage, clock and what was offered stay', async () => {
    const { host, contactId, happens, offers, owner, passUntil } = await owned();
    await happens('deal.won', {
      ...{ leadId: 'l-1', salesRepresentative: 'Elise Moreau', billingAddress: 'Halden Street 1' },
      ...{ contactPerson: 'Ana Prado', promisedDates: 'week 12', openPoints: 'none' },
    });
    const before = await getHead(host.ports.store, contactId);
    await passUntil('2026-03-03T11:00:00.000Z');
    await isAway(host);
    await host.settle();

    const after = await getHead(host.ports.store, contactId);
    expect(after).toMatchObject({
      owner: { team: 'inside-sales', person: 'Ines Vogt' },
      ...{ stay: before?.stay, milestones: before?.milestones },
    });
    expect(after?.stageSince).toBe(before?.stageSince);
    expect(await offers()).toEqual(['09:00 Elise Moreau offered']);
    expect((await staysOf(host.ports.store, contactId)).filter(({ to }) => to === undefined)).toHaveLength(1);
    await passUntil('2026-03-04T08:59:59.000Z');
    await happens('handover.accepted', { handover: 'inside-sales-to-sales-representative' });

    expect(await owner()).toEqual({ team: 'onboarding', person: 'Elise Moreau' });
  });

  test('who leads the team and is away leaves it to a person, within the hour', async () => {
    const { host, owner, tasks } = await owned();
    await isAway(host);
    await host.settle();
    await host.passUntil('2026-03-03T10:00:00.000Z');

    await isAway(host, { person: 'Ines Vogt', reason: 'left' });
    await host.settle();

    expect(await owner()).toEqual({ team: 'inside-sales', person: 'Ines Vogt' });
    expect(await tasks(/^The owner has left and nobody leads/)).toEqual(['2026-03-03T10:00 crm-process ']);
  });

  test('a contact that nobody owns in person is shown with who leads the team', async () => {
    const { host, happens, contactId } = await aContact();
    await happens('order.placed', { orderId: 'o-1' });

    expect((await contactView(host.ports, contactId))?.contact.owner).toEqual({
      ...{ team: 'order-desk', lead: 'Niklas Horn' },
    });
  });
});

describe('R04: a lead that nobody takes', () => {
  async function offered(insideSales: JsonObject) {
    const contact = await aContact();
    await contact.happens('lead.created', { leadId: 'l-1' });
    await contact.happens('contact.updated', { email: 'ana@example.com', language: 'en', ...insideSales });
    await contact.happens('interaction.enquiry', { enquiryId: 'q-1', topic: 'price', channel: 'email' });
    return contact;
  }

  test('is offered to another person of the team, then to who leads it, then to nobody by itself', async () => {
    const { passUntil, offers, tasks, owner, happens } = await offered({ insideSales: 'Jonas Vik' });

    await passUntil('2026-03-02T09:40:00.000Z');

    expect(await offers()).toEqual([
      '09:00 Jonas Vik expired',
      '09:15 Priya Nair expired',
      '09:30 Ines Vogt offered',
    ]);
    expect(await tasks(/^Accept or return/)).toContain('2026-03-02T09:30 inside-sales Offered to Ines Vogt.');
    await happens('handover.accepted', { handover: 'marketing-to-inside-sales' });
    expect(await owner()).toEqual({ team: 'inside-sales', person: 'Ines Vogt' });
  });

  test('of a team that was asked as a whole goes to its first person', async () => {
    const { passUntil, offers, tasks } = await offered({});

    await passUntil('2026-03-02T12:00:00.000Z');

    expect(await offers()).toEqual([
      '09:00 inside-sales expired',
      '09:15 Jonas Vik expired',
      '09:30 Ines Vogt expired',
    ]);
    expect((await tasks(/^Twice the time/)).map((line) => line.slice(0, 28))).toEqual([
      '2026-03-02T09:30 crm-process',
      '2026-03-02T09:45 crm-process',
    ]);
  });
});

describe('R09: a discount', () => {
  async function asked(percent: number, role?: string) {
    const { happens, tasks } = await aContact();
    await happens('lead.qualified', { leadId: 'l-1', insideSales: 'Jonas Vik' });
    await happens('discount.requested', { requestId: 'r-1', percent, ...(role ? { role } : {}) });
    const [approval, unknown] = [await tasks(/^Ask for approval/), await tasks(/^Find out:.*[Rr]ole/)];
    return { approvals: approval.length, unknown: unknown.length };
  }

  test.each([
    ['inside-sales', 10, 0],
    ['inside-sales', 11, 1],
    ['account-owner', 15, 0],
    ['account-owner', 16, 1],
    ['team-lead', 25, 0],
    ['team-lead', 26, 1],
  ])('of %s and %i per cent is approved first: %i', async (role, percent, approvals) => {
    expect(await asked(percent, role)).toEqual({ approvals, unknown: 0 });
  });

  test("of nobody knows whom is nobody's decision, and the role is found out", async () => {
    expect(await asked(15)).toEqual({ approvals: 0, unknown: 1 });
    expect(await asked(8)).toEqual({ approvals: 0, unknown: 0 });
  });
});

describe('R02: who compares', () => {
  async function calls(views: readonly (readonly [string, string])[], valueTier = 'a') {
    const { happens, passUntil, tasks, scripts } = await aContact();
    await happens('contact.updated', { email: 'ana@example.com', language: 'en', valueTier });
    await happens('order.placed', { orderId: 'o-1' });
    await happens('order.approved', { orderId: 'o-1' });
    await happens('order.delivered', { orderId: 'o-1', late: false });
    await happens('review.received', { reviewId: 'r-1', orderId: 'o-1', stars: 5 });
    await happens('handover.accepted', { handover: 'first-order-to-account-owner' });
    for (const [at, type] of views) {
      await passUntil(at);
      await happens(type, { page: 'a-page' });
    }
    for (const script of await scripts(/^Call today/)) expect(script).toMatch(/^I look after you here/);
    return tasks(/^Call today/);
  }
  const prices = 'price-list.viewed';
  const competitors = 'comparison.viewed';

  test('looks at prices once and at a competitor once, and is called that day', async () => {
    const views = [
      ['2026-03-10T09:00:00.000Z', prices],
      ['2026-03-12T09:00:00.000Z', competitors],
    ] as const;

    expect(await calls(views)).toEqual(['2026-03-12T09:00 account-owners ']);
    expect(await calls(views, 'c')).toEqual([]);
  });

  test('two looks at competitors count as well, one look and two that are far apart do not', async () => {
    expect(
      await calls([
        ['2026-03-10T09:00:00.000Z', competitors],
        ['2026-03-10T10:00:00.000Z', competitors],
      ]),
    ).toHaveLength(1);
    expect(await calls([['2026-03-10T09:00:00.000Z', competitors]])).toEqual([]);
    expect(
      await calls([
        ['2026-03-10T09:00:00.000Z', prices],
        ['2026-03-18T09:00:00.000Z', competitors],
      ]),
    ).toEqual([]);
  });
});
