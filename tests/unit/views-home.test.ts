import { duePartition } from '@baton/functions/repositories/rows.ts';
import type { RunRow } from '@baton/functions/use-cases/campaign-step.ts';
import { campaignsView } from '@baton/functions/views/campaigns.ts';
import { dataQualityLimit, homeView } from '@baton/functions/views/home.ts';
import { statusView } from '@baton/functions/views/status.ts';
import { expect, test } from 'vitest';
import { aCampaign, aLibrary, leaf } from '../support/documents.ts';
import { daysAgo, now, viewPorts } from '../support/view-rows.ts';

const extras = { deadLetters: 2, clock: 'virtual' } as const;

test('an empty store has every stage and queue, all at nothing', async () => {
  const home = await homeView(viewPorts(), extras);

  expect(home).toMatchObject({
    now,
    clock: 'virtual',
    contacts: 0,
    outsideCycle: 0,
    deadLetters: 2,
    dataQuality: [],
  });
  expect(home.stages.map(({ id, count, overdue }) => [id, count, overdue])).toEqual([
    ['targeted', 0, 0],
    ['converted', 0, 0],
    ['in-trouble', 0, 0],
  ]);
  expect(home.queues).toContainEqual({
    id: 'sales-lead',
    title: 'Sales lead',
    count: 0,
    overdue: 0,
    cases: 0,
  });
  expect(home.messages).toEqual({ sent: 0, skipped: 0, waiting: 0 });
});

test('counts contacts by stage; an overlay lies over a stage and makes no second contact', async () => {
  const ports = viewPorts();
  await ports.putHead('a');
  await ports.putHead('b', { stage: 'converted' });
  await ports.putHead('c', { stage: null, stageSince: null });
  await ports.putHead('d', { overlay: { stage: 'in-trouble', stay: 2, since: now }, openCases: 2 });
  await ports.putCase('d', { id: 'k1' });
  await ports.putCase('d', { id: 'k2' });
  await ports.putCase('b', { id: 'k3', status: 'closed' });

  const home = await homeView(ports, extras);

  expect(home.contacts).toBe(4);
  expect(home.outsideCycle).toBe(1);
  expect(home.stages.map(({ id, count }) => [id, count])).toEqual([
    ['targeted', 2],
    ['converted', 1],
    ['in-trouble', 1],
  ]);
});

test('a stay is overdue once it has lasted longer than the SLA, and never without one', async () => {
  const library = aLibrary();
  const converted = library.stages.get('converted');
  if (!converted) throw new Error('the library has no stage converted');
  const sla = { within: 'P30D', escalateTo: 'sales', repeat: 'P7D', times: 1 };
  const ports = viewPorts(aLibrary({ stages: [{ ...converted, sla }] }));
  await ports.putHead('fresh', { stage: 'converted', stageSince: daysAgo(29) });
  await ports.putHead('just-due', { stage: 'converted', stageSince: daysAgo(30) });
  await ports.putHead('late', { stage: 'converted', stageSince: daysAgo(30.001) });
  await ports.putHead('elsewhere', { stageSince: daysAgo(400) });

  const { stages } = await homeView(ports, extras);

  expect(stages.map(({ id, count, overdue }) => [id, count, overdue])).toEqual([
    ['targeted', 1, 0],
    ['converted', 3, 1],
  ]);
});

test('an overlay is overdue by its earliest open case', async () => {
  const ports = viewPorts();
  await ports.putCase('late', { id: 'k1', openedAt: daysAgo(1) });
  await ports.putCase('late', { id: 'k2', openedAt: daysAgo(4) });
  await ports.putCase('fresh', { id: 'k3', openedAt: daysAgo(2) });

  const { stages } = await homeView(ports, extras);

  expect(stages.at(-1)).toMatchObject({ id: 'in-trouble', count: 2, overdue: 1 });
});

test('counts work, cases, handovers and messages by what became of them', async () => {
  const ports = viewPorts();
  await ports.putTask('c', { id: 't1', dueAt: daysAgo(1) });
  await ports.putTask('c', { id: 't2', dueAt: daysAgo(-1) });
  await ports.putTask('c', { id: 't3', status: 'done', dueAt: daysAgo(1) });
  await ports.putCase('c', { id: 'k1', dueAt: daysAgo(1), queue: 'sales' });
  await ports.putCase('c', { id: 'k2', dueAt: daysAgo(-1), queue: 'sales' });
  await ports.putSend('c', { sendId: 's1', status: 'SENT' });
  await ports.putSend('c', { sendId: 's2', status: 'PERMITTED' });
  await ports.putSend('c', { sendId: 's3', status: 'SKIPPED' });
  await ports.putSend('c', { sendId: 's4', status: 'SKIPPED' });
  for (const [id, status] of ['offered', 'offered', 'returned'].entries())
    await ports.put({ pk: 'C#c', sk: `HND#${id}`, g1pk: `HND#${status}`, g1sk: `${now}#${id}` });

  const home = await homeView(ports, extras);

  expect(home.queues.find(({ id }) => id === 'sales')).toEqual({
    id: 'sales',
    title: 'Sales',
    count: 2,
    overdue: 1,
    cases: 2,
  });
  expect(home.cases).toEqual({ open: 2, overdue: 1 });
  expect(home.handovers).toEqual({ offered: 2, accepted: 0, returned: 1, expired: 0 });
  expect(home.messages).toEqual({ sent: 1, skipped: 2, waiting: 1 });
});

