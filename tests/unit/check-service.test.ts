import { check } from '@baton/rules/check/check.ts';
import type { Calendar, ServiceLevel } from '@baton/rules/documents/index.ts';
import { describe, expect, test } from 'vitest';
import { aLibrary, aRule } from '../support/documents.ts';

const said = { title: 'A title', why: 'A reason', owner: { team: 'sales' } };
const targets = { accept: 'PT30M', answer: 'PT4H', solve: 'P2D' };

function aCalendar(own: Partial<Calendar> = {}): Calendar {
  return {
    ...said,
    id: 'desk',
    timeZone: 'Europe/Berlin',
    windows: [{ from: '08:00', to: '17:00', weekdays: ['monday', 'friday'] }],
    holidays: [{ date: '2026-12-25', title: 'Christmas Day' }],
    workingDay: 'PT9H',
    ...own,
  };
}

function aLevel(own: Partial<ServiceLevel> = {}): ServiceLevel {
  return {
    ...said,
    id: 'problems',
    calendar: 'desk',
    priorities: { high: targets, normal: targets, low: targets },
    warnings: [
      { percent: 80, escalateTo: 'sales' },
      { percent: 100, escalateTo: 'sales' },
    ],
    pauses: ['waiting-for-customer'],
    quiet: 'P7D',
    ...own,
  };
}

const problemsIn = (own: Parameters<typeof aLibrary>[0]) =>
  check(aLibrary(own)).map(({ code, document, path }) => `${code} ${document} ${path}`);
const ofCalendar = (own: Partial<Calendar>) =>
  problemsIn({ calendars: [aCalendar(own)], levels: [aLevel()] });
const ofLevel = (own: Partial<ServiceLevel>) =>
  problemsIn({ calendars: [aCalendar()], levels: [aLevel(own)] });

test('a sound service level by a sound calendar has no problems', () => {
  expect(ofLevel({})).toEqual([]);
});

describe('a calendar', () => {
  const everyDayOf2026 = Array.from({ length: 365 }, (_, day) => ({
    date: new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10),
    title: 'Closed',
  }));

  test.each<[string, Partial<Calendar>, string[]]>([
    [
      'names a holiday once',
      { holidays: ['2026-05-01', '2026-05-01'].map((date) => ({ date, title: 'Labour Day' })) },
      ['duplicate-holiday calendars/desk holidays.1.date'],
    ],
    [
      'has a working day that takes time',
      { workingDay: 'PT0S' },
      ['no-working-day calendars/desk workingDay'],
    ],
    [
      'has no longer working day than a day',
      { workingDay: 'PT25H' },
      ['no-working-day calendars/desk workingDay'],
    ],
    ['opens some day, though not in a year that is all holidays', { holidays: everyDayOf2026 }, []],
  ])('%s', (_name, own, found) => {
    expect(ofCalendar(own).filter((problem) => problem.includes('calendars/'))).toEqual(found);
  });

  test('that never opens is refused', () => {
    expect(ofCalendar({ windows: [] })).toContain('never-opens calendars/desk windows');
  });
});

describe('a service level', () => {
  test.each<[string, Partial<ServiceLevel>, string[]]>([
    [
      'names a calendar that exists',
      { calendar: 'dusk' },
      ['unknown-calendar service-levels/problems calendar'],
    ],
    [
      'warns at 80 before it warns at 100',
      {
        warnings: [
          { percent: 100, escalateTo: 'sales' },
          { percent: 80, escalateTo: 'sales' },
        ],
      },
      ['percent-not-rising service-levels/problems warnings.1.percent'],
    ],
    [
      'tells somebody when the time is up',
      { warnings: [{ percent: 80, escalateTo: 'sales' }] },
      ['no-warning-at-deadline service-levels/problems warnings'],
    ],
    [
      'leaves time',
      { priorities: { high: { ...targets, accept: 'PT0S' }, normal: targets, low: targets } },
      ['no-time service-levels/problems priorities.high.accept'],
    ],
    [
      'asks to be accepted before it asks to be solved, also where a day is a working day',
      {
        priorities: {
          high: { ...targets, answer: 'PT10H', solve: 'P1D' },
          normal: targets,
          low: targets,
        },
      },
      ['targets-not-rising service-levels/problems priorities.high.solve'],
    ],
  ])('%s', (_name, own, found) => {
    expect(ofLevel(own)).toEqual(found);
  });

  test('that a rule names exists', () => {
    const params = {
      title: 'Late',
      queue: 'sales',
      priority: 'high' as const,
      serviceLevel: 'problem',
      key: 'k',
    };
    const rule = aRule({ event: { type: 'case.open', params } });

    expect(problemsIn({ rules: [rule], calendars: [aCalendar()], levels: [aLevel()] })).toEqual([
      'unknown-service-level best-practice/a-rule event.params.serviceLevel',
    ]);
  });

  test.each([
    [
      'a table that is not there',
      'how-urgent',
      ['unknown-table best-practice/a-rule event.params.priority.table'],
    ],
    [
      'a table that says no priority',
      'a-table',
      ['no-priority best-practice/a-rule event.params.priority.table'],
    ],
  ])('%s cannot say how urgent a case is', (_name, table, found) => {
    const params = { title: 'Late', queue: 'sales', priority: { table }, serviceLevel: 'problems', key: 'k' };
    const rule = aRule({ event: { type: 'case.open', params } });

    expect(problemsIn({ rules: [rule], calendars: [aCalendar()], levels: [aLevel()] })).toEqual(found);
  });
});
