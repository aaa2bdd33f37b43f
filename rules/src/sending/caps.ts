import type { Cap } from '../documents/channel.ts';
import { parseDuration } from '../time/duration.ts';

/** A cap as it is counted; a window ends now and does not hold the instant at which it begins. */
type Counted = Pick<Cap, 'messages' | 'within'>;

/** Whether one more message at `now` keeps every cap. `sentAt`: instants of those before. */
export function hasRoom(caps: readonly Counted[], sentAt: readonly string[], now: string): boolean {
  return caps.every(({ messages, within }) => laterThan(sentAt, now, within).length < messages);
}

/** What is worth remembering of the instants: those that the longest window still holds. */
export function remembered(caps: readonly Counted[], sentAt: readonly string[], now: string): string[] {
  const longest = [...caps].sort((a, b) => parseDuration(b.within) - parseDuration(a.within))[0];
  return longest ? laterThan(sentAt, now, longest.within) : [];
}

function laterThan(sentAt: readonly string[], now: string, within: string): string[] {
  const since = Date.parse(now) - parseDuration(within);
  return sentAt.filter((at) => Date.parse(at) > since);
}
