import { sweepHandler } from '@baton/functions/handlers/sweep.ts';
import { putVersion } from '@baton/functions/library/versions.ts';
import type { CloudEvent } from '@baton/functions/ports.ts';
import { enrolmentsOf, rowsOf, sendsOf } from '@baton/functions/repositories/read.ts';
import { DecisionRow } from '@baton/functions/repositories/rows.ts';
import { resolveContact } from '@baton/functions/use-cases/record-event.ts';
import type { Journey } from '@baton/rules/documents/index.ts';
import type { Step } from '@baton/rules/documents/journey.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import { addDuration } from '@baton/rules/time/duration.ts';
import { describe, expect, test } from 'vitest';
import { callsOf } from '../support/api-calls.ts';
import { done, journeyOf } from '../support/journeys.ts';
import { quietLibrary } from '../support/quiet-library.ts';
import { openVirtualHost } from '../support/virtual-host.ts';

/** Mistakes that journeys are known for. Each is named as those who met it name it, and cannot be made here. */
const start = '2026-03-02T09:00:00.000Z';
const after = (span: string) => addDuration(start, span);
const ana = 'email:ana@example.com';
const ofThisOrder = [{ path: '$.orderId', equals: 'enrolment-key' as const }];

const write: Step = {
  kind: 'send',
  title: 'Write',
  template: 'hello',
  channel: 'email',
  purpose: 'service',
  next: 'last',
};
const late: Step = { kind: 'end', title: 'Late', reason: 'late' };
const awaitDelivery: Step = {
  kind: 'wait-for',
  title: 'Wait for the delivery',
  events: [{ event: 'order.delivered', match: ofThisOrder, next: 'write' }],
  timeout: { after: 'P2D' },
  onTimeout: 'late',
};
const delivery = (own: Partial<Journey> = {}): Journey =>
  journeyOf({ first: awaitDelivery, write, late, last: done }, { id: 'delivery', ...own });

async function aHost(journeys: Journey[], at = start) {
  const host = await openVirtualHost(at, await quietLibrary(...journeys));
  const { store } = host.ports;
  const id = () => resolveContact(host.ports, ana);
  const call = callsOf(host.api);
  return {
    ...host,
    happens: (type: string, data: JsonObject) => host.happens(ana, type, data),
    enrolments: async () =>
      (await enrolmentsOf(store, await id()))
        .sort((a, b) => (a.key < b.key ? -1 : 1))
        .map(({ journey, key, status, reason, step, version }) => ({
          journey,
          key,
          status,
          reason,
          step,
          version,
        })),
    sends: async () => sendsOf(store, await id()),
    verdicts: async () =>
      (await rowsOf(store, await id(), 'DEC#', DecisionRow)).flatMap(({ journeys: entries }) =>
        entries.map(({ verdict }) => verdict),
      ),
    put: (events: { type: string; id: string; data: JsonObject }[]) =>
      host.ports.bus.put(
        events.map(
          (event): CloudEvent => ({
            specversion: '1.0',
            source: 'shop',
            time: host.clock.now().toISOString(),
            subject: ana,
            ...event,
          }),
        ),
      ),
    change: (journeyId: string, state: string) =>
      call('POST /api/journeys/{journeyId}/state', {
        path: { journeyId },
        body: { state, reason: 'a test' },
      }),
    whyNot: async (journeyId: string) =>
      (
        await call('GET /api/contacts/{contactId}/journeys/{journeyId}', {
          path: { contactId: await id(), journeyId },
        })
      ).body,
  };
}

