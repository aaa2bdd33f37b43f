import type { Journey, Library } from '../documents/index.ts';
import type { JourneyTest } from '../documents/journey.ts';
import type { Json, JsonObject } from '../json.ts';
import { formatDuration } from '../time/duration.ts';
import { testStart } from './run-tests.ts';

/** What is known of a contact, and what happened to it, as they were recorded; `at` are instants. */
export type Recorded = {
  facts: Readonly<Record<string, JsonObject>>;
  events: readonly { at: string; type: string; data: JsonObject }[];
};

/**
 * What happened to a real contact, as a play that may stand in a document.
 *
 * 1. Of the facts only those come along that the journey reads, and what tells the contact's time and language.
 * 2. No text of a person stays: names, mailboxes, telephones and numbers of orders become "text-1", the same text always the
 *    same. A text stays where the journey itself or the catalogue names it, since then it is no secret and decides something.
 * 3. Instants are moved with the first event to the start of the play, so that spans between them stay.
 */
export function anonymous(
  { facts, events }: Recorded,
  journey: Journey,
  library: Library,
): Pick<JourneyTest, 'facts' | 'events'> {
  const [first] = events;
  const begun = Date.parse(first?.at ?? testStart);
  const read = whatIsRead(journey, library);
  const rewrite = rewriting(publicTexts(journey, library), Date.parse(testStart) - begun);
  return {
    facts: Object.fromEntries(
      Object.entries(facts).flatMap(([root, values]) => {
        const kept = onlyRead(values, '$', (path) => read.has(`${root} ${path}`) || always.has(path));
        return kept ? [[root, rewrite(kept)]] : [];
      }),
    ),
    events: events.map(({ at, type, data }) => ({
      at: formatDuration(Date.parse(at) - begun),
      type,
      data: Object.fromEntries(Object.entries(data).map(([name, value]) => [name, rewrite(value, name)])),
    })),
  };
}

const always = new Set(['$.timeZone', '$.language']);
const alwaysNamed = new Set(['timeZone', 'language', 'currency']);
const instant = /^\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:?\d\d)?)?$/;

/** References of the journey and of the tables it asks, as "root $.path". */
function whatIsRead(journey: Journey, library: Library): ReadonlySet<string> {
  const tables = Object.values(journey.steps).flatMap((step) => {
    if (step.kind === 'offer') return [step.table];
    if (step.kind === 'update')
      return typeof step.value === 'object' && 'table' in step.value ? [step.value.table] : [];
    if (step.kind !== 'case' || typeof step.priority === 'string') return [];
    return 'table' in step.priority ? [step.priority.table] : [];
  });
  const found = new Set<string>();
  const { tests: _, ...own } = journey;
  for (const document of [own, ...tables.map((id) => library.tables.get(id))])
    walk(document, (value) => {
      const [fact, path]: unknown[] = [Reflect.get(value, 'fact'), Reflect.get(value, 'path')];
      if (typeof fact === 'string' && typeof path === 'string') found.add(`${fact} ${path}`);
    });
  return found;
}

/** Texts that are public already: constants of the journey, and values that the catalogue lists. */
function publicTexts(journey: Journey, library: Library): ReadonlySet<string> {
  const texts = new Set<string>();
  const { tests: _, ...own } = journey;
  const add = (value: unknown) => {
    if (typeof value === 'string') texts.add(value);
    else if (Array.isArray(value)) value.forEach(add);
  };
  const constants = (value: object) => {
    add(Reflect.get(value, 'value'));
    add(Reflect.get(value, 'values'));
  };
  walk(own, constants);
  for (const document of [...library.facts.values(), ...library.events.values()])
    walk({ ...document, sample: undefined }, constants);
  for (const table of library.tables.values()) walk({ ...table, tests: undefined }, constants);
  return texts;
}

function walk(value: unknown, visit: (value: object) => void): void {
  if (typeof value !== 'object' || value === null) return;
  visit(value);
  for (const inner of Object.values(value)) walk(inner, visit);
}

function onlyRead(values: JsonObject, at: string, isRead: (path: string) => boolean): JsonObject | undefined {
  const kept = Object.entries(values).flatMap(([name, value]): [string, Json][] => {
    const path = `${at}.${name}`;
    if (isRead(path)) return [[name, value]];
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
    const inner = onlyRead(value, path, isRead);
    return inner ? [[name, inner]] : [];
  });
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}

/** Made once for a play, so that equal texts stay equal in it. */
function rewriting(known: ReadonlySet<string>, shift: number) {
  const numbers = new Map<string, number>();
  const rewrittenText = (text: string): string => {
    if (known.has(text)) return text;
    if (instant.test(text) && !Number.isNaN(Date.parse(text))) return moved(text, shift);
    const number = numbers.get(text) ?? numbers.size + 1;
    numbers.set(text, number);
    return `text-${number}`;
  };
  function rewrite(value: JsonObject, name?: string): JsonObject;
  function rewrite(value: Json, name?: string): Json;
  function rewrite(value: Json, name = ''): Json {
    if (typeof value === 'string') return alwaysNamed.has(name) ? value : rewrittenText(value);
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((entry) => rewrite(entry));
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, rewrite(inner, key)]));
  }
  return rewrite;
}

function moved(text: string, shift: number): string {
  const iso = new Date(Date.parse(text) + shift).toISOString();
  return text.includes('T') ? iso : iso.slice(0, 10);
}
