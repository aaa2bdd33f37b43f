import { localTime } from '@baton/rules/time/local-schedule.ts';

const number = new Intl.NumberFormat('en', { maximumFractionDigits: 4 });
const isInstant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/;

/** Any stored value as a person reads it: yes and no, grouped numbers, moments, lists with commas. */
export function valueInWords(value: unknown): string {
  if (value === undefined || value === null || value === '') return 'not known';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return number.format(value);
  if (typeof value === 'string') return isInstant.test(value) ? momentInWords(value) : value;
  if (Array.isArray(value)) return value.length === 0 ? 'nothing' : value.map(valueInWords).join(', ');
  return JSON.stringify(value);
}

/** A moment inside a sentence: the plain instant, because only the reader's screen knows the reader's zone. */
export function momentInWords(at: string): string {
  const time = Date.parse(at);
  return Number.isNaN(time) ? at : new Date(time).toISOString();
}

/** A moment by the clock of a zone: "08:00 on 2026-03-03". */
export function localMomentInWords(at: string, timeZone: string): string {
  const { date, minute } = localTime(Date.parse(at), timeZone);
  const two = (part: number) => String(part).padStart(2, '0');
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)} on ${date}`;
}

/** `inside-sales`, `lastTopic` and `due_at` read "Inside sales", "Last topic" and "Due at". */
export function nameInWords(name: string): string {
  const words = name
    .replace(
      /([a-z0-9])([A-Z])/g,
      (_all, before: string, capital: string) => `${before} ${capital.toLowerCase()}`,
    )
    .replace(/[-_.]+/g, ' ')
    .trim();
  return sentenceCase(words);
}

export function sentenceCase(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Takes the capital of a sentence's beginning back, but leaves abbreviations: "NPS score" stays as it is. */
export function midSentence(text: string): string {
  return /^\p{Lu}(?!\p{Lu})/u.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}

/** "a, b or c". */
export function alternatives(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

/** The owner as one reads it: "Ana (Inside sales)" or "Inside sales". */
export function ownerInWords({ team, person }: { team: string; person?: string }): string {
  return person ? `${person} (${nameInWords(team)})` : nameInWords(team);
}
