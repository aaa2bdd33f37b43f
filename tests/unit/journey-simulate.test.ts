import { EventDocument } from '@baton/rules/documents/event.ts';
import type { Step } from '@baton/rules/documents/journey.ts';
import { mostTurns, type Simulation, simulate } from '@baton/rules/journey/simulate.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import { addDuration } from '@baton/rules/time/duration.ts';
import { expect, test } from 'vitest';
import { done, journeyOf, start, surroundings } from '../support/journeys.ts';

/** An event of a script, a span after the start. */
function after(span: string, type: string, data: JsonObject = {}) {
  return { at: addDuration(start, span), type, data };
}

const placed = after('PT0S', 'order.placed', { orderId: 'A1' });
const match = [{ path: '$.orderId', equals: 'enrolment-key' as const }];
const awaitDelivery: Step = {
  kind: 'wait-for',
  title: 'Delivered',
  events: [{ event: 'order.delivered', match, next: 'thanks' }],
  timeout: { after: 'P2D' },
  onTimeout: 'apology',
};
const mail = (template: string): Step => ({
  kind: 'send',
  title: template,
  template,
  channel: 'email',
  purpose: 'service',
  next: 'last',
});
const care = {
  'await-delivery': awaitDelivery,
  thanks: mail('thanks'),
  apology: mail('apology'),
  last: done,
};

const play = (
  journey: ReturnType<typeof journeyOf>,
  events: ReturnType<typeof after>[],
  contact: JsonObject = {},
) => simulate(journey, surroundings, { facts: { contact }, start, events });

/** Steps that asked for something, with the key of the enrolment. */
const asked = ({ effects }: Simulation) => effects.map(({ enrolment, step }) => `${enrolment} ${step}`);

test('goes the way of the event that comes in time', async () => {
  const simulation = await play(journeyOf(care), [
    placed,
    after('P1D', 'order.delivered', { orderId: 'A1' }),
  ]);

  expect(asked(simulation)).toEqual(['A1 thanks']);
  expect(simulation.ends).toEqual([
    { key: 'A1', at: addDuration(start, 'P1D'), reason: 'done', goal: false },
  ]);
});

test('tells what happened in sentences', async () => {
  const { lines } = await play(journeyOf(care), [placed, after('P1D', 'page.viewed')]);

  expect(lines.map(({ at, text }) => `${at.slice(5, 16)} ${text}`)).toEqual([
    '01-05T09:00 Enters by order.placed, key A1.',
    '01-05T09:00 Waits for order.delivered, at most 2 days.',
    '01-05T09:00 Waits for order.delivered until 2026-01-07T09:00:00.000Z.',
    '01-06T09:00 page.viewed came; nothing waited for it.',
    '01-07T09:00 Nothing came in time; goes on to "apology".',
    '01-07T09:00 Sends "apology" by email (service).',
    '01-07T09:00 Ends: done.',
  ]);
});

test('lets the event win that comes at the very end of the wait (1)', async () => {
  const simulation = await play(journeyOf(care), [
    placed,
    after('P2D', 'order.delivered', { orderId: 'A1' }),
  ]);

  expect(asked(simulation)).toEqual(['A1 thanks']);
});

test('keeps two orders apart: the event of the other order is not for this one', async () => {
  const simulation = await play(journeyOf(care), [
    placed,
    after('PT1H', 'order.placed', { orderId: 'B2' }),
    after('P1D', 'order.delivered', { orderId: 'B2' }),
  ]);

  expect(asked(simulation)).toEqual(['B2 thanks', 'A1 apology']);
});

test('finds an event that came before its wait (2)', async () => {
  const pause: Step = { kind: 'wait', title: 'Pause', wait: { after: 'P3D' }, next: 'await-delivery' };

  const simulation = await play(journeyOf({ pause, ...care }), [
    placed,
    after('P1D', 'order.delivered', { orderId: 'A1' }),
  ]);

  expect(asked(simulation)).toEqual(['A1 thanks']);
  expect(simulation.ends[0]?.at).toBe(addDuration(start, 'P3D'));
});

test('finds an event that came before entry where a match ties it to the enrolment, and only there (2)', async () => {
  const early = [
    after('PT0S', 'order.delivered', { orderId: 'A1' }),
    after('PT1H', 'order.placed', { orderId: 'A1' }),
  ];
  const untied = { ...awaitDelivery, events: [{ event: 'order.delivered', next: 'thanks' }] };

  expect(asked(await play(journeyOf(care), early))).toEqual(['A1 thanks']);
  expect(asked(await play(journeyOf({ ...care, 'await-delivery': untied }), early))).toEqual(['A1 apology']);
});

test('lets one event answer one wait of an enrolment only (2)', async () => {
  const first: Step = {
    ...awaitDelivery,
    events: [{ event: 'order.delivered', match, next: 'await-delivery' }],
  };

  const simulation = await play(journeyOf({ first, ...care }), [
    placed,
    after('P1D', 'order.delivered', { orderId: 'A1' }),
  ]);

  expect(asked(simulation)).toEqual(['A1 apology']);
});

test('leaves by goal and exits while it waits, and causes nothing afterwards', async () => {
  const journey = journeyOf(care, {
    goal: { event: 'order.delivered', match },
    exits: [{ event: 'order.cancelled', match, reason: 'cancelled' }],
  });

  const reached = await play(journey, [placed, after('P1D', 'order.delivered', { orderId: 'A1' })]);
  const left = await play(journey, [placed, after('P1D', 'order.cancelled', { orderId: 'A1' })]);

  expect(reached).toMatchObject({
    effects: [],
    ends: [{ reason: 'goal', goal: true }],
    enrolments: [{ status: 'completed' }],
  });
  expect(left).toMatchObject({
    effects: [],
    ends: [{ reason: 'cancelled', goal: false }],
    enrolments: [{ status: 'exited' }],
  });
});

