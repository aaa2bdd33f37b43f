import { contentOf, togetherAtMost } from '@baton/functions/library/versions.ts';
import type { BestPractice, DocumentKind, Library } from '@baton/rules/documents/index.ts';
import type { Json } from '@baton/rules/json.ts';
import { Refusal } from '../cli/failure.ts';
import type { LiveDocument } from './remote-host.ts';

export type Place = { kind: DocumentKind; id: string };
/** Entries of one group name each other, so they are sent together where they fit. */
export type Entry = Place & { document: Json; group: string };
/** What one publication changes. */
export type Portion = { documents: Entry[]; retire: Place[] };

/** `left`: they differ, and the designer manages what is live. */
export type Comparison = { send: Entry[]; unchanged: number; left: Place[]; gone: Place[] };

/** Kinds as they leave: whoever names something goes before it. */
const leaving: readonly DocumentKind[] = [
  'campaigns',
  'settings',
  'best-practice',
  'journeys',
  'handovers',
  'tables',
  'templates',
  'channels',
  'stages',
  'service-levels',
  'calendars',
  'facts',
  'events',
];

/** What of a folder differs from what is live, by the hash of the content. */
export function compare(library: Library, live: readonly LiveDocument[]): Comparison {
  const present = new Map(live.map((line) => [`${line.kind}/${line.id}`, line]));
  const comparison: Comparison = { send: [], unchanged: 0, left: [], gone: [] };
  for (const { kind, id, group } of inOrder(library)) {
    const known = present.get(`${kind}/${id}`);
    const { text, hash } = contentIn(library, kind, id);
    if (known?.hash === hash) comparison.unchanged++;
    else if (known?.managedBy === 'designer') comparison.left.push({ kind, id });
    else comparison.send.push({ kind, id, group, document: JSON.parse(text) });
  }
  for (const kind of leaving)
    for (const line of live)
      if (line.kind === kind && line.managedBy === 'code' && !library[kind].has(line.id))
        comparison.gone.push({ kind, id: line.id });
  return comparison;
}

function contentIn(library: Library, kind: DocumentKind, id: string) {
  const document = library[kind].get(id);
  if (!document) throw new Error(`${kind}/${id} is not in the library`);
  return contentOf(kind, document);
}

/**
 * All documents, so that what a document names comes before it or in its group: facts count events, which set facts; a
 * journey reads the events of the rules that lead into it, and comes after those that its steps enrol into.
 */
function* inOrder(library: Library): Generator<Place & { group: string }> {
  const alone = (kind: DocumentKind, id: string) => ({ kind, id, group: `${kind}/${id}` });
  const events = [...library.events.values()];
  for (const { id, sets = [] } of events) if (sets.length === 0) yield alone('events', id);
  for (const id of library.facts.keys()) yield { kind: 'facts', id, group: 'catalogues' };
  for (const { id, sets = [] } of events)
    if (sets.length > 0) yield { kind: 'events', id, group: 'catalogues' };
  for (const kind of [
    'calendars',
    'service-levels',
    'stages',
    'templates',
    'tables',
    'handovers',
    'settings',
    'channels',
  ] as const)
    for (const id of library[kind].keys()) yield alone(kind, id);
  const rules = [...library['best-practice'].values()];
  for (const id of enrolledFirst(library)) {
    yield alone('journeys', id);
    for (const rule of rules)
      if (journeyOf(rule) === id) yield { kind: 'best-practice', id: rule.id, group: `journeys/${id}` };
  }
  for (const rule of rules)
    if (!library.journeys.has(journeyOf(rule) ?? '')) yield alone('best-practice', rule.id);
  for (const id of library.campaigns.keys()) yield alone('campaigns', id);
}

/** Journeys that enrol into each other stand in no order that would help; they come as they are found. */
function enrolledFirst({ journeys }: Library): ReadonlySet<string> {
  const visited = new Set<string>();
  const ordered = new Set<string>();
  const visit = (id: string): void => {
    const journey = journeys.get(id);
    if (!journey || visited.has(id)) return;
    visited.add(id);
    for (const step of Object.values(journey.steps)) if (step.kind === 'enrol') visit(step.journey);
    ordered.add(id);
  };
  for (const id of journeys.keys()) visit(id);
  return ordered;
}

const journeyOf = ({ event }: BestPractice): string | undefined =>
  event.type === 'journey.enrol' ? event.params.journey : undefined;

/** Room for documents in a request, which may have 256 kB. */
const most = 200_000;
const mostAlone = 250_000;

/**
 * The publications that make the difference, in order. What fits into one is one, so that all of it changes together;
 * otherwise whatever is gone leaves last, when nothing sent before uses it any more.
 */
export function portionsOf(send: readonly Entry[], retire: readonly Place[]): Portion[] {
  const portions: Portion[] = [];
  let room = 0;
  const fits = (entries: readonly Entry[], { documents }: Portion) =>
    documents.length + entries.length <= togetherAtMost && sum(entries.map(sizeOf)) <= room;
  for (const group of groupsOf(send)) {
    for (const [index, entry] of group.entries()) {
      const last = portions.at(-1);
      // A group that is too large for any publication is cut where it must be.
      const wanted = index === 0 ? group : [entry];
      if (last && fits(wanted, last)) last.documents.push(entry);
      else {
        portions.push({ documents: [entry], retire: [] });
        room = most;
      }
      room -= sizeOf(entry);
    }
  }
  const [only] = portions;
  if (only && portions.length === 1 && only.documents.length + retire.length <= togetherAtMost) {
    only.retire.push(...retire);
    return portions;
  }
  for (let from = 0; from < retire.length; from += togetherAtMost)
    portions.push({ documents: [], retire: retire.slice(from, from + togetherAtMost) });
  return portions;
}

function groupsOf(entries: readonly Entry[]): Entry[][] {
  const groups: Entry[][] = [];
  for (const entry of entries)
    if (groups.at(-1)?.[0]?.group === entry.group) groups.at(-1)?.push(entry);
    else groups.push([entry]);
  return groups;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

function sizeOf({ kind, id, document }: Entry): number {
  const size = Buffer.byteLength(JSON.stringify({ kind, document })) + 1;
  if (size <= mostAlone) return size;
  throw new Refusal(
    `${kind}/${id}: it has ${Math.ceil(size / 1000)} kB, and ${mostAlone / 1000} kB can be sent; split the document`,
  );
}
