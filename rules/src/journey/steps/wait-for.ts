import { parseDuration } from '../../time/duration.ts';
import { settleMatch } from '../matches.ts';
import { continueTo, dataQuality } from '../moment.ts';
import type { StepKindEntry } from '../step-kind.ts';
import { describeTimeout, takesTime, taskTimeout, untilOf } from '../timeouts.ts';

export const waitFor: StepKindEntry<'wait-for'> = {
  enter({ events, timeout, onTimeout }, { step, enrolment, facts, now }) {
    const end = untilOf(timeout, facts, now);
    if (end.kind === 'unknown') return continueTo(onTimeout, dataQuality(step, [end.fact]));

    const settled = events.map((event) => ({ to: event.next, ...settleMatch(event, enrolment.key, facts) }));
    const unknown = settled.flatMap((event) => event.unknown);
    return {
      effects: dataQuality(step, unknown),
      next: {
        kind: 'wait-for',
        events: settled.map(({ pattern, to }) => ({ ...pattern, to })),
        until: end.until,
        onTimeout,
      },
    };
  },
  exits: ({ events, timeout, onTimeout }) => [
    ...events.map(({ event, next }, index) => ({
      to: next,
      title: event,
      path: `events.${index}.next`,
      waits: true,
    })),
    { to: onTimeout, title: 'timeout', path: 'onTimeout', waits: takesTime(timeout) },
  ],
  onTimeout: ({ onTimeout }) => onTimeout,
  shape: ({ timeout }) => ({
    kind: 'await',
    seconds: 'after' in timeout ? taskTimeout(parseDuration(timeout.after)) : 'planned',
  }),
  describe: ({ events, timeout }) =>
    `Waits for ${events.map(({ event }) => event).join(' or ')}, ${'after' in timeout ? 'at most ' : ''}${describeTimeout(timeout)}.`,
};
