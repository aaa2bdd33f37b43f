import { type CaseClocks, clockNames, marksAhead, startClocks, tell } from '@baton/rules/cases/clocks.ts';
import {
  type CaseChange,
  type CaseLife,
  caseChanges,
  changeLife,
  isCaseChange,
  mayChange,
} from '@baton/rules/cases/life.ts';
import type { Calendar } from '@baton/rules/documents/index.ts';
import { businessHours } from '@baton/rules/time/business-time.ts';
import { weekdays } from '@baton/rules/time/local-schedule.ts';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { expect, test } from 'vitest';

const minute = 60_000;
const percents = [80, 100];
const pauses = ['waiting-for-customer'];

/** Days around a change of offset, a night without one, and zones that change by half an hour or at midnight. */
const starts = [
  { zone: 'Europe/Berlin', day: '2026-03-27' },
  { zone: 'Europe/Berlin', day: '2026-10-23' },
  { zone: 'America/New_York', day: '2026-03-06' },
  { zone: 'Australia/Lord_Howe', day: '2026-04-03' },
  { zone: 'Africa/Cairo', day: '2026-04-23' },
  { zone: 'Asia/Kolkata', day: '2026-06-05' },
] as const;
const days = 5;

type Window = Calendar['windows'][number];
const time = fc
  .integer({ min: 0, max: 95 })
  .map((n) => `${String(Math.floor(n / 4)).padStart(2, '0')}:${String((n % 4) * 15).padStart(2, '0')}`);
const window = fc.record({
  from: time,
  to: time,
  weekdays: fc.option(fc.uniqueArray(fc.constantFrom(...weekdays), { minLength: 1 }), { nil: undefined }),
});
const target = fc.integer({ min: 1, max: 300 }).map((fives) => `PT${fives * 5}M`);
const history = fc.record({
  start: fc.constantFrom(...starts),
  windows: fc.oneof(
    fc.constant<Window[]>([{ from: '00:00', to: '00:00' }]),
    fc.constant<Window[]>([{ from: '08:00', to: '17:00', weekdays: [...weekdays.slice(1, 6)] }]),
    fc.array(window, { minLength: 1, maxLength: 3 }),
  ),
  holidays: fc.uniqueArray(fc.integer({ min: 0, max: days }), { maxLength: 2 }),
  accept: target,
  answer: target,
  solve: target,
  wishes: fc.array(fc.record({ after: fc.integer({ min: 0, max: 12 * 60 }), which: fc.nat(1000) }), {
    minLength: 4,
    maxLength: 14,
  }),
});
type History = typeof history extends fc.Arbitrary<infer T> ? T : never;
type Told = { at: number; clock: string; percent: number };

const midnightOf = ({ zone, day }: History['start']) =>
  Temporal.PlainDate.from(day).toZonedDateTime({ timeZone: zone });

/** What happens to the case: at each wish one of the changes that it may take then; it seldom ends. */
function changesOf({ wishes }: Pick<History, 'wishes'>): { at: number; change: CaseChange }[] {
  let at = 0;
  let status: CaseLife['status'] = 'new';
  return wishes.flatMap(({ after, which }) => {
    at += after;
    const ways = Object.keys(caseChanges)
      .filter(isCaseChange)
      .filter((way) => mayChange(status, way) && (caseChanges[way].stops.length < 3 || which % 5 === 0));
    const change = ways[which % Math.max(1, ways.length)];
    if (at > days * 1440 || change === undefined) return [];
    status = caseChanges[change].to;
    return [{ at, change }];
  });
}

function calendarOf({ start, windows, holidays }: History): Calendar {
  const first = midnightOf(start).toPlainDate();
  return {
    id: 'a-calendar',
    title: 'A title',
    why: 'A reason',
    owner: { team: 'service' },
    timeZone: start.zone,
    windows,
    holidays: holidays.map((day) => ({ date: first.add({ days: day }).toString(), title: 'Holiday' })),
    workingDay: 'PT8H',
  };
}

/** Keeps the time of a case as the machine does: from change to mark to change. */
function played(past: History & { changes?: ReturnType<typeof changesOf> }): {
  life: CaseLife;
  told: Told[];
} {
  const calendar = calendarOf(past);
  const hours = businessHours(calendar);
  const zero = midnightOf(past.start).epochMilliseconds;
  const at = (minutes: number) => new Date(zero + minutes * minute).toISOString();
  const { accept, answer, solve } = past;
  const targets = { accept, answer, solve };
  const priorities = { high: targets, normal: targets, low: targets };
  let life: CaseLife = {
    ...startClocks({ priorities }, calendar, 'normal', at(0)),
    status: 'new',
    pauses: [],
  };
  const told: Told[] = [];
  const tellUntil = (end: string, included: boolean) => {
    const due = ({ at }: { at: string }) => (included ? at <= end : at < end);
    for (let next = marksAhead(life, hours, percents)[0]; next && due(next); ) {
      told.push({ at: (Date.parse(next.at) - zero) / minute, clock: next.clock, percent: next.percent });
      life = { ...life, ...tell(life, [next]) };
      next = marksAhead(life, hours, percents)[0];
    }
  };
  for (const { at: minutes, change } of past.changes ?? changesOf(past)) {
    tellUntil(at(minutes), false);
    life = changeLife(life, change, { hours, at: at(minutes), pauses });
  }
  tellUntil(at(days * 1440), true);
  return { life, told };
}