describe('event belongs to another run', () => {
  test('two orders are two runs, and what happens to one order does nothing to the other', async () => {
    const host = await aHost([delivery()]);
    await host.happens('order.placed', { orderId: 'o-1' });
    await host.happens('order.placed', { orderId: 'o-2' });
    await host.happens('order.delivered', { orderId: 'o-2' });
    await host.happens('order.delivered', { orderId: 'o-3' });

    expect(await host.enrolments()).toMatchObject([
      { key: 'o-1', status: 'active', step: 'first' },
      { key: 'o-2', status: 'completed', reason: 'done' },
    ]);
    expect(host.sent).toHaveLength(1);
  });

  test('a hundred orders at once are a hundred runs, each with its own end', async () => {
    const host = await aHost([delivery()]);
    const orders = Array.from({ length: 100 }, (_, at) => `o-${String(at).padStart(3, '0')}`);
    await host.put(
      orders.map((orderId) => ({ type: 'order.placed', id: `p-${orderId}`, data: { orderId } })),
    );
    await host.settle();
    expect((await host.enrolments()).map(({ key, status }) => [key, status])).toEqual(
      orders.map((order) => [order, 'active']),
    );

    const odd = orders.filter((_, at) => at % 2 === 1);
    await host.put(
      odd.map((orderId) => ({ type: 'order.delivered', id: `d-${orderId}`, data: { orderId } })),
    );
    await host.passUntil(after('P3D'));

    expect((await host.enrolments()).map(({ key, reason }) => [key, reason])).toEqual(
      orders.map((order, at) => [order, at % 2 === 1 ? 'done' : 'late']),
    );
    expect(host.sent).toHaveLength(50);
  });

  test('re-entry counts for each key by itself', async () => {
    const host = await aHost([delivery({ reEntry: { policy: 'never' } })]);
    for (const orderId of ['o-1', 'o-2']) {
      await host.happens('order.placed', { orderId });
      await host.happens('order.delivered', { orderId });
    }
    await host.happens('order.placed', { orderId: 'o-1' });
    await host.happens('order.placed', { orderId: 'o-3' });

    expect((await host.enrolments()).map(({ key, status }) => [key, status])).toEqual([
      ['o-1', 'completed'],
      ['o-2', 'completed'],
      ['o-3', 'active'],
    ]);
    expect((await host.verdicts()).filter((verdict) => verdict === 'was-inside')).toHaveLength(1);
  });
});

test.each([
  ['a millisecond before', -1, 'done'],
  ['in the very instant of', 0, 'done'],
  ['a millisecond after', 1, 'late'],
])('timeout race: an answer %s the timeout has one outcome', async (_name, offset, reason) => {
  const host = await aHost([delivery()]);
  await host.happens('order.placed', { orderId: 'o-1' });
  const deadline = Date.parse(after('P2D'));
  if (offset > 0) await host.passUntil(after('P2D'));
  host.clock.moveTo(deadline + offset);
  await host.happens('order.delivered', { orderId: 'o-1' });
  await host.passUntil(after('P9D'));

  expect(await host.enrolments()).toMatchObject([{ status: 'completed', reason }]);
  expect(host.sent).toHaveLength(reason === 'done' ? 1 : 0);
});

test('negative branch before its parent: “has not answered” counts from the message, however late that went', async () => {
  const hour: Step = { kind: 'wait', title: 'An hour', wait: { after: 'PT1H' }, next: 'ask' };
  const ask: Step = { ...write, next: 'wait' };
  const wait: Step = { ...awaitDelivery, onTimeout: 'remind' };
  const remind: Step = { ...write, title: 'Remind' };
  const host = await aHost([journeyOf({ hour, ask, wait, write, remind, last: done }, { id: 'asks' })]);
  const sent = async () => (await host.sends()).map(({ step, at }) => [step, at]).sort();
  await host.happens('order.placed', { orderId: 'o-1' });
  await host.change('asks', 'paused');
  await host.passUntil(after('P3D'));
  expect(await sent()).toEqual([]);
  await host.change('asks', 'running');
  await sweepHandler(host.ports)({});

  await host.passUntil(addDuration(after('P4D'), 'PT23H'));
  expect(await sent()).toEqual([['ask', after('P3D')]]);
  await host.passUntil(after('P6D'));

  expect(await sent()).toEqual([
    ['ask', after('P3D')],
    ['remind', after('P5D')],
  ]);
});

describe('zone, DST gap and overlap, date without zone', () => {
  const until: Step = {
    kind: 'wait',
    title: 'Until the date',
    wait: { until: { fact: 'event', path: '$.promisedAt' } },
    next: 'write',
  };
  const promised = journeyOf({ first: until, write, last: done }, { id: 'promised' });

  test('a date with a zone is that moment', async () => {
    const host = await aHost([promised]);
    await host.happens('order.placed', { orderId: 'o-1', promisedAt: '2026-03-29T03:30:00+02:00' });
    await host.passUntil('2026-04-30T00:00:00.000Z');

    expect(await host.sends()).toMatchObject([{ at: '2026-03-29T01:30:00.000Z' }]);
  });

  test.each(['2026-03-29', '2026-03-29T02:30:00'])(
    '%s names no moment without a zone: it is refused before anybody waits for it',
    async (promisedAt) => {
      const host = await aHost([promised]);

      await expect(host.happens('order.placed', { orderId: 'o-1', promisedAt })).rejects.toThrow(
        'promisedAt',
      );
    },
  );

  const atNight = (weekday: 'saturday' | 'sunday'): Journey => {
    const wait = {
      window: { from: '02:00', to: '02:30', weekdays: [weekday] },
      timeZone: 'Europe/Berlin',
    };
    const first: Step = { kind: 'wait', title: 'At night', wait, next: 'write' };
    return journeyOf({ first, write, last: done }, { id: 'at-night' });
  };

  test.each([
    [
      'in the gap the hour is not there, and the next one counts',
      '2026-03-28T12:00:00.000Z',
      '2026-04-05T00:00:00.000Z',
    ],
    [
      'in the overlap the hour is there twice, and the first one counts',
      '2026-10-24T12:00:00.000Z',
      '2026-10-25T00:00:00.000Z',
    ],
  ])('%s, once', async (_name, from, at) => {
    const host = await aHost([atNight('sunday')], from);
    await host.happens('order.placed', { orderId: 'o-1' });
    await host.passUntil(addDuration(from, 'P20D'));

    expect(await host.sends()).toMatchObject([{ at }]);
  });
});

