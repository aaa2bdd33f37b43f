import { createHash } from 'node:crypto';
import { feedbackPatterns } from '@baton/functions/handlers/provider-feedback.ts';
import { recordFeedbackHandler } from '@baton/functions/handlers/record-feedback.ts';
import { type LogFields, Rejected } from '@baton/functions/ports.ts';
import { getRow, rowsOf, sendsOf } from '@baton/functions/repositories/read.ts';
import {
  ConsentRow,
  consentKey,
  EventRow,
  headKey,
  referenceKey,
  type SendRow,
  sendKey,
} from '@baton/functions/repositories/rows.ts';
import { resolveContact } from '@baton/functions/use-cases/record-event.ts';
import type { FeedbackPorts } from '@baton/functions/use-cases/record-feedback.ts';
import { suppressionKey } from '@baton/functions/use-cases/suppression.ts';
import { contactView } from '@baton/functions/views/contact.ts';
import { matchPattern } from '@baton/infra/local/event-pattern.ts';
import { createVirtualClock } from '@baton/infra/local/virtual-clock.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import { addDuration } from '@baton/rules/time/duration.ts';
import { describe, expect, test } from 'vitest';
import { ignoredMetrics } from '../support/ignored-metrics.ts';
import { createMemoryStore } from '../support/memory-store.ts';
import {
  bounced,
  complained,
  delivered,
  mailReport,
  rejected,
  sent,
  textReport,
} from '../support/provider-reports.ts';
import { openVirtualHost } from '../support/virtual-host.ts';

const start = '2026-03-02T09:00:00.000Z';
const about = { contactId: 'c-1', sendId: 'e-1.confirm.1' };

/** A message of a contact, as it stands before anything comes back. */
async function aMessage(own: Partial<SendRow> = {}) {
  const store = createMemoryStore();
  const logged: [string, LogFields?][] = [];
  const ports: FeedbackPorts = {
    store,
    clock: createVirtualClock(start),
    identity: { hmac: (text) => createHash('sha256').update(text).digest('hex') },
    metrics: ignoredMetrics,
    log: { info: (event, fields) => void logged.push([event, fields]), warn: () => {}, error: () => {} },
  };
  const status = own.status ?? 'SENT';
  await store.transact([
    { kind: 'put', table: 'core', item: { ...headKey(about.contactId), contactId: about.contactId } },
    {
      kind: 'put',
      table: 'core',
      item: {
        ...sendKey(about.contactId, about.sendId),
        g1pk: `MSG#${status}`,
        g1sk: `${start}#${about.sendId}`,
        ...about,
        enrolmentId: 'e-1',
        journey: 'first-order-care',
        step: 'confirm',
        template: 'order-confirmation',
        channel: 'email',
        purpose: 'service',
        at: start,
        to: 'Ana@Example.com',
        body: 'Hello',
        ...own,
        status,
      },
    },
  ]);
  return {
    ports,
    store,
    logged,
    reports: recordFeedbackHandler(ports),
    message: async () => (await sendsOf(store, about.contactId))[0],
    suppressions: () => store.rows('guard').filter(({ sk }) => sk === 'SUP'),
    withdrawals: async () => rowsOf(store, about.contactId, 'EVT#', EventRow),
  };
}

describe('a report that a message was sent', () => {
  test.each(['ATTEMPT', 'UNKNOWN', 'PERMITTED'] as const)('settles one that was %s', async (status) => {
    const { reports, message } = await aMessage({ status });

    expect(await reports(sent(about))).toEqual({ kind: 'recorded' });

    expect(await message()).toMatchObject({
      status: 'SENT',
      g1pk: 'MSG#SENT',
      sentAt: '2026-03-02T09:00:01.012Z',
    });
  });

  test.each(['FAILED', 'SENT'] as const)('leaves one that is %s', async (status) => {
    const { reports, message } = await aMessage({ status });
    const before = await message();

    await reports(sent(about));

    expect(await message()).toEqual(before);
  });
});

test('a message that the provider took and then turned down has failed', async () => {
  const { reports, message } = await aMessage({ sentAt: start });

  await reports(rejected(about));

  expect(await message()).toMatchObject({ status: 'FAILED', g1pk: 'MSG#FAILED', reason: expect.any(String) });
});

test('a bounce that may pass is noted and suppresses nobody', async () => {
  const { reports, message, suppressions } = await aMessage();

  await reports(bounced(about, 'Transient'));

  expect(await message()).toMatchObject({
    status: 'SENT',
    bounce: 'passing',
    bounceReason: 'MailboxFull',
    bouncedAt: '2026-03-02T09:00:05.000Z',
  });
  expect(suppressions()).toEqual([]);
});

