import type { Leaf, LeafValue, Root } from '../conditions/condition.ts';
import { parseInstant } from '../conditions/instant.ts';
import { leavesOf } from '../conditions/walk.ts';
import { Duration, type FactReference } from '../documents/common.ts';
import { didYouMean } from './nearest.ts';
import { type Problem, problem } from './problems.ts';
import type { KnownFact, Scope, ValueType } from './scope.ts';

/** Where a condition stands: its document as `<kind>/<id>` and the path inside it. */
export type Place = { document: string; path: string };

/** Checks every comparison of a condition against the facts it can read. */
export function checkCondition(root: Root, { document, path }: Place, scope: Scope): Problem[] {
  return [...leavesOf(root, path)].flatMap(({ leaf, at }) => checkLeaf(leaf, { document, path: at }, scope));
}

/** Checks one comparison: the fact exists, the operator fits its type, the value fits both. */
export function checkLeaf(leaf: Leaf, { document, path }: Place, scope: Scope): Problem[] {
  const missing = checkReference(leaf, { document, path: `${path}.path` }, scope);
  const known = scope.find(leaf);
  if (!known) return missing;

  const { meaning, onElements, base } = partsOf(leaf.operator);
  const problems: Problem[] = [];
  const compared = onElements ? elementOf(known) : known;
  const fitting = compared ? operatorsFor[compared.type] : [];
  if (!compared || !fitting.includes(base)) {
    const what = `${leaf.fact} ${leaf.path} is of type ${known.type}; "${leaf.operator}" does not compare that.`;
    const usable = operatorsFor[known.type];
    return [
      problem('operator-not-for-type', document, `${path}.operator`, what, `Use ${usable.join(', ')}.`),
    ];
  }
  if (meaning && base === 'isKnown')
    problems.push(
      problem('pointless-decorator', document, `${path}.operator`, `"${meaning}:" stands before "isKnown".`),
    );
  if (known.sometimes && !meaning && base !== 'isKnown')
    problems.push(
      problem(
        'sometimes-absent',
        document,
        `${path}.path`,
        `${leaf.fact} ${leaf.path} is not in every event that leads here.`,
      ),
    );
  return [...problems, ...checkValue(base, leaf.value, compared, { document, path: `${path}.value` }, scope)];
}

/** Checks that a referenced fact exists in this place. */
export function checkReference(reference: FactReference, { document, path }: Place, scope: Scope): Problem[] {
  if (scope.find(reference)) return [];
  const name = `${reference.fact} ${reference.path}`;
  return [
    problem(
      'unknown-fact',
      document,
      path,
      `Nothing is known as "${name}" here.${didYouMean(name, scope.names())}`,
    ),
  ];
}

const forAll = ['isKnown'];
const numeric = ['lessThan', 'lessThanInclusive', 'greaterThan', 'greaterThanInclusive', 'between'];
const equality = ['equal', 'notEqual', 'in', 'notIn'];

/** What compares a fact of each type, without the words that settle absence. */
export const operatorsFor: Record<ValueType, readonly string[]> = {
  number: [...equality, ...numeric, ...forAll],
  text: [...equality, 'textContains', 'textStartsWith', ...forAll],
  enum: [...equality, ...forAll],
  boolean: ['equal', 'notEqual', ...forAll],
  date: ['dateBefore', 'dateAfter', 'withinLast', ...forAll],
  list: ['contains', 'doesNotContain', ...forAll],
};

function partsOf(operator: string): { meaning?: string; onElements: boolean; base: string } {
  const parts = operator.split(':');
  const base = parts.pop() ?? '';
  return {
    meaning: parts.find((part) => part === 'known' || part === 'orUnknown'),
    onElements: parts.some((part) => part === 'someFact' || part === 'everyFact'),
    base,
  };
}

/** What one entry of a list is; only lists have entries. */
function elementOf(known: KnownFact): KnownFact | undefined {
  if (known.type !== 'list') return undefined;
  return known.values ? { type: 'enum', values: known.values } : { type: 'text' };
}

