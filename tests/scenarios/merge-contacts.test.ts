import { enrolmentsOf, getHead, presentHead, rowsOf, tasksOf } from '@baton/functions/repositories/read.ts';
import { CapRow, capKey, ownedList, StayRow } from '@baton/functions/repositories/rows.ts';
import { completeTask } from '@baton/functions/use-cases/answers.ts';
import { identityKey } from '@baton/functions/use-cases/identity.ts';
import { resolveContact } from '@baton/functions/use-cases/record-event.ts';
import { recordFeedback } from '@baton/functions/use-cases/record-feedback.ts';
import { contactView } from '@baton/functions/views/contact.ts';
import type { HostOptions } from '@baton/infra/local/host.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import { addDuration } from '@baton/rules/time/duration.ts';
import { describe, expect, test } from 'vitest';
import { dynamoStore } from '../support/aws-replay.ts';
import { startDynamo } from '../support/dynamo-server.ts';
import { openVirtualHost } from '../support/virtual-host.ts';

const start = '2026-03-02T09:00:00.000Z';
const after = (span: string) => addDuration(start, span);
const byMail = 'email:ana@example.com';
const byPhone = 'phone:+4646123456';

/** Ana by her mail address, and somebody by a phone number who turns out to be Ana. */
async function twoContacts(
  before: { mail: [string, JsonObject][]; phone: [string, JsonObject][] },
  more: Parameters<typeof openVirtualHost>[2] = {},
) {
  const host = await openVirtualHost(start, undefined, more);
  const { store } = host.ports;
  for (const [type, data] of before.mail) await host.happens(byMail, type, data);
  await host.passUntil(after('PT1M'));
  for (const [type, data] of before.phone) await host.happens(byPhone, type, data);
  const mailId = await resolveContact(host.ports, byMail);
  const phoneId = await resolveContact(host.ports, byPhone);
  const present = async () => {
    const head = await presentHead(store, phoneId);
    if (!head) throw new Error('the contact is gone');
    return head;
  };
  return {
    host,
    store,
    mailId,
    phoneId,
    present,
    merge: () => host.happens(byMail, 'contact.updated', { phone: '0046 46-12 34 56' }),
    stays: async () => [
      ...(await rowsOf(store, mailId, 'STAY#', StayRow)),
      ...(await rowsOf(store, mailId, `WAS#${phoneId}#STAY#`, StayRow)),
    ],
    enrolments: async (journey: string) =>
      (await enrolmentsOf(store, mailId))
        .filter((row) => row.journey === journey)
        .map(({ key, status, step, reason }) => [key, reason ?? `${status} ${step}`]),
    quarantined: () => store.count({ table: 'core', index: 'g1', pk: 'QUARANTINE' }),
  };
}

const server = await startDynamo();

/** In a folder, and where there is a DynamoDB to try, on that. */
test.each(['folder', ...(server ? ['DynamoDB'] : [])])(
  'an event with both identifiers makes one contact, under every id it ever had (%s)',
  async (kind) => {
    const tables = kind === 'folder' ? undefined : await server?.createTables();
    const storeOf: HostOptions['storeOf'] =
      tables && server && ((_folders, onChange) => dynamoStore(server, tables, onChange));
    const { host, store, mailId, phoneId, present, merge, quarantined } = await twoContacts(
      {
        mail: [
          ['consent.given', { channel: 'email', purpose: 'marketing' }],
          ['order.placed', { orderId: 'o-1', total: 10 }],
        ],
        phone: [
          ['consent.withdrawn', { channel: 'email', purpose: 'marketing' }],
          ['cart.updated', { cartId: 'cart-1', items: 2 }],
          ['order.placed', { orderId: 'o-2', total: 20 }],
        ],
      },
      { storeOf },
    );

    await merge();
    await host.happens(byPhone, 'order.placed', { orderId: 'o-3', total: 30 });

    const head = await present();
    expect(head.contactId).toBe(mailId);
    expect(head.seen['order.placed']).toMatchObject({ count: 3, sums: { total: { total: '600000' } } });
    expect(head.identifiers).toEqual([byMail, byPhone]);
    expect(await getHead(store, phoneId)).toMatchObject({ status: 'merged', into: mailId });
    expect(await store.count({ table: 'core', pk: `C#${phoneId}` })).toBe(1);
    const phoneKey = identityKey(host.ports.identity, 'phone', '+4646123456');
    expect(await store.get('guard', phoneKey)).toMatchObject({ contactId: mailId });
    expect(await resolveContact(host.ports, byPhone)).toBe(mailId);
    const view = await contactView(host.ports, phoneId);
    expect(view?.contact).toMatchObject({
      id: mailId,
      consent: [{ channel: 'email', purpose: 'marketing', given: false }],
    });
    expect(await quarantined()).toBe(0);
  },
  60_000,
);