test('what is stored and logged of a report names no address', async () => {
  const { reports, store, logged } = await aMessage();

  await reports(bounced(about));
  await reports(complained(about));

  const rows = [...store.rows('core'), ...store.rows('guard')].filter(({ sk }) => !sk.startsWith('SEND#'));
  expect(JSON.stringify([rows, logged])).not.toMatch(/ana@example|5\.1\.1/i);
});

test('mail that was taken out of the spam folder is no complaint', async () => {
  const { reports, message, suppressions, withdrawals } = await aMessage();

  expect(await reports(complained(about, 'not-spam'))).toEqual({ kind: 'unknown' });

  expect(await message()).not.toHaveProperty('complainedAt');
  expect([suppressions(), await withdrawals()]).toEqual([[], []]);
});

/** Every order of the given reports. */
const orders = <T>(list: readonly T[]): T[][] =>
  list.length <= 1
    ? [[...list]]
    : list.flatMap((one, at) => orders(list.toSpliced(at, 1)).map((rest) => [one, ...rest]));

test('reports in any order, each twice, leave the message the same', async () => {
  const reported = [
    sent(about),
    delivered(about),
    bounced(about, 'Transient', '2026-03-02T09:00:03.000Z'),
    bounced(about),
    complained(about),
  ];
  const ends = new Set<string>();
  for (const order of orders(reported)) {
    const { reports, message, suppressions, withdrawals } = await aMessage({ status: 'UNKNOWN' });

    for (const report of [...order, ...order]) await reports(report);

    ends.add(JSON.stringify(Object.entries((await message()) ?? {}).sort()));
    expect(suppressions()).toHaveLength(1);
    expect(await withdrawals()).toHaveLength(1);
  }
  expect([...ends]).toEqual([expect.stringContaining('"permanent"')]);
});

test('a message that changes while its report is noted keeps both', async () => {
  const { reports, message, ports, store } = await aMessage({ status: 'ATTEMPT' });
  let raced = false;
  ports.store = {
    ...store,
    transact: async (operations) => {
      if (!raced) await store.transact([settledMeanwhile]);
      raced = true;
      return store.transact(operations);
    },
  };
  const settledMeanwhile = {
    kind: 'update' as const,
    table: 'core' as const,
    key: sendKey(about.contactId, about.sendId),
    set: { status: 'SENT', g1pk: 'MSG#SENT', sentAt: start },
  };

  await reports(delivered(about));

  expect(await message()).toMatchObject({
    status: 'SENT',
    sentAt: start,
    deliveredAt: '2026-03-02T09:00:04.000Z',
  });
});

describe('a report about nothing of ours', () => {
  const elsewhere = mailReport('Email Sent', about, 'Send', {
    mail: { timestamp: start, tags: { campaign: ['spring'] } },
  });

  test.each<[string, JsonObject]>([
    ['of another contact', sent({ ...about, contactId: 'c-2' })],
    ['of mail that others sent from the account', elsewhere],
    ['of a text with a name that nobody knows', textReport('DELIVERED')],
    ['that somebody opened a mail', mailReport('Email Opened', about, 'Open', { open: {} })],
    ['of a text that nobody can tell about', textReport('UNKNOWN', { context: about })],
  ])('%s is counted and left', async (_what, report) => {
    const { reports, store, logged } = await aMessage();
    const before = store.rows('core');

    expect(await reports(report)).toEqual({ kind: 'unknown' });

    expect(logged).toEqual([['feedback about no message of ours', { count: 1 }]]);
    expect(store.rows('core')).toEqual(before);
  });

  test('but of a shape that Baton does not know is refused by place, without its values', async () => {
    const { reports } = await aMessage();
    const report = mailReport('Email Bounced', about, 'Bounce', { bounce: 'ana@example.com' });

    const refused = reports(report);

    await expect(refused).rejects.toThrow(Rejected);
    await expect(refused).rejects.toThrow(/^bounce: the report has a shape/);
    await expect(refused).rejects.not.toThrow(/ana@/);
  });
});

