import { resolveReference } from '../conditions/path.ts';
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
  /** Who leads the owner's team. */
  lead?: string | undefined;
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
  const { roots, own, derived } = planFor([...catalogue]);
  const facts: Record<string, JsonObject> = { clock: { now } };
  for (const root of roots) facts[root] = {};
  for (const { root, path, names, source } of own) {
    const value = ownValue(path, source, profile, cycle, now);
    if (value !== undefined) placeAt(facts[root], names, value);
  }
  for (const { root, names, source } of derived) {
    const value = derivedValue(source, (other) => resolveReference(other, facts));
    if (value !== undefined) placeAt(facts[root], names, value);
  }
  return facts;
}

type Entry<S> = { root: string; path: string; names: readonly string[]; source: S };
type Plan = {
  documents: readonly FactsDocument[];
  roots: readonly string[];
  own: readonly Entry<Exclude<Source, Derived>>[];
  /** Each after those that it follows from. */
  derived: readonly Entry<Derived>[];
};

const plans = new WeakMap<FactsDocument, Plan>();

/** What can be said of a catalogue once and for all contacts; documents are never changed in place. */
function planFor(documents: readonly FactsDocument[]): Plan {
  const [first] = documents;
  const known = first && plans.get(first);
  if (known && sameDocuments(known.documents, documents)) return known;
  const plan = planAfresh(documents);
  if (first) plans.set(first, plan);
  return plan;
}

const sameDocuments = (a: readonly FactsDocument[], b: readonly FactsDocument[]): boolean =>
  a.length === b.length && a.every((document, at) => document === b[at]);

function planAfresh(documents: readonly FactsDocument[]): Plan {
  const own: Entry<Exclude<Source, Derived>>[] = [];
  const derived = new Map<string, Entry<Derived>>();
  for (const { id: root, facts } of documents)
    for (const { path, source } of facts) {
      const names = namesOf(path);
      if (isDerived(source)) derived.set(`${root} ${path}`, { root, path, names, source });
      else own.push({ root, path, names, source });
    }
  return { documents, roots: documents.map(({ id }) => id), own, derived: inOrder(derived) };
}

/** Facts that follow from others, each after those that it follows from. One that follows from itself has no value. */
function inOrder(derived: Map<string, Entry<Derived>>): Entry<Derived>[] {
  const order: Entry<Derived>[] = [];
  const settle = (name: string): void => {
    const entry = derived.get(name);
    if (!entry) return;
    derived.delete(name);
    for (const { fact, path } of referencesOf(entry.source)) settle(`${fact} ${path}`);
    order.push(entry);
  };
  for (const name of [...derived.keys()]) settle(name);
  return order;
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
    case 'owner-person':
      return cycle.owner?.person;
    case 'team-lead':
      return cycle.lead;
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
export const place = (root: JsonObject, path: string, value: Json): void =>
  placeAt(root, namesOf(path), value);

const namesOf = (path: string): readonly string[] => path.slice(2).split('.');

function placeAt(root: JsonObject | undefined, names: readonly string[], value: Json): void {
  let target = root;
  for (const [at, name] of names.entries()) {
    if (!target) return;
    if (at === names.length - 1) {
      target[name] = value;
      return;
    }
    const child: Json | undefined = target[name];
    const next: JsonObject = child && typeof child === 'object' && !Array.isArray(child) ? child : {};
    target[name] = next;
    target = next;
  }
}
