import { headKey } from '@baton/functions/repositories/rows.ts';
import { factsAsOf } from '@baton/functions/use-cases/facts-as-of.ts';
import { resolveContact } from '@baton/functions/use-cases/record-event.ts';
import { addDuration } from '@baton/rules/time/duration.ts';
import { expect, test } from 'vitest';
import { callsOf } from '../support/api-calls.ts';
import { openVirtualHost } from '../support/virtual-host.ts';

const start = '2026-03-02T09:00:00.000Z';
const after = (span: string) => addDuration(start, span);
const subject = 'email:ana@example.com';

/** Weeks of a contact: a lead, an order, a complaint that is settled, and another town. */
async function aHistory() {
  const host = await openVirtualHost(start);
  await host.happens(subject, 'lead.created', { leadId: 'l-1' });
  await host.happens(subject, 'contact.updated', { city: 'Lund' });
  await host.passUntil(after('P1D'));
  await host.happens(subject, 'order.placed', { orderId: 'o-1', total: 40 });
  await host.passUntil(after('P2D'));
  await host.happens(subject, 'interaction.complaint', {
    complaintId: 'c-1',
    topic: 'order-status',
    severity: 'high',
    channel: 'phone',
  });
  const contactId = await resolveContact(host.ports, subject);
  const { items } = await host.ports.store.query({ table: 'core', pk: `C#${contactId}`, prefix: 'CASE#' });
  await host.passUntil(after('P3D'));
  await host.happens(subject, 'case.closed', { caseId: String(items[0]?.id) });
  await host.passUntil(after('P4D'));
  await host.happens(subject, 'contact.updated', { city: 'Porto' });
  await host.passUntil(after('P5D'));
  return {
    host,
    contactId,
    call: callsOf(host.api),
    at: (span: string) => factsAsOf(host.ports, contactId, after(span)),
  };
}

test('stage, owner, cases, attributes and what they are computed from stand as they stood', async () => {
  const { at } = await aHistory();

  const [first, ordered, complained, settled, moved] = await Promise.all(
    ['PT12H', 'P1DT12H', 'P2DT12H', 'P3DT12H', 'P4DT12H'].map(at),
  );

  expect(first?.cycle).toMatchObject({ stage: 'targeted', ownerTeam: 'marketing', daysInStage: 0 });
  expect(first?.contact).toMatchObject({ city: 'Lund' });
  expect(first?.value).toMatchObject({ revenue: 0 });
  expect(ordered?.cycle).toMatchObject({ stage: 'first-order', ownerTeam: 'order-desk' });
  expect(ordered?.cycle).not.toHaveProperty('overlay');
  expect(ordered?.value).toMatchObject({ revenue: 40, rank: 'c' });
  expect(complained?.cycle).toMatchObject({ stage: 'first-order', overlay: 'problem-managed' });
  expect(complained?.history).toMatchObject({ openCases: 1, complaints: 1 });
  expect(settled?.history).toMatchObject({ openCases: 0 });
  expect(settled?.cycle).not.toHaveProperty('overlay');
  expect(settled?.contact).toMatchObject({ city: 'Lund' });
  expect(moved?.contact).toMatchObject({ city: 'Porto' });
});

test('nothing was known before the beginning, and nobody is nobody', async () => {
  const { host, at } = await aHistory();
  const before = await factsAsOf(
    host.ports,
    await resolveContact(host.ports, subject),
    '2026-03-01T00:00:00.000Z',
  );

  expect(before?.contact).toEqual({});
  expect(before?.cycle).not.toHaveProperty('stage');
  expect(await at('PT0S')).toBeDefined();
  expect(await factsAsOf(host.ports, 'nobody', start)).toBeUndefined();
});

test('the API shows them by label, and refuses what is no instant or has not come', async () => {
  const { host, contactId, call } = await aHistory();
  const ask = (query: string) => call('GET /api/contacts/{contactId}', { path: { contactId }, query });

  const shown = await ask(`at=${after('P1DT12H')}`);
  const { body } = await ask('');

  expect(shown).toMatchObject({
    status: 200,
    body: {
      asOf: {
        at: after('P1DT12H'),
        facts: expect.arrayContaining([
          { fact: 'contact', path: '$.city', label: 'City', value: 'Lund' },
          { fact: 'value', path: '$.revenue', label: 'Revenue to date', unit: 'currency', value: 40 },
          expect.objectContaining({ fact: 'cycle', path: '$.stage', value: 'first-order' }),
        ]),
      },
    },
  });
  expect(body).not.toHaveProperty('asOf');
  for (const [given, reason] of [
    ['yesterday', '"yesterday" names no instant'],
    ['2026-03-03', '"2026-03-03" names no instant'],
    ['2027-01-01T00:00:00Z', '2027-01-01T00:00:00Z lies in the future'],
  ])
    expect(await ask(`at=${given}`)).toMatchObject({
      status: 400,
      body: { problems: [{ path: 'at', reason, remedy: expect.stringMatching(/\S/) }] },
    });
  expect(await host.ports.store.get('core', headKey(contactId))).toBeDefined();
});

test('what a journey sets is history too', async () => {
  const host = await openVirtualHost(start);
  const enquiry = { enquiryId: 'q-1', topic: 'interest-rate', channel: 'phone' };
  await host.happens(subject, 'contact.updated', { productsOwned: ['credit-card'], valueTier: 'b' });
  await host.happens(subject, 'order.placed', { orderId: 'o-1', promisedAt: after('P5D') });
  await host.happens(subject, 'order.delivered', { orderId: 'o-1' });
  await host.happens(subject, 'review.received', { orderId: 'o-1', reviewId: 'r-1', stars: 5 });
  await host.passUntil(after('P10D'));
  await host.happens(subject, 'interaction.enquiry', enquiry);
  await host.passUntil(after('P20D'));
  const contactId = await resolveContact(host.ports, subject);
  const status = async (span: string) =>
    (await factsAsOf(host.ports, contactId, after(span)))?.contact?.retentionStatus;

  expect(await status('P9D')).toBeUndefined();
  expect(await status('P19D')).toBe('no-answer');
});
