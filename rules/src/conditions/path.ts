import { type FactReference, forbiddenNames } from '../documents/common.ts';
import type { Json, JsonObject } from '../json.ts';

/** Facts by root: `contact`, `cycle`, `history`, `event`, `answer`, and `clock` with the instant `now`. */
export type Facts = Readonly<Record<string, JsonObject>>;

const grammar = /^\$(\.[A-Za-z_][A-Za-z0-9_]*){1,8}$/;

/**
 * Reads `$.a.b` by own properties of plain objects only. Lists are values, not steps; anything outside the grammar
 * reads as absent, because a richer path language can run code and this function also serves what got past the checks.
 */
export function resolvePath(value: unknown, path: unknown): Json | undefined {
  const names = namesIn(path);
  return names && follow(value, names);
}

/** Paths come from documents, so there are few; a document that is made anew again and again must not fill the memory. */
const read = new Map<string, readonly string[]>();
const pathsKept = 5_000;

/** The names that a path leads through; `undefined` for what is no path or names what no path may name. */
export function namesIn(path: unknown): readonly string[] | undefined {
  if (typeof path !== 'string' || path.length > 200) return undefined;
  const known = read.get(path);
  if (known) return known;
  const names = namesAfresh(path);
  if (!names) return undefined;
  if (read.size >= pathsKept) read.clear();
  read.set(path, names);
  return names;
}

function namesAfresh(path: string): readonly string[] | undefined {
  if (!grammar.test(path)) return undefined;
  const names = path.split('.').slice(1);
  return names.some((name) => forbiddenNames.includes(name)) ? undefined : names;
}

/** What stands at the end of the names. */
export function follow(value: unknown, names: readonly string[]): Json | undefined {
  let found = value;
  for (const name of names) {
    if (!isObject(found) || !Object.hasOwn(found, name)) return undefined;
    found = found[name];
  }
  return isJson(found) ? found : undefined;
}

/** The value a reference names, or `undefined` where any part of the way is absent. */
export function resolveReference(reference: FactReference, facts: Facts): Json | undefined {
  return resolvePath(factRoot(facts, reference.fact), reference.path);
}

/** One root of the facts. A root that is not an object is as good as absent: json-rules-engine would ignore the path. */
export function factRoot(facts: Facts, root: string): JsonObject | undefined {
  const value: unknown = Object.hasOwn(facts, root) ? facts[root] : undefined;
  return isObject(value) ? value : undefined;
}

/** Absent and `null` are the same to a decision: nobody knows the value. */
export function isAbsent(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isJson(value: unknown): value is Json {
  const type = typeof value;
  return type === 'string' || type === 'number' || type === 'boolean' || type === 'object';
}

/** The references, each once, in order of first mention. */
export function distinct(references: readonly FactReference[]): FactReference[] {
  return [
    ...new Map(references.map((reference) => [`${reference.fact} ${reference.path}`, reference])).values(),
  ];
}

/** Facts from values written by hand, as in a document's tests: roots that are not objects are left out. */
export function factsFrom(values: Readonly<Record<string, Json>>): Facts {
  const facts: Record<string, JsonObject> = {};
  for (const [root, value] of Object.entries(values)) if (isObject(value)) facts[root] = value;
  return facts;
}

/** The facts with one of them another, or unknown. */
export function withFact(facts: Facts, { fact, path }: FactReference, value: Json | undefined): Facts {
  return { ...facts, [fact]: put(factRoot(facts, fact) ?? {}, path.split('.').slice(1), value) };
}

function put(into: JsonObject, [name, ...rest]: readonly string[], value: Json | undefined): JsonObject {
  if (name === undefined) return into;
  if (rest.length === 0) {
    const { [name]: _, ...others } = into;
    return value === undefined ? others : { ...others, [name]: value };
  }
  const below = Object.hasOwn(into, name) ? into[name] : undefined;
  const inner = typeof below === 'object' && below !== null && !Array.isArray(below) ? below : {};
  return { ...into, [name]: put(inner, rest, value) };
}
