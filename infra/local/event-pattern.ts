import { BlockList, isIP } from 'node:net';
import { Rejected } from '@baton/functions/ports.ts';
import type { Json, JsonObject } from '@baton/rules/json.ts';

/*
 * EventBridge's pattern language, as the service and its open-source matcher read it
 * (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html).
 *
 * 1. An event is a set of fields: path, value, and its place in every array around it. Dots in names join like nesting.
 * 2. A pattern is a set of alternatives (`$or`), each a set of paths with a list of tests; one test per path suffices.
 * 3. All paths of an alternative must be met by fields that do not stand in two elements of one array.
 * 4. Only values have a presence: an object, an empty object or an empty list is absent.
 */

type Value = string | number | boolean | null;
type Test = (value: Value) => boolean;
/** A test of presence, or of absence, beside those of the value. */
type Leaf = { path: string; tests: readonly Test[]; orAbsent: boolean };
type Place = readonly { array: number; element: number }[];
type Field = { value: Value; place: Place };

/** The fields of one event, so that several patterns can be tried without taking it apart again. */
export type Fields = ReadonlyMap<string, readonly Field[]>;
export type Pattern = (fields: Fields) => boolean;

const greatestAlternatives = 1_000;
const greatestWildcards = 5;

/** Whether an event matches; throws `Rejected` for a pattern that EventBridge would refuse. */
export function matchPattern(pattern: Json, event: JsonObject): boolean {
  return parsePattern(pattern)(fieldsOf(event));
}

/** Reads a pattern once; throws `Rejected` with the place and the reason where EventBridge would refuse it. */
export function parsePattern(pattern: Json): Pattern {
  if (!isObject(pattern)) throw invalid('', 'a pattern is an object');
  const alternatives = parseObject(pattern, '').map((leaves) =>
    leaves.toSorted((a, b) => Number(a.orAbsent) - Number(b.orAbsent)),
  );
  return (fields) => alternatives.some((leaves) => meets(leaves, 0, [], fields));
}

/** Takes an event apart. */
export function fieldsOf(event: JsonObject): Fields {
  const fields = new Map<string, Field[]>();
  let arrays = 0;

  function visit(path: string, value: Json, place: Place): void {
    if (Array.isArray(value)) {
      const array = arrays++;
      value.forEach((inner, element) => {
        visit(path, inner, [...place, { array, element }]);
      });
    } else if (isObject(value)) {
      for (const name of Object.keys(value)) visit(join(path, name), value[name] ?? null, place);
    } else {
      const known = fields.get(path);
      if (known) known.push({ value, place });
      else fields.set(path, [{ value, place }]);
    }
  }

  visit('', event, []);
  return fields;
}

function meets(leaves: readonly Leaf[], position: number, place: Place, fields: Fields): boolean {
  const leaf = leaves[position];
  if (!leaf) return true;
  let present = false;
  for (const field of fields.get(leaf.path) ?? []) {
    const joined = consistent(place, field.place);
    if (!joined) continue;
    present = true;
    if (leaf.tests.some((test) => test(field.value)) && meets(leaves, position + 1, joined, fields))
      return true;
  }
  return leaf.orAbsent && !present && meets(leaves, position + 1, place, fields);
}

/** Both places together, or nothing where they stand in two elements of one array. */
function consistent(place: Place, other: Place): Place | undefined {
  if (other.length === 0) return place;
  if (place.length === 0) return other;
  const joined = [...place];
  for (const { array, element } of other) {
    const same = place.find((known) => known.array === array);
    if (!same) joined.push({ array, element });
    else if (same.element !== element) return undefined;
  }
  return joined;
}

function parseObject(pattern: JsonObject, path: string): Leaf[][] {
  let alternatives: Leaf[][] = [[]];
  for (const [name, part] of Object.entries(pattern)) {
    const parsed = name === '$or' ? parseOr(part, path) : parseName(part, join(path, name));
    if (alternatives.length * parsed.length > greatestAlternatives)
      throw invalid(path, 'too many combinations of $or');
    alternatives = alternatives.flatMap((left) => parsed.map((right) => together(left, right)));
  }
  return alternatives;
}

function parseName(part: Json, path: string): Leaf[][] {
  if (Array.isArray(part)) return [[parseLeaf(part, path)]];
  if (!isObject(part)) throw invalid(path, 'must be an object or an array');
  if (Object.keys(part).length === 0) throw invalid(path, 'empty objects are not allowed');
  return parseObject(part, path);
}

