import { zoneOffset } from './zone.ts';

/*
 * Rules in local time: quiet hours, windows, business hours. A local instant is counted in milliseconds like an instant,
 * by a clock of UTC that shows the local time. Between two changes of a zone's offset both run alike; everything here goes
 * from one such stretch to the next, so that an hour that a zone skips or repeats is never counted wrongly: what the wall
 * clock shows is what counts, both times where it shows it twice.
 */

/** Whether it is open at a local instant, and the first local instant at which that may be otherwise. */
export type LocalSchedule = (local: number) => { open: boolean; until: number };

/** Local opening hours `HH:MM` to `HH:MM` (exclusive; past midnight where `to` is not later), on all or some weekdays. */
export type Window = { from: string; to: string; weekdays?: readonly Weekday[] | undefined };
export const weekdays = [
  'sunday',
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
] as const;
export type Weekday = (typeof weekdays)[number];

const dayMs = 86_400_000;
const minuteMs = 60_000;
/** What does not open in so many days is taken for what never opens. */
const horizonMs = 400 * dayMs;

/** Open inside any of the windows, but not on dates (`YYYY-MM-DD`) that are closed. A window counts for the day on which it begins. */
export function scheduleOf(
  windows: readonly Window[],
  closedDates: ReadonlySet<string> = new Set(),
): LocalSchedule {
  const hours = windows.map(({ from, to, weekdays: days = weekdays }) => {
    const start = minutesOf(from);
    const end = minutesOf(to);
    return { start, end: end > start ? end : end + 1440, days: new Set<string>(days) };
  });
  const opens = (day: number, days: ReadonlySet<string>) =>
    days.has(weekdayOf(day)) && (closedDates.size === 0 || !closedDates.has(dateOf(day)));

  return (local) => {
    const day = Math.floor(local / dayMs);
    let open = false;
    let until = (day + 1) * dayMs;
    for (const { start, end, days } of hours)
      for (const first of [day - 1, day]) {
        if (!opens(first, days)) continue;
        const from = first * dayMs + start * minuteMs;
        const to = first * dayMs + end * minuteMs;
        if (local >= from && local < to) open = true;
        for (const edge of [from, to]) if (edge > local) until = Math.min(until, edge);
      }
    return { open, until };
  };
}

/** Closed where the other is open. */
export function outside(schedule: LocalSchedule): LocalSchedule {
  return (local) => {
    const { open, until } = schedule(local);
    return { open: !open, until };
  };
}

/** The first instant from `from` on (epoch ms) at which the schedule is open; `undefined` where it never is. */
export function nextOpen(schedule: LocalSchedule, timeZone: string, from: number): number | undefined {
  for (let at = from; at - from <= horizonMs; ) {
    const { open, until } = stretch(schedule, timeZone, at);
    if (open) return at;
    at = until;
  }
  return undefined;
}

/** The instant at which `ms` of open time have passed since `from`; `undefined` where they never do. */
export function addOpenTime(
  schedule: LocalSchedule,
  timeZone: string,
  from: number,
  ms: number,
): number | undefined {
  let left = ms;
  for (let at = from, closedSince = from; at - closedSince <= horizonMs; ) {
    const { open, until } = stretch(schedule, timeZone, at);
    if (open && until - at >= left) return at + left;
    if (open) {
      left -= until - at;
      closedSince = until;
    }
    at = until;
  }
  return undefined;
}

/** How many milliseconds between two instants are open time. */
export function openTimeBetween(schedule: LocalSchedule, timeZone: string, from: number, to: number): number {
  let sum = 0;
  for (let at = from; at < to; ) {
    const { open, until } = stretch(schedule, timeZone, at);
    if (open) sum += Math.min(until, to) - at;
    at = until;
  }
  return sum;
}

/** What holds at an instant, and until when: the schedule's next edge, or the next change of the zone's offset. */
function stretch(schedule: LocalSchedule, timeZone: string, at: number): { open: boolean; until: number } {
  const offset = offsetAt(at, timeZone);
  const { open, until } = schedule(at + offset);
  const edge = until - offset;
  return { open, until: firstChange(timeZone, at, edge) ?? edge };
}

/** The first instant after `from` and before `to`, at most a day later, at which the zone's offset is another one. */
function firstChange(timeZone: string, from: number, to: number): number | undefined {
  const offset = offsetAt(from, timeZone);
  let late = to - 1;
  if (late <= from || offsetAt(late, timeZone) === offset) return undefined;
  let early = from;
  while (late - early > 1) {
    const middle = Math.floor((early + late) / 2);
    if (offsetAt(middle, timeZone) === offset) early = middle;
    else late = middle;
  }
  return late;
}

function offsetAt(instant: number, timeZone: string): number {
  const offset = zoneOffset(instant, timeZone);
  if (offset === undefined)
    throw new Error(`"${timeZone}" is no time zone; write for example "Europe/Berlin"`);
  return offset;
}

export function isTimeZone(name: unknown): name is string {
  return typeof name === 'string' && zoneOffset(0, name) !== undefined;
}

/** The local date, `YYYY-MM-DD`, and the minute of the day at an instant. */
export function localTime(instant: number, timeZone: string): { date: string; minute: number } {
  const local = instant + offsetAt(instant, timeZone);
  const day = Math.floor(local / dayMs);
  return { date: dateOf(day), minute: Math.floor((local - day * dayMs) / minuteMs) };
}

function minutesOf(time: string): number {
  const [hours, minutes] = time.split(':').map(Number);
  return (hours ?? 0) * 60 + (minutes ?? 0);
}

const dateOf = (day: number): string => new Date(day * dayMs).toISOString().slice(0, 10);

/** Day 0 of the epoch was a Thursday. */
const weekdayOf = (day: number): string => weekdays[(((day + 4) % 7) + 7) % 7] ?? '';
