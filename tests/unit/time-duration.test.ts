import {
  addDuration,
  describeDuration,
  formatDuration,
  parseDuration,
  subtractDuration,
} from '@baton/rules/time/duration.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';

test('measures spans exactly', () => {
  expect(parseDuration('P3D')).toBe(259_200_000);
  expect(parseDuration('P1WT1H30M5S')).toBe(604_800_000 + 5_405_000);
  expect(parseDuration('PT0S')).toBe(0);
});

test.each(['', 'P', 'PT', 'P1M', 'P1Y', '3D', 'P1.5D', '-P1D', 'P1DT'])(
  'refuses %j, which has no exact length',
  (text) => {
    expect(() => parseDuration(text)).toThrow(/is no span/);
  },
);

test('moves instants forwards and backwards, whatever zone they are written in', () => {
  expect(addDuration('2026-03-28T23:30:00+01:00', 'P1D')).toBe('2026-03-29T22:30:00.000Z');
  expect(subtractDuration('2026-03-01T00:00:00Z', 'PT1S')).toBe('2026-02-28T23:59:59.000Z');
});

test('refuses to move what is no instant', () => {
  expect(() => addDuration('soon', 'P1D')).toThrow(/"soon" is no instant/);
});

test('stops at the end of the calendar instead of failing', () => {
  expect(addDuration('2026-01-01T00:00:00Z', 'P9999999D')).toBe('9999-12-31T23:59:59.999Z');
});

test('says a span in the units it was written in', () => {
  expect(describeDuration('P3D')).toBe('3 days');
  expect(describeDuration('PT1H30M')).toBe('1 hour 30 minutes');
  expect(describeDuration('P2W')).toBe('2 weeks');
  expect(describeDuration('PT0S')).toBe('no time');
});

test('writes every length so that reading it gives the same length', () => {
  fc.assert(
    fc.property(fc.nat(100_000_000), (seconds) => {
      expect(parseDuration(formatDuration(seconds * 1000))).toBe(seconds * 1000);
    }),
  );
});
