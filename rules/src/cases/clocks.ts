import type { Calendar } from '../documents/calendar.ts';
import type { ServiceLevel } from '../documents/service-level.ts';
import { afterOpenTime, type BusinessHours, businessMs, spentBetween } from '../time/business-time.ts';

/*
 * The clocks of a case.
 *
 * 1. A clock counts open time of its calendar from the opening of the case until it is stopped, but not while the case
 *    is paused: spent + paused + closed time is the time that has passed.
 * 2. What is spent is settled at every change of the case. Between two changes it follows from the calendar alone, so a
 *    deadline is known ahead, and moves by exactly the open time that a pause has taken.
 * 3. A mark is a share of the target. It is reached at one instant and told once.
 */

export const clockNames = ['accept', 'answer', 'solve'] as const;
export type ClockName = (typeof clockNames)[number];

/** `told`: percentages that somebody was told of. */
export type Clock = {
  targetMs: number;
  spentMs: number;
  stoppedAt?: string | undefined;
  told: readonly number[];
};

/** `countedTo`: until when `spentMs` has been settled. */
export type CaseClocks = {
  clocks: Readonly<Partial<Record<ClockName, Clock>>>;
  countedTo: string;
  paused: boolean;
};

export type Mark = { at: string; clock: ClockName; percent: number };

export function startClocks(
  level: Pick<ServiceLevel, 'priorities'>,
  calendar: Pick<Calendar, 'workingDay'>,
  priority: keyof ServiceLevel['priorities'],
  at: string,
): CaseClocks {
  const targets = level.priorities[priority];
  const clock = (name: ClockName): Clock => ({
    targetMs: businessMs(targets[name], calendar),
    spentMs: 0,
    told: [],
  });
  const clocks = { accept: clock('accept'), answer: clock('answer'), solve: clock('solve') };
  return { clocks, countedTo: at, paused: false };
}

/** Settles what has been spent until an instant; one that lies before what is settled already changes nothing. */
export function countClocks(state: CaseClocks, hours: BusinessHours, at: string): CaseClocks {
  const from = Date.parse(state.countedTo);
  const to = Date.parse(at);
  if (to <= from) return state;
  const spent = state.paused ? 0 : spentBetween(hours, from, to);
  const counted = (clock: Clock): Clock =>
    clock.stoppedAt === undefined ? { ...clock, spentMs: clock.spentMs + spent } : clock;
  return { ...state, countedTo: at, clocks: mapClocks(state.clocks, counted) };
}

/** Stops clocks at the instant up to which they are settled; one that stands already stays as it is. */
export function stopClocks(state: CaseClocks, names: readonly ClockName[]): CaseClocks {
  const stopped = (clock: Clock, name: ClockName): Clock =>
    names.includes(name) && clock.stoppedAt === undefined ? { ...clock, stoppedAt: state.countedTo } : clock;
  return { ...state, clocks: mapClocks(state.clocks, stopped) };
}

/** Lets a clock go on that was stopped; what it has spent remains spent. */
export function restartClock(state: CaseClocks, name: ClockName): CaseClocks {
  const running = ({ stoppedAt: _stopped, ...clock }: Clock): Clock => clock;
  return {
    ...state,
    clocks: mapClocks(state.clocks, (clock, own) => (own === name ? running(clock) : clock)),
  };
}

/** When a running clock will have spent all of its time, or had; `undefined` while it stands. */
export function dueAt(state: CaseClocks, hours: BusinessHours, name: ClockName): string | undefined {
  return momentOf(state, hours, name, 100);
}

/** How much of its time the clock has spent that has spent most of it, 1 at the deadline; `undefined` where none runs. */
export function shareSpent(state: CaseClocks, hours: BusinessHours, at: string): number | undefined {
  if (state.paused) return undefined;
  const { clocks } = countClocks(state, hours, at);
  const shares = clockNames.flatMap((name) => {
    const clock = clocks[name];
    return clock && clock.stoppedAt === undefined ? [clock.spentMs / Math.max(1, clock.targetMs)] : [];
  });
  return shares.length === 0 ? undefined : Math.max(...shares);
}

/** The marks still to be told, those of one instant in the order of the clocks. Nothing is reached during a pause. */
export function marksAhead(state: CaseClocks, hours: BusinessHours, percents: readonly number[]): Mark[] {
  const marks = clockNames.flatMap((clock) =>
    percents.flatMap((percent): Mark[] => {
      if (state.clocks[clock]?.told.includes(percent)) return [];
      const at = momentOf(state, hours, clock, percent);
      return at === undefined ? [] : [{ at, clock, percent }];
    }),
  );
  return marks.sort((a, b) => (a.at === b.at ? 0 : a.at < b.at ? -1 : 1));
}

export function tell(state: CaseClocks, marks: readonly Mark[]): CaseClocks {
  const told = (clock: Clock, name: ClockName): Clock => ({
    ...clock,
    told: [...clock.told, ...marks.filter((mark) => mark.clock === name).map(({ percent }) => percent)],
  });
  return { ...state, clocks: mapClocks(state.clocks, told) };
}

function momentOf(
  { clocks, countedTo, paused }: CaseClocks,
  hours: BusinessHours,
  name: ClockName,
  percent: number,
): string | undefined {
  const clock = clocks[name];
  if (!clock || paused || clock.stoppedAt !== undefined) return undefined;
  const left = Math.ceil((clock.targetMs * percent) / 100) - clock.spentMs;
  const at = afterOpenTime(hours, Date.parse(countedTo), left);
  return at === undefined ? undefined : new Date(at).toISOString();
}

function mapClocks(
  clocks: CaseClocks['clocks'],
  change: (clock: Clock, name: ClockName) => Clock,
): CaseClocks['clocks'] {
  const changed: Partial<Record<ClockName, Clock>> = {};
  for (const name of clockNames) {
    const clock = clocks[name];
    if (clock) changed[name] = change(clock, name);
  }
  return changed;
}
