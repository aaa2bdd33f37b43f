import { operatorsFor } from '@baton/rules/check/conditions.ts';
import type { ValueType } from '@baton/rules/check/scope.ts';
import { isReference, type Leaf, type LeafValue } from '@baton/rules/conditions/condition.ts';
import { operatorWords } from '@baton/rules/conditions/operator-words.ts';
import { bareOperator } from '@baton/rules/edit/conditions.ts';
import { sayDemand } from '../words/conditions.ts';
import type { FactInScope } from './facts-in-scope.ts';

/** One way to compare, as it is chosen; "is known" and "is not known" are two, though the format has one operator. */
export type OperatorChoice = { id: string; operator: string; words: string; value?: LeafValue };

const isKnown: OperatorChoice = { id: 'isKnown yes', operator: 'isKnown', words: 'is known', value: true };
const isNotKnown: OperatorChoice = {
  id: 'isKnown no',
  operator: 'isKnown',
  words: 'is not known',
  value: false,
};

/** The ways that fit a fact, and the one in use where it is a rarer one. */
export function operatorChoices(type: ValueType | undefined, leaf: Leaf): OperatorChoice[] {
  const fitting = type ? operatorsFor[type].filter((operator) => operator !== 'isKnown') : [];
  const choices = [...fitting.map(choiceOf), isKnown, isNotKnown];
  const used = choiceInUse(leaf);
  return choices.some(({ id }) => id === used.id) ? choices : [used, ...choices];
}

export function choiceInUse(leaf: Leaf): OperatorChoice {
  const operator = bareOperator(leaf.operator);
  if (operator === 'isKnown') return leaf.value === false ? isNotKnown : isKnown;
  return choiceOf(operator);
}

function choiceOf(operator: string): OperatorChoice {
  const parts = operator.split(':');
  const base = parts.at(-1) ?? operator;
  const before = parts.slice(0, -1).map((part) => decoratorWords[part] ?? part);
  return {
    id: operator,
    operator,
    words: [...before, ownWords[base] ?? operatorWords[base] ?? base].join(' '),
  };
}

const ownWords: Readonly<Record<string, string>> = {
  between: 'is between',
  withinLast: 'is within the last',
};
const decoratorWords: Readonly<Record<string, string>> = {
  not: 'not:',
  someFact: 'at least one',
  everyFact: 'every one',
};

/** A value that the operator can use, as near as possible to the one that stands there. */
export function valueFor(operator: string, fact: FactInScope | undefined, before: LeafValue): LeafValue {
  const base = operator.split(':').at(-1) ?? operator;
  const first = firstOf(before);
  switch (base) {
    case 'isKnown':
      return true;
    case 'in':
    case 'notIn':
      return Array.isArray(before) ? before : [fittingScalar(fact, first)];
    case 'between':
      return rangeFrom(before, fact);
    case 'withinLast':
      return typeof first === 'string' && first.startsWith('P') ? first : 'P7D';
    case 'dateBefore':
    case 'dateAfter':
      return isReference(before)
        ? before
        : typeof first === 'string' && /^\d{4}-/.test(first)
          ? first
          : today();
    default:
      return isReference(before) ? before : fittingScalar(fact, first);
  }
}

const today = (): string => new Date().toISOString().slice(0, 10);

function firstOf(value: LeafValue): string | number | boolean | undefined {
  if (Array.isArray(value)) return value[0];
  return isReference(value) ? undefined : value;
}

function rangeFrom(before: LeafValue, fact: FactInScope | undefined): LeafValue {
  if (Array.isArray(before) && before.length === 2) return before;
  const low = Number(fittingScalar(fact?.type === 'number' ? fact : undefined, firstOf(before))) || 0;
  return [low, Math.max(low, fact?.max ?? low + 10)];
}

function fittingScalar(
  fact: FactInScope | undefined,
  value: string | number | boolean | undefined,
): string | number | boolean {
  switch (fact?.type) {
    case 'number':
      return typeof value === 'number' ? value : (fact.min ?? 0);
    case 'boolean':
      return typeof value === 'boolean' ? value : true;
    case 'enum':
    case 'list': {
      if (typeof value === 'string' && (!fact.values || fact.values.includes(value))) return value;
      return fact.values?.[0] ?? '';
    }
    default:
      return typeof value === 'string' ? value : value === undefined ? '' : String(value);
  }
}

/** A new line about a fact: the comparison that is asked most often of its type, which a person then changes. */
export function lineAbout(fact: FactInScope): Leaf {
  const operator = {
    number: 'greaterThanInclusive',
    text: 'equal',
    enum: 'in',
    boolean: 'equal',
    date: 'withinLast',
    list: 'contains',
  }[fact.type];
  return { fact: fact.fact, path: fact.path, operator, value: valueFor(operator, fact, '') };
}

/** What a line keeps when it asks about another fact: its operator and value where they fit, else those of a new line. */
export function fittingFor(fact: FactInScope, leaf: Leaf): Partial<Pick<Leaf, 'operator' | 'value'>> {
  const bare = bareOperator(leaf.operator);
  if (bare === 'isKnown') return {};
  const made = lineAbout(fact);
  const fits = operatorsFor[fact.type].includes(bare);
  const operator = fits ? bare : made.operator;
  return {
    operator: leaf.operator.replace(bare, operator),
    value: fits ? valueFor(operator, fact, leaf.value) : made.value,
  };
}

/** A whole line as people say it. */
export const sayLine = (label: string, leaf: Leaf): string =>
  `${label} ${sayDemand(leaf.operator, sayReferred(leaf.value))}`;

const sayReferred = (value: LeafValue): unknown =>
  isReference(value) ? `${value.fact} ${value.path}` : value;
