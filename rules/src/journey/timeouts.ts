import { parseInstant } from '../conditions/instant.ts';
import { type Facts, resolveReference } from '../conditions/path.ts';
import type { FactReference } from '../documents/common.ts';
import type { Timeout, WindowWait } from '../documents/journey.ts';
import { addDuration, describeDuration, parseDuration, subtractDuration } from '../time/duration.ts';
import { isTimeZone, nextOpen, scheduleOf } from '../time/local-schedule.ts';

/** When a wait ends, never before now; or the fact that should say so and does not. */
export type Until =
  | { kind: 'until'; until: string; over: boolean }
  | { kind: 'unknown'; fact: FactReference };

export function untilOf(timeout: Timeout | WindowWait, facts: Facts, now: string): Until {
  if ('window' in timeout) return notBefore(now, windowOf(timeout, facts, now));
  if ('after' in timeout) return notBefore(now, addDuration(now, timeout.after));

  const at = parseInstant(resolveReference(timeout.until, facts));
  if (at === undefined) return { kind: 'unknown', fact: timeout.until };
  const later = addDuration(new Date(at).toISOString(), timeout.offset ?? 'PT0S');
  return notBefore(now, subtractDuration(later, timeout.before ?? 'PT0S'));
}

/** A window of which the schema makes sure that it opens; a contact's zone counts where it is a known one. */
function windowOf({ window, timeZone, after = 'PT0S' }: WindowWait, facts: Facts, now: string): string {
  const own = facts.contact?.timeZone;
  const from = Date.parse(addDuration(now, after));
  const at = nextOpen(scheduleOf([window]), isTimeZone(own) ? own : timeZone, from);
  return new Date(at ?? from).toISOString();
}

function notBefore(now: string, named: string): Until {
  const over = Date.parse(named) <= Date.parse(now);
  return { kind: 'until', until: over ? new Date(now).toISOString() : named, over };
}

/** Step Functions counts a task's timeout in whole seconds, from 1 to this many. */
const longestTimeout = 99_999_999;

/** Seconds from one instant to another as a task's timeout may state them; the row, not this timer, decides the wait. */
export function secondsUntil(until: string, now: string): number {
  return taskTimeout(Date.parse(until) - Date.parse(now));
}

export function taskTimeout(ms: number): number {
  return Math.min(Math.max(Math.ceil(ms / 1000), 1), longestTimeout);
}

/** Whether the wait surely takes time. A date that a fact names may have passed already. */
export function takesTime(timeout: Timeout | WindowWait): boolean {
  return 'after' in timeout && timeout.after !== undefined && parseDuration(timeout.after) > 0;
}

export function describeTimeout(timeout: Timeout | WindowWait): string {
  if ('window' in timeout) return describeWindow(timeout);
  if ('after' in timeout) return describeDuration(timeout.after);
  const { fact, path } = timeout.until;
  const offset = timeout.offset ? `${describeDuration(timeout.offset)} after ` : '';
  const before = timeout.before ? `${describeDuration(timeout.before)} before ` : '';
  return `until ${before}${offset}${fact}.${path.slice(2)}`;
}

function describeWindow({ window: { from, to, weekdays }, after }: WindowWait): string {
  const days = weekdays
    ? ` on ${weekdays.map((day) => day[0]?.toUpperCase() + day.slice(1)).join(', ')}`
    : '';
  const first = after ? `${describeDuration(after)}, then ` : '';
  return `${first}until it is between ${from} and ${to}${days} where the contact is`;
}
