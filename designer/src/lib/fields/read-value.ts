import { readSpan } from '@baton/rules/edit/cell-text.ts';
import { parseDuration } from '@baton/rules/time/duration.ts';

/** What was typed into a field, read; or what may be typed there. */
export type ReadValue<T> = { ok: true; value: T } | { ok: false; reason: string };

const refused = (reason: string): { ok: false; reason: string } => ({ ok: false, reason });

/** `step` 1: whole numbers only. */
export type NumberRange = { min?: number | undefined; max?: number | undefined; step?: number | 'any' };

export function readNumber(text: string, { min, max, step = 'any' }: NumberRange = {}): ReadValue<number> {
  const value = Number(text);
  const fits =
    text.trim() !== '' &&
    Number.isFinite(value) &&
    (step === 'any' || Number.isInteger(value)) &&
    value >= (min ?? -Infinity) &&
    value <= (max ?? Infinity);
  if (fits) return { ok: true, value };
  const kind = step === 'any' ? 'a number' : 'a whole number';
  return refused(`Write ${kind}${sayRange(min, max)}.`);
}

function sayRange(min: number | undefined, max: number | undefined): string {
  if (min !== undefined && max !== undefined) return ` from ${grouped(min)} to ${grouped(max)}`;
  if (min !== undefined) return ` of at least ${grouped(min)}`;
  return max === undefined ? '' : ` of at most ${grouped(max)}`;
}

const grouped = (value: number): string => value.toLocaleString('en');

/** Spans beyond this are a slip of the hand. */
const most = 999_999;

/** So many of a unit, as spans are made of. `mayBeNothing`: no time at all is a span too here. */
export function readCount(text: string, mayBeNothing: boolean): ReadValue<number> {
  const read = readNumber(text, { min: mayBeNothing ? 0 : 1, max: most, step: 1 });
  if (read.ok || !/^\s*\d+[.,]\d+\s*$/.test(text)) return read;
  return refused(`${read.reason} For a part of one choose a smaller unit.`);
}

/** A span in words, such as "7 days". */
export function readSpanWords(text: string): ReadValue<string> {
  const span = readSpan(text);
  if (span === undefined || /\d{7}/.test(span))
    return refused(`Write a span in whole units up to ${grouped(most)}, such as 7 days or 30 minutes.`);
  if (parseDuration(span) === 0) return refused('Write a span longer than nothing, such as 30 minutes.');
  return { ok: true, value: span };
}
