/**
 * How long a token bucket takes for so many requests: what is in the bucket at once, the rest as fast as it is refilled.
 * Seconds.
 */
export const secondsFor = (requests: number, bucket: number, perSecond: number): number =>
  requests <= bucket ? 0 : perSecond > 0 ? (requests - bucket) / perSecond : Number.POSITIVE_INFINITY;

/** State transitions of one contact in a journey of five or so steps; "npm run cost" counts them for each journey. */
export const transitionsPerContact = 11;

export function spanOf(seconds: number): string {
  if (!Number.isFinite(seconds)) return 'never';
  if (seconds < 60) return 'under a minute';
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.ceil(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.ceil(hours / 24)} days`;
}

export const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