const reserved = new Set([
  'exactly',
  'prefix',
  'suffix',
  'anything-but',
  'numeric',
  'exists',
  'cidr',
  'wildcard',
  'equals-ignore-case',
]);

function parseOr(part: Json, path: string): Leaf[][] {
  if (!Array.isArray(part)) throw invalid(path, '$or must be an array');
  if (part.length < 2) throw invalid(path, '$or needs at least two objects');
  return part.flatMap((choice) => {
    if (!isObject(choice) || Object.keys(choice).length === 0) throw invalid(path, '$or takes objects only');
    const operator = Object.keys(choice).find((name) => reserved.has(name));
    if (operator) throw invalid(path, `${operator} cannot be a name inside $or`);
    return parseObject(choice, path);
  });
}

function together(left: Leaf[], right: Leaf[]): Leaf[] {
  const twice = right.find(({ path }) => left.some((leaf) => leaf.path === path));
  if (twice) throw invalid(twice.path, 'stands in the pattern more than once');
  return [...left, ...right];
}

function parseLeaf(choices: Json[], path: string): Leaf {
  if (choices.length === 0) throw invalid(path, 'empty arrays are not allowed');
  const tests: Test[] = [];
  let orAbsent = false;
  for (const choice of choices) {
    if (isObject(choice) && choice.exists === false && Object.keys(choice).length === 1) orAbsent = true;
    else tests.push(parseTest(choice, path));
  }
  return { path, tests, orAbsent };
}

function parseTest(choice: Json, path: string): Test {
  if (Array.isArray(choice)) throw invalid(path, 'a list inside a list');
  if (!isObject(choice)) return equal(scalar(choice, path));
  const [operator, operand] = onlyEntry(choice, path);
  const parse = own(operators, operator);
  if (!parse) throw invalid(path, `unrecognized match type ${operator}`);
  return parse(operand, path);
}

const operators: Record<string, (operand: Json, path: string) => Test> = {
  exactly: (operand, path) => equal(text(operand, 'exactly', path)),
  prefix: (operand, path) => affix('prefix', operand, path),
  suffix: (operand, path) => affix('suffix', operand, path),
  'equals-ignore-case': (operand, path) => equalIgnoringCase(text(operand, 'equals-ignore-case', path)),
  'anything-but': anythingBut,
  numeric,
  exists: (operand, path) => {
    if (typeof operand !== 'boolean') throw invalid(path, 'exists must be either true or false');
    return () => true;
  },
  cidr: (operand, path) => cidr(text(operand, 'cidr', path), path),
  wildcard: (operand, path) => wildcard(text(operand, 'wildcard', path), path),
};

function equal(expected: Value): Test {
  return (value) => value === expected;
}

function onText(test: (text: string) => boolean): Test {
  return (value) => typeof value === 'string' && test(value);
}

function equalIgnoringCase(expected: string): Test {
  const folded = fold(expected);
  return onText((value) => fold(value) === folded);
}

function fold(value: string): string {
  return value.toUpperCase().toLowerCase();
}

function affix(operator: 'prefix' | 'suffix', operand: Json, path: string): Test {
  const has = (value: string, part: string) =>
    operator === 'prefix' ? value.startsWith(part) : value.endsWith(part);
  if (!isObject(operand)) {
    const part = text(operand, operator, path);
    return onText((value) => has(value, part));
  }
  const [name, inner] = onlyEntry(operand, path);
  if (name !== 'equals-ignore-case') throw invalid(path, `unsupported ${operator} pattern ${name}`);
  const folded = fold(text(inner, name, path));
  return onText((value) => has(fold(value), folded));
}

function anythingBut(operand: Json, path: string): Test {
  if (isObject(operand)) return anythingButOperator(operand, path);
  const excluded = Array.isArray(operand) ? operand : [operand];
  const types = new Set(excluded.map((value) => typeof value));
  if (types.size !== 1 || !(types.has('string') || types.has('number'))) {
    throw invalid(path, 'anything-but takes text or numbers, not both');
  }
  const tests = excluded.map((value) => equal(scalar(value, path)));
  return (value) => !tests.some((test) => test(value));
}

function anythingButOperator(operand: JsonObject, path: string): Test {
  const [operator, inner] = onlyEntry(operand, path);
  const parse = own(operators, operator);
  if (!parse || !['prefix', 'suffix', 'equals-ignore-case', 'wildcard'].includes(operator)) {
    throw invalid(path, `unsupported anything-but pattern ${operator}`);
  }
  const parts = Array.isArray(inner) ? inner : [inner];
  if (parts.length === 0) throw invalid(path, 'empty arrays are not allowed');
  const tests = parts.map((part) => {
    const excluded = text(part, operator, path);
    if (excluded === '' && operator.endsWith('fix'))
      throw invalid(path, `anything-but with an empty ${operator}`);
    return parse(excluded, path);
  });
  return (value) => !tests.some((test) => test(value));
}

