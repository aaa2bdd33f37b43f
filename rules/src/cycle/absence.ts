import { parseInstant } from '../conditions/instant.ts';

/** Nobody plans for longer; whoever is away for more than a year has left. */
export const longestAbsenceDays = 366;

/** What is wrong with the day on which somebody is said to be back, as a sentence; `undefined` where nothing is. */
export function absenceProblem(
  { reason, until }: { reason: 'left' | 'absent'; until?: string | undefined },
  now: number,
): string | undefined {
  if (until === undefined) return undefined;
  const end = parseInstant(until);
  if (end === undefined) return 'That is no day.';
  if (reason === 'left') return 'Who has left does not come back: leave the day out.';
  if (end <= now) return 'The absence would end before it starts: give a day to come.';
  if (end - now > longestAbsenceDays * 86_400_000)
    return 'That is more than a year ahead: give an earlier day, or say that the person has left.';
  return undefined;
}
