import { parseDuration } from '@baton/rules/time/duration.ts';

export const spanUnits = [
  { id: 'W', title: 'weeks', ms: 604_800_000 },
  { id: 'D', title: 'days', ms: 86_400_000 },
  { id: 'H', title: 'hours', ms: 3_600_000 },
  { id: 'M', title: 'minutes', ms: 60_000 },
  { id: 'S', title: 'seconds', ms: 1000 },
] as const;

export type SpanUnit = (typeof spanUnits)[number]['id'];

/** A span as a count of the unit it was written in; of several units, of the largest that gives a whole number. */
export function readSpan(span: string): { count: number; unit: SpanUnit } | undefined {
  const written = /^PT?(\d+)([WDHMS])$/.exec(span);
  const only = spanUnits.find(({ id }) => id === written?.[2]);
  if (written && only) return { count: Number(written[1]), unit: only.id };
  let ms: number;
  try {
    ms = parseDuration(span);
  } catch {
    return undefined;
  }
  const unit = spanUnits.find(
    ({ id, ms: length }) => ms % length === 0 && (id !== 'W' || span.includes('W')),
  );
  return unit && { count: ms / unit.ms, unit: unit.id };
}

export function writeSpan(count: number, unit: SpanUnit): string {
  const whole = Math.max(0, Math.round(count));
  return unit === 'W' || unit === 'D' ? `P${whole}${unit}` : `PT${whole}${unit}`;
}
