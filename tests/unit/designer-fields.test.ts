import { expect, test } from 'vitest';
import { readCount, readNumber, readSpanWords } from '../../designer/src/lib/fields/read-value.ts';

const reasonOf = (read: { ok: boolean; reason?: string }) => (read.ok ? '' : read.reason);

test('a number outside its range says the range', () => {
  expect(readNumber('80', { min: 1, max: 100 })).toEqual({ ok: true, value: 80 });
  expect(reasonOf(readNumber('-5', { min: 1, max: 100, step: 1 }))).toBe(
    'Write a whole number from 1 to 100.',
  );
  expect(reasonOf(readNumber('1.5', { min: 50, step: 1 }))).toBe('Write a whole number of at least 50.');
  expect(reasonOf(readNumber(' ', {}))).toBe('Write a number.');
});

test.each(['-5', '', '0', '99999999', '1.4', '1e9'])('“%s” is no count of a deadline', (text) => {
  expect(reasonOf(readCount(text, false))).toMatch(/^Write a whole number from 1 to 999,999\./);
});

test('part of a unit leads to a smaller one, and no time is a span only where it may be', () => {
  expect(reasonOf(readCount('1.4', false))).toMatch(/choose a smaller unit\.$/);
  expect(readCount('0', true)).toEqual({ ok: true, value: 0 });
});

test.each(['', '-5 days', '1.4 days', '99999999 days', 'P99999999D', 'soon'])(
  '“%s” is no span in words',
  (text) => {
    expect(reasonOf(readSpanWords(text))).toMatch(/such as 7 days or 30 minutes\.$/);
  },
);

test('a span in words is longer than nothing', () => {
  expect(readSpanWords('2 hours')).toEqual({ ok: true, value: 'PT2H' });
  expect(reasonOf(readSpanWords('0 days'))).toMatch(/longer than nothing/);
});
