import { operatorsFor } from '@baton/rules/check/conditions.ts';
import type { Condition, Leaf, LeafValue } from '@baton/rules/conditions/condition.ts';
import { parseInstant } from '@baton/rules/conditions/instant.ts';
import { readSpan } from '@baton/rules/edit/cell-text.ts';
import { sayName } from '../words/values.ts';
import type { FactInScope, FactScope } from './facts-in-scope.ts';

/**
 * Reads a typed condition such as `tier is gold and days since order between 60 and 180`.
 *
 *   condition  = lines joined by "and" and "or"; "and" binds closer
 *   line       = fact operator value [ "or unknown" ]
 *   fact       = a label, or words that only one label or path has
 *   value      = number | word(s) | "a, b or c" after "is one of" | "60 and 180" after "between" | "7 days" after "within the last"
 */
export type Read = { ok: true; condition: Condition } | { ok: false; reason: string };

export function readTyped(text: string, scope: FactScope): Read {
  const words = text.trim().split(/\s+/).filter(Boolean);
  if (words.length === 0) return { ok: false, reason: 'Write a fact, a comparison and a value.' };
  const failures: string[] = [];
  const read = readFrom(words, 0, scope, failures);
  if (read) return { ok: true, condition: joined(read) };
  return {
    ok: false,
    reason: failures[0] ?? 'Write it as “fact is value”, for example “lead score is at least 70”.',
  };
}

type Joint = 'and' | 'or';
type Chain = { line: Leaf; next?: { joint: Joint; chain: Chain } };

/** Every place where an operator may stand is tried, because labels hold words that are operators elsewhere. */
function readFrom(
  words: readonly string[],
  start: number,
  scope: FactScope,
  failures: string[],
): Chain | undefined {
  for (let at = start + 1; at < words.length + 1; at += 1) {
    const operator = operatorAt(words, at);
    if (!operator) continue;
    const named = words.slice(start, at).join(' ');
    const facts = factsNamed(named, scope);
    const [fact] = facts;
    if (!fact || facts.length > 1) {
      failures.push(
        fact
          ? `“${named}” may be ${facts
              .slice(0, 3)
              .map(({ label }) => `“${label}”`)
              .join(' or ')}. Write more of it.`
          : `No fact is called “${named}”.`,
      );
      continue;
    }
    const found = readValue(words, operator.end, operator, fact, scope, failures);
    if (found) return found;
  }
  return undefined;
}

type Found = { phrase: Phrase; end: number };
type Phrase = { words: string; operator: string; negative?: boolean };

/** Longer ones first: "is not one of" before "is not" before "is". */
const phrases: Phrase[] = [
  { words: 'is not one of', operator: 'notIn' },
  { words: 'is none of', operator: 'notIn' },
  { words: 'is one of', operator: 'in' },
  { words: 'is within the last', operator: 'withinLast' },
  { words: 'within the last', operator: 'withinLast' },
  { words: 'is in the last', operator: 'withinLast' },
  { words: 'does not contain', operator: 'doesNotContain' },
  { words: 'contains the text', operator: 'textContains' },
  { words: 'is more than', operator: 'greaterThan' },
  { words: 'is less than', operator: 'lessThan' },
  { words: 'is at least', operator: 'greaterThanInclusive' },
  { words: 'is at most', operator: 'lessThanInclusive' },
  { words: 'is not known', operator: 'isKnown', negative: true },
  { words: 'is unknown', operator: 'isKnown', negative: true },
  { words: 'is known', operator: 'isKnown' },
  { words: 'is between', operator: 'between' },
  { words: 'is before', operator: 'dateBefore' },
  { words: 'is after', operator: 'dateAfter' },
  { words: 'starts with', operator: 'textStartsWith' },
  { words: 'more than', operator: 'greaterThan' },
  { words: 'less than', operator: 'lessThan' },
  { words: 'at least', operator: 'greaterThanInclusive' },
  { words: 'at most', operator: 'lessThanInclusive' },
  { words: 'one of', operator: 'in' },
  { words: 'is not', operator: 'notEqual' },
  { words: 'must be', operator: 'equal' },
  { words: 'between', operator: 'between' },
  { words: 'before', operator: 'dateBefore' },
  { words: 'after', operator: 'dateAfter' },
  { words: 'contains', operator: 'contains' },
  { words: 'is', operator: 'equal' },
  { words: '>=', operator: 'greaterThanInclusive' },
  { words: '<=', operator: 'lessThanInclusive' },
  { words: '≥', operator: 'greaterThanInclusive' },
  { words: '≤', operator: 'lessThanInclusive' },
  { words: '>', operator: 'greaterThan' },
  { words: '<', operator: 'lessThan' },
  { words: '!=', operator: 'notEqual' },
  { words: '=', operator: 'equal' },
];

