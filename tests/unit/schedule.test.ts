import { Rejected } from '@baton/functions/ports.ts';
import { openDatabase } from '@baton/infra/local/database.ts';
import { createScheduler, nextRun, parseSchedule, type Schedule } from '@baton/infra/local/schedule.ts';
import { createVirtualClock } from '@baton/infra/local/virtual-clock.ts';
import { describe, expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';

function next(expression: string, after: string, timeZone?: string): string | undefined {
  const at = nextRun(parseSchedule(expression), Date.parse(after), timeZone);
  return at === undefined ? undefined : new Date(at).toISOString().slice(0, 16);
}

describe('the next run', () => {
  test.each([
    ['rate(1 minute)', '2026-01-01T00:00:30Z', '2026-01-01T00:01'],
    ['rate(36 hours)', '2026-01-01T00:00:00Z', '2026-01-02T12:00'],
    ['cron(0 9 * * ? *)', '2026-01-01T08:59:59Z', '2026-01-01T09:00'],
    ['cron(0 9 * * ? *)', '2026-01-01T09:00:00Z', '2026-01-02T09:00'],
    ['cron(5,35 14 * * ? *)', '2026-01-01T14:05:00Z', '2026-01-01T14:35'],
    ['cron(0/15 8-9 * * ? *)', '2026-01-01T09:45:00Z', '2026-01-02T08:00'],
    ['cron(0 9 ? * MON-FRI *)', '2026-01-02T10:00:00Z', '2026-01-05T09:00'],
    ['cron(0 9 ? * 1 *)', '2026-01-02T10:00:00Z', '2026-01-04T09:00'],
    ['cron(0 9 ? * 6L *)', '2026-01-02T10:00:00Z', '2026-01-30T09:00'],
    ['cron(0 9 ? * SAT#3 *)', '2026-01-02T10:00:00Z', '2026-01-17T09:00'],
    ['cron(0 9 L * ? *)', '2026-02-01T00:00:00Z', '2026-02-28T09:00'],
    ['cron(0 9 15W * ? *)', '2026-02-01T00:00:00Z', '2026-02-16T09:00'],
    ['cron(0 9 1W * ? *)', '2026-02-01T00:00:00Z', '2026-02-02T09:00'],
    ['cron(0 9 LW * ? *)', '2026-02-01T00:00:00Z', '2026-02-27T09:00'],
    ['cron(0 0 29 FEB ? *)', '2026-01-01T00:00:00Z', '2028-02-29T00:00'],
    ['cron(0 0 1 1 ? 2030/5)', '2026-01-01T00:00:00Z', '2030-01-01T00:00'],
    ['at(2026-03-01T12:00:00)', '2026-01-01T00:00:00Z', '2026-03-01T12:00'],
  ])('of %s after %s is %s', (expression, after, expected) => {
    expect(next(expression, after)).toBe(expected);
  });

  test.each([
    ['cron(0 9 * * ? 2020)', '2026-01-01T00:00:00Z'],
    ['cron(0 9 30 2 ? *)', '2026-01-01T00:00:00Z'],
    ['at(2025-12-31T23:59:59)', '2026-01-01T00:00:00Z'],
  ])('of %s is never', (expression, after) => {
    expect(next(expression, after)).toBeUndefined();
  });

  test.each([
    ['is read in its zone', 'cron(0 9 * * ? *)', '2026-07-01T00:00:00Z', '2026-07-01T07:00'],
    ['follows summer time', 'cron(0 9 * * ? *)', '2026-03-28T09:00:00Z', '2026-03-29T07:00'],
    ['skips a time that spring leaves out', 'cron(30 2 * * ? *)', '2026-03-28T12:00:00Z', '2026-03-30T00:30'],
    [
      'takes the first of a time that autumn repeats',
      'cron(30 2 * * ? *)',
      '2026-10-24T12:00:00Z',
      '2026-10-25T00:30',
    ],
    ['and not the second', 'cron(30 2 * * ? *)', '2026-10-25T00:30:00Z', '2026-10-26T01:30'],
    ['at a local time', 'at(2026-07-01T12:00:00)', '2026-01-01T00:00:00Z', '2026-07-01T10:00'],
  ])('%s (Europe/Berlin)', (_says, expression, after, expected) => {
    expect(next(expression, after, 'Europe/Berlin')).toBe(expected);
  });
});

test.each([
  ['every day', /write rate\(…\), cron\(…\) or at\(…\)/],
  ['rate(1 minutes)', /write "1 minute"/],
  ['rate(2 hour)', /write "2 hours"/],
  ['cron(0 9 * * * *)', /one of day of month and day of week must be \?/],
  ['cron(0 9 * * ?)', /six fields/],
  ['cron(0 25 * * ? *)', /"25" is no hours \(0-23\)/],
  ['cron(0 9 ? * FRI-MON *)', /runs backwards/],
  ['cron(0/0 9 * * ? *)', /is no minutes/],
  ['at(2026-02-30T00:00:00)', /no such date/],
])('refuses %s', (expression, reason) => {
  expect(() => parseSchedule(expression)).toThrow(reason);
  expect(() => parseSchedule(expression)).toThrow(Rejected);
});

describe('the scheduler', () => {
  const hourly: Schedule = { name: 'sweep', expression: 'rate(1 hour)', target: 'sweeper' };
  const start = '2026-01-01T00:30:00.000Z';

  function setUp({
    schedules = [hourly],
    folder = temporaryFolder(),
    clock = createVirtualClock(start),
    fire = async (_target: string, _run: { scheduledAt: string }) => {},
  } = {}) {
    const database = openDatabase({ folder });
    onTestFinished(() => database.close());
    return { clock, folder, database, ...createScheduler({ database, clock, schedules, fire }) };
  }

  test('fires at the times of its schedules, in their order', async () => {
    const seen: string[] = [];
    const { clock, step, dueAt } = setUp({
      schedules: [hourly, { name: 'mail', expression: 'cron(0 2 * * ? *)', target: 'campaign' }],
      fire: async (target, { scheduledAt }) => void seen.push(`${target} ${scheduledAt.slice(11, 16)}`),
    });

    expect(await step()).toBe(false);
    for (let runs = 0; runs < 4; runs++) {
      clock.moveTo(dueAt() ?? Number.NaN);
      expect(await step()).toBe(true);
      expect(await step()).toBe(false);
    }

    expect(seen).toEqual(['sweeper 01:30', 'campaign 02:00', 'sweeper 02:30', 'sweeper 03:30']);
  });

  test('remembers over a restart, and fires once for all that it missed', async () => {
    const seen: string[] = [];
    const before = setUp();
    before.database.close();
    const clock = createVirtualClock('2026-01-03T12:00:00Z');

    const { step, list } = setUp({
      folder: before.folder,
      clock,
      fire: async (_target, { scheduledAt }) => void seen.push(scheduledAt),
    });
    while (await step());

    expect(seen).toEqual(['2026-01-01T01:30:00.000Z']);
    expect(list()).toEqual([
      { name: 'sweep', nextAt: '2026-01-03T12:30:00.000Z', lastAt: '2026-01-01T01:30:00.000Z' },
    ]);
  });

  test('repeats a run that failed, for the same scheduled time', async () => {
    const seen: string[] = [];
    const { clock, step, dueAt, list } = setUp({
      fire: async (_target, { scheduledAt }) => {
        seen.push(scheduledAt);
        if (seen.length < 3) throw new Error('target is away');
      },
    });
    clock.moveTo(Date.parse('2026-01-01T01:30:00Z'));

    await step();
    expect(dueAt()).toBe(Date.parse('2026-01-01T01:30:01Z'));
    expect(list()[0]?.problem).toBe('Error: target is away');
    clock.moveTo(Date.parse('2026-01-01T01:30:01Z'));
    await step();
    clock.moveTo(Date.parse('2026-01-01T01:30:03Z'));
    await step();

    expect(new Set(seen)).toEqual(new Set(['2026-01-01T01:30:00.000Z']));
    expect(seen).toHaveLength(3);
    expect(list()[0]).toEqual({
      name: 'sweep',
      nextAt: '2026-01-01T02:30:00.000Z',
      lastAt: '2026-01-01T01:30:00.000Z',
    });
  });

  test('forgets a schedule that is gone and starts a changed one anew', () => {
    const before = setUp({ schedules: [hourly, { ...hourly, name: 'old' }] });
    before.database.close();

    const { list } = setUp({
      folder: before.folder,
      schedules: [{ ...hourly, expression: 'rate(2 hours)' }],
    });

    expect(list()).toEqual([{ name: 'sweep', nextAt: '2026-01-01T02:30:00.000Z' }]);
  });

  test('refuses two schedules of one name and an unknown time zone', () => {
    expect(() => setUp({ schedules: [hourly, hourly] })).toThrow(/two schedules have one name/);
    const nowhere = { name: 'x', expression: 'cron(0 9 * * ? *)', timeZone: 'Europe/Nowhere', target: 't' };
    expect(() => setUp({ schedules: [nowhere] })).toThrow(/time zone Europe\/Nowhere is not known/);
  });
});
