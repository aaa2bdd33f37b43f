import { type Clock, type ClockName, clockNames } from '@baton/rules/cases/clocks.ts';
import { isOver } from '@baton/rules/cases/life.ts';
import { describeDuration, formatDuration } from '@baton/rules/time/duration.ts';
import type { CaseView } from '../api/views.ts';
import type { CaseRow } from '../repositories/rows.ts';
import { momentInWords } from './phrases.ts';

export function caseView(row: CaseRow): CaseView {
  const { id, title, status, person, priority, queue, openedAt, dueAt, key } = row;
  return {
    id,
    title,
    status: isOver(status) ? 'closed' : 'open',
    state: status,
    stateText: `${caseInWords(row)}.`,
    person,
    priority,
    queue,
    openedAt,
    dueAt,
    running: runs(row),
    key,
    clocks: clockNames.flatMap((name) => {
      const clock = row.clocks[name];
      return clock ? [{ name, ...clockInWords(name, clock, row) }] : [];
    }),
  };
}

/** Where a case stands and since when, as the middle of a sentence. */
export function caseInWords(row: CaseRow): string {
  const since = row.pauses.at(-1)?.from ?? row.openedAt;
  switch (row.status) {
    case 'new':
      return `Not accepted yet, due ${momentInWords(row.dueAt)}`;
    case 'accepted':
      return `Accepted by ${row.person ?? row.queue}, due ${momentInWords(row.dueAt)}`;
    case 'in-work':
      return `In work with ${row.person ?? row.queue}, due ${momentInWords(row.dueAt)}`;
    case 'waiting-for-customer':
      return `Waiting for the customer since ${momentInWords(since)}`;
    case 'solved':
      return `Solved on ${momentInWords(row.solvedAt ?? since)}, to be confirmed by the customer`;
    case 'confirmed':
      return `Confirmed by the customer, closes on ${momentInWords(row.closeAt ?? since)} if it stays quiet`;
    case 'closed':
      return `Closed on ${momentInWords(row.closedAt ?? since)}`;
    case 'merged':
      return `Merged into ${row.into ?? 'another case'} on ${momentInWords(row.closedAt ?? since)}`;
  }
}

const runs = ({ status, paused, clocks }: CaseRow): boolean =>
  !isOver(status) && !paused && clockNames.some((name) => clocks[name] && !clocks[name].stoppedAt);

const deeds: Record<ClockName, { done: string; todo: string }> = {
  accept: { done: 'Accepted', todo: 'To be accepted' },
  answer: { done: 'Answered', todo: 'To be answered' },
  solve: { done: 'Solved', todo: 'To be solved' },
};

type ClockText = Pick<CaseView['clocks'][number], 'state' | 'text'>;

/** Spans are open time of the calendar, so they do not change overnight. */
function clockInWords(name: ClockName, clock: Clock, { status, paused }: CaseRow): ClockText {
  const { done, todo } = deeds[name];
  const late = clock.spentMs > clock.targetMs;
  const target = span(clock.targetMs);
  if (clock.stoppedAt !== undefined) {
    if (isOver(status) && name === 'solve' && status === 'merged')
      return { state: 'met', text: 'Goes on in the other case' };
    return {
      state: late ? 'missed' : 'met',
      text: `${done} after ${span(clock.spentMs)} of ${target}${late ? ', too late' : ''}`,
    };
  }
  if (!paused) return { state: 'running', text: `${todo} within ${target}` };
  const left = clock.targetMs - clock.spentMs;
  return {
    state: 'paused',
    text:
      left >= 0 ? `${todo}, ${span(left)} left when paused` : `${todo}, ${span(-left)} overdue when paused`,
  };
}

const span = (ms: number): string => describeDuration(formatDuration(ms));