test('clone that enrols people: a copy enrols nobody until it is live, and then nobody for what was before', async () => {
  const host = await aHost([delivery()]);
  const clone = delivery({ id: 'delivery-copy' });
  await host.happens('order.placed', { orderId: 'o-1' });
  await putVersion(host.ports, 'journeys', clone);
  await host.documents.refresh();
  await host.happens('order.placed', { orderId: 'o-2' });
  expect((await host.enrolments()).map(({ journey }) => journey)).toEqual(['delivery', 'delivery']);

  await host.publish(await quietLibrary(delivery(), clone));
  await host.settle();
  await host.happens('order.delivered', { orderId: 'o-1' });
  expect((await host.enrolments()).map(({ journey }) => journey)).toEqual(['delivery', 'delivery']);

  await host.happens('order.placed', { orderId: 'o-3' });
  expect(
    (await host.enrolments())
      .filter(({ key }) => key === 'o-3')
      .map(({ journey }) => journey)
      .sort(),
  ).toEqual(['delivery', 'delivery-copy']);
});

test('re-entry while inside: who is inside does not enter a second time, and is told so', async () => {
  const host = await aHost([delivery({ key: undefined, reEntry: { policy: 'always' } })]);
  await host.happens('order.placed', { orderId: 'o-1' });
  await host.happens('order.placed', { orderId: 'o-2' });

  expect(await host.enrolments()).toHaveLength(1);
  expect((await host.verdicts()).sort()).toEqual(['enrolled', 'inside']);
  expect(await host.whyNot('delivery')).toMatchObject({ inside: true, last: { verdict: 'inside' } });
});

test('edit while waiting: the answer leads on in the version in which it was awaited', async () => {
  const host = await aHost([delivery()]);
  await host.happens('order.placed', { orderId: 'o-1' });
  const edited = delivery({
    steps: { ...delivery().steps, write: { kind: 'end', title: 'Say nothing', reason: 'silent' } },
  });
  const { last: _unreached, ...steps } = edited.steps;
  await host.publish(await quietLibrary({ ...edited, steps }));
  await host.happens('order.placed', { orderId: 'o-2' });
  for (const orderId of ['o-1', 'o-2']) await host.happens('order.delivered', { orderId });

  expect(await host.enrolments()).toMatchObject([
    { key: 'o-1', version: 1, reason: 'done' },
    { key: 'o-2', version: 2, reason: 'silent' },
  ]);
  expect(host.sent).toHaveLength(1);
});

test('duplicate event delivery: ten deliveries of each event are one run and one message', async () => {
  const host = await aHost([delivery()]);
  for (const type of ['order.placed', 'order.delivered'])
    for (let time = 0; time < 10; time++) {
      await host.put([{ type, id: type, data: { orderId: 'o-1' } }]);
      await host.settle();
    }

  expect(await host.enrolments()).toMatchObject([{ status: 'completed' }]);
  expect(host.sent).toHaveLength(1);
});

describe('event before the enrolment is visible', () => {
  test('an answer that was there first ends the wait when it begins', async () => {
    const host = await aHost([delivery()]);
    await host.happens('order.delivered', { orderId: 'o-1' });
    await host.happens('order.placed', { orderId: 'o-1' });

    expect(await host.enrolments()).toMatchObject([{ status: 'completed', reason: 'done' }]);
  });

  test('an answer in one batch with the start is not lost', async () => {
    const host = await aHost([delivery()]);
    await host.put([
      { type: 'order.placed', id: 'p', data: { orderId: 'o-1' } },
      { type: 'order.delivered', id: 'd', data: { orderId: 'o-1' } },
    ]);
    await host.settle();

    expect(await host.enrolments()).toMatchObject([{ status: 'completed', reason: 'done' }]);
  });
});

