import { handoverKey } from '@baton/functions/repositories/rows.ts';
import { cycleView } from '@baton/functions/views/cycle.ts';
import { expect, test } from 'vitest';
import { aHandover, aLibrary } from '../support/documents.ts';
import { daysAgo, viewPorts } from '../support/view-rows.ts';

const document = aHandover();

/** A handover of the document `aHandover`; offered two days ago and to be answered until tomorrow where nothing is said. */
function aRow(contactId: string, own: { status: string; acceptBy?: string; settledAt?: string }) {
  const { acceptBy = daysAgo(-1), status } = own;
  return {
    ...handoverKey(contactId, 'h-1'),
    g1pk: `HND#${status}`,
    g1sk: `${acceptBy}#h-1`,
    id: 'h-1',
    contactId,
    handover: document.id,
    stay: 1,
    from: { stage: 'targeted', team: 'marketing' },
    to: { stage: 'converted', team: 'inside-sales' },
    offeredAt: daysAgo(2),
    pack: {},
    ...own,
    acceptBy,
  };
}

test('half of those in a stage have been there for the median or longer', async () => {
  const ports = viewPorts();
  for (const days of [1, 4, 30]) await ports.putHead(`ct-${days}`, { stageSince: daysAgo(days) });

  const { stages, contacts } = await cycleView(ports);

  expect(contacts).toBe(3);
  expect(stages.targeted).toEqual({ count: 3, overdue: 0, median: { seconds: 4 * 86_400 } });
  expect(stages.converted).toEqual({ count: 0, overdue: 0 });
});

test('where the middle lies further back than is read the time is "at least"', async () => {
  const ports = viewPorts();
  for (let contact = 0; contact < 2003; contact++)
    await ports.putHead(`ct-${contact}`, { stageSince: daysAgo(contact / 10) });

  expect((await cycleView(ports)).stages.targeted).toMatchObject({
    count: 2003,
    median: { seconds: 99.9 * 86_400, atLeast: true },
  });
});

test('an overlay is as old as the oldest open case of each contact', async () => {
  const ports = viewPorts();
  await ports.putHead('ct-1');
  await ports.putCase('ct-1', { id: 'k-1', openedAt: daysAgo(5) });
  await ports.putCase('ct-1', { id: 'k-2', openedAt: daysAgo(1) });

  expect((await cycleView(ports)).stages['in-trouble']).toEqual({
    count: 1,
    overdue: 1,
    median: { seconds: 5 * 86_400 },
  });
});

test('a handover tells what waits, what is blocked, what is overdue, and what became of it lately', async () => {
  const ports = viewPorts(aLibrary({ handovers: [document] }));
  const { escalation, from } = document;
  await ports.put(aRow('ct-1', { status: 'offered' }));
  await ports.put(aRow('ct-2', { status: 'offered', acceptBy: daysAgo(1) }));
  await ports.put(aRow('ct-3', { status: 'accepted', settledAt: daysAgo(1) }));
  await ports.put(aRow('ct-4', { status: 'returned', settledAt: daysAgo(29) }));
  await ports.put(aRow('ct-5', { status: 'accepted', settledAt: daysAgo(31) }));
  const origin = `handovers/${document.id}`;
  await ports.putTask('ct-6', { id: 'complete-1', queue: from.team, origin });
  await ports.putTask('ct-7', { id: 'complete-2', queue: from.team, origin: 'handovers/another' });
  await ports.putTask('ct-8', { id: 'expired-h-1', kind: 'escalation', queue: escalation.to, origin });
  await ports.putTask('ct-9', { id: 'unanswered-h-1', kind: 'escalation', queue: from.team, origin });

  const { handovers, more, days } = await cycleView(ports);

  expect({ handovers, more, days }).toEqual({
    handovers: {
      [document.id]: { ready: 1, blocked: 1, overdue: 2, accepted: 1, returned: 1, expired: 0 },
    },
    more: undefined,
    days: 30,
  });
});
