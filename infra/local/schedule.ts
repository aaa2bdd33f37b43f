import { type Clock, Rejected } from '@baton/functions/ports.ts';
import { zoneOffset } from '@baton/rules/time/zone.ts';
import type { Database } from './database.ts';

/*
 * Schedule expressions as EventBridge reads them:
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 *
 * 1. `rate(n unit)` keeps the beat of its first run, whatever the time zone.
 * 2. `cron(minutes hours day-of-month month day-of-week year)`, one of the two days being `?`, and `at(local date-time)`
 *    are read in the schedule's time zone. A local time that the change to summer time skips does not run; one that
 *    comes twice in autumn runs the first time only.
 * 3. A schedule that came due while the host was down fires once when it is up again, however often it was missed.
 */
export type ScheduleExpression =
  | { kind: 'rate'; milliseconds: number }
  | { kind: 'at'; local: Local }
  | {
      kind: 'cron';
      minutes: Set<number>;
      hours: Set<number>;
      months: Set<number>;
      years: Set<number>;
      isDay: DayTest;
    };

type Local = { year: number; month: number; day: number; hour: number; minute: number; second: number };
type DayTest = (year: number, month: number, day: number) => boolean;

/** Reads an expression; throws `Rejected` where EventBridge would refuse it. */
export function parseSchedule(expression: string): ScheduleExpression {
  const [, kind, inside = ''] = /^(rate|cron|at)\((.*)\)$/.exec(expression) ?? [];
  switch (kind) {
    case 'rate':
      return parseRate(inside, expression);
    case 'at':
      return parseAt(inside, expression);
    case 'cron':
      return parseCron(inside, expression);
    default:
      throw invalid(expression, 'write rate(…), cron(…) or at(…)');
  }
}

/** The first run after an instant (epoch milliseconds), or `undefined` where there is none. */
export function nextRun(schedule: ScheduleExpression, after: number, timeZone = 'UTC'): number | undefined {
  switch (schedule.kind) {
    case 'rate':
      return after + schedule.milliseconds;
    case 'at': {
      const at = instantOf(schedule.local, timeZone);
      return at !== undefined && at > after ? at : undefined;
    }
    case 'cron':
      return nextCron(schedule, after, timeZone);
  }
}

const units = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

function parseRate(inside: string, expression: string): ScheduleExpression {
  const [, count = '', unit, plural] = /^([1-9]\d{0,8}) (minute|hour|day)(s?)$/.exec(inside) ?? [];
  if (unit !== 'minute' && unit !== 'hour' && unit !== 'day') {
    throw invalid(expression, 'a rate is a whole number and minutes, hours or days');
  }
  if ((count === '1') === (plural === 's'))
    throw invalid(expression, `write "${count} ${unit}${plural ? '' : 's'}"`);
  return { kind: 'rate', milliseconds: Number(count) * units[unit] };
}

function parseAt(inside: string, expression: string): ScheduleExpression {
  const parts = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)$/.exec(inside)?.slice(1).map(Number);
  if (!parts) throw invalid(expression, 'write at(yyyy-mm-ddThh:mm:ss) without a zone');
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts;
  const local = { year, month, day, hour, minute, second };
  if (new Date(naive(local)).toISOString().slice(0, 19) !== inside)
    throw invalid(expression, 'there is no such date or time');
  return { kind: 'at', local };
}

const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const weekdays = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

type FieldKind = { name: string; from: number; to: number; names?: readonly string[] };
const field = {
  minutes: { name: 'minutes', from: 0, to: 59 },
  hours: { name: 'hours', from: 0, to: 23 },
  day: { name: 'day of month', from: 1, to: 31 },
  month: { name: 'month', from: 1, to: 12, names: months },
  weekday: { name: 'day of week', from: 1, to: 7, names: weekdays },
  year: { name: 'year', from: 1970, to: 2199 },
} satisfies Record<string, FieldKind>;

