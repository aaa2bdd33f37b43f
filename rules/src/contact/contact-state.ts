import type { EventDocument, FactsDocument } from '../documents/index.ts';
import type { Json, JsonObject } from '../json.ts';

/** One attribute and where its value came from, so that the same events in any order give the same profile. */
export type Attribute = { value: Json; at: string; eventId: string };

/** How often an event type was seen, and when; `recent` holds the latest occurrences, newest first. */
export type Seen = { count: number; first: string; last: string; recent?: string[] };

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
  windowed: ReadonlySet<string>,
): ContactProfile {
  return {
    attributes: mergeAttributes(profile.attributes, event, document),
    seen: {
      ...profile.seen,
      [event.type]: mergeSeen(profile.seen[event.type], event, windowed.has(event.type)),
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

function mergeSeen(seen: Seen | undefined, { at }: Occurrence, windowed: boolean): Seen {
  const merged = seen
    ? {
        count: seen.count + 1,
        first: at < seen.first ? at : seen.first,
        last: at > seen.last ? at : seen.last,
      }
    : { count: 1, first: at, last: at };
  if (!windowed) return merged;
  const recent = [...(seen?.recent ?? []), at].sort().reverse().slice(0, recentLimit);
  return { ...merged, recent };
}

/** Event types whose occurrences inside a window some fact counts; only for these are instants kept. */
export function windowedEvents(facts: Iterable<FactsDocument>): Set<string> {
  const events = new Set<string>();
  for (const document of facts)
    for (const { source } of document.facts)
      if (source.kind === 'count' && source.within) events.add(source.event);
  return events;
}