describe('a text', () => {
  const number = { channel: 'sms', to: '+49 170 12345' } as const;
  const named = (store: Awaited<ReturnType<typeof aMessage>>['store']) =>
    store.transact([{ kind: 'put', table: 'guard', item: { ...referenceKey('sms', 'm-1'), ...about } }]);

  test.each<[string, JsonObject]>([
    ['by its context', textReport('DELIVERED', { context: about })],
    ["by the provider's name for it", textReport('DELIVERED')],
  ])('is known %s', async (_what, report) => {
    const { reports, message, store } = await aMessage({ ...number, status: 'UNKNOWN' });
    await named(store);

    await reports(report);

    expect(await message()).toMatchObject({
      status: 'SENT',
      sentAt: '2026-03-02T09:00:01.000Z',
      deliveredAt: '2026-03-02T09:00:07.000Z',
    });
  });

  test('to a number that does not exist suppresses it, however it is written', async () => {
    const { reports, ports, suppressions } = await aMessage(number);

    await reports(textReport('INVALID', { context: about }));

    expect(suppressions()).toMatchObject([suppressionKey(ports.identity, 'sms', '+4917012345')]);
  });

  test.each([
    ['INVALID', true, 'permanent', 1],
    ['UNREACHABLE', true, 'passing', 0],
    ['CARRIER_UNREACHABLE', false, undefined, 0],
  ])('that ends %s (final: %s) has a bounce that is %s', async (status, isFinal, bounce, suppressed) => {
    const { reports, message, suppressions } = await aMessage(number);

    await reports(textReport(status, { isFinal, context: about }));

    expect((await message())?.bounce).toBe(bounce);
    expect(suppressions()).toHaveLength(suppressed);
  });
});

test.each([
  [sent(about), true],
  [complained(about), true],
  [textReport('DELIVERED'), true],
  [mailReport('Email Opened', about, 'Open', {}), false],
])('the rules of the default bus lead to the handler what it reads', (report, isLed) => {
  expect(Object.values(feedbackPatterns).some((pattern) => matchPattern(pattern, report))).toBe(isLed);
});

describe('on a host', () => {
  const subject = 'email:ana@example.com';

  async function ordered() {
    const host = await openVirtualHost(start);
    await host.happens(subject, 'consent.given', { channel: 'email', purpose: 'marketing' });
    await host.happens(subject, 'order.placed', { orderId: 'o-1' });
    const contactId = await resolveContact(host.ports, subject);
    const [first] = await sendsOf(host.ports.store, contactId);
    if (first?.status !== 'SENT') throw new Error('an order is not confirmed by mail any more');
    const reports = recordFeedbackHandler(host.ports);
    return {
      ...host,
      contactId,
      reports: async (report: (about: { contactId: string; sendId: string }) => JsonObject) => {
        await reports(report({ contactId, sendId: first.sendId }));
        await host.settle();
      },
      messages: async () => (await contactView(host.ports, contactId, {}))?.messages ?? [],
    };
  }

  test('after a permanent bounce the next message is skipped and says why', async () => {
    const { reports, happens, messages, sent, passUntil } = await ordered();
    await reports(bounced);
    await passUntil(addDuration(start, 'PT1H'));

    await happens(subject, 'order.placed', { orderId: 'o-2' });

    expect(await messages()).toMatchObject([
      {
        status: 'skipped',
        reason: 'An earlier message could not be delivered to this address. Ask the contact for another one.',
      },
      {
        status: 'sent',
        feedback: {
          kind: 'bounced',
          text: 'Could not be delivered, for good. There is no such mailbox.',
          at: '2026-03-02T09:00:05.000Z',
        },
      },
    ]);
    expect(sent).toHaveLength(1);
  });

  test('a complaint withdraws the consent as well, and the history tells of it', async () => {
    const { reports, contactId, ports, messages, passUntil } = await ordered();
    await passUntil(addDuration(start, 'P1D'));

    await reports(complained);

    const consent = await getRow(ports.store, consentKey(contactId, 'email', 'marketing'), ConsentRow);
    expect(consent).toMatchObject({ given: false, at: '2026-03-02T10:00:00.000Z' });
    expect(await messages()).toMatchObject([{ feedback: { kind: 'complained' } }]);
    const view = await contactView(ports, contactId, {});
    expect(view?.timeline.map(({ title }) => title)).toContain('Consent withdrawn');
  });

  test('a consent that was given after the complaint stands', async () => {
    const { reports, contactId, ports, happens, passUntil } = await ordered();
    await passUntil(addDuration(start, 'P1D'));
    await happens(subject, 'consent.given', { channel: 'email', purpose: 'marketing' });

    await reports(complained);

    const consent = await getRow(ports.store, consentKey(contactId, 'email', 'marketing'), ConsentRow);
    expect(consent?.given).toBe(true);
  });

  test('a delivery is shown', async () => {
    const { reports, messages } = await ordered();

    await reports(delivered);

    expect(await messages()).toMatchObject([
      { status: 'sent', feedback: { kind: 'delivered', text: 'Delivered.' } },
    ]);
  });
});