/** Whether each minute is open, by another implementation of zones and by the words of the calendar. */
function openMinutes(past: History): boolean[] {
  const midnight = midnightOf(past.start);
  const calendar = calendarOf(past);
  const closed = new Set(calendar.holidays.map(({ date }) => date));
  const opens = (date: Temporal.PlainDate, names: readonly string[] | undefined) =>
    !closed.has(date.toString()) && (names ?? weekdays).includes(weekdays[date.dayOfWeek % 7] ?? 'sunday');
  const minutes: boolean[] = [];
  for (let quarter = 0; quarter < days * 96; quarter++) {
    const local = midnight.add({ minutes: quarter * 15 });
    const today = local.toPlainDate();
    const clock = local.toPlainTime().toString().slice(0, 5);
    const open = calendar.windows.some(({ from, to, weekdays: names }) =>
      from < to
        ? opens(today, names) && clock >= from && clock < to
        : (opens(today, names) && clock >= from) || (opens(today.subtract({ days: 1 }), names) && clock < to),
    );
    for (let n = 0; n < 15; n++) minutes.push(open);
  }
  return minutes;
}

/** Steps through the minutes one by one, and counts. */
function counted(past: History) {
  const open = openMinutes(past);
  const changes = changesOf(past);
  const clocks = clockNames.map((name) => ({
    name,
    target: Number(past[name].slice(2, -1)),
    spent: 0,
    running: true,
    told: new Set<number>(),
  }));
  const told: Told[] = [];
  const solve = { spent: 0, paused: 0, closed: 0, elapsed: 0 };
  let status: CaseLife['status'] = 'new';
  for (let at = 0; at <= days * 1440; at++) {
    for (const { change } of changes.filter((entry) => entry.at === at)) {
      const { to, stops }: { to: CaseLife['status']; stops: readonly string[] } = caseChanges[change];
      for (const clock of clocks) if (stops.includes(clock.name)) clock.running = false;
      for (const clock of clocks) if (change === 'reopen' && clock.name === 'solve') clock.running = true;
      status = to;
    }
    const waits = status === 'waiting-for-customer';
    for (const percent of percents)
      for (const clock of clocks) {
        if (waits || !clock.running || clock.told.has(percent)) continue;
        if (clock.spent * 100 < clock.target * percent) continue;
        clock.told.add(percent);
        told.push({ at, clock: clock.name, percent });
      }
    if (at === days * 1440 || status === 'closed' || status === 'merged') continue;
    for (const clock of clocks) if (clock.running && !waits && open[at]) clock.spent++;
    solve.elapsed++;
    if (!open[at]) solve.closed++;
    else if (waits || status === 'solved' || status === 'confirmed') solve.paused++;
    else solve.spent++;
  }
  return { told, clocks, solve };
}

const inOrder = (told: Told[]) =>
  told.toSorted((a, b) => a.at - b.at || a.clock.localeCompare(b.clock) || a.percent - b.percent);

test('every mark is told once, at the minute that counting minute by minute finds', () => {
  fc.assert(
    fc.property(history, (past) => {
      expect(inOrder(played(past).told)).toEqual(inOrder(counted(past).told));
    }),
    { numRuns: 100 },
  );
});

test('spent, paused and closed time together are the time that has passed', () => {
  fc.assert(
    fc.property(history, (past) => {
      const { clocks, solve } = counted(past);
      const changes = changesOf(past);
      const last = changes.at(-1)?.at ?? 0;
      const { life } = played(past);
      const settled = changes.length === 0 ? undefined : settledAt(past, last);

      expect(solve.spent + solve.paused + solve.closed).toBe(solve.elapsed);
      for (const clock of clocks)
        if (!clock.running) expect(life.clocks[clock.name]?.spentMs).toBe(clock.spent * minute);
      if (settled) expect(Date.parse(life.countedTo)).toBe(settled);
    }),
    { numRuns: 60 },
  );
});

const settledAt = ({ start }: History, minutes: number): number =>
  midnightOf(start).epochMilliseconds + minutes * minute;

test('a pause moves every deadline by the open time that it took, and by nothing else', () => {
  fc.assert(
    fc.property(
      history,
      fc.integer({ min: 1, max: 600 }),
      fc.integer({ min: 1, max: 2000 }),
      (past, before, lasted) => {
        const calm = { ...past, changes: [] };
        const changes = [
          { at: 0, change: 'accept' as const },
          { at: before, change: 'wait' as const },
          { at: before + lasted, change: 'resume' as const },
        ];
        const paused = { ...past, changes };
        const open = openMinutes(past);
        const spent = (from: number, to: number) => open.slice(from, to).filter((is) => is).length;
        const find = (told: Told[]) =>
          told.find(({ clock, percent }) => clock === 'solve' && percent === 100)?.at;
        const straight = find(played(calm).told);
        const moved = find(played(paused).told);
        fc.pre(straight !== undefined && moved !== undefined && straight > before);

        const lost = spent(before, before + lasted);
        expect(spent(0, moved ?? 0) - lost).toBe(spent(0, straight ?? 0));
      },
    ),
    { numRuns: 60 },
  );
});

test('clocks are values: what is given is never changed', () => {
  const state: CaseClocks = Object.freeze({
    clocks: Object.freeze({
      solve: Object.freeze({ targetMs: 60_000, spentMs: 0, told: Object.freeze([]) }),
    }),
    countedTo: '2026-03-02T09:00:00.000Z',
    paused: false,
  });
  const hours = businessHours(undefined);

  const [mark] = marksAhead(state, hours, [100]);
  const told = tell(state, mark ? [mark] : []);

  expect(mark).toEqual({ at: '2026-03-02T09:01:00.000Z', clock: 'solve', percent: 100 });
  expect(told.clocks.solve?.told).toEqual([100]);
});
