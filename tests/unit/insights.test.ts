import { differenceOf, effectOf, wilson } from '@baton/rules/insights/proportions.ts';
import { quantileOf, timeUntilLeft } from '@baton/rules/insights/spans.ts';
import { describe, expect, test } from 'vitest';

describe('shares', () => {
  test('an interval of one share is Wilson’s', () => {
    // Newcombe, Two-sided confidence intervals for the single proportion, 1998, table I: 81 of 263, and 0 of 20.
    expect(wilson({ of: 263, with: 81 }).low).toBeCloseTo(0.2553, 4);
    expect(wilson({ of: 263, with: 81 }).high).toBeCloseTo(0.3662, 4);
    expect(wilson({ of: 20, with: 0 }).low).toBe(0);
    expect(wilson({ of: 20, with: 0 }).high).toBeCloseTo(0.1611, 4);
    expect(wilson({ of: 0, with: 0 })).toEqual({ low: 0, high: 1 });
  });

  test.each([
    // Newcombe 1998, table II, method 10.
    [{ of: 70, with: 56 }, { of: 80, with: 48 }, 0.0524, 0.3339],
    [{ of: 10, with: 9 }, { of: 10, with: 3 }, 0.1705, 0.809],
    [{ of: 10, with: 10 }, { of: 20, with: 0 }, 0.6791, 1],
  ])('an interval of a difference is Newcombe’s tenth', (first, second, low, high) => {
    const { interval } = differenceOf(first, second);

    expect(interval.low).toBeCloseTo(low, 3);
    expect(interval.high).toBeCloseTo(high, 3);
  });

  test('an effect is told only where both groups are large enough and chance would not do it', () => {
    expect(effectOf({ of: 4000, with: 900 }, { of: 29, with: 1 })).toEqual({
      kind: 'too-few',
      smallest: 29,
      wanted: 30,
    });
    expect(effectOf({ of: 300, with: 33 }, { of: 300, with: 30 }).kind).toBe('unclear');
    expect(effectOf({ of: 2000, with: 300 }, { of: 300, with: 21 }).kind).toBe('better');
    expect(effectOf({ of: 2000, with: 100 }, { of: 300, with: 60 }).kind).toBe('worse');
  });
});

describe('spans', () => {
  test('half and nine in ten by nearest rank', () => {
    expect(quantileOf([5, 1, 4, 2, 3], 0.5)).toBe(3);
    expect(quantileOf([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.9)).toBe(9);
    expect(quantileOf([7], 0.9)).toBe(7);
    expect(quantileOf([], 0.5)).toBeUndefined();
  });

  test('who is still there counts: without them only the quick would be seen', () => {
    const left = [1, 2, 3].map((ms) => ({ ms, over: true }));
    const there = [10, 10, 10, 10].map((ms) => ({ ms, over: false }));

    expect(timeUntilLeft(left, 0.5)).toEqual({ ms: 2, reached: true });
    expect(timeUntilLeft([...left, ...there], 0.5)).toEqual({ ms: 10, reached: false });
    expect(timeUntilLeft([], 0.5)).toBeUndefined();
  });

  test('the product-limit estimate of a published example', () => {
    // Remission of 21 leukaemia patients under 6-MP, Freireich et al. 1963: half have relapsed by week 23.
    const over = [6, 6, 6, 7, 10, 13, 16, 22, 23].map((ms) => ({ ms, over: true }));
    const still = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35].map((ms) => ({ ms, over: false }));

    expect(timeUntilLeft([...over, ...still], 0.5)).toEqual({ ms: 23, reached: true });
    expect(timeUntilLeft([...over, ...still], 0.9)).toEqual({ ms: 35, reached: false });
  });
});
