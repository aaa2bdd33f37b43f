import { parseDuration } from '@baton/rules/time/duration.ts';

export const spanUnits = [
  { id: 'W', title: 'weeks', ms: 604_800_000 },
  { id: 'D', title: 'days', ms: 86_400_000 },
  { id: 'H', title: 'hours', ms: 3_600_000 },
  { id: 'M', title: 'minutes', ms: 60_000 },
  { id: 'S', title: 'seconds', ms: 1000 },
] as const;

export type SpanUnit = (typeof spanUnits)[number]['id'];

/** A span as a count of the largest unit that gives a whole number; weeks only where they were written. */
export function readSpan(span: string): { count: number; unit: SpanUnit } | undefined {
  let ms: number;
  try {
    ms = parseDuration(span);
  } catch {
    return undefined;
  }
  if (ms === 0) return { count: 0, unit: 'D' };
  const unit = spanUnits.find(
    ({ id, ms: length }) => ms % length === 0 && (id !== 'W' || span.includes('W')),
  );
  return unit && { count: ms / unit.ms, unit: unit.id };
}

export function writeSpan(count: number, unit: SpanUnit): string {
  const whole = Math.max(0, Math.round(count));
  return unit === 'W' || unit === 'D' ? `P${whole}${unit}` : `PT${whole}${unit}`;
}
