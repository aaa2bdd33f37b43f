import type { Comparison } from './olist-replay.ts';

/** Prints what was expected and what was found; `true` where nothing differs. */
export function printComparisons(comparisons: readonly Comparison[]): boolean {
  const width = Math.max(...comparisons.map(({ what }) => what.length));
  const line = (what: string, expected: string, found: string, verdict: string) =>
    console.info(`${what.padEnd(width)}  ${expected.padStart(12)}  ${found.padStart(8)}  ${verdict}`);
  line('what', 'by the files', 'found', '');
  for (const { what, expected, found, strangers } of comparisons) {
    const examples = strangers.slice(0, 3).join(', ');
    line(what, show(expected), show(found), expected === found ? '' : `differs ${examples}`);
  }
  return comparisons.every(({ expected, found }) => expected === found);
}

const show = (number: number): string => number.toLocaleString('en');
