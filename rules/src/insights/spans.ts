/** Nearest rank: the smallest value that at least so large a share of all values does not exceed; undefined where there is none. */
export function quantileOf(values: readonly number[], share: number): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

/** How long something has lasted, and whether it is over. */
export type Lasting = { ms: number; over: boolean };

/**
 * After how long a share of all has left. Who is still there has stayed at least so long, which counts: without them
 * only the quick would be seen. Product-limit estimate: E. L. Kaplan and P. Meier, Nonparametric estimation from incomplete
 * observations, JASA 53 (1958) 457–481. `reached` false: fewer have left so far, the time is longer than `ms`.
 */
export function timeUntilLeft(
  stays: readonly Lasting[],
  share: number,
): { ms: number; reached: boolean } | undefined {
  if (stays.length === 0) return undefined;
  // Of equal times the leavings come first: who is still there at that moment was there while the others left.
  const sorted = stays.toSorted((a, b) => a.ms - b.ms || Number(b.over) - Number(a.over));
  let remaining = 1;
  for (const [index, { ms, over }] of sorted.entries()) {
    if (over) remaining *= 1 - 1 / (sorted.length - index);
    if (over && remaining <= 1 - share + 1e-12) return { ms, reached: true };
  }
  return { ms: sorted.at(-1)?.ms ?? 0, reached: false };
}
