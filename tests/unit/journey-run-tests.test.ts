import type { JourneyTest, Step } from '@baton/rules/documents/journey.ts';
import { keepTests } from '@baton/rules/edit/journey.ts';
import { runJourneyTests, testsMended } from '@baton/rules/journey/run-tests.ts';
import { expect, test } from 'vitest';
import { done, journeyOf, surroundings } from '../support/journeys.ts';

const match = [{ path: '$.orderId', equals: 'enrolment-key' as const }];
const waitFor: Step = {
  kind: 'wait-for',
  title: 'Paid',
  events: [{ event: 'order.approved', match, next: 'last' }],
  timeout: { after: 'P2D' },
  onTimeout: 'remind',
};
const remind: Step = {
  kind: 'send',
  title: 'Remind',
  template: 'remind',
  channel: 'email',
  purpose: 'service',
  next: 'last',
};

const reminded: JourneyTest['expect'] = {
  effects: [{ at: 'PT48H', kind: 'send', step: 'remind' }],
  end: { at: 'P2D', reason: 'done' },
};

async function run(expected: JourneyTest['expect'], ...others: JourneyTest['events']) {
  const events = [{ at: 'PT0S', type: 'order.placed', data: { orderId: 'A1' } }, ...others];
  const journey = journeyOf(
    { first: waitFor, remind, last: done },
    { tests: [{ name: 'test', facts: {}, events, expect: expected }] },
  );
  return (await runJourneyTests(journey, surroundings))[0];
}

test('time runs on to the end that a test expects; spans are compared by their length', async () => {
  expect(await run(reminded)).toMatchObject({ name: 'test', passed: true });
});

test('without an end, time stops with the last event', async () => {
  expect(await run({ effects: [], end: null }, { at: 'PT47H', type: 'page.viewed', data: {} })).toMatchObject(
    { passed: true },
  );
});

test('what is due at the instant of the last event has happened', async () => {
  expect(await run({ ...reminded, end: null }, { at: 'P2D', type: 'page.viewed', data: {} })).toMatchObject({
    passed: false,
    got: { end: { at: 'P2D', reason: 'done' } },
  });
});

test.each([
  ['an effect that is not named', { ...reminded, effects: [] }],
  ['an effect that does not come', { ...reminded, effects: [...reminded.effects, ...reminded.effects] }],
  ['another time', { ...reminded, effects: [{ at: 'P3D', kind: 'send', step: 'remind' }] }],
  ['another kind', { ...reminded, effects: [{ at: 'P2D', kind: 'task', step: 'remind' }] }],
  ['another step', { ...reminded, effects: [{ at: 'P2D', kind: 'send', step: 'first' }] }],
  ['another reason', { ...reminded, end: { at: 'P2D', reason: 'goal' } }],
])('fails for %s, and says what came instead', async (_, expected) => {
  expect(await run(expected)).toMatchObject({
    passed: false,
    got: { effects: [{ at: 'P2D', kind: 'send', step: 'remind' }], end: { at: 'P2D', reason: 'done' } },
  });
});

test('the end is that of the enrolment that began first', async () => {
  const second = [
    { at: 'PT1H', type: 'order.placed', data: { orderId: 'B2' } },
    { at: 'PT2H', type: 'order.approved', data: { orderId: 'B2' } },
  ];

  expect(await run(reminded, ...second)).toMatchObject({ passed: true });
});

test('tests that do not hold are mended to what happens now, under their own names; the others are let be', async () => {
  const events = [{ at: 'PT0S', type: 'order.placed', data: { orderId: 'A1' } }];
  const holds = { name: 'holds', facts: {}, events, expect: reminded };
  const astray = { ...holds, name: 'astray', expect: { ...reminded, effects: [] } };
  const journey = journeyOf({ first: waitFor, remind, last: done }, { tests: [holds, astray] });

  const mended = await testsMended(journey, surroundings);

  expect(mended.map(({ name }) => name)).toEqual(['astray']);
  const kept = keepTests(journey, mended);
  if (!kept.ok) throw new Error(kept.reason);
  const results = await runJourneyTests(kept.document, surroundings);
  expect(results.map(({ name, passed }) => [name, passed])).toEqual([
    ['holds', true],
    ['astray', true],
  ]);
});
