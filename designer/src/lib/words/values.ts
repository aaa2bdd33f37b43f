const number = new Intl.NumberFormat('en', { maximumFractionDigits: 4 });
const date = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
const moment = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
});

export const sayCount = (count: number): string => number.format(count);

/** "1 contact", "2 contacts". */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${sayCount(count)} ${count === 1 ? one : many}`;
}

/** A number's unit, which documents name for several: " cases", of one " case". */
export const sayUnit = (unit: string | undefined, count: unknown): string =>
  unit && typeof count === 'number' ? ` ${count === 1 ? unit.replace(/s$/, '') : unit}` : '';

/** Any stored value as a person reads it: yes and no, grouped numbers, dates, lists with commas. */
export function sayValue(value: unknown): string {
  if (value === undefined || value === null || value === '') return 'not known';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return sayCount(value);
  if (typeof value === 'string') return sayText(value);
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(sayValue).join(', ');
  return Object.entries(value)
    .map(([name, part]) => `${sayName(name)}: ${sayValue(part)}`)
    .join('; ');
}

function sayText(text: string): string {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return date.format(new Date(`${text}T12:00:00`));
  if (/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(text) && !Number.isNaN(Date.parse(text))) {
    return moment.format(new Date(text));
  }
  return text;
}

/** `rateType`, `rate-type` and `rate_type` read "Rate type". */
export function sayName(name: string): string {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[-_.]+/g, ' ')
    .trim();
  const spoken = words.replace(/\b([A-Z])(?=[a-z])/g, (letter) => letter.toLowerCase());
  return spoken.charAt(0).toUpperCase() + spoken.slice(1);
}

/** A channel within a sentence. */
export const sayChannel = (channel: string): string => (channel === 'sms' ? 'SMS' : channel);

/** A sentence of the host, its instants turned into the reader's zone. */
export function saySentence(text: string): string {
  return text.replace(/\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})/g, sayText);
}

/** The host's reasons come as fragments: "no such queue" reads "No such queue." */
export function asSentence(fragment: string): string {
  const text = saySentence(fragment.trim());
  if (text === '') return '';
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?…]$/.test(text) ? '' : '.'}`;
}
