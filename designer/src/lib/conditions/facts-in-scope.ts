import { scopeOf, type ValueType } from '@baton/rules/check/scope.ts';
import type { FactReference } from '@baton/rules/documents/common.ts';
import type { Library } from '@baton/rules/documents/index.ts';
import { sayName } from '../words/values.ts';

/** A fact that a condition may ask about, as people know it. `group`: where it comes from. */
export type FactInScope = FactReference & {
  label: string;
  group: string;
  type: ValueType;
  unit?: string;
  values?: readonly string[];
  min?: number;
  max?: number;
  /** Only some of the events that lead here carry it. */
  sometimes?: boolean;
};

export type FactScope = {
  all: readonly FactInScope[];
  find(reference: FactReference): FactInScope | undefined;
};

export const keyOf = ({ fact, path }: FactReference): string => `${fact} ${path}`;

/**
 * What a condition at one place may ask: everything of the catalogue, and the payload of the events that lead there.
 * `allow` leaves out what that place must not read.
 */
export function factsInScope(
  library: Library,
  { events = [], answers = [] }: { events?: readonly string[]; answers?: readonly string[] } = {},
  allow: (reference: FactReference) => boolean = () => true,
): FactScope {
  const known = scopeOf(library, { events, answers });
  const words = new Map(catalogueWords(library));
  const taken = new Set([...words.values()].map(({ label }) => label));
  for (const [key, said] of [
    ...payloadWords(library, 'event', events),
    ...payloadWords(library, 'answer', answers),
  ])
    words.set(key, taken.has(said.label) ? { ...said, label: `${said.label} (${said.group})` } : said);
  words.set('clock $.now', { label: 'Now', group: 'the moment of deciding' });

  const all = [...known.names()].flatMap((name): FactInScope[] => {
    const [fact = '', path = ''] = name.split(' ');
    const found = known.find({ fact, path });
    const said = words.get(name) ?? { label: sayName(path.slice(2)), group: sayName(fact) };
    return found && allow({ fact, path }) ? [{ fact, path, ...said, ...found }] : [];
  });
  const byKey = new Map(all.map((one) => [keyOf(one), one]));
  return { all, find: (reference) => byKey.get(keyOf(reference)) };
}

export const noFacts: FactScope = { all: [], find: () => undefined };

type Words = { label: string; group: string; unit?: string };

function* catalogueWords(library: Library): Generator<[string, Words]> {
  for (const [fact, { title, facts }] of library.facts)
    for (const { path, label, unit } of facts)
      yield [`${fact} ${path}`, { label, group: title, ...(unit ? { unit } : {}) }];
}

const groups = { event: 'the event', answer: 'the answer' };

function* payloadWords(
  library: Library,
  root: 'event' | 'answer',
  types: readonly string[],
): Generator<[string, Words]> {
  const group = groups[root];
  for (const type of types)
    for (const [name, { label, unit }] of Object.entries(library.events.get(type)?.payload ?? {}))
      yield [`${root} $.${name}`, { label: label ?? sayName(name), group, ...(unit ? { unit } : {}) }];
  yield [`${root} $.type`, { label: `Type of ${group}`, group }];
  yield [`${root} $.at`, { label: `Time of ${group}`, group }];
}

/** How a fact is called where it is no longer in the catalogue. */
export function labelOf(reference: FactReference, scope: FactScope): string {
  return scope.find(reference)?.label ?? sayName(reference.path.split('.').at(-1) ?? reference.path);
}
