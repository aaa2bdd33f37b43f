import {
  addOpenTime,
  localTime,
  nextOpen,
  openTimeBetween,
  outside,
  scheduleOf,
  weekdays,
} from '@baton/rules/time/local-schedule.ts';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { expect, test } from 'vitest';

const zones = Intl.supportedValuesOf('timeZone');
const minute = 60_000;

/** Every change of every zone's offset from 2024 to 2030, by another implementation of the zones. */
function changes(): { zone: string; at: number }[] {
  return zones.flatMap((zone) => {
    const found = [];
    let at = Temporal.Instant.from('2024-01-01T00:00:00Z').toZonedDateTimeISO(zone);
    for (;;) {
      const next = at.getTimeZoneTransition('next');
      if (!next || next.year > 2030) return found;
      found.push({ zone, at: next.epochMilliseconds });
      at = next;
    }
  });
}

const allChanges = changes();
const wallClock = (at: number, zone: string) =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainTime().toString().slice(0, 5);

const time = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom(0, 1, 15, 30, 59))
  .map(([h, m]) => `${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`);
const window = fc.record({
  from: time,
  to: time,
  weekdays: fc.option(fc.uniqueArray(fc.constantFrom(...weekdays), { minLength: 1 }), { nil: undefined }),
});
const near = fc
  .tuple(
    fc.constantFrom(...allChanges),
    fc.integer({ min: -36 * 60, max: 36 * 60 }),
    fc.integer({ min: -1, max: 1 }),
  )
  .map(([{ zone, at }, minutes, ms]) => ({ zone, from: at + minutes * minute + ms }));

test('knows the changes of some four hundred zones', () => {
  expect(zones.length).toBeGreaterThan(400);
  expect(allChanges.length).toBeGreaterThan(1500);
});

test('opens at the first minute at which the wall clock stands inside the window, around every change of offset', () => {
  fc.assert(
    fc.property(near, time, time, ({ zone, from }, opens, closes) => {
      fc.pre(opens !== closes);
      const inside = (at: number) => {
        const clock = wallClock(at, zone);
        return opens < closes ? clock >= opens && clock < closes : clock >= opens || clock < closes;
      };
      const found = nextOpen(scheduleOf([{ from: opens, to: closes }]), zone, from);

      let expected = from;
      while (!inside(expected)) expected = (Math.floor(expected / minute) + 1) * minute;
      expect(found).toBe(expected);
    }),
    { numRuns: 400 },
  );
});

test('is open exactly where its opposite is closed, and open and closed time make up all time', () => {
  fc.assert(
    fc.property(
      near,
      fc.array(window, { minLength: 1, maxLength: 3 }),
      fc.integer({ min: 1, max: 10_000 }),
      ({ zone, from }, windows, minutes) => {
        const schedule = scheduleOf(windows);
        const to = from + minutes * minute;
        const open = openTimeBetween(schedule, zone, from, to);
        expect(open + openTimeBetween(outside(schedule), zone, from, to)).toBe(to - from);
      },
    ),
    { numRuns: 300 },
  );
});

test('after adding open time, as much has passed', () => {
  fc.assert(
    fc.property(
      near,
      fc.array(window, { minLength: 1, maxLength: 3 }),
      fc.integer({ min: 1, max: 3000 }),
      ({ zone, from }, windows, minutes) => {
        const schedule = scheduleOf(windows);
        const end = addOpenTime(schedule, zone, from, minutes * minute);
        fc.pre(end !== undefined);
        expect(openTimeBetween(schedule, zone, from, end ?? 0)).toBe(minutes * minute);
        expect(openTimeBetween(schedule, zone, from, (end ?? 0) - 1)).toBe(minutes * minute - 1);
      },
    ),
    { numRuns: 300 },
  );
});

test('closed dates are closed, and the window that began the evening before runs on', () => {
  const schedule = scheduleOf([{ from: '22:00', to: '06:00' }], new Set(['2026-12-25']));
  const at = (text: string) => Date.parse(text);
  expect(nextOpen(schedule, 'Europe/Berlin', at('2026-12-25T04:30:00Z'))).toBe(at('2026-12-25T04:30:00Z'));
  expect(nextOpen(schedule, 'Europe/Berlin', at('2026-12-25T12:00:00Z'))).toBe(at('2026-12-26T21:00:00Z'));
});

test('what never opens is said to never open', () => {
  expect(nextOpen(scheduleOf([]), 'UTC', 0)).toBeUndefined();
  expect(addOpenTime(scheduleOf([]), 'UTC', 0, 1)).toBeUndefined();
});

test('a skipped hour does not open, a repeated one opens twice', () => {
  const night = scheduleOf([{ from: '02:15', to: '02:45', weekdays: ['sunday'] }]);
  expect(nextOpen(night, 'Europe/Berlin', Date.parse('2026-03-28T12:00:00Z'))).toBe(
    Date.parse('2026-04-05T00:15:00Z'),
  );
  expect(nextOpen(night, 'Europe/Berlin', Date.parse('2026-10-25T00:45:00Z'))).toBe(
    Date.parse('2026-10-25T01:15:00Z'),
  );
});

test('says the local date and minute', () => {
  expect(localTime(Date.parse('2026-07-01T22:30:00Z'), 'Europe/Berlin')).toEqual({
    date: '2026-07-02',
    minute: 30,
  });
});