test('counts open data-quality tasks by fact, most first, and nothing else', async () => {
  const ports = viewPorts();
  const unknown = { kind: 'data-quality', queue: 'data' } as const;
  await ports.putTask('a', { id: 'd1', ...unknown, fact: 'contact.score' });
  await ports.putTask('a', { id: 'd2', ...unknown, fact: 'contact.tier' });
  await ports.putTask('b', { id: 'd1', ...unknown, fact: 'contact.tier' });
  await ports.putTask('c', { id: 'd1', ...unknown, fact: 'contact.tier', status: 'done' });
  await ports.putTask('c', { id: 'd2', queue: 'data' });

  const home = await homeView(ports, extras);

  expect(home.dataQuality).toEqual([
    { id: 'contact.tier', fact: 'contact.tier', title: 'Tier', owner: 'data', count: 2 },
    { id: 'contact.score', fact: 'contact.score', title: 'Score', owner: 'data', count: 1 },
  ]);
  expect(home.dataQualityPartial).toBeUndefined();
});

test('says that unknown data was not counted to the end', async () => {
  const ports = viewPorts();
  for (let n = 0; n <= dataQualityLimit; n++)
    await ports.putTask('c', { id: `d${n}`, kind: 'data-quality', queue: 'data', fact: 'contact.tier' });

  const home = await homeView(ports, extras);

  expect(home.dataQuality).toMatchObject([{ id: 'contact.tier', count: dataQualityLimit }]);
  expect(home.dataQualityPartial).toBe(true);
});

test('the status of a host tells what it holds and what it still has to do', async () => {
  const ports = viewPorts();
  await ports.putHead('a');
  await ports.putHead('b', { stage: null, stageSince: null });
  await ports.putTask('a', { id: 't1' });
  await ports.putSend('a', { sendId: 's1', status: 'FAILED' });
  for (const [id, kind] of (['PEND', 'PEND', 'OUT', 'WAIT'] as const).entries())
    await ports.put({ pk: 'C#a', sk: `ROW#${id}`, duepk: duePartition(kind, `${id}`), duesk: now });

  const counts = { SendSent: 3 };

  expect(await statusView(ports, { ...extras, counts })).toEqual({
    now,
    clock: 'virtual',
    contacts: 2,
    stages: [
      { id: 'targeted', title: 'A title', count: 1 },
      { id: 'converted', title: 'A title', count: 0 },
      { id: 'in-trouble', title: 'In trouble', count: 0 },
    ],
    outsideCycle: 1,
    activeEnrolments: 0,
    openWaits: 1,
    openTasks: 1,
    openCases: 0,
    messages: { waiting: 0, sent: 0, skipped: 0, failed: 1, unknown: 0 },
    pendingEvents: 2,
    outbox: 1,
    deadLetters: 2,
    documents: expect.objectContaining({ facts: 1, stages: 3, 'best-practice': 1, journeys: 0 }),
    counts,
  });
});

test('campaigns name their audience in words and their runs, the newest first', async () => {
  const when = { all: [leaf('contact', '$.tier', 'known:equal', 'gold')] };
  const ports = viewPorts(
    aLibrary({ campaigns: [aCampaign({ audience: { stages: ['targeted', 'none'], when } })] }),
  );
  const run = (at: string, own: Partial<RunRow>): RunRow => ({
    pk: `RUN#a-campaign#${at}`,
    sk: 'RUN',
    g1pk: 'RUN#done',
    g1sk: `${at}#a-campaign`,
    campaign: 'a-campaign',
    at,
    execution: 'x',
    status: 'done',
    startedAt: at,
    pages: 1,
    audience: 10,
    enrolled: 8,
    heldOut: 1,
    refused: 1,
    ...own,
  });
  const rows = [
    run(daysAgo(9), {}),
    run(daysAgo(1), {}),
    run(daysAgo(5), { status: 'claimed', g1pk: 'RUN#running', audience: 0, enrolled: 0, heldOut: 0 }),
  ];
  for (const item of rows) await ports.store.transact([{ kind: 'put', table: 'design', item }]);

  const { campaigns } = await campaignsView(ports);

  expect(campaigns).toMatchObject([
    {
      id: 'a-campaign',
      audience: 'Contacts in A title or outside the cycle: tier is gold',
      journey: 'a-journey',
      holdoutPercent: 0,
      perMinute: 100,
    },
  ]);
  expect(campaigns[0]?.runs).toEqual([
    { id: daysAgo(1), startedAt: daysAgo(1), status: 'done', audience: 10, enrolled: 8, heldOut: 1 },
    { id: daysAgo(5), startedAt: daysAgo(5), status: 'running', audience: 0, enrolled: 0, heldOut: 0 },
    { id: daysAgo(9), startedAt: daysAgo(9), status: 'done', audience: 10, enrolled: 8, heldOut: 1 },
  ]);
});