describe('window that never opens', () => {
  test('a wait for a date that nobody knows is over at once, and somebody is asked for the date', async () => {
    const first: Step = {
      kind: 'wait',
      title: 'Until the date',
      wait: { until: { fact: 'event', path: '$.promisedAt' } },
      next: 'write',
    };
    const host = await aHost([journeyOf({ first, write, last: done }, { id: 'promised' })]);
    await host.happens('order.placed', { orderId: 'o-1' });

    expect(await host.enrolments()).toMatchObject([{ status: 'completed' }]);
    expect(await host.sends()).toMatchObject([{ at: start }]);
  });

  test('every window opens within eight days, in every zone, on the day of a change of time too', async () => {
    const zones = [
      'Europe/Berlin',
      'America/St_Johns',
      'Australia/Lord_Howe',
      'Pacific/Apia',
      'Asia/Kathmandu',
    ];
    for (const timeZone of zones)
      for (const from of ['2026-03-28T12:00:00.000Z', '2026-10-24T12:00:00.000Z', start]) {
        const wait = { window: { from: '09:00', to: '09:00', weekdays: ['monday' as const] }, timeZone };
        const first: Step = { kind: 'wait', title: 'On Monday', wait, next: 'write' };
        const host = await aHost([journeyOf({ first, write, last: done }, { id: 'on-monday' })], from);
        await host.happens('order.placed', { orderId: 'o-1' });
        await host.passUntil(addDuration(from, 'P8D'));

        expect(await host.enrolments(), `${timeZone} ${from}`).toMatchObject([{ status: 'completed' }]);
      }
  });
});

describe('why a contact did not enter', () => {
  const valued = delivery({
    trigger: {
      event: 'order.placed',
      when: { all: [{ fact: 'contact', path: '$.valueTier', operator: 'in', value: ['a', 'b'] }] },
    },
    reEntry: { policy: 'after', gap: 'P30D' },
    key: undefined,
  });

  test('the page says what was missing, what was not known, and when it may enter again', async () => {
    const host = await aHost([valued]);
    await host.happens('contact.updated', { city: 'Lund' });
    expect(await host.whyNot('delivery')).toMatchObject({
      inside: false,
      text: ['Nothing has happened yet that could have started it: contacts enter after “Order placed”.'],
    });

    await host.happens('order.placed', { orderId: 'o-1' });
    expect(await host.whyNot('delivery')).toMatchObject({
      text: [expect.stringMatching(/could have started it, but it is not known: value tier/)],
      last: { verdict: 'unknown' },
    });

    await host.passUntil(after('PT1M'));
    await host.happens('contact.updated', { valueTier: 'c' });
    await host.happens('order.placed', { orderId: 'o-2' });
    expect(await host.whyNot('delivery')).toMatchObject({
      text: [expect.stringMatching(/“value tier is one of a, b” did not hold: it was c/)],
      last: { verdict: 'no', because: [{ path: '$.valueTier', seen: 'c', outcome: 'false' }] },
    });

    await host.passUntil(after('PT2M'));
    await host.happens('contact.updated', { valueTier: 'a' });
    await host.happens('order.placed', { orderId: 'o-3' });
    await host.passUntil(after('P5D'));
    await host.happens('order.placed', { orderId: 'o-4' });
    expect(await host.whyNot('delivery')).toMatchObject({
      text: [
        expect.stringMatching(/^Was inside from/),
        expect.stringContaining(`not before ${addDuration(after('PT2M'), 'P30D')}`),
      ],
      last: { verdict: 'too-soon' },
    });

    await host.passUntil(after('P60D'));
    await host.change('delivery', 'paused');
    await host.happens('order.placed', { orderId: 'o-5' });
    expect(await host.whyNot('delivery')).toMatchObject({
      text: [
        `The journey is paused since ${after('P60D')}: a test.`,
        expect.stringMatching(/^Was inside from/),
        expect.stringMatching(/because the journey was paused/),
      ],
    });
  });

  test('a journey that another one leads into says so, before and after', async () => {
    const next: Step = { kind: 'enrol', title: 'Go on there', journey: 'aftercare', next: 'last' };
    const host = await aHost([
      delivery({ title: 'Delivery', steps: { first: next, last: done } }),
      delivery({ id: 'aftercare', trigger: null }),
    ]);
    await host.happens('contact.updated', { city: 'Lund' });
    expect(await host.whyNot('aftercare')).toMatchObject({
      text: [
        'Nothing has happened yet that could have started it: contacts enter by the journey “Delivery”.',
      ],
    });

    await host.happens('order.placed', { orderId: 'o-1' });
    await host.passUntil(after('P5D'));
    expect(await host.whyNot('aftercare')).toMatchObject({
      text: [expect.stringMatching(/^Was inside from/)],
    });
  });

  test('nobody is told anything of a contact or a journey that is not there', async () => {
    const host = await aHost([valued]);
    await host.happens('contact.updated', { city: 'Lund' });

    expect(await host.whyNot('nowhere')).toMatchObject({ problems: [{ path: 'journeyId' }] });
  });
});
