import type { EventDocument } from '../documents/index.ts';
import type { Json, JsonObject } from '../json.ts';
import { type Kept, type KeptOfEvent, occurrences } from './kept.ts';
import { addToTally, joinTallies, type Tally } from './tally.ts';

/** One attribute and where its value came from, so that the same events in any order give the same profile. */
export type Attribute = { value: Json; at: string; eventId: string };

/**
 * How often an event type was seen, and when. `count`, `first`, `last` and totals are exact. `recent` holds the latest 20
 * occurrences, newest first; `sums` by payload field, or by `#` for the occurrences themselves.
 */
export type Seen = {
  count: number;
  first: string;
  last: string;
  recent?: string[];
  sums?: Record<string, Tally>;
};

/** What is known of a contact apart from its place in the cycle. */
export type ContactProfile = {
  attributes: Record<string, Attribute>;
  seen: Record<string, Seen>;
};

/** An event as deciding sees it: the payload with `type` and `at`. */
export type Occurrence = { eventId: string; type: string; at: string; data: JsonObject };

const recentLimit = 20;

/**
 * Merges an event into a profile. Per attribute the value that occurred last wins, ties going to the larger event
 * id, so the profile does not depend on the order of arrival. The caller makes sure that an event is merged once.
 */
export function mergeEvent(
  profile: ContactProfile,
  event: Occurrence,
  document: EventDocument | undefined,
  kept: Kept,
): ContactProfile {
  return {
    attributes: mergeAttributes(profile.attributes, event, document),
    seen: {
      ...profile.seen,
      [event.type]: mergeSeen(profile.seen[event.type], event, kept.get(event.type)),
    },
  };
}

function mergeAttributes(
  attributes: Record<string, Attribute>,
  event: Occurrence,
  document: EventDocument | undefined,
): Record<string, Attribute> {
  const changed = { ...attributes };
  for (const { attribute, from } of document?.sets ?? []) {
    const value = event.data[from.slice(2)];
    if (value === undefined || value === null) continue;
    const candidate = { value, at: event.at, eventId: event.eventId };
    if (isLater(candidate, changed[attribute])) changed[attribute] = candidate;
  }
  return changed;
}

/** The last-writer rule for everything that events set: later occurrence first, then larger event id. */
export function isLater(
  candidate: { at: string; eventId: string },
  present: { at: string; eventId: string } | undefined,
): boolean {
  if (!present) return true;
  if (candidate.at !== present.at) return candidate.at > present.at;
  return candidate.eventId > present.eventId;
}

function mergeSeen(seen: Seen | undefined, event: Occurrence, kept: KeptOfEvent | undefined): Seen {
  const { at } = event;
  const merged: Seen = seen
    ? {
        count: seen.count + 1,
        first: earlier(at, seen.first),
        last: later(at, seen.last),
      }
    : { count: 1, first: at, last: at };
  if (!kept) return merged;
  if (kept.recent) merged.recent = latest([...(seen?.recent ?? []), at]);
  const sums = mergeSums(seen?.sums ?? {}, event, kept.days);
  return Object.keys(sums).length > 0 ? { ...merged, sums } : merged;
}

function mergeSums(
  sums: Record<string, Tally>,
  { at, data }: Occurrence,
  days: KeptOfEvent['days'],
): Record<string, Tally> {
  const changed = { ...sums };
  for (const [field, limit] of days) {
    const amount = field === occurrences ? 1 : data[field];
    if (typeof amount === 'number') changed[field] = addToTally(changed[field], amount, at, limit);
  }
  return changed;
}

const earlier = (a: string, b: string): string => (a < b ? a : b);
const later = (a: string, b: string): string => (a > b ? a : b);
const latest = (instants: readonly string[]): string[] =>
  [...instants].sort().reverse().slice(0, recentLimit);

/** The profile of two contacts that turn out to be one: what one would have that saw the events of both. */
export function joinProfiles(a: ContactProfile, b: ContactProfile, kept: Kept): ContactProfile {
  const attributes = { ...a.attributes };
  for (const [path, attribute] of Object.entries(b.attributes))
    if (isLater(attribute, attributes[path])) attributes[path] = attribute;
  const seen = { ...a.seen };
  for (const [type, other] of Object.entries(b.seen)) {
    const own = seen[type];
    seen[type] = own ? joinSeen(own, other, kept.get(type)) : other;
  }
  return { attributes, seen };
}

function joinSeen(a: Seen, b: Seen, kept: KeptOfEvent | undefined): Seen {
  const joined: Seen = {
    count: a.count + b.count,
    first: earlier(a.first, b.first),
    last: later(a.last, b.last),
  };
  if (a.recent || b.recent) joined.recent = latest([...(a.recent ?? []), ...(b.recent ?? [])]);
  const sums = { ...a.sums };
  for (const [field, tally] of Object.entries(b.sums ?? {})) {
    const own = sums[field];
    sums[field] = own ? joinTallies(own, tally, kept?.days.get(field) ?? 0) : tally;
  }
  return Object.keys(sums).length > 0 ? { ...joined, sums } : joined;
}
