const units = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** "3 hours ago", "in 2 days", "just now": the largest unit that fits, rounded toward now. */
export function sayDistance(at: number, now: number): string {
  const seconds = Math.round((at - now) / 1000);
  for (const [unit, size] of units) {
    if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit);
  }
  return seconds > 5 ? `in ${seconds} seconds` : seconds < -5 ? `${-seconds} seconds ago` : 'just now';
}

/** "3 hours", "20 minutes": how long something has lasted, in the largest unit that fits. */
export function sayLength(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds / 1000);
  for (const [unit, size] of units) {
    const count = Math.floor(seconds / size);
    if (count >= 1) return `${count} ${unit}${count === 1 ? '' : 's'}`;
  }
  return 'less than a minute';
}

/** "9:41", "2:09:05" or "3 days": what is left until an instant; empty when nothing is left. */
export function sayLeft(until: number, now: number): string {
  const seconds = Math.ceil((until - now) / 1000);
  if (seconds <= 0) return '';
  if (seconds >= 2 * 86_400) return `${Math.floor(seconds / 86_400)} days`;

  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (part: number) => String(part).padStart(2, '0');
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

const exact = new Intl.DateTimeFormat('en-GB', {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  timeZoneName: 'short',
});
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat('en-GB', {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
});

/** The instant in full, in the reader's own zone. */
export const sayInstant = (at: string): string => exact.format(new Date(at));
export const sayClock = (at: string | number): string => clock.format(new Date(at));
export const sayDay = (at: string): string => day.format(new Date(at));
