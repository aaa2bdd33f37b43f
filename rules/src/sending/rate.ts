import type { Rate } from '../documents/channel.ts';
import { parseDuration } from '../time/duration.ts';

/*
 * 1. No window of the length `per` holds more than `messages`, wherever it begins.
 * 2. Messages are counted by parts of the span instead of one by one, so that what is remembered stays small. A part that
 *    reaches into the window counts whole; that can only make a message wait, by a twentieth of the span at most.
 * 3. Whoever finds no room gets a time of its own to ask again, as many for each window as it has room for: so that a
 *    thousand who wait do not all ask whenever there is room for one. The time is advice; room is what counts.
 */
const parts = 20;

/** `taken`: ends of parts (epoch ms) with the messages in them, in order. `line`: the window to which the last who waits was told to come. */
export type RateState = {
  taken: readonly (readonly [end: number, messages: number])[];
  line?: { at: number; messages: number } | undefined;
};

export type Turn = { state: RateState } & ({ kind: 'now' } | { kind: 'later'; at: number });

/** Takes room for one message at `now` (epoch ms), or a place in the line. */
export function takeTurn({ messages, per }: Rate, state: RateState | undefined, now: number): Turn {
  const span = Math.max(1, parseDuration(per));
  const part = Math.max(1, Math.ceil(span / parts));
  const taken = (state?.taken ?? []).filter(([end]) => end > now - span);
  const room = roomAt(taken, messages, span, now);
  if (room > now) {
    const line = nextInLine(state?.line, { messages, step: span + part, room });
    return { kind: 'later', at: line.at, state: { taken, line } };
  }
  return {
    kind: 'now',
    state: { taken: added(taken, (Math.floor(now / part) + 1) * part), line: state?.line },
  };
}

/** The first instant from `now` on at which the window has room. */
function roomAt(taken: RateState['taken'], messages: number, span: number, now: number): number {
  let left = taken.reduce((sum, [, count]) => sum + count, 0);
  let at = now;
  for (const [end, count] of taken) {
    if (left < messages) break;
    left -= count;
    at = end + span;
  }
  return at;
}

function added(taken: RateState['taken'], end: number): RateState['taken'] {
  const others = taken.filter(([other]) => other !== end);
  const present = taken.find(([other]) => other === end)?.[1] ?? 0;
  return [...others, [end, present + 1] as const].sort(([a], [b]) => a - b);
}

function nextInLine(
  line: RateState['line'],
  { messages, step, room }: { messages: number; step: number; room: number },
): { at: number; messages: number } {
  if (!line || line.at < room) return { at: room, messages: 1 };
  return line.messages < messages
    ? { at: line.at, messages: line.messages + 1 }
    : { at: line.at + step, messages: 1 };
}
