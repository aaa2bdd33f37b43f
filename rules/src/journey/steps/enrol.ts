import { parseDuration } from '../../time/duration.ts';
import { continueTo, dataQuality } from '../moment.ts';
import type { StepKindEntry } from '../step-kind.ts';
import { describeTimeout, takesTime, taskTimeout, untilOf } from '../timeouts.ts';
import { isScalar, settle } from '../values.ts';

export const enrol: StepKindEntry<'enrol'> = {
  enter({ journey, key = undefined, await: awaited, next }, { step, id, enrolment, facts, now }) {
    const settled = key === undefined ? enrolment.key : settle(key, facts);
    if (!isScalar(settled)) return continueTo(next, dataQuality(step, typeof key === 'object' ? [key] : []));
    const effect = { kind: 'enrol' as const, step, journey, key: String(settled) };
    if (!awaited) return continueTo(next, [effect]);

    const end = untilOf(awaited.timeout, facts, now);
    if (end.kind === 'unknown')
      return continueTo(awaited.onTimeout, [effect, ...dataQuality(step, [end.fact])]);
    const match = [{ path: '$.startedBy', equals: id }];
    return {
      effects: [{ ...effect, startedBy: id }],
      next: {
        kind: 'wait-for',
        events: [
          { event: 'journey.ended', match: [...match, { path: '$.goal', equals: true }], to: awaited.onGoal },
          { event: 'journey.ended', match, to: next },
        ],
        until: end.until,
        onTimeout: awaited.onTimeout,
      },
    };
  },
  exits: ({ await: awaited, next }) => [
    ...(awaited ? [{ to: awaited.onGoal, title: 'goal reached', path: 'await.onGoal', waits: false }] : []),
    { to: next, title: awaited ? 'ended without goal' : 'then', path: 'next', waits: false },
    ...(awaited
      ? [
          {
            to: awaited.onTimeout,
            title: 'timeout',
            path: 'await.onTimeout',
            waits: takesTime(awaited.timeout),
          },
        ]
      : []),
  ],
  onTimeout: ({ await: awaited }) => awaited?.onTimeout,
  shape: ({ await: awaited, next }) => {
    if (!awaited) return { kind: 'pass', next };
    const { timeout } = awaited;
    return {
      kind: 'await',
      seconds: 'after' in timeout ? taskTimeout(parseDuration(timeout.after)) : 'planned',
    };
  },
  describe: ({ journey, await: awaited }) =>
    awaited
      ? `Starts the journey "${journey}" and waits ${'after' in awaited.timeout ? 'at most ' : ''}${describeTimeout(awaited.timeout)} for its end.`
      : `Starts the journey "${journey}".`,
};
