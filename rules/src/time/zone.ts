const formats = new Map<string, Intl.DateTimeFormat>();

/** Milliseconds that local time is ahead of UTC at an instant (epoch ms); `undefined` where the zone is not known. */
export function zoneOffset(instant: number, timeZone: string): number | undefined {
  if (timeZone === 'UTC') return 0;
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
