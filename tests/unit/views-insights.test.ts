import type { Ports } from '@baton/functions/ports.ts';
import {
  enrolmentKey,
  enrolmentList,
  handoverKey,
  holdoutRow,
  stayKey,
  stayList,
} from '@baton/functions/repositories/rows.ts';
import { insightsView } from '@baton/functions/views/insights.ts';
import type { Journey } from '@baton/rules/documents/index.ts';
import { emptyJourney } from '@baton/rules/edit/journey.ts';
import { expect, test } from 'vitest';
import { aCampaign, aHandover, aLibrary, aRule } from '../support/documents.ts';
import { daysAgo, now, viewPorts } from '../support/view-rows.ts';

const day = 86_400;
type Put = (row: { pk: string; sk: string } & Record<string, unknown>) => Promise<void>;

const putStay = (put: Put, contactId: string, stay: number, stage: string, from: string, to?: string) =>
  put({
    ...stayKey(contactId, stay),
    ...{ g1pk: stayList(stage), g1sk: `${from}#${contactId}` },
    ...{ contactId, stay, stage, owner: { team: 'marketing' }, from, by: 'rule a-rule', escalations: 0 },
    ...(to === undefined ? {} : { to }),
  });

const ask = (ports: Pick<Ports, 'store' | 'documents' | 'clock'>) => insightsView(ports, 90);

test('the funnel follows those who came into the first stage, and passes over what they passed over', async () => {
  const ports = viewPorts();
  await putStay(ports.put, 'ct-1', 1, 'targeted', daysAgo(20), daysAgo(10));
  await putStay(ports.put, 'ct-1', 2, 'converted', daysAgo(10));
  await putStay(ports.put, 'ct-2', 1, 'targeted', daysAgo(30));
  // Was converted before it was targeted again; that is no conversion of this time.
  await putStay(ports.put, 'ct-3', 1, 'converted', daysAgo(50), daysAgo(40));
  await putStay(ports.put, 'ct-3', 2, 'targeted', daysAgo(40));
  await putStay(ports.put, 'ct-4', 1, 'targeted', daysAgo(200), daysAgo(5));
  await putStay(ports.put, 'ct-4', 2, 'converted', daysAgo(5));

  const { funnel } = await ask(ports);

  expect(funnel.stages.map(({ id, count }) => [id, count])).toEqual([
    ['targeted', 3],
    ['converted', 1],
  ]);
  expect(funnel.from).toBe(daysAgo(90));
});

test('time in a stage counts who is still there', async () => {
  const ports = viewPorts();
  await putStay(ports.put, 'ct-1', 1, 'targeted', daysAgo(20), daysAgo(18));
  await putStay(ports.put, 'ct-2', 1, 'targeted', daysAgo(30), daysAgo(26));
  await putStay(ports.put, 'ct-3', 1, 'targeted', daysAgo(40));

  expect((await ask(ports)).stages.targeted).toEqual({
    entered: 3,
    left: 2,
    median: { seconds: 4 * day },
    ninety: { seconds: 40 * day, atLeast: true },
  });
});

test('more stays than are looked at are said, and the funnel begins where it can tell', async () => {
  const ports = viewPorts();
  for (let n = 0; n < 2005; n++) await putStay(ports.put, `ct-${n}`, 1, 'targeted', daysAgo(n / 100));

  const { funnel, stages } = await ask(ports);

  expect(stages.targeted).toMatchObject({ entered: 2000, more: true });
  expect(funnel).toMatchObject({ from: daysAgo(19.99), more: true });
});

test('handovers are counted by what became of them, and by how long the yes took', async () => {
  const ports = viewPorts();
  const hours = (n: number) => new Date(Date.parse(daysAgo(5)) + n * 3_600_000).toISOString();
  const offer = (id: string, status: string, settledAt?: string) =>
    ports.put({
      ...handoverKey('ct-1', id),
      ...{ g1pk: `HND#${status}`, g1sk: `${daysAgo(4)}#${id}`, id, contactId: 'ct-1' },
      ...{ handover: aHandover().id, stay: 1, status, offeredAt: daysAgo(5), acceptBy: daysAgo(4), pack: {} },
      ...{ from: { stage: 'targeted', team: 'marketing' }, to: { stage: 'converted', team: 'sales' } },
      ...(settledAt === undefined ? {} : { settledAt }),
    });
  await offer('h-1', 'accepted', hours(1));
  await offer('h-2', 'accepted', hours(2));
  await offer('h-3', 'accepted', hours(20));
  await offer('h-4', 'returned', hours(3));
  await offer('h-5', 'expired', hours(24));

  expect((await ask(ports)).handovers.lines).toEqual([
    {
      ...{ id: 'a-handover', title: aHandover().title, automatic: false },
      ...{ offered: 0, accepted: 3, returned: 1, expired: 1 },
      ...{ median: { seconds: 2 * 3600 }, ninety: { seconds: 20 * 3600 } },
    },
  ]);
});

