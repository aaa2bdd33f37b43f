import type { FactReference } from '../documents/common.ts';
import type { EventDocument, PayloadField } from '../documents/event.ts';
import type { Fact } from '../documents/facts.ts';
import type { Library } from '../documents/index.ts';

export type ValueType = Fact['type'];

/** What is known of a fact before any contact is looked at. `sometimes`: only some of the events carry it. */
export type KnownFact = {
  type: ValueType;
  values?: readonly string[];
  min?: number;
  max?: number;
  sometimes?: boolean;
};

/** The facts that a condition at one place of the library can read. */
export type Scope = {
  find(reference: FactReference): KnownFact | undefined;
  /** All references of a root as texts "contact $.tier", to suggest what was meant. */
  names(): Iterable<string>;
};

/** Roots that Baton fills itself; no facts document may take their names. */
export const reservedRoots = ['event', 'answer', 'clock'];

/**
 * `events`: types whose payload is root `event`; `answers`: those that root `answer` may be, in journeys. Both carry
 * `$.type` and `$.at` besides their payload.
 */
export function scopeOf(
  library: Library,
  { events = [], answers = [] }: { events?: readonly string[]; answers?: readonly string[] } = {},
): Scope {
  const facts = new Map<string, KnownFact>();
  for (const [root, document] of library.facts)
    for (const fact of document.facts) facts.set(`${root} ${fact.path}`, knownFact(fact));
  addPayloads(facts, 'event', documentsOf(library, events));
  addPayloads(facts, 'answer', documentsOf(library, answers));
  facts.set('clock $.now', { type: 'date' });

  return {
    find: ({ fact, path }) => facts.get(`${fact} ${path}`),
    names: () => facts.keys(),
  };
}

function documentsOf(library: Library, types: readonly string[]): EventDocument[] {
  return types.map((type) => library.events.get(type)).filter((document) => document !== undefined);
}

function addPayloads(facts: Map<string, KnownFact>, root: string, events: readonly EventDocument[]): void {
  if (events.length === 0) return;
  facts.set(`${root} $.type`, { type: 'text' });
  facts.set(`${root} $.at`, { type: 'date' });
  for (const { payload } of events) {
    for (const [name, field] of Object.entries(payload)) {
      const key = `${root} $.${name}`;
      const sometimes = events.some((other) => !Object.hasOwn(other.payload, name));
      const known = facts.get(key);
      facts.set(key, { ...(known ? widened(known, knownFact(field)) : knownFact(field)), sometimes });
    }
  }
}

function knownFact(fact: Fact | PayloadField): KnownFact {
  const known: KnownFact = { type: fact.type };
  if ('values' in fact) known.values = fact.values;
  if ('min' in fact) known.min = fact.min;
  if ('max' in fact) known.max = fact.max;
  return known;
}

/** What one payload value can be when it comes from either of two events. */
function widened(a: KnownFact, b: KnownFact): KnownFact {
  if (a.type !== b.type) return { type: 'text' };
  const known: KnownFact = { type: a.type };
  if (a.values && b.values) known.values = [...new Set([...a.values, ...b.values])];
  if (a.min !== undefined && b.min !== undefined) known.min = Math.min(a.min, b.min);
  if (a.max !== undefined && b.max !== undefined) known.max = Math.max(a.max, b.max);
  return known;
}
