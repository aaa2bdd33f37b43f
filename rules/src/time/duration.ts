/** Spans have an exact length: a day is 24 hours, whatever the zone. Months and years have none and do not exist here. */
const units = [
  { letter: 'W', name: 'week', ms: 604_800_000, time: false },
  { letter: 'D', name: 'day', ms: 86_400_000, time: false },
  { letter: 'H', name: 'hour', ms: 3_600_000, time: true },
  { letter: 'M', name: 'minute', ms: 60_000, time: true },
  { letter: 'S', name: 'second', ms: 1000, time: true },
] as const;

const grammar = /^P(?!$)(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

/** The last instant that ISO 8601 writes with four digits of year; spans that lead beyond it end there. */
const endOfTime = Date.parse('9999-12-31T23:59:59.999Z');

function partsOf(text: string): number[] {
  const match = grammar.exec(text);
  if (!match) throw new Error(`"${text}" is no span; write for example "P3D" or "PT10M"`);
  return match.slice(1).map((digits) => (digits === undefined ? 0 : Number(digits)));
}

/** Length of an ISO 8601 span in milliseconds. */
export function parseDuration(text: string): number {
  const parts = partsOf(text);
  return units.reduce((sum, { ms }, index) => sum + (parts[index] ?? 0) * ms, 0);
}

/** The instant that lies a span after another, in UTC. */
export function addDuration(instant: string, duration: string): string {
  return moved(instant, parseDuration(duration));
}

/** The instant that lies a span before another, in UTC. */
export function subtractDuration(instant: string, duration: string): string {
  return moved(instant, -parseDuration(duration));
}

function moved(instant: string, ms: number): string {
  const start = Date.parse(instant);
  if (Number.isNaN(start))
    throw new Error(`"${instant}" is no instant; write for example "2026-03-01T09:00:00Z"`);
  return new Date(Math.min(Math.max(start + ms, 0), endOfTime)).toISOString();
}

/** The span of a number of milliseconds in its shortest writing, for example `P3DT12H`; whole seconds only. */
export function formatDuration(ms: number): string {
  let rest = Math.max(0, Math.floor(ms / 1000) * 1000);
  let date = '';
  let time = '';
  for (const { letter, ms: length, time: isTime } of units) {
    if (letter === 'W') continue;
    const count = Math.floor(rest / length);
    rest -= count * length;
    if (count === 0) continue;
    if (isTime) time += `${count}${letter}`;
    else date += `${count}${letter}`;
  }
  if (!date && !time) return 'PT0S';
  return `P${date}${time ? `T${time}` : ''}`;
}

/** A span in words and in the units it was written in: "3 days", "1 hour 30 minutes". */
export function describeDuration(text: string): string {
  const parts = partsOf(text);
  const words = units.flatMap(({ name }, index) => {
    const count = parts[index] ?? 0;
    return count === 0 ? [] : [`${count} ${name}${count === 1 ? '' : 's'}`];
  });
  return words.length > 0 ? words.join(' ') : 'no time';
}