test('lets a contact in again as the journey says, and never twice at once under one key', async () => {
  const again = [
    placed,
    after('PT1H', 'order.placed', { orderId: 'A1' }),
    after('P5D', 'order.placed', { orderId: 'A1' }),
  ];

  const entries = async (journey: ReturnType<typeof journeyOf>) =>
    (await play(journey, again)).enrolments.length;

  expect(await entries(journeyOf(care, { reEntry: { policy: 'always' } }))).toBe(2);
  expect(await entries(journeyOf(care, { reEntry: { policy: 'after', gap: 'P5D' } }))).toBe(2);
  expect(await entries(journeyOf(care, { reEntry: { policy: 'after', gap: 'P6D' } }))).toBe(1);
  expect(await entries(journeyOf(care, { reEntry: { policy: 'never' } }))).toBe(1);
});

test('takes answers without an id for the oldest open wait (3)', async () => {
  const offer: Step = {
    kind: 'offer',
    title: 'Offer',
    table: 'offers',
    queue: 'sales',
    within: 'PT10M',
    onAccept: 'thanks',
    onDecline: 'last',
    onTimeout: 'apology',
    onNone: 'last',
  };
  const journey = journeyOf({ offer, thanks: mail('thanks'), apology: mail('apology'), last: done });
  const two = [placed, after('PT1M', 'order.placed', { orderId: 'B2' })];

  const simulation = await play(journey, [...two, after('PT2M', 'offer.accepted')], { tier: 'a' });

  expect(asked(simulation)).toEqual(['A1 offer', 'B2 offer', 'A1 thanks', 'B2 apology']);
  expect(simulation.enrolments[0]?.answer).toMatchObject({ offerId: 'simulated-1.offer.1' });
});

test('is entered by the first event where the journey has no trigger, or at the start (4)', async () => {
  const journey = journeyOf(care, { trigger: null });

  const byEvent = await play(journey, [
    after('P1D', 'campaign.started', { orderId: 'A1' }),
    after('P2D', 'page.viewed'),
  ]);
  const byItself = await play(journey, []);

  expect(byEvent.enrolments).toMatchObject([
    { key: 'A1', enteredAt: addDuration(start, 'P1D'), status: 'completed' },
  ]);
  expect(byItself.enrolments).toMatchObject([{ key: '-', enteredAt: start, status: 'completed' }]);
});

const tierIsA = { all: [{ fact: 'contact', path: '$.tier', operator: 'equal', value: 'a' }] };
const branch: Step = {
  kind: 'branch',
  title: 'Tier',
  cases: [{ title: 'A', when: tierIsA, next: 'thanks' }],
  else: 'apology',
};

test('learns attributes from its own updates and from events (5)', async () => {
  const update: Step = { kind: 'update', title: 'Tier', attribute: '$.tier', value: 'a', next: 'branch' };
  const ways = { branch, thanks: mail('thanks'), apology: mail('apology'), last: done };
  const learning = EventDocument.parse({
    id: 'order.placed',
    title: 'Placed',
    why: 'To learn from it.',
    owner: { team: 'sales' },
    payload: { orderId: { type: 'text' }, tier: { type: 'text' } },
    sets: [{ attribute: '$.tier', from: '$.tier' }],
    sample: {},
  });
  const events = new Map([['order.placed', learning]]);
  const telling = [after('PT0S', 'order.placed', { orderId: 'A1', tier: 'a' })];

  const updated = await play(journeyOf({ update, ...ways }), [placed], { tier: 'b' });
  const told = await simulate(
    journeyOf(ways),
    { ...surroundings, events },
    { facts: {}, start, events: telling },
  );
  const untold = await play(journeyOf(ways), telling);

  expect(asked(updated)).toEqual(['A1 update', 'A1 thanks']);
  expect(asked(told)).toEqual(['A1 thanks']);
  expect(asked(untold)).toEqual(['A1 branch', 'A1 apology']);
});

test('hears what a step announces', async () => {
  const emit: Step = {
    kind: 'emit',
    title: 'Tell',
    event: 'order.delivered',
    data: { orderId: 'A1' },
    next: 'await-delivery',
  };

  const simulation = await play(journeyOf({ emit, ...care }), [placed]);

  expect(asked(simulation)).toEqual(['A1 emit', 'A1 thanks']);
});

test('gives up a journey that runs in circles (6)', async () => {
  const endless: Step = { kind: 'update', title: 'Again', attribute: '$.tier', value: 'a', next: 'endless' };

  const { ends, effects, lines } = await play(journeyOf({ endless, last: done }), [placed]);

  expect(ends).toMatchObject([{ reason: 'too-many-steps' }]);
  expect(effects).toHaveLength(mostTurns);
  expect(lines.at(-1)?.text).toBe('Given up after 2000 steps: the journey runs in circles.');
});

test('looks on no longer where a journey waits for ever, and says until when it did (6)', async () => {
  const rest: Step = { kind: 'wait', title: 'A week', wait: { after: 'P7D' }, next: 'rest' };

  const { lines } = await play(journeyOf({ rest, last: done }), [placed]);

  expect(lines.at(-1)).toMatchObject({
    kind: 'stopped',
    text: expect.stringMatching(
      /^Looked on for 2000 steps, until 20\d\d-.*: the journey goes round and round/,
    ),
  });
});