function parseCron(inside: string, expression: string): ScheduleExpression {
  const fields = inside.split(' ');
  const [minutes = '', hours = '', day = '', month = '', weekday = '', year = ''] = fields;
  if (fields.length !== 6)
    throw invalid(expression, 'cron takes six fields: minutes hours day month weekday year');
  if ((day === '?') === (weekday === '?'))
    throw invalid(expression, 'one of day of month and day of week must be ?');
  return {
    kind: 'cron',
    minutes: parseField(minutes, field.minutes, expression),
    hours: parseField(hours, field.hours, expression),
    months: parseField(month, field.month, expression),
    years: parseField(year, field.year, expression),
    isDay: weekday === '?' ? parseMonthDay(day, expression) : parseWeekday(weekday, expression),
  };
}

/** A list of values, ranges and steps: `5,35`, `8-17`, `0/15`, `1-31/2`, `MON-FRI`. */
function parseField(text: string, kind: FieldKind, expression: string): Set<number> {
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const [, range = '', step] = /^([^/]+)(?:\/([1-9]\d*))?$/.exec(part) ?? [];
    const [first = '', last, ...rest] = range.split('-');
    if (rest.length > 0) throw invalid(expression, `"${part}" is no ${kind.name}`);
    const from = first === '*' ? kind.from : parseValue(first, kind, expression);
    const open = first === '*' || step !== undefined ? kind.to : from;
    const to = last === undefined ? open : parseValue(last, kind, expression);
    if (from > to) throw invalid(expression, `${kind.name}: ${part} runs backwards`);
    for (let value = from; value <= to; value += Number(step ?? 1)) values.add(value);
  }
  return values;
}

function parseValue(text: string, kind: FieldKind, expression: string): number {
  const named = (kind.names ?? []).indexOf(text.toUpperCase());
  const value = named >= 0 ? named + kind.from : /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= kind.from && value <= kind.to) return value;
  throw invalid(expression, `"${text}" is no ${kind.name} (${kind.from}-${kind.to})`);
}

/** Days of the month, `L` for the last, `15W` for the weekday nearest to the 15th, `LW` for the last weekday. */
function parseMonthDay(text: string, expression: string): DayTest {
  if (text === 'L') return (year, month, day) => day === daysIn(year, month);
  const [, near] = /^(L|\d+)W$/.exec(text) ?? [];
  if (near !== undefined) {
    const wanted = near === 'L' ? undefined : parseValue(near, field.day, expression);
    return (year, month, day) => day === nearestWeekday(year, month, wanted ?? daysIn(year, month));
  }
  const days = parseField(text, field.day, expression);
  return (_year, _month, day) => days.has(day);
}

/** Days of the week from SUN = 1, `6L` for the last Friday of the month, `SAT#3` for the third Saturday. */
function parseWeekday(text: string, expression: string): DayTest {
  if (text === 'L') return (year, month, day) => weekdayOf(year, month, day) === 7;
  const [, last, nth, count] = /^(\w+)L$|^(\w+)#([1-5])$/.exec(text) ?? [];
  if (last !== undefined) {
    const wanted = parseValue(last, field.weekday, expression);
    return (year, month, day) => weekdayOf(year, month, day) === wanted && day + 7 > daysIn(year, month);
  }
  if (nth !== undefined) {
    const wanted = parseValue(nth, field.weekday, expression);
    return (year, month, day) =>
      weekdayOf(year, month, day) === wanted && Math.ceil(day / 7) === Number(count);
  }
  const days = parseField(text, field.weekday, expression);
  return (year, month, day) => days.has(weekdayOf(year, month, day));
}

function nearestWeekday(year: number, month: number, day: number): number {
  const wanted = Math.min(day, daysIn(year, month));
  const weekday = weekdayOf(year, month, wanted);
  if (weekday === 7) return wanted > 1 ? wanted - 1 : wanted + 2;
  if (weekday === 1) return wanted < daysIn(year, month) ? wanted + 1 : wanted - 2;
  return wanted;
}

