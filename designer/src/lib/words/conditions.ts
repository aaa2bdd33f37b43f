import { operatorWords } from '@baton/rules/conditions/operator-words.ts';
import { sayValue } from './values.ts';

/** What a condition asks of its fact, as the end of a sentence: "is at least 90", "is within the last 7 days". */
export function sayDemand(operator: string, value: unknown): string {
  const parts = operator.split(':');
  const bare = parts.at(-1) ?? operator;
  const each = parts.includes('everyFact') ? 'every one ' : parts.includes('someFact') ? 'at least one ' : '';
  const not = parts.includes('not') ? 'not: ' : '';
  return `${not}${each}${demand(bare, value)}`;
}

function demand(operator: string, value: unknown): string {
  if (operator === 'isKnown') return value === false ? 'is not known' : 'is known';
  if (operator === 'withinLast') return `is within the last ${saySpan(value)}`;
  if (operator === 'between' && Array.isArray(value)) {
    return `is between ${sayValue(value[0])} and ${sayValue(value[1])}`;
  }
  if (operator === 'equal' && typeof value === 'boolean') return `must be ${sayValue(value)}`;
  return `${operatorWords[operator] ?? operator.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()} ${sayValue(value)}`;
}

const spanWords: Record<string, string> = { W: 'week', D: 'day', H: 'hour', M: 'minute', S: 'second' };

/** `P7D` reads "7 days", `PT1H30M` "1 hour 30 minutes". */
export function saySpan(span: unknown): string {
  if (typeof span !== 'string') return sayValue(span);
  const parts = [...span.matchAll(/(\d+)([WDHMS])/g)];
  return parts
    .map(([, count, unit]) => `${count} ${spanWords[unit ?? '']}${count === '1' ? '' : 's'}`)
    .join(' ');
}
