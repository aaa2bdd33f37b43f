import { parseDuration } from '../../time/duration.ts';
import { continueTo, dataQuality } from '../moment.ts';
import type { StepKindEntry } from '../step-kind.ts';
import { describeTimeout, takesTime, taskTimeout, untilOf } from '../timeouts.ts';

const askedWords = {
  'next-in-team': ' to the next of the team who was not asked yet',
  'team-lead': ' to whoever leads the team',
};

export const handover: StepKindEntry<'handover'> = {
  enter({ handover: document, offerTo, timeout, onAccepted, onReturned, onTimeout }, { step, facts, now }) {
    const end = untilOf(timeout, facts, now);
    if (end.kind === 'unknown') return continueTo(onTimeout, dataQuality(step, [end.fact]));

    // By document, not by id: whether this step or a rule offered it, the answer to the handover is the answer.
    const match = [{ path: '$.handover', equals: document }];
    return {
      effects: [{ kind: 'handover', step, handover: document, ...(offerTo ? { offerTo } : {}) }],
      next: {
        kind: 'wait-for',
        events: [
          { event: 'handover.accepted', match, to: onAccepted },
          { event: 'handover.returned', match, to: onReturned },
        ],
        until: end.until,
        onTimeout,
      },
    };
  },
  exits: ({ timeout, onAccepted, onReturned, onTimeout }) => [
    { to: onAccepted, title: 'accepted', path: 'onAccepted', waits: true },
    { to: onReturned, title: 'returned', path: 'onReturned', waits: true },
    { to: onTimeout, title: 'timeout', path: 'onTimeout', waits: takesTime(timeout) },
  ],
  onTimeout: ({ onTimeout }) => onTimeout,
  shape: ({ timeout }) => ({
    kind: 'await',
    seconds: 'after' in timeout ? taskTimeout(parseDuration(timeout.after)) : 'planned',
  }),
  describe: ({ handover: document, offerTo, timeout }) =>
    `Offers the handover "${document}"${offerTo ? askedWords[offerTo] : ''} and waits ${'after' in timeout ? 'at most ' : ''}${describeTimeout(timeout)} for an answer.`,
};