const comparisons: Record<string, (value: number, bound: number) => boolean> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

function numeric(operand: Json, path: string): Test {
  if (!Array.isArray(operand)) throw invalid(path, 'numeric must be an array');
  const [first, lower, second, upper] = operand;
  const left = comparison(first, lower, path);
  if (operand.length <= 2) return left.test;
  if (operand.length !== 4 || !left.operator.startsWith('>'))
    throw invalid(path, 'too many elements in numeric');
  const right = comparison(second, upper, path);
  if (!right.operator.startsWith('<')) throw invalid(path, `bad numeric range operator ${right.operator}`);
  if (left.bound >= right.bound) throw invalid(path, 'bottom must be less than top');
  return (value) => left.test(value) && right.test(value);
}

function comparison(operator: Json | undefined, bound: Json | undefined, path: string) {
  const compare = typeof operator === 'string' ? own(comparisons, operator) : undefined;
  if (typeof operator !== 'string' || !compare)
    throw invalid(path, `unrecognized numeric operator ${operator}`);
  if (typeof bound !== 'number' || !Number.isFinite(bound))
    throw invalid(path, `value of ${operator} must be numeric`);
  const test: Test = (value) => typeof value === 'number' && compare(value, bound);
  return { operator, bound, test };
}

function cidr(range: string, path: string): Test {
  const [address = '', bits = '', ...rest] = range.split('/');
  if (rest.length > 0 || !range.includes('/')) throw invalid(path, "malformed CIDR, one '/' required");
  if (!/^\d+$/.test(bits)) throw invalid(path, 'malformed CIDR, mask bits must be an integer');
  const version = isIP(address);
  if (version === 0) throw invalid(path, `nonstandard IP address ${address}`);
  if (Number(bits) >= (version === 4 ? 32 : 128)) throw invalid(path, 'malformed CIDR, too many mask bits');

  const block = new BlockList();
  const family = version === 4 ? 'ipv4' : 'ipv6';
  block.addSubnet(address, Number(bits), family);
  return onText((value) => isIP(value) === version && block.check(value, family));
}

/** `*` stands for any text; `\*` and `\\` for themselves. */
function wildcard(pattern: string, path: string): Test {
  const parts = [''];
  for (let at = 0; at < pattern.length; at++) {
    let sign = pattern.charAt(at);
    if (sign === '*') {
      if (pattern[at + 1] === '*') throw invalid(path, `consecutive wildcard characters at ${at + 1}`);
      parts.push('');
      continue;
    }
    if (sign === '\\') {
      sign = pattern.charAt(++at);
      if (sign !== '*' && sign !== '\\') throw invalid(path, `invalid escape in wildcard at ${at - 1}`);
    }
    parts[parts.length - 1] += sign;
  }
  if (parts.length - 1 > greatestWildcards) throw invalid(path, 'too complex: use fewer wildcard characters');
  return onText((value) => matchesParts(value, parts));
}

/** First and last part are anchored; those between are taken at the first place where they fit, which is enough. */
function matchesParts(value: string, parts: readonly string[]): boolean {
  const [first = '', ...rest] = parts;
  const last = rest.pop();
  if (last === undefined) return value === first;
  if (!value.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = value.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return value.length - last.length >= at && value.endsWith(last);
}

function onlyEntry(value: JsonObject, path: string): [string, Json] {
  const [entry, ...rest] = Object.entries(value);
  if (!entry || rest.length > 0) throw invalid(path, 'one key is allowed in a match expression');
  return entry;
}

function scalar(value: Json, path: string): Value {
  if (typeof value === 'number' && !Number.isFinite(value))
    throw invalid(path, 'the number is too large to compare');
  if (typeof value === 'object' && value !== null)
    throw invalid(path, 'text, a number, true, false or null expected');
  return value;
}

function text(value: Json, operator: string, path: string): string {
  if (typeof value !== 'string') throw invalid(path, `${operator} match pattern must be a string`);
  return value;
}

function own<T>(register: Record<string, T>, name: string): T | undefined {
  return Object.hasOwn(register, name) ? register[name] : undefined;
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(path: string, reason: string): Rejected {
  return new Rejected(`event pattern is not valid${path && ` at ${path}`}: ${reason}`);
}