test('the further stage counts with its owner, and at no time had either contact two owners or none', async () => {
  const { host, present, merge, stays, phoneId, mailId } = await twoContacts({
    mail: [['lead.created', { leadId: 'l-1' }]],
    phone: [['order.placed', { orderId: 'o-1', promisedAt: after('P9D') }]],
  });
  const [before] = (await stays()).slice(0, 1);

  await host.passUntil(after('PT2H'));
  await merge();
  await host.passUntil(after('P1D'));

  const head = await present();
  expect(head.stage).toBe('first-order');
  expect(before?.stage).toBe('targeted');
  const rows = await stays();
  for (const id of [mailId, phoneId]) {
    const own = rows.filter((row) => row.contactId === id).sort((a, b) => a.stay - b.stay);
    expect(own.length).toBeGreaterThan(0);
    for (const [index, { to }] of own.slice(0, -1).entries()) expect(to).toBe(own[index + 1]?.from);
  }
  expect(rows.filter(({ to }) => to === undefined)).toEqual([
    expect.objectContaining({ contactId: mailId, stage: 'first-order', owner: head.owner }),
  ]);
});

test('who owns the further stage has the one contact in their list, and the other one no more', async () => {
  const { host, store, merge, mailId } = await twoContacts({
    mail: [['lead.created', { leadId: 'l-1' }]],
    phone: [['lead.qualified', { leadId: 'l-1', insideSales: 'Jonas Vik' }]],
  });

  await merge();
  await host.passUntil(after('P1D'));

  const { items } = await store.query({ table: 'core', index: 'g1', pk: ownedList('Jonas Vik') });
  expect(items.map(({ pk }) => pk)).toEqual([`C#${mailId}`]);
});

test('an enrolment goes on with the survivor: its wait is answered there, by its old machine', async () => {
  const { host, merge, enrolments, quarantined } = await twoContacts({
    mail: [['page.viewed', { page: '/' }]],
    phone: [['cart.updated', { cartId: 'cart-1', items: 2 }]],
  });

  await merge();
  await host.passUntil(after('PT3H'));
  expect(await enrolments('cart-abandonment')).toEqual([['cart-1', 'active await-checkout']]);
  await host.happens(byMail, 'cart.checked-out', { cartId: 'cart-1', orderId: 'o-1' });
  await host.passUntil(after('P1D'));

  expect(await enrolments('cart-abandonment')).toEqual([['cart-1', 'goal']]);
  expect(await quarantined()).toBe(0);
});

test('of two enrolments under one key the elder goes on', async () => {
  const { host, merge, enrolments } = await twoContacts({
    mail: [['cart.updated', { cartId: 'cart-1', items: 2 }]],
    phone: [['cart.updated', { cartId: 'cart-1', items: 3 }]],
  });

  await merge();
  await host.settle();

  expect((await enrolments('cart-abandonment')).map(([, end]) => end).sort()).toEqual([
    expect.stringMatching(/^active /),
    'merged',
  ]);
});

test('an open case suspends selling for the whole contact until it is closed', async () => {
  const { host, store, mailId, present, merge } = await twoContacts({
    mail: [['order.placed', { orderId: 'o-1' }]],
    phone: [
      [
        'interaction.complaint',
        { complaintId: 'c-1', topic: 'order-status', severity: 'high', channel: 'phone' },
      ],
    ],
  });

  await merge();
  expect(await present()).toMatchObject({ openCases: 1, overlay: { stage: 'problem-managed' } });
  const [open] = (await store.query({ table: 'core', pk: `C#${mailId}`, prefix: 'CASE#' })).items;
  await host.happens(byMail, 'case.closed', { caseId: String(open?.id) });

  expect(await present()).toMatchObject({ openCases: 0, overlay: null });
});

