import type { Fact } from '../documents/facts.ts';
import type { FactsDocument } from '../documents/index.ts';
import type { Json, JsonObject } from '../json.ts';
import { parseDuration } from '../time/duration.ts';
import type { ContactProfile } from './contact-state.ts';

/** The contact's place in the cycle, as facts are computed from it. */
export type CycleState = {
  stage: string | null;
  stageSince: string | null;
  overlay: string | null;
  owner: { team: string; person?: string } | null;
  milestones: Record<string, string>;
  openCases: number;
  /** Last time an offer of a decision table was presented. */
  offers: Record<string, string>;
};

const dayInMs = 86_400_000;

/**
 * All facts about a contact at `now`, by root as the catalogue groups them. A fact without a value is absent, never
 * null: absence is what the conditions call unknown.
 */
export function factsAbout(
  profile: ContactProfile,
  cycle: CycleState,
  catalogue: Iterable<FactsDocument>,
  now: string,
): Record<string, JsonObject> {
  const facts: Record<string, JsonObject> = { clock: { now } };
  for (const document of catalogue) {
    const root: JsonObject = {};
    for (const fact of document.facts) {
      const value = factValue(fact, profile, cycle, now);
      if (value !== undefined) place(root, fact.path, value);
    }
    facts[document.id] = root;
  }
  return facts;
}

function factValue(fact: Fact, profile: ContactProfile, cycle: CycleState, now: string): Json | undefined {
  const { source } = fact;
  switch (source.kind) {
    case 'attribute':
      return profile.attributes[fact.path]?.value;
    case 'count':
      return countOf(profile, source.event, source.within, now);
    case 'days-since':
      return daysBetween(profile.seen[source.event]?.last, now);
    case 'days-since-offer':
      return daysBetween(cycle.offers[source.set], now);
    case 'open-cases':
      return cycle.openCases;
    case 'stage':
      return (fact.path.endsWith('overlay') ? cycle.overlay : cycle.stage) ?? undefined;
    case 'days-in-stage':
      return daysBetween(cycle.stageSince ?? undefined, now);
    case 'milestones':
      return Object.keys(cycle.milestones).sort();
    case 'owner-team':
      return cycle.owner?.team;
  }
}

function countOf(profile: ContactProfile, event: string, within: string | undefined, now: string): number {
  const seen = profile.seen[event];
  if (!seen) return 0;
  if (!within) return seen.count;
  const since = Date.parse(now) - parseDuration(within);
  return (seen.recent ?? []).filter((at) => Date.parse(at) >= since).length;
}

/** Whole days between two instants; absent when the first one is. */
function daysBetween(from: string | undefined, to: string): number | undefined {
  if (from === undefined) return undefined;
  return Math.max(0, Math.floor((Date.parse(to) - Date.parse(from)) / dayInMs));
}

/** Puts a value at `$.a.b`, making the objects in between. */
export function place(root: JsonObject, path: string, value: Json): void {
  const names = path.slice(2).split('.');
  const last = names.pop();
  if (last === undefined) return;
  let target = root;
  for (const name of names) {
    const child = target[name];
    const next: JsonObject = child && typeof child === 'object' && !Array.isArray(child) ? child : {};
    target[name] = next;
    target = next;
  }
  target[last] = value;
}
