import type { Calendar } from '../documents/calendar.ts';
import { parseDuration } from './duration.ts';
import { addOpenTime, type LocalSchedule, openTimeBetween, scheduleOf } from './local-schedule.ts';

/** Hours that count. Instants are epoch milliseconds. */
export type BusinessHours = { timeZone: string; schedule: LocalSchedule };

/** Around the clock: for a promise whose calendar is not there any more, because a promise must not get longer by that. */
const alwaysOpen: BusinessHours = { timeZone: 'UTC', schedule: scheduleOf([{ from: '00:00', to: '00:00' }]) };

export function businessHours(calendar: Calendar | undefined): BusinessHours {
  if (!calendar) return alwaysOpen;
  const closed = new Set(calendar.holidays.map(({ date }) => date));
  return { timeZone: calendar.timeZone, schedule: scheduleOf(calendar.windows, closed) };
}

/** Milliseconds of open time that a span means: a day is a working day, a week five of them, hours are hours. */
export function businessMs(span: string, { workingDay }: Pick<Calendar, 'workingDay'>): number {
  const [, weeks = '0', days = '0'] = /^P(?:(\d+)W)?(?:(\d+)D)?/.exec(span) ?? [];
  const workingDays = Number(weeks) * 5 + Number(days);
  const calendarDays = Number(weeks) * 7 + Number(days);
  return parseDuration(span) + workingDays * parseDuration(workingDay) - calendarDays * 86_400_000;
}

/** Open time between two instants. */
export function spentBetween({ schedule, timeZone }: BusinessHours, from: number, to: number): number {
  return openTimeBetween(schedule, timeZone, from, to);
}

/** The instant at which so much open time has passed; `undefined` where it never does. */
export function afterOpenTime(
  { schedule, timeZone }: BusinessHours,
  from: number,
  ms: number,
): number | undefined {
  return ms <= 0 ? from : addOpenTime(schedule, timeZone, from, ms);
}

/** The deadline that lies a span after an instant: in business time where a calendar is named, else by the wall clock. */
export function deadline(from: string, span: string, calendar: Calendar | undefined): string {
  return shareOf(from, span, 100, calendar);
}

/** The instant at which so many percent of a span have passed. */
export function shareOf(from: string, span: string, percent: number, calendar: Calendar | undefined): string {
  const ms = Math.ceil(((calendar ? businessMs(span, calendar) : parseDuration(span)) * percent) / 100);
  const at = calendar && afterOpenTime(businessHours(calendar), Date.parse(from), ms);
  return new Date(at ?? Date.parse(from) + ms).toISOString();
}
