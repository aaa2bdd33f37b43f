/** The entry whose share of 100 % a draw falls into; shares count from the first. Rounding gives what is left to the last. */
export function drawn<T extends { share: number }>(entries: readonly T[], draw: number): T {
  let sum = 0;
  for (const entry of entries) {
    sum += entry.share;
    if (draw < sum) return entry;
  }
  const last = entries.at(-1);
  if (!last) throw new Error('there is nothing to draw from');
  return last;
}

/** Whether shares make 100 %, as far as decimals can say. */
export function makeWhole(entries: readonly { share: number }[]): boolean {
  return Math.abs(entries.reduce((sum, { share }) => sum + share, 0) - 100) < 1e-6;
}