function operatorAt(words: readonly string[], at: number): Found | undefined {
  for (const phrase of phrases) {
    const count = phrase.words.split(' ').length;
    if (
      words
        .slice(at, at + count)
        .join(' ')
        .toLowerCase() === phrase.words
    )
      return { phrase, end: at + count };
  }
  return undefined;
}

const plain = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

/** What a fact is called: by people, then by programs. */
function namesOf(fact: FactInScope): readonly [string, string] {
  const known = plainNames.get(fact);
  if (known) return known;
  const names = [plain(fact.label), plain(sayName(fact.path.slice(2)))] as const;
  plainNames.set(fact, names);
  return names;
}
/** A line is read by looking at every name again and again. */
const plainNames = new WeakMap<FactInScope, readonly [string, string]>();

/** The facts that the words may name: those called so exactly, else those whose label or path has all of the words. */
function factsNamed(text: string, scope: FactScope): FactInScope[] {
  const wanted = plain(text);
  if (wanted === '') return [];
  for (const name of [0, 1]) {
    const exact = scope.all.filter((fact) => namesOf(fact)[name] === wanted);
    if (exact.length > 0) return exact;
  }
  const parts = wanted.split(' ');
  const has = (name: string) => parts.every((part) => name.split(' ').some((word) => word.startsWith(part)));
  // What a person reads is meant before what a program calls it.
  const labelled = scope.all.filter((fact) => has(namesOf(fact)[0]));
  return labelled.length > 0 ? labelled : scope.all.filter((fact) => has(namesOf(fact)[1]));
}

/** The value ends where a joining word is followed by another line that can be read, or with the text. */
function readValue(
  words: readonly string[],
  start: number,
  { phrase }: Found,
  fact: FactInScope,
  scope: FactScope,
  failures: string[],
): Chain | undefined {
  for (let end = phrase.operator === 'isKnown' ? start : start + 1; end <= words.length; end += 1) {
    const joint = jointAt(words[end]);
    if (end < words.length && !joint) continue;
    const line = lineFrom(phrase, words.slice(start, end).join(' '), fact, scope, failures);
    if (!line) continue;
    if (!joint) return { line };
    const open = joint === 'or' ? endOfUnknown(words, end + 1) : undefined;
    if (open !== undefined) {
      const known = { ...line, operator: `orUnknown:${line.operator}` };
      const after = jointAt(words[open]);
      if (open === words.length) return { line: known };
      const chain = after && readFrom(words, open + 1, scope, failures);
      if (chain && after) return { line: known, next: { joint: after, chain } };
      continue;
    }
    const chain = readFrom(words, end + 1, scope, failures);
    if (chain) return { line, next: { joint, chain } };
  }
  return undefined;
}

/** Where "or unknown", "or is not known" end. */
function endOfUnknown(words: readonly string[], start: number): number | undefined {
  const said = words
    .slice(start, start + 3)
    .join(' ')
    .toLowerCase();
  if (said.startsWith('unknown')) return start + 1;
  return said === 'is not known' ? start + 3 : undefined;
}

function jointAt(word: string | undefined): Joint | undefined {
  const said = word?.toLowerCase();
  return said === 'and' || said === 'or' ? said : undefined;
}

