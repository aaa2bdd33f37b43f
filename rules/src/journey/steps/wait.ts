import { continueTo, dataQuality } from '../moment.ts';
import type { StepKindEntry } from '../step-kind.ts';
import { describeTimeout, takesTime, untilOf } from '../timeouts.ts';

export const wait: StepKindEntry<'wait'> = {
  enter({ wait, next }, { step, facts, now }) {
    const end = untilOf(wait, facts, now);
    if (end.kind === 'unknown') return continueTo(next, dataQuality(step, [end.fact]));
    if (end.over) return continueTo(next);
    return { effects: [], next: { kind: 'wait', until: end.until, to: next } };
  },
  exits: ({ wait, next }) => [{ to: next, title: 'then', path: 'next', waits: takesTime(wait) }],
  onTimeout: ({ next }) => next,
  shape: ({ next }) => ({ kind: 'pause', next }),
  describe: ({ wait }) => `Waits ${describeTimeout(wait)}.`,
};
