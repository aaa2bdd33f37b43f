import { handoversOf, tasksOf } from '@baton/functions/repositories/read.ts';
import { resolveContact } from '@baton/functions/use-cases/record-event.ts';
import { expect, test } from 'vitest';
import { openVirtualHost } from '../support/virtual-host.ts';

const subject = 'lead:l-1';

/** Inside sales works from 8:30 to 18 in Berlin and has 15 minutes to take a lead over. */
async function offeredAt(start: string) {
  const host = await openVirtualHost(start);
  await host.happens(subject, 'lead.created', { leadId: 'l-1' });
  await host.happens(subject, 'contact.updated', { email: 'lead@example.com', language: 'en' });
  await host.happens(subject, 'interaction.enquiry', { enquiryId: 'q-1', topic: 'price', channel: 'email' });
  const contactId = await resolveContact(host.ports, subject);
  return {
    host,
    /** The first; more are made by the rules when it lapses. */
    handover: async () =>
      (await handoversOf(host.ports.store, contactId)).sort((a, b) =>
        a.offeredAt < b.offeredAt ? -1 : 1,
      )[0],
    told: async () =>
      (await tasksOf(host.ports.store, contactId))
        .filter(({ kind }) => kind === 'escalation')
        .map(({ createdAt, queue, status }) => `${createdAt} ${queue} ${status}`)
        .sort(),
  };
}

test('a lead of Friday evening is not late before Monday morning; its owner hears of it first, then who leads', async () => {
  const { host, handover, told } = await offeredAt('2026-03-06T16:50:00.000Z');
  expect(await handover()).toMatchObject({ status: 'offered', acceptBy: '2026-03-09T07:35:00.000Z' });

  await host.passUntil('2026-03-09T07:31:59.000Z');
  expect(await told()).toEqual([]);
  await host.passUntil('2026-03-09T07:32:00.000Z');
  expect(await told()).toEqual(['2026-03-09T07:32:00.000Z marketing open']);
  expect(await handover()).toMatchObject({ status: 'offered' });
  await host.passUntil('2026-03-09T07:35:00.000Z');

  expect(await handover()).toMatchObject({ status: 'expired' });
  expect(await told()).toEqual([
    '2026-03-09T07:32:00.000Z marketing expired',
    '2026-03-09T07:35:00.000Z inside-sales open',
  ]);
});

test('who accepts after the warning and before the end has accepted in time', async () => {
  const { host, handover, told } = await offeredAt('2026-03-02T09:00:00.000Z');
  await host.passUntil('2026-03-02T09:13:00.000Z');

  await host.happens(subject, 'handover.accepted', { handover: 'marketing-to-inside-sales' });
  await host.passUntil('2026-03-03T09:00:00.000Z');

  expect(await handover()).toMatchObject({ status: 'accepted' });
  expect(await told()).toEqual(['2026-03-02T09:12:00.000Z marketing expired']);
});
