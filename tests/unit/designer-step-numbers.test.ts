import type { JourneyNumbersView } from '@baton/functions/api/views.ts';
import { failedAt } from '@baton/functions/repositories/failed-at.ts';
import type { Step } from '@baton/rules/documents/journey.ts';
import { expect, test } from 'vitest';
import {
  inBrief,
  numbersOf,
  numbersOfAll,
  sayInBrief,
  sayPeriod,
  shareOf,
} from '../../designer/src/lib/journey/step-numbers.ts';
import { done, journeyOf } from '../support/journeys.ts';

const pause: Step = { kind: 'wait', title: 'Pause', wait: { after: 'P1D' }, next: 'done' };
const journey = journeyOf(
  { pause, done },
  {
    exits: [
      { event: 'order.cancelled', reason: 'order-cancelled' },
      { event: 'order.placed', reason: 'done' },
    ],
  },
);
const numbers = {
  ...{ inside: 4, entered: 200, passed: 190 },
  left: { goal: 1, 'order-cancelled': 2, stopped: 1, [failedAt('pause')]: 1, elsewhere: 1 },
};
const said = (lines: ReturnType<typeof numbersOf>) => lines.map(({ count, what }) => `${count} ${what}`);

test('a step tells who is in it, who has passed it, and by which exit others left', () => {
  const lines = numbersOf(pause, numbers, undefined, journey.exits);

  expect(lines.map(({ count, what, share, ask }) => [`${count} ${what}`, share, ask])).toEqual([
    ['4 here now', '2%', { how: 'here' }],
    ['190 passed', '95%', { how: 'passed' }],
    ['6 left here', '3%', { how: 'left' }],
  ]);
  expect(lines[2]?.parts.map(({ count, what, ask }) => [`${count} ${what}`, ask.reason])).toEqual([
    ['2 left by exit: order cancelled', 'order-cancelled'],
    ['1 reached the goal', 'goal'],
    ['1 left: the journey was stopped', 'stopped'],
    ['1 failed at pause', 'failed at pause'],
    ['1 left: elsewhere', 'elsewhere'],
  ]);
  expect(sayInBrief(inBrief(lines))).toBe('4 here, 190 passed, 6 left');
});

test('an end tells who ended there, and nothing that cannot be', () => {
  const ended = { inside: 0, entered: 12, passed: 0, left: { done: 12 } };

  expect(said(numbersOf(done, ended))).toEqual(['12 ended here']);
  expect(said(numbersOf(pause, { inside: 0, entered: 0, passed: 0, left: {} }))).toEqual([
    '0 here now',
    '0 passed',
  ]);
});

test('what was not counted to the end is at least so many, and no share of anything', () => {
  const lines = numbersOf(pause, numbers, { more: true, moreInside: false });

  expect(said(lines)).toEqual(['4 here now', '190+ passed', '6+ left here']);
  expect(lines.map(({ share }) => share)).toEqual([undefined, undefined, undefined]);
  expect(lines[1]?.about).toMatch(/^At least: enrolments that were in this step/);
  expect(said(numbersOf(pause, numbers, { more: true, moreInside: true }))[0]).toBe('4+ here now');
});

const all: JourneyNumbersView = {
  ...{ of: 30, more: false, moreInside: false, since: '2026-03-01T12:00:00.000Z', untraced: 0, inside: 10 },
  steps: {},
  ends: { goal: 2, 'order-cancelled': 3, done: 15 },
};

test('a journey tells how they left, and takes no end for an exit of the same reason', () => {
  expect(said(numbersOfAll(journey, all))).toEqual([
    '10 inside now',
    '15 left: done',
    '3 left by exit: order cancelled',
    '2 reached the goal',
  ]);
});

test.each<[Partial<JourneyNumbersView>, string]>([
  [{}, 'Counted on all 30 enrolments of all versions since 1 Mar 2026.'],
  [{ of: 0 }, 'Nobody has entered yet.'],
  [{ more: true }, 'Counted on the latest 30 enrolments of all versions; a plus means at least.'],
  [
    { untraced: 2 },
    'Counted on all 30 enrolments of all versions since 1 Mar 2026. Of 2 of them it was not kept which steps they passed; they count only where they are or left.',
  ],
])('numbers say what they were counted on', (own, words) => {
  expect(sayPeriod({ ...all, ...own })).toBe(words);
});

test.each([
  [0, '0%'],
  [1, '<1%'],
  [500, '50%'],
  [999, '>99%'],
  [1000, '100%'],
])('%i of a thousand is %s', (count, share) => {
  expect(shareOf(count, 1000)).toBe(share);
});
