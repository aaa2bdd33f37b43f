import type { Fact } from '../documents/facts.ts';
import type { FactsDocument } from '../documents/index.ts';

/** What is kept of an event type's single occurrences; `days`: by payload field, how many days of its sums. */
export type KeptOfEvent = { recent: boolean; days: ReadonlyMap<string, number> };

/** By event type. What no fact asks for is not kept: the head of a contact is read at each of its events. */
export type Kept = ReadonlyMap<string, KeptOfEvent>;

/** Name of the sum that counts occurrences; no payload field can have it. */
export const occurrences = '#';

/** What the facts of a catalogue need of single occurrences. */
export function keptFor(facts: Iterable<FactsDocument>): Kept {
  const kept = new Map<string, { recent: boolean; days: Map<string, number> }>();
  for (const document of facts)
    for (const { source } of document.facts) {
      if (!('event' in source)) continue;
      const need = needOf(source);
      if (!need) continue;
      const present = kept.get(source.event) ?? { recent: false, days: new Map<string, number>() };
      if (need.kind === 'recent') present.recent = true;
      else present.days.set(need.field, Math.max(present.days.get(need.field) ?? 0, need.days));
      kept.set(source.event, present);
    }
  return kept;
}

/** The same text for what is the same, whatever the order of the catalogue. */
export function describeKept(kept: Kept): string {
  const entries = [...kept].map(
    ([event, { recent, days }]) => [event, recent, [...days].sort(byName)] as const,
  );
  return JSON.stringify(entries.sort(byName));
}

const byName = ([a]: readonly [string, ...unknown[]], [b]: readonly [string, ...unknown[]]): number =>
  a < b ? -1 : a > b ? 1 : 0;

type Need = { kind: 'recent' } | { kind: 'sum'; field: string; days: number };

function needOf(source: Extract<Fact['source'], { event: string }>): Need | undefined {
  switch (source.kind) {
    case 'count':
      return source.within ? { kind: 'recent' } : undefined;
    case 'usual-interval':
      return { kind: 'recent' };
    case 'sum':
      return { kind: 'sum', field: source.field ?? occurrences, days: source.days ?? 0 };
    case 'change':
      return { kind: 'sum', field: source.field ?? occurrences, days: source.days + source.before };
    case 'days-since':
      return undefined;
  }
}
