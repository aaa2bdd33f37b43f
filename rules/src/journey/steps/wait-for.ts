import { evaluate } from '../../conditions/evaluate.ts';
import { parseDuration } from '../../time/duration.ts';
import { settleMatch } from '../matches.ts';
import { continueTo, dataQuality } from '../moment.ts';
import type { StepKindEntry } from '../step-kind.ts';
import { describeTimeout, takesTime, taskTimeout, untilOf } from '../timeouts.ts';

export const waitFor: StepKindEntry<'wait-for'> = {
  async enter({ events, facts: wanted, timeout, onTimeout }, { step, enrolment, facts, now }) {
    if (wanted && (await evaluate(wanted.when, facts)).outcome === 'true') return continueTo(wanted.next);
    const end = untilOf(timeout, facts, now);
    if (end.kind === 'unknown') return continueTo(onTimeout, dataQuality(step, [end.fact]));

    const settled = events.map((event) => ({ to: event.next, ...settleMatch(event, enrolment.key, facts) }));
    const unknown = settled.flatMap((event) => event.unknown);
    return {
      effects: dataQuality(step, unknown),
      next: {
        kind: 'wait-for',
        events: settled.map(({ pattern, to }) => ({ ...pattern, to })),
        ...(wanted ? { facts: { when: wanted.when, to: wanted.next } } : {}),
        until: end.until,
        onTimeout,
      },
    };
  },
  exits: ({ events, facts, timeout, onTimeout }) => [
    ...events.map(({ event, next }, index) => ({
      to: next,
      title: event,
      path: `events.${index}.next`,
      waits: true,
    })),
    ...(facts ? [{ to: facts.next, title: facts.title, path: 'facts.next', waits: false }] : []),
    { to: onTimeout, title: 'timeout', path: 'onTimeout', waits: takesTime(timeout) },
  ],
  onTimeout: ({ onTimeout }) => onTimeout,
  shape: ({ timeout }) => ({
    kind: 'await',
    seconds: 'after' in timeout ? taskTimeout(parseDuration(timeout.after)) : 'planned',
  }),
  describe: ({ events, facts, timeout }) =>
    `Waits for ${[...events.map(({ event }) => event), ...(facts ? [`"${facts.title}"`] : [])].join(' or ')}, ${'after' in timeout ? 'at most ' : ''}${describeTimeout(timeout)}.`,
};
