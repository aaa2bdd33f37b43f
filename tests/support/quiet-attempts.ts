import { weekdays } from '@baton/rules/time/local-schedule.ts';
import { Temporal } from 'temporal-polyfill';
import { aChannel, liveWith, openPermits } from './permit-bench.ts';
import { smallRandom } from './small-random.ts';
import { changesOf, zones } from './zone-changes.ts';

type QuietWindow = ReturnType<typeof aChannel>['quietHours'][number];

export type QuietTally = {
  zones: number;
  changes: number;
  attempts: number;
  sent: number;
  held: number;
  /** Sends inside quiet hours, and holds that begin outside, end inside, or last longer than they must. */
  violations: string[];
};

const hourMs = 3_600_000;

/**
 * Asks for marketing around every change of every zone's offset, at random instants and quiet hours, and holds each answer
 * against the wall clock of another implementation of the zones.
 */
export async function attemptAroundChanges({
  perChange,
  seed,
  every = 1,
}: {
  perChange: number;
  seed: number;
  /** Only every so manieth change. */
  every?: number;
}): Promise<QuietTally> {
  const random = smallRandom(seed);
  const { ask } = await openPermits();
  const tally: QuietTally = {
    zones: zones.length,
    changes: 0,
    attempts: 0,
    sent: 0,
    held: 0,
    violations: [],
  };
  const places = zones.flatMap((zone) => {
    const changes = changesOf(zone);
    // Zones that never change their clocks are asked about as well.
    return (changes.length > 0 ? changes : [Date.parse('2027-03-28T01:00:00Z')]).map((at) => ({ zone, at }));
  });
  for (const [index, { zone, at: change }] of places.entries()) {
    if (index % every !== 0) continue;
    tally.changes++;
    const quietHours = someWindows(random);
    const live = liveWith([aChannel({ quietHours })]);
    for (let attempt = 0; attempt < perChange; attempt++) {
      const at = change + Math.round((random() * 2 - 1) * (attempt % 2 ? 3 : 30) * hourMs);
      tally.attempts++;
      await judge({ zone, at, quietHours }, await ask(live, at, { timeZone: zone }));
    }

    async function judge(
      place: { zone: string; at: number; quietHours: readonly QuietWindow[] },
      { permit }: Awaited<ReturnType<typeof ask>>,
    ): Promise<void> {
      const wrong = (what: string) =>
        tally.violations.push(`${what}: ${JSON.stringify({ ...place, permit })}`);
      if (permit.kind === 'permitted') {
        tally.sent++;
        if (isQuiet(place.at, place)) wrong('sent inside quiet hours');
        return;
      }
      if (permit.kind === 'skipped') return void wrong('skipped');
      tally.held++;
      const until = Date.parse(permit.until);
      if (!isQuiet(place.at, place)) wrong('held outside quiet hours');
      if (isQuiet(until, place)) wrong('held until an instant inside quiet hours');
      if (!isQuiet(until - 1, place)) wrong('held longer than it must be');
      const again = await ask(live, until, { timeZone: zone, again: true });
      if (again.permit.kind !== 'permitted') wrong('not sent when it was asked for again');
    }
  }
  return tally;
}

/** What the other clock shows, against the windows as a person reads them. */
function isQuiet(
  at: number,
  { zone, quietHours }: { zone: string; quietHours: readonly QuietWindow[] },
): boolean {
  const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
  const clock = local.toPlainTime().toString().slice(0, 5);
  const today = weekdays[local.dayOfWeek % 7];
  const yesterday = weekdays[(local.dayOfWeek + 6) % 7];
  const has = (days: readonly string[] | undefined, day: string | undefined) =>
    days === undefined || days.includes(day ?? '');
  return quietHours.some(({ from, to, weekdays: days }) =>
    from < to
      ? has(days, today) && clock >= from && clock < to
      : (has(days, today) && clock >= from) || (has(days, yesterday) && clock < to),
  );
}

/** One to three windows that leave some time of the week; mostly at night, where clocks change. */
function someWindows(random: () => number): QuietWindow[] {
  const pick = <T>(values: readonly T[]): T => {
    const value = values[Math.floor(random() * values.length)];
    if (value === undefined) throw new Error('nothing to pick from');
    return value;
  };
  const two = (part: number) => String(part).padStart(2, '0');
  const time = (hours: readonly number[]) => `${two(pick(hours))}:${two(pick([0, 0, 1, 15, 30, 59]))}`;
  const night: QuietWindow = { from: time([18, 20, 22, 23, 0, 1, 2]), to: time([3, 5, 8, 9]) };
  const extra: QuietWindow[] = [
    { from: time([1, 2, 12]), to: time([2, 3, 13]), weekdays: [pick(weekdays), 'sunday'] },
    { from: '00:00', to: '00:00', weekdays: ['sunday'] },
  ];
  return [night, ...extra.filter(() => random() < 0.3)];
}
