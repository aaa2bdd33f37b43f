import { priorityByTable } from '../../decide/priority.ts';
import { type FactReference, Priority } from '../../documents/common.ts';
import { parseDuration } from '../../time/duration.ts';
import { continueTo, dataQuality, type Moment } from '../moment.ts';
import type { StepKindEntry, StepOf } from '../step-kind.ts';
import { describeTimeout, takesTime, taskTimeout, untilOf } from '../timeouts.ts';
import { describeValue, isScalar, settle } from '../values.ts';

type CaseStep = StepOf<'case'>;

export const caseStep: StepKindEntry<'case'> = {
  async enter(step, moment) {
    const { title, queue, serviceLevel, await: awaited, next } = step;
    const key = keyOf(step, moment);
    const { priority, unknown } = await priorityOf(step, moment);
    const asked = dataQuality(moment.step, [...unknown, ...key.unknown]);
    // Without its key a case could not be told from others, and nothing would ever close it for this journey.
    if (key.value === undefined) return continueTo(next, asked);

    const opened = { kind: 'case' as const, step: moment.step, title, queue, priority, serviceLevel };
    const effects = [{ ...opened, key: key.value }, ...asked];
    if (!awaited) return continueTo(next, effects);
    const end = untilOf(awaited.timeout, moment.facts, moment.now);
    if (end.kind === 'unknown')
      return continueTo(awaited.onTimeout, [...effects, ...dataQuality(moment.step, [end.fact])]);
    const match = [{ path: '$.key', equals: key.value }];
    return {
      effects,
      next: {
        kind: 'wait-for',
        events: [{ event: 'case.closed', match, to: awaited.onClosed }],
        until: end.until,
        onTimeout: awaited.onTimeout,
      },
    };
  },
  exits: ({ await: awaited, next }) => [
    ...(awaited
      ? [
          { to: awaited.onClosed, title: 'closed', path: 'await.onClosed', waits: true },
          {
            to: awaited.onTimeout,
            title: 'timeout',
            path: 'await.onTimeout',
            waits: takesTime(awaited.timeout),
          },
        ]
      : []),
    { to: next, title: awaited ? 'no case' : 'then', path: 'next', waits: false },
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
  describe: ({ title, queue, priority, await: awaited }) =>
    `Opens the case "${title}" for ${queue}, ${describePriority(priority)}${awaited ? `, and waits ${'after' in awaited.timeout ? 'at most ' : ''}${describeTimeout(awaited.timeout)} for its end` : ''}.`,
};

function keyOf(
  { key }: CaseStep,
  { enrolment, facts }: Moment,
): { value: string | undefined; unknown: FactReference[] } {
  const value = key === undefined ? enrolment.key : settle(key, facts);
  if (isScalar(value)) return { value: String(value), unknown: [] };
  return { value: undefined, unknown: typeof key === 'object' ? [key] : [] };
}

/** A case that nobody could judge is a normal one; somebody is asked for what was missing. */
async function priorityOf(
  { priority }: CaseStep,
  { facts, tables, step }: Moment,
): Promise<{ priority: Priority; unknown: FactReference[] }> {
  if (typeof priority === 'string') return { priority, unknown: [] };
  if ('fact' in priority) {
    const judged = Priority.safeParse(settle(priority, facts));
    return judged.success
      ? { priority: judged.data, unknown: [] }
      : { priority: 'normal', unknown: [priority] };
  }
  const table = tables.get(priority.table);
  if (!table)
    throw new Error(
      `steps.${step}.priority.table: there is no table "${priority.table}"; create it or name another`,
    );
  return priorityByTable(table, facts);
}

function describePriority(priority: CaseStep['priority']): string {
  if (typeof priority === 'string') return `priority ${priority}`;
  return 'fact' in priority ? `priority as in ${describeValue(priority)}` : `priority by "${priority.table}"`;
}
