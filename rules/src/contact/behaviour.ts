import type { Source } from '../documents/facts.ts';
import type { Seen } from './contact-state.ts';
import { occurrences } from './kept.ts';
import { dayBefore, sumOfDays } from './tally.ts';

const dayInMs = 86_400_000;

/**
 * The usual days between occurrences, from the latest 20. The median and not the mean, because one long pause or one
 * early refill must not move what is usual. Occurrences of one UTC day are one: a basket that was split is one purchase.
 * Fewer than three days show no rhythm, and the fact is absent.
 */
export function usualInterval(recent: readonly string[]): number | undefined {
  const days = [...new Set(recent.map((at) => Date.parse(at.slice(0, 10)) / dayInMs))].sort((a, b) => a - b);
  if (days.length < 3) return undefined;
  return medianOf(days.slice(1).map((day, index) => day - (days[index] ?? day)));
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/**
 * Per cent by which the last days differ from what as many days brought on average before: -40 is down by 40 %. Absent
 * without something to compare with: the contact is younger than both spans, or the earlier one brought nothing.
 */
export function changeOf(
  seen: Seen | undefined,
  { field = occurrences, days, before }: Extract<Source, { kind: 'change' }>,
  now: string,
): number | undefined {
  if (!seen || seen.first.slice(0, 10) > dayBefore(now, days + before - 1)) return undefined;
  const tally = seen.sums?.[field];
  if (!tally) return undefined;
  const usual = (sumOfDays(tally, now, before, days) * days) / before;
  if (usual <= 0) return undefined;
  return rounded((sumOfDays(tally, now, days) / usual - 1) * 100);
}

const rounded = (percent: number): number => Math.round(percent * 10) / 10;