function lineFrom(
  phrase: Phrase,
  text: string,
  fact: FactInScope,
  scope: FactScope,
  failures: string[],
): Leaf | undefined {
  const operator = fittingOperator(phrase.operator, fact, text);
  const about = { fact: fact.fact, path: fact.path };
  if (operator === 'isKnown')
    return text === '' ? { ...about, operator, value: !phrase.negative } : undefined;
  if (!operatorsFor[fact.type].includes(operator)) {
    failures.push(`“${fact.label}” cannot be compared with “${phrase.words}”.`);
    return undefined;
  }
  const value = valueFrom(operator, text, fact) ?? otherFact(operator, text, fact, scope);
  if (value === undefined) failures.push(`“${text}” is no value of “${fact.label}”.${valuesHint(fact)}`);
  return value === undefined ? undefined : { ...about, operator, value };
}

function valuesHint({ values, type }: FactInScope): string {
  if (values) return ` It is one of ${values.slice(0, 8).join(', ')}.`;
  return (
    { number: ' Write a number.', boolean: ' Write yes or no.', date: ' Write a day such as 2026-03-01.' }[
      type as string
    ] ?? ''
  );
}

/** "contains" asks a list for an entry and a text for a part; "is gold, silver" is one of them. */
function fittingOperator(operator: string, fact: FactInScope, text: string): string {
  if (operator === 'contains' && fact.type === 'text') return 'textContains';
  const several = /,|\bor\b/.test(text) && fact.type !== 'boolean' && fact.type !== 'text';
  if (operator === 'equal' && several) return 'in';
  if (operator === 'notEqual' && several) return 'notIn';
  return operator;
}

/** The name of another fact of the same type stands for its value. */
function otherFact(
  operator: string,
  text: string,
  { type }: FactInScope,
  scope: FactScope,
): LeafValue | undefined {
  if (['between', 'withinLast', 'in', 'notIn'].includes(operator)) return undefined;
  const [other, ...others] = factsNamed(text, scope);
  if (!other || others.length > 0 || other.type !== type) return undefined;
  return { fact: other.fact, path: other.path };
}

function valueFrom(operator: string, text: string, fact: FactInScope): LeafValue | undefined {
  switch (operator) {
    case 'between': {
      const parts = text.split(/\s+(?:and|to)\s+|\.\./i).map((part) => scalarFrom(part, fact));
      const [low, high] = parts;
      if (parts.length !== 2 || typeof low !== 'number' || typeof high !== 'number') return undefined;
      return low <= high ? [low, high] : [high, low]; // whoever says both ends means what lies in the middle
    }
    case 'in':
    case 'notIn': {
      const parts = text.split(/\s*,\s*|\s+or\s+/i).filter(Boolean);
      const values = parts.map((part) => scalarFrom(part, fact)).filter((value) => value !== undefined);
      return values.length === parts.length && values.length > 0 ? values : undefined;
    }
    case 'withinLast':
      return readSpan(text);
    case 'dateBefore':
    case 'dateAfter':
      return parseInstant(text) === undefined ? undefined : text;
    default:
      return scalarFrom(text, fact);
  }
}

function scalarFrom(text: string, fact: FactInScope): string | number | boolean | undefined {
  const said = text.trim();
  if (said === '') return undefined;
  if (fact.type === 'number') {
    const match = /^(-?\d+(?:\.\d+)?)\s*(.*)$/.exec(said.replace(/(?<=\d),(?=\d{3}\b)/g, ''));
    const unit = match?.[2]?.toLowerCase() ?? '';
    return match && (unit === '' || unit === fact.unit?.toLowerCase()) ? Number(match[1]) : undefined;
  }
  if (fact.type === 'boolean') return { yes: true, true: true, no: false, false: false }[said.toLowerCase()];
  if (fact.values) return fact.values.find((value) => plain(value) === plain(said));
  return said.replace(/^["“](.*)["”]$/, '$1');
}

/** "and" binds closer than "or": the lines between two "or" make a group. */
function joined(chain: Chain): Condition {
  const groups: Leaf[][] = [[chain.line]];
  for (let after = chain.next; after; after = after.chain.next) {
    if (after.joint === 'or') groups.push([]);
    groups.at(-1)?.push(after.chain.line);
  }
  const parts = groups.map((lines): Condition => {
    const [only, ...others] = lines;
    return only && others.length === 0 ? only : { all: lines };
  });
  const [only, ...others] = parts;
  return only && others.length === 0 ? only : { any: parts };
}
