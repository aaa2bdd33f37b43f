import { takeTurn } from '@baton/rules/sending/rate.ts';
import { parseDuration } from '@baton/rules/time/duration.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const rate = fc.record({
  messages: fc.integer({ min: 1, max: 12 }),
  per: fc.constantFrom('PT1S', 'PT7S', 'PT1M', 'PT1H'),
});

/** Messages at instants in order; whoever has no room comes back when told. Gives the instants at which they left. */
function play(
  given: { messages: number; per: string },
  arrivals: readonly number[],
): { left: number[]; asked: number } {
  const waiting = [...arrivals].sort((a, b) => a - b);
  const left: number[] = [];
  let state: Parameters<typeof takeTurn>[1];
  let asked = 0;
  for (let now = waiting.shift(); now !== undefined; now = waiting.shift()) {
    asked++;
    const turn = takeTurn(given, state, now);
    state = turn.state;
    if (turn.kind === 'now') left.push(now);
    else waiting.splice(waiting.findLastIndex((at) => at <= turn.at) + 1, 0, turn.at);
  }
  return { left, asked };
}

const arrivals = fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 120 });
const epoch = Date.parse('2026-03-02T09:00:00Z');

test('no window of the span holds more messages than the rate allows, and all leave', () => {
  fc.assert(
    fc.property(rate, arrivals, (given, offsets) => {
      const { left } = play(
        given,
        offsets.map((offset) => epoch + offset),
      );

      const span = parseDuration(given.per);
      expect(left).toHaveLength(offsets.length);
      for (const [index, at] of left.entries())
        expect(left.slice(index).filter((later) => later < at + span).length).toBeLessThanOrEqual(
          given.messages,
        );
    }),
    { numRuns: 300 },
  );
});

test('a thousand who come at once ask twice on average, and leave at nearly the full rate', () => {
  const given = { messages: 10, per: 'PT1S' };

  const { left, asked } = play(
    given,
    Array.from({ length: 1000 }, () => epoch),
  );

  expect(asked).toBeLessThan(2100);
  expect((left.at(-1) ?? 0) - epoch).toBeLessThan(110_000);
});

test('what is remembered stays small', () => {
  let state: Parameters<typeof takeTurn>[1];
  for (let at = 0; at < 10_000; at++)
    state = takeTurn({ messages: 5000, per: 'PT1M' }, state, epoch + at * 13).state;

  expect(state?.taken.length).toBeLessThanOrEqual(21);
});
