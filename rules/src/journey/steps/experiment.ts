import { addDuration } from '../../time/duration.ts';
import { settleMatch } from '../matches.ts';
import { continueTo, dataQuality } from '../moment.ts';
import { drawn } from '../shares.ts';
import type { StepKindEntry } from '../step-kind.ts';

export const experiment: StepKindEntry<'experiment'> = {
  /** Once an arm has won, everybody gets it and nobody is counted: the question is answered. */
  enter({ arms, success }, { step, enrolment, facts, now, draw, winner }) {
    const won = arms.find(({ id }) => id === winner);
    if (won) return continueTo(won.next);

    const arm = drawn(arms, draw());
    const { pattern, unknown } = settleMatch(success, enrolment.key, facts);
    return continueTo(arm.next, [
      { kind: 'experiment', step, arm: arm.id, success: pattern, until: addDuration(now, success.within) },
      ...dataQuality(step, unknown),
    ]);
  },
  exits: ({ arms }) =>
    arms.map(({ title, next }, index) => ({ to: next, title, path: `arms.${index}.next`, waits: false })),
  onTimeout: () => undefined,
  shape: () => ({ kind: 'route' }),
  describe: ({ arms, success }) =>
    `Tries ${arms.map(({ title, share }) => `${title} (${share} %)`).join(' against ')}, by ${success.event}.`,
};
