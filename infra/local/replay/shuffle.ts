import { createHash } from 'node:crypto';

/** The same entries in an order that a seed decides, by sorting on a hash of seed and place. */
export function shuffled<T>(entries: readonly T[], seed: string): T[] {
  return entries
    .map((entry, index) => ({ entry, rank: createHash('sha1').update(`${seed}:${index}`).digest('hex') }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .map(({ entry }) => entry);
}