function checkValue(base: string, value: LeafValue, fact: KnownFact, place: Place, scope: Scope): Problem[] {
  const wrong = (wanted: string) => [
    problem(
      'value-not-for-operator',
      place.document,
      place.path,
      `"${base}" cannot use ${JSON.stringify(value)}.`,
      `Give ${wanted}.`,
    ),
  ];
  if (typeof value === 'object' && !Array.isArray(value))
    return checkReferredValue(base, value, fact, place, scope);
  switch (base) {
    case 'isKnown':
      return typeof value === 'boolean' ? [] : wrong('true or false');
    case 'withinLast':
      return Duration.safeParse(value).success ? [] : wrong('a span such as "P7D"');
    case 'dateBefore':
    case 'dateAfter':
      return parseInstant(value) !== undefined
        ? []
        : wrong('a day or an instant with its zone, or a reference to a date');
    case 'textContains':
    case 'textStartsWith':
      return typeof value === 'string' ? [] : wrong('a text');
    case 'in':
    case 'notIn':
      if (!Array.isArray(value)) return wrong(`a list of values of type ${fact.type}`);
      return value.flatMap((entry, index) =>
        checkScalar(base, entry, fact, { ...place, path: `${place.path}.${index}` }),
      );
    case 'between':
      return isRange(value)
        ? checkRange(value, fact, place)
        : wrong('[smallest, largest], two numbers in this order');
    default:
      return Array.isArray(value) ? wrong('a single value') : checkScalar(base, value, fact, place);
  }
}

function isRange(value: LeafValue): value is [number, number] {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [low, high] = value;
  return typeof low === 'number' && typeof high === 'number' && low <= high;
}

function checkRange(
  [low, high]: [number, number],
  { min = -Infinity, max = Infinity }: KnownFact,
  place: Place,
): Problem[] {
  if (low <= max && high >= min) return [];
  return [outside(place, `${low} to ${high} lies outside ${min} to ${max}.`)];
}

/** A value taken from another fact must be of the same type; for `in`, a list. */
function checkReferredValue(
  base: string,
  reference: FactReference,
  fact: KnownFact,
  place: Place,
  scope: Scope,
): Problem[] {
  const missing = checkReference(reference, place, scope);
  const other = scope.find(reference);
  if (!other) return missing;
  if (['isKnown', 'withinLast', 'between'].includes(base))
    return [
      problem(
        'value-not-for-operator',
        place.document,
        place.path,
        `"${base}" cannot use the value of another fact.`,
        'Write the value itself.',
      ),
    ];

  const wanted = base === 'in' || base === 'notIn' ? ['list'] : comparable(fact.type);
  if (wanted.includes(other.type)) return [];
  return [
    problem(
      'value-not-for-operator',
      place.document,
      place.path,
      `${reference.fact} ${reference.path} is of type ${other.type}.`,
      `Refer to a fact of type ${wanted.join(' or ')}.`,
    ),
  ];
}

function comparable(type: ValueType): ValueType[] {
  return type === 'text' || type === 'enum' || type === 'list' ? ['text', 'enum'] : [type];
}

/** Checks a literal against what a fact can be; `base` says what is done with it. */
export function checkScalar(
  base: string,
  value: string | number | boolean,
  fact: KnownFact,
  place: Place,
): Problem[] {
  const wanted = fact.type === 'number' || fact.type === 'boolean' ? fact.type : 'string';
  const listed = fact.type === 'list' && !fact.values;
  if (typeof value !== wanted && !listed)
    return [
      problem(
        'value-not-for-operator',
        place.document,
        place.path,
        `"${base}" on a fact of type ${fact.type} cannot use ${JSON.stringify(value)}.`,
        `Give a ${wanted === 'string' ? 'text' : wanted}.`,
      ),
    ];
  if (fact.values && !fact.values.includes(String(value)))
    return [
      outside(
        place,
        `"${value}" is not among the values of the fact.${didYouMean(String(value), fact.values)}`,
      ),
    ];
  if (typeof value === 'number' && (value < (fact.min ?? -Infinity) || value > (fact.max ?? Infinity)))
    return [outside(place, `${value} lies outside ${fact.min ?? '…'} to ${fact.max ?? '…'}.`)];
  return [];
}

function outside({ document, path }: Place, what: string): Problem {
  return problem('value-outside-fact', document, path, what);
}
