import { resolveReference } from '../conditions/path.ts';
import type { FactReference } from '../documents/common.ts';
import type { Source } from '../documents/facts.ts';
import type { FactsDocument } from '../documents/index.ts';
import type { Json, JsonObject } from '../json.ts';
import { parseDuration } from '../time/duration.ts';
import { changeOf, usualInterval } from './behaviour.ts';
import type { ContactProfile, Seen } from './contact-state.ts';
import { type Derived, derivedValue, isDerived, referencesOf } from './derived.ts';
import { occurrences } from './kept.ts';
import { sumOfDays, totalOf } from './tally.ts';

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
  const derived = new Map<string, { reference: FactReference; source: Derived }>();
  for (const document of catalogue) {
    const root: JsonObject = {};
    for (const fact of document.facts) {
      const { source, path } = fact;
      if (isDerived(source)) {
        derived.set(`${document.id} ${path}`, { reference: { fact: document.id, path }, source });
        continue;
      }
      const value = ownValue(path, source, profile, cycle, now);
      if (value !== undefined) place(root, path, value);
    }
    facts[document.id] = root;
  }
  deriveFacts(facts, derived);
  return facts;
}

/** Facts that follow from others, each after those that it follows from. One that follows from itself has no value. */
function deriveFacts(
  facts: Record<string, JsonObject>,
  derived: Map<string, { reference: FactReference; source: Derived }>,
): void {
  const settle = (name: string): void => {
    const entry = derived.get(name);
    if (!entry) return;
    derived.delete(name);
    const { reference, source } = entry;
    for (const { fact, path } of referencesOf(source)) settle(`${fact} ${path}`);
    const value = derivedValue(source, (other) => resolveReference(other, facts));
    const root = facts[reference.fact];
    if (root && value !== undefined) place(root, reference.path, value);
  };
  for (const name of [...derived.keys()]) settle(name);
}

function ownValue(
  path: string,
  source: Exclude<Source, Derived>,
  profile: ContactProfile,
  cycle: CycleState,
  now: string,
): Json | undefined {
  switch (source.kind) {
    case 'attribute':
      return profile.attributes[path]?.value;
    case 'count':
      return countOf(profile, source.event, source.within, now);
    case 'days-since':
      return daysBetween(profile.seen[source.event]?.last, now);
    case 'days-since-offer':
      return daysBetween(cycle.offers[source.set], now);
    case 'open-cases':
      return cycle.openCases;
    case 'stage':
      return (path.endsWith('overlay') ? cycle.overlay : cycle.stage) ?? undefined;
    case 'days-in-stage':
      return daysBetween(cycle.stageSince ?? undefined, now);
    case 'milestones':
      return Object.keys(cycle.milestones).sort();
    case 'owner-team':
      return cycle.owner?.team;
    case 'sum':
      return sumOf(profile.seen[source.event], source, now);
    case 'usual-interval':
      return usualInterval(profile.seen[source.event]?.recent ?? []);
    case 'change':
      return changeOf(profile.seen[source.event], source, now);
    case 'figure':
      return source.value;
  }
}

function countOf(profile: ContactProfile, event: string, within: string | undefined, now: string): number {
  const seen = profile.seen[event];
  if (!seen) return 0;
  if (!within) return seen.count;
  const since = Date.parse(now) - parseDuration(within);
  return (seen.recent ?? []).filter((at) => Date.parse(at) >= since).length;
}

/** Nothing where nothing happened; absent where something did whose amounts nobody told or kept. */
function sumOf(
  seen: Seen | undefined,
  { field = occurrences, days }: Extract<Source, { kind: 'sum' }>,
  now: string,
): number | undefined {
  const tally = seen?.sums?.[field];
  if (seen && !tally) return undefined;
  return days === undefined ? totalOf(tally) : sumOfDays(tally, now, days);
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
