const formats = new Map<string, Intl.DateTimeFormat>();

const dayMs = 86_400_000;
/** By zone and UTC day: the offset that holds all day, or `null` for a day on which it changes. */
const days = new Map<string, Map<number, number | null>>();
const daysKept = 2_000;

/** Milliseconds that local time is ahead of UTC at an instant (epoch ms); `undefined` where the zone is not known. */
export function zoneOffset(instant: number, timeZone: string): number | undefined {
  if (timeZone === 'UTC') return 0;
  const known = days.get(timeZone);
  const day = Math.floor(instant / dayMs);
  const offset = known?.get(day);
  if (typeof offset === 'number') return offset;
  const asked = askedOffset(instant, timeZone);
  if (asked !== undefined && offset === undefined) remember(day, timeZone, known);
  return asked;
}

/** To ask takes as long as a decision. No zone changes twice on one day and back, so the day's two ends tell of all of it. */
function remember(day: number, timeZone: string, known = new Map<number, number | null>()): void {
  const first = askedOffset(day * dayMs, timeZone);
  const last = askedOffset((day + 1) * dayMs - 1, timeZone);
  if (known.size >= daysKept) known.clear();
  known.set(day, first !== undefined && first === last ? first : null);
  days.set(timeZone, known);
}

function askedOffset(instant: number, timeZone: string): number | undefined {
  const name = formatOf(timeZone)
    ?.formatToParts(instant)
    .find(({ type }) => type === 'timeZoneName')?.value;
  if (name === undefined) return undefined;
  const [, sign, hours = '0', minutes = '0', seconds = '0'] =
    /GMT([+-])(\d+):(\d+)(?::(\d+))?/.exec(name) ?? [];
  const size = Number(hours) * 3_600_000 + Number(minutes) * 60_000 + Number(seconds) * 1_000;
  return sign === '-' ? -size : size;
}

/** A format takes long to make, so each zone has one; names that are no zones are not remembered. */
function formatOf(timeZone: string): Intl.DateTimeFormat | undefined {
  const known = formats.get(timeZone) ?? make(timeZone);
  if (known) formats.set(timeZone, known);
  return known;
}

function make(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  } catch {
    return undefined;
  }
}
