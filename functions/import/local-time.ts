import { DateTime, FixedOffsetZone, IANAZone, type Zone } from 'luxon';

const dayInMs = 86_400_000;
const minuteInMs = 60_000;
/** Zones change their offset at whole quarters of an hour. */
const quarterInMs = 15 * minuteInMs;

const fullDate = /^\d{4}-\d{2}-\d{2}(?:$|[T ])/;
const ownOffset = /[T ].*(?:Z|[+-]\d{2}(?::?\d{2})?)$/i;

/** Reads written times in one zone. */
export type LocalTimes = (text: string, format?: string) => string | undefined;

/**
 * The instant, in UTC, that a written time means in a zone; `undefined` where the text names no full date. A text with an
 * offset of its own keeps it. The clocks' jumps are settled as in RFC 5545 and Temporal's "compatible": a local time
 * that was skipped moves on by the length of the gap; of one that came twice the first is meant.
 */
export function localTimes(zoneName: string): LocalTimes {
  const offset = offsetsOf(IANAZone.create(zoneName));
  return (text, format) => {
    const wall = wallClock(text, format, FixedOffsetZone.utcInstance);
    if (wall === undefined) return undefined;
    return new Date(carriesOffset(text, format, wall) ? wall : settle(wall, offset)).toISOString();
  };
}

/** Milliseconds of a written time as if its clock stood in `zone`. */
function wallClock(text: string, format: string | undefined, zone: Zone): number | undefined {
  if (format === 'unix') return /^\d{1,11}$/.test(text) ? Number(text) * 1000 : undefined;
  if (format === 'unix-ms') return /^\d{1,14}$/.test(text) ? Number(text) : undefined;
  if (format === undefined && !fullDate.test(text)) return undefined;
  const parsed = format
    ? DateTime.fromFormat(text, format, { zone, locale: 'en' })
    : DateTime.fromISO(text.replace(' ', 'T'), { zone });
  return parsed.isValid && parsed.year >= 1 && parsed.year <= 9999 ? parsed.toMillis() : undefined;
}

/** A user's format says nothing of zones where two zones give two instants. */
function carriesOffset(text: string, format: string | undefined, wall: number): boolean {
  if (format === undefined) return ownOffset.test(text);
  return wallClock(text, format, FixedOffsetZone.instance(60)) === wall;
}

/** The offsets a day before and a day after are the only ones that a local time can have. */
function settle(wall: number, offset: (at: number) => number): number {
  const before = offset(wall - dayInMs);
  const after = offset(wall + dayInMs);
  const first = wall - before;
  if (before === after || offset(first) === before) return first;
  const second = wall - after;
  return offset(second) === after ? second : first;
}

/** A zone's offset in ms, remembered per quarter of an hour: asking ICU anew costs more than all the rest of a row. */
function offsetsOf(zone: Zone): (at: number) => number {
  const known = new Map<number, number>();
  return (at) => {
    const quarter = Math.floor(at / quarterInMs);
    const remembered = known.get(quarter);
    if (remembered !== undefined) return remembered;
    if (known.size >= 100_000) known.clear();
    const offset = zone.offset(at) * minuteInMs;
    known.set(quarter, offset);
    return offset;
  };
}