test('a promise is kept, broken or still running', async () => {
  const ports = viewPorts();
  const clock = (spentMs: number, stoppedAt?: string) => ({
    solve: { targetMs: 100, spentMs, told: [], ...(stoppedAt ? { stoppedAt } : {}) },
  });
  await ports.putCase('ct-1', { id: 'k-1', clocks: clock(90, now), status: 'closed' });
  await ports.putCase('ct-1', { id: 'k-2', clocks: clock(101, now), status: 'closed' });
  await ports.putCase('ct-1', { id: 'k-3', clocks: clock(101) });
  await ports.putCase('ct-1', { id: 'k-4', clocks: clock(10) });
  await ports.putCase('ct-1', { id: 'k-5', clocks: clock(10), openedAt: daysAgo(100) });

  const { cases } = await ask(ports);

  expect(cases.opened).toBe(4);
  expect(cases.clocks.at(-1)).toEqual({ id: 'solve', met: 1, missed: 2, running: 1 });
});

test('rules count what they left behind, and one that sets a value has no count', async () => {
  const setting = aRule({
    id: 'sets-a-value',
    event: { type: 'contact.update', params: { attribute: '$.tier', value: 'gold' } },
  });
  const ports = viewPorts(aLibrary({ rules: [aRule(), setting] }));
  await ports.putTask('ct-1', { id: 't-1', origin: 'best-practice/a-rule', queue: 'sales' });
  await ports.putTask('ct-1', { id: 't-2', origin: 'journeys/a-journey', queue: 'sales' });
  await ports.putCase('ct-1', { id: 'k-1', rule: 'a-rule' });

  const { rules } = await ask(ports);

  expect(rules.lines.map(({ id, count }) => [id, count])).toEqual([
    ['a-rule', 2],
    ['sets-a-value', undefined],
  ]);
});

test('an offer is accepted, declined, expired or open', async () => {
  const ports = viewPorts();
  const offer = { kind: 'offer', origin: 'journeys/a-journey', queue: 'sales' } as const;
  await ports.putTask('ct-1', { ...offer, id: 't-1', status: 'done', outcome: 'accepted' });
  await ports.putTask('ct-1', { ...offer, id: 't-2', status: 'done', outcome: 'declined' });
  await ports.putTask('ct-1', { ...offer, id: 't-3', status: 'expired' });
  await ports.putTask('ct-1', { ...offer, id: 't-4' });

  expect((await ask(ports)).offers.lines).toEqual([
    { id: 'a-journey', title: 'A journey', accepted: 1, declined: 1, expired: 1, open: 1 },
  ]);
});

test('a campaign is compared with those whom its own draw kept out, by the same event since the same time', async () => {
  const journey: Journey = {
    ...emptyJourney({
      ...{ id: 'a-journey', title: 'A journey', why: 'To see.', team: 'sales' },
      event: 'order.placed',
    }),
    goal: { event: 'order.placed' },
  };
  const campaign = aCampaign({ holdout: { percent: 10, salt: 's' } });
  const library = { ...aLibrary({ campaigns: [campaign] }), journeys: new Map([['a-journey', journey]]) };
  const ports = viewPorts(library);
  const ordered = (last: string) => ({ seen: { 'order.placed': { count: 1, first: last, last } } });
  const enter = (contactId: string, event: object) =>
    ports.put({
      ...enrolmentKey(contactId, 'e-1'),
      ...{ g1pk: enrolmentList('a-journey', 'active'), g1sk: `${daysAgo(10)}#${contactId}`, id: 'e-1' },
      ...{
        journey: 'a-journey',
        version: 1,
        contactId,
        key: '',
        status: 'active',
        step: 'done',
        iteration: 0,
      },
      ...{ enteredAt: daysAgo(10), event, answer: null, answered: [] },
    });
  await ports.putHead('ct-1', ordered(daysAgo(2)));
  await enter('ct-1', { campaign: 'a-campaign' });
  await ports.putHead('ct-2', ordered(daysAgo(30)));
  await enter('ct-2', { campaign: 'a-campaign' });
  await ports.putHead('ct-3', ordered(daysAgo(1)));
  await enter('ct-3', {});
  await ports.putHead('ct-4', ordered(daysAgo(1)));
  await ports.put(
    holdoutRow('ct-4', { journey: 'a-journey', by: 'campaign', campaign: 'a-campaign', since: daysAgo(10) }),
  );

  expect((await ask(ports)).effects).toEqual([
    {
      ...{
        kind: 'campaigns',
        id: 'a-campaign',
        title: campaign.title,
        from: daysAgo(90),
        event: 'order.placed',
      },
      ...{ treated: { of: 2, with: 1 }, heldOut: { of: 1, with: 1 } },
    },
  ]);
});
