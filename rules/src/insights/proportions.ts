/** So many of so many contacts. */
export type Share = { of: number; with: number };
export type Interval = { low: number; high: number };

/** 95 of 100 such intervals hold the truth: the standard normal distribution's quantile for 0.975. */
const z = 1.959_963_984_540_054;

export const shareOf = ({ of, with: succeeded }: Share): number => (of === 0 ? 0 : succeeded / of);

/**
 * Where a share truly lies, as far as so many can tell. Wilson's score interval without continuity correction: E. B.
 * Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927) 209–212.
 */
export function wilson({ of, with: succeeded }: Share): Interval {
  if (of === 0) return { low: 0, high: 1 };
  const p = succeeded / of;
  const middle = p + z ** 2 / (2 * of);
  const spread = z * Math.sqrt((p * (1 - p)) / of + z ** 2 / (4 * of ** 2));
  const scale = 1 + z ** 2 / of;
  return {
    low: Math.max(0, (middle - spread) / scale),
    high: Math.min(1, (middle + spread) / scale),
  };
}

/**
 * By how much the first share is truly larger than the second. Newcombe's hybrid score interval, his method 10: R. G.
 * Newcombe, Interval estimation for the difference between independent proportions: comparison of eleven methods,
 * Statistics in Medicine 17 (1998) 873–890. It stays between −1 and 1 and holds also where shares are near 0 or 1.
 */
export function differenceOf(first: Share, second: Share): { difference: number; interval: Interval } {
  const [a, b] = [shareOf(first), shareOf(second)];
  const [of, against] = [wilson(first), wilson(second)];
  const difference = a - b;
  return {
    difference,
    interval: {
      low: difference - Math.hypot(a - of.low, against.high - b),
      high: difference + Math.hypot(of.high - a, b - against.low),
    },
  };
}

/** Groups smaller than this tell nothing: one contact more or less would change the answer. */
export const tellingGroup = 30;

export type Effect =
  | { kind: 'too-few'; smallest: number; wanted: number }
  | { kind: 'unclear' | 'better' | 'worse'; difference: number; interval: Interval };

/** What can be said of contacts who were written to against those who were left out. */
export function effectOf(treated: Share, heldOut: Share): Effect {
  const smallest = Math.min(treated.of, heldOut.of);
  if (smallest < tellingGroup) return { kind: 'too-few', smallest, wanted: tellingGroup };
  const { difference, interval } = differenceOf(treated, heldOut);
  const kind = interval.low > 0 ? 'better' : interval.high < 0 ? 'worse' : 'unclear';
  return { kind, difference, interval };
}