function weekdayOf(year: number, month: number, day: number): number {
  return new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 1;
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function nextCron(
  cron: Extract<ScheduleExpression, { kind: 'cron' }>,
  after: number,
  timeZone: string,
): number | undefined {
  const localAfter = after + offsetAt(after, timeZone);
  const today = new Date(localAfter);
  let day = Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate());
  for (; ; day += units.day) {
    const date = new Date(day);
    const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + 1];
    if (year > field.year.to) return undefined;
    if (!cron.years.has(year) || !cron.months.has(month) || !cron.isDay(year, month, date.getUTCDate()))
      continue;
    for (const hour of [...cron.hours].sort((a, b) => a - b)) {
      for (const minute of [...cron.minutes].sort((a, b) => a - b)) {
        if (day + hour * units.hour + minute * units.minute <= localAfter) continue;
        const local = { year, month, day: date.getUTCDate(), hour, minute, second: 0 };
        const instant = instantOf(local, timeZone);
        if (instant !== undefined && instant > after) return instant;
      }
    }
  }
}

function naive({ year, month, day, hour, minute, second }: Local): number {
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** The first instant with a local time in a zone; none where the clocks skip it. */
function instantOf(local: Local, timeZone: string): number | undefined {
  const wanted = naive(local);
  const offsets = [offsetAt(wanted - units.day, timeZone), offsetAt(wanted + units.day, timeZone)];
  return offsets
    .map((offset) => wanted - offset)
    .filter((instant) => instant + offsetAt(instant, timeZone) === wanted)
    .sort((a, b) => a - b)[0];
}

/** Milliseconds that local time is ahead of UTC at an instant. */
function offsetAt(instant: number, timeZone: string): number {
  const offset = zoneOffset(instant, timeZone);
  if (offset === undefined)
    throw new Rejected(`time zone ${timeZone} is not known: use a name such as Europe/Berlin`);
  return offset;
}

function invalid(expression: string, reason: string): Rejected {
  return new Rejected(`schedule expression ${expression} is not valid: ${reason}`);
}

export type Schedule = { name: string; expression: string; timeZone?: string; target: string };

/** What a target is told; `scheduledAt` is the same when a run is repeated after a failure. */
export type ScheduledRun = { schedule: string; scheduledAt: string };

export type Scheduler = {
  /** Takes another list: new and changed schedules start from now, those that are gone leave. */
  reset(schedules: readonly Schedule[]): void;
  /** Makes a schedule due now, and its beat go on from here; nothing where there is none of that name. */
  hasten(name: string): void;
  /** Fires one schedule that is due; false where none is. */
  step(): Promise<boolean>;
  dueAt(): number | undefined;
  list(): { name: string; nextAt?: string; lastAt?: string; problem?: string }[];
};

const longestDelay = 300_000;

/** Fires schedules at their times, at least once each; a target that fails is tried again after 1, 2, 4 … seconds. */
export function createScheduler({
  database,
  clock,
  schedules,
  fire,
}: {
  database: Database;
  clock: Clock;
  schedules: readonly Schedule[];
  fire: (target: string, run: ScheduledRun) => Promise<void>;
}): Scheduler {
  const { sql } = database;
  let parsed: ReadonlyMap<string, Parsed> = new Map();
  database.write(() => sql.exec(table));
  reset(schedules);

  const due = sql.prepare(
    'SELECT name, next_at, failures FROM schedule WHERE try_at <= ? ORDER BY try_at, name LIMIT 1',
  );
  const next = sql.prepare('SELECT min(try_at) AS at FROM schedule');
  const ran = sql.prepare(
    'UPDATE schedule SET last_at = next_at, next_at = :next, try_at = :next, failures = 0, problem = NULL WHERE name = :name',
  );
  const hastened = sql.prepare('UPDATE schedule SET next_at = :now, try_at = :now WHERE name = :name');
  const failed = sql.prepare(
    'UPDATE schedule SET try_at = ?, failures = failures + 1, problem = ? WHERE name = ?',
  );

  function reset(all: readonly Schedule[]): void {
    const fresh = new Map(
      all.map((schedule) => [schedule.name, { ...schedule, when: parseSchedule(schedule.expression) }]),
    );
    if (fresh.size < all.length) throw new Rejected('two schedules have one name: give each its own');
    database.write(() => register(database, [...fresh.values()], clock.now().getTime()));
    parsed = fresh;
  }

  async function step(): Promise<boolean> {
    const row = due.get(clock.now().getTime());
    const schedule = row && parsed.get(String(row.name));
    if (!row || !schedule) return false;
    const scheduledAt = Number(row.next_at);
    try {
      await fire(schedule.target, {
        schedule: schedule.name,
        scheduledAt: new Date(scheduledAt).toISOString(),
      });
    } catch (error) {
      const delay = Math.min(1_000 * 2 ** Number(row.failures), longestDelay);
      const problem = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      database.write(() => failed.run(clock.now().getTime() + delay, problem, schedule.name));
      return true;
    }
    const now = clock.now().getTime();
    database.write(() => ran.run({ next: following(schedule, scheduledAt, now), name: schedule.name }));
    return true;
  }

  return {
    step,
    reset,
    hasten: (name) => database.write(() => hastened.run({ now: clock.now().getTime(), name })),
    dueAt() {
      const at = next.get()?.at;
      return typeof at === 'number' ? at : undefined;
    },
    list: () =>
      sql
        .prepare('SELECT name, next_at, last_at, problem FROM schedule ORDER BY name')
        .all()
        .map((row) => ({
          name: String(row.name),
          ...(row.next_at !== null && { nextAt: new Date(Number(row.next_at)).toISOString() }),
          ...(row.last_at !== null && { lastAt: new Date(Number(row.last_at)).toISOString() }),
          ...(row.problem !== null && { problem: String(row.problem) }),
        })),
  };
}

type Parsed = Schedule & { when: ScheduleExpression };

/** The run after the one at `scheduledAt` that is still to come; a rate keeps its beat over a pause. */
function following({ when, timeZone }: Parsed, scheduledAt: number, now: number): number | null {
  if (when.kind !== 'rate') return nextRun(when, Math.max(scheduledAt, now), timeZone) ?? null;
  const missed = Math.max(0, Math.floor((now - scheduledAt) / when.milliseconds));
  return scheduledAt + (missed + 1) * when.milliseconds;
}

/** New and changed schedules start from now; those that are gone leave. */
function register({ sql }: Database, schedules: readonly Parsed[], now: number): void {
  const known = sql.prepare('SELECT expression, time_zone FROM schedule WHERE name = ?');
  const put = sql.prepare(
    'INSERT OR REPLACE INTO schedule (name, expression, time_zone, next_at, try_at) VALUES (?, ?, ?, ?, ?)',
  );
  for (const { name, expression, timeZone = 'UTC', when } of schedules) {
    const row = known.get(name);
    if (row?.expression === expression && row.time_zone === timeZone) continue;
    const at = nextRun(when, now, timeZone) ?? null;
    put.run(name, expression, timeZone, at, at);
  }
  const names = JSON.stringify(schedules.map(({ name }) => name));
  sql.prepare('DELETE FROM schedule WHERE name NOT IN (SELECT value FROM json_each(?))').run(names);
}

const table = `
  CREATE TABLE IF NOT EXISTS schedule (
    name TEXT PRIMARY KEY, expression TEXT NOT NULL, time_zone TEXT NOT NULL, next_at INTEGER, try_at INTEGER,
    last_at INTEGER, failures INTEGER NOT NULL DEFAULT 0, problem TEXT
  ) WITHOUT ROWID
`;
