import { indexLibrary } from '@baton/functions/library/live.ts';
import { acceptEvents } from '@baton/functions/use-cases/accept-events.ts';
import { checkEvent } from '@baton/functions/use-cases/check-event.ts';
import type { Json } from '@baton/rules/json.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shippedLibrary } from '../support/shipped-library.ts';
import { openVirtualHost } from '../support/virtual-host.ts';

const now = new Date('2026-03-02T09:00:00Z');
const live = indexLibrary(await shippedLibrary(), { version: () => 1, machine: () => '' });
const event = {
  specversion: '1.0',
  id: 'e-1',
  source: 'tests',
  type: 'order.placed',
  time: '2026-03-01T09:00:00Z',
  subject: 'email:ana@example.com',
  data: { orderId: 'o-1', total: 12.5, promisedAt: '2026-03-12T00:00:00Z' },
};
const problemsOf = (entry: unknown) => {
  const checked = checkEvent(entry, live, now);
  return checked.ok ? [] : checked.problems.map(({ path, reason }) => `${path}: ${reason}`);
};

test.each([...live.events.values()])('the sample of $id fits its own document', ({ id, sample }) => {
  expect(problemsOf({ ...event, type: id, data: sample })).toEqual([]);
});

test('what is taken is the event and nothing else that came with it', () => {
  const checked = checkEvent({ ...event, datacontenttype: 'application/json', extra: 'x' }, live, now);

  expect(checked).toEqual({ ok: true, event });
});

test('an event without time happened now, and one without data has none', () => {
  const { time: _time, data: _data, ...bare } = { ...event, type: 'campaign.started' };

  const checked = checkEvent({ ...bare, data: { campaign: 'spring' } }, live, now);

  expect(checked).toMatchObject({ ok: true, event: { time: '2026-03-02T09:00:00.000Z' } });
  expect(problemsOf(bare)).toEqual(['data.campaign: is missing']);
});

test('what is no event, or has no type, is told in our own words', () => {
  expect(problemsOf(undefined)).toEqual(['(event): must be an event, which is an object']);
  expect(problemsOf({ ...event, type: undefined })).toEqual([
    'type: must be a type of the catalogue, for example "order.placed"',
  ]);
});

test('clocks may differ by five minutes, not by six', () => {
  expect(problemsOf({ ...event, time: '2026-03-02T09:05:00Z' })).toEqual([]);
  expect(problemsOf({ ...event, time: '2026-03-02T09:06:00Z' })).toEqual([
    'time: 2026-03-02T09:06:00Z lies in the future',
  ]);
});

test('every value is held to its field, and each problem has its place', () => {
  const data = { orderId: 7, total: -1, promisedAt: '2026-03-12', currency: null, colour: 'red' };

  expect(problemsOf({ ...event, data })).toEqual(
    [
      'data.colour: order.placed has no field "colour"',
      'data.orderId: 7 does not fit',
      'data.promisedAt: "2026-03-12" does not fit',
      'data.total: -1 does not fit',
    ].sort((a, b) => order(a) - order(b)),
  );
});

/** Unknown fields first, then the fields in the order of the document. */
function order(problem: string): number {
  const fields = Object.keys(live.events.get('order.placed')?.payload ?? {});
  return fields.findIndex((field) => problem.startsWith(`data.${field}:`));
}

test('a subject must name somebody', () => {
  for (const subject of ['email:a@b', 'crm:0', 'phone:+46 8 1', 'contact:abc'])
    expect(problemsOf({ ...event, subject })).toEqual([]);
  for (const subject of [
    'ana',
    ':x',
    'Email:x',
    'email:',
    'email: \t',
    'phone:n/a',
    `crm:${'x'.repeat(400)}`,
    5,
  ])
    expect(problemsOf({ ...event, subject })[0]).toMatch(/^subject: /);
});

test('a batch is taken whole or not at all, and has a size', async () => {
  const { ports } = await openVirtualHost(now.toISOString());
  const batch = (size: number) =>
    Array.from({ length: size }, (_, index) => ({ ...event, id: `e-${index}` }));
  const taken = async (body: Json) => {
    const accepted = await acceptEvents(ports, body);
    return accepted.ok ? accepted.events.length : accepted.problems.map(({ path }) => path);
  };

  expect(await taken(event)).toBe(1);
  expect(await taken(batch(2))).toBe(2);
  expect(await taken([event, { ...event, id: 'e-2', type: 'no.such' }, 5])).toEqual([
    '[1].type',
    '[2].(event)',
  ]);
  expect(await taken([])).toEqual(['(batch)']);
  expect(await taken(batch(500))).toBe(500);
  expect(await taken(batch(501))).toEqual(['(batch)']);
  expect(await taken([event, { ...event, subject: 'contact:nobody' }])).toEqual(['[1].subject']);
  expect(await taken({ ...event, subject: 'contact:nobody' })).toEqual(['subject']);
});

test('whatever comes is taken or refused with a reason, and never thrown at anybody', () => {
  const almost = fc.record(
    Object.fromEntries(
      Object.entries(event).map(([name, value]) => [name, fc.oneof(fc.constant(value), fc.jsonValue())]),
    ),
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), almost), (entry) => {
      const checked = checkEvent(entry, live, now);
      if (checked.ok) return;
      expect(checked.problems.length).toBeGreaterThan(0);
      for (const problem of checked.problems)
        for (const words of [problem.path, problem.reason, problem.remedy]) expect(words).toMatch(/\S/);
    }),
    { numRuns: 300 },
  );
});