test('what was sent to either counts under the cap, and reports find the message at its new place', async () => {
  const { host, store, mailId, phoneId, merge } = await twoContacts({
    mail: [['order.placed', { orderId: 'o-1' }]],
    phone: [['order.placed', { orderId: 'o-2' }]],
  });
  const cap = (id: string, ...sentAt: string[]) =>
    store.transact([{ kind: 'put', table: 'core', item: { ...capKey(id, 'email'), rev: 1, sentAt } }]);
  await cap(mailId, after('PT1H'));
  await cap(phoneId, after('PT0S'), after('PT2H'));
  const message = { pk: `C#${phoneId}`, sk: 'SEND#s-1', sendId: 's-1', contactId: phoneId };
  await store.transact([
    {
      kind: 'put',
      table: 'core',
      item: {
        ...message,
        enrolmentId: 'e-1',
        journey: 'welcome',
        step: 'mail',
        template: 't',
        channel: 'email',
        purpose: 'service',
        status: 'SENT',
        at: start,
      },
    },
  ]);

  await merge();
  const noted = await recordFeedback(host.ports, {
    about: { contactId: phoneId, sendId: 's-1' },
    at: after('PT3H'),
    sentAt: start,
    outcome: { kind: 'delivered' },
  });

  const joined = CapRow.parse(await store.get('core', capKey(mailId, 'email')));
  expect(joined.sentAt).toEqual([after('PT0S'), after('PT1H'), after('PT2H')]);
  expect(noted).toEqual({ kind: 'recorded' });
  expect(await store.get('core', { pk: `C#${mailId}`, sk: 'SEND#s-1' })).toMatchObject({
    contactId: mailId,
    deliveredAt: after('PT3H'),
  });
});

test('a task of the former contact is completed at its new place, asked for under either id', async () => {
  const { host, store, mailId, phoneId, merge } = await twoContacts({
    mail: [['order.placed', { orderId: 'o-1' }]],
    phone: [['lead.created', { leadId: 'l-1', origin: 'paid-search' }]],
  });
  const before = (await tasksOf(store, phoneId)).filter(({ status }) => status === 'open');

  await merge();

  const moved = (await tasksOf(store, mailId)).map(({ id }) => id);
  expect(before.length).toBeGreaterThan(0);
  for (const { id, outcomes } of before) {
    expect(moved).toContain(id);
    const asked = { contactId: phoneId, taskId: id, outcome: outcomes[0]?.id ?? '' };
    expect(await completeTask(host.ports, asked)).toEqual({ ok: true });
  }
  expect(await store.count({ table: 'core', pk: `C#${phoneId}` })).toBe(1);
});

describe('whom a system keeps under two numbers', () => {
  const phone = '+46 46 123456';
  const contacts = async (...tell: [subject: string, data: JsonObject][]) => {
    const host = await openVirtualHost(start);
    for (const [subject, data] of tell) await host.happens(subject, 'contact.updated', data);
    return Promise.all(['crm:1', 'crm:2'].map((subject) => presentOf(host, subject)));
  };
  const presentOf = async ({ ports }: Awaited<ReturnType<typeof openVirtualHost>>, subject: string) =>
    presentHead(ports.store, await resolveContact(ports, subject));

  test('stay two, though they share a telephone', async () => {
    const [one, two] = await contacts(
      ['crm:1', { phone, city: 'Lund' }],
      ['crm:2', { phone, city: 'Ystad' }],
      ['crm:1', { phone }],
    );

    expect(one?.contactId).not.toBe(two?.contactId);
    expect([one?.attributes['$.city']?.value, two?.attributes['$.city']?.value]).toEqual(['Lund', 'Ystad']);
  });

  test('stay two, though each was known by an address of its own before it had a number', async () => {
    const [one, two] = await contacts(
      ['email:one@example.com', { phone }],
      ['crm:1', { email: 'one@example.com' }],
      ['crm:2', { phone }],
    );

    expect(one?.identifiers).toEqual(['crm:1', 'email:one@example.com', 'phone:+4646123456']);
    expect(two?.identifiers).toEqual(['crm:2', 'phone:+4646123456']);
    expect(one?.contactId).not.toBe(two?.contactId);
  });

  test('stay two, though something without a number names an address of each', async () => {
    const [one, two] = await contacts(
      ['crm:1', { phone }],
      ['crm:2', { email: 'two@example.com' }],
      ['email:two@example.com', { phone }],
    );

    expect(one?.contactId).not.toBe(two?.contactId);
  });

  test('and whom two systems keep are one by their telephone', async () => {
    const [one] = await contacts(['crm:1', { phone }], ['shop:77', { phone }]);

    expect(one?.identifiers).toEqual(['crm:1', 'phone:+4646123456', 'shop:77']);
  });
});
