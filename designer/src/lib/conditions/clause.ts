import { isReference, type Leaf, type LeafValue } from '@baton/rules/conditions/condition.ts';
import { isLeaf } from '@baton/rules/conditions/walk.ts';
import { ifUnknownOf, withIfUnknown } from '@baton/rules/edit/conditions.ts';
import { sayName } from '../words/values.ts';
import { type FactScope, keyOf, labelOf } from './facts-in-scope.ts';
import { choiceInUse } from './line-choices.ts';
import { sayClause } from './sentence.ts';
import { readTyped } from './typed-line.ts';

export type ReadClause = { ok: true; condition: Leaf } | { ok: false; reason: string };

/**
 * The words of a line that are read back as this very line: those of its sentence where they can be, else plainer ones.
 * `undefined` where the line asks something that no words say.
 */
export function wordsOf(leaf: Leaf, scope: FactScope): string | undefined {
  return wordings(leaf, scope).find((words) => {
    const read = readClause(words, leaf, scope);
    return read.ok && isSameLine(read.condition, leaf);
  });
}

/** Reads the words that are to stand where a line stands. What no words say of it stays: its name, and that unknown means no. */
export function readClause(text: string, before: Leaf, scope: FactScope): ReadClause {
  const read = readTyped(text, scope);
  if (!read.ok) return read;
  if (!isLeaf(read.condition))
    return { ok: false, reason: 'One condition stands here. Add what else there is below.' };
  return { ok: true, condition: asBefore(read.condition, before) };
}

/** "or unknown" is said or left out, so only "no" is kept: the words have none for it. */
function asBefore(typed: Leaf, before: Leaf): Leaf {
  const keepsNo = ifUnknownOf(before.operator) === 'no' && ifUnknownOf(typed.operator) === 'ask';
  return { ...before, ...typed, operator: keepsNo ? withIfUnknown(typed.operator, 'no') : typed.operator };
}

export const isSameLine = (one: Leaf, other: Leaf): boolean =>
  keyOf(one) === keyOf(other) && one.operator === other.operator && isSameValue(one.value, other.value);

function isSameValue(one: LeafValue, other: LeafValue): boolean {
  if (Array.isArray(one))
    return (
      Array.isArray(other) &&
      one.length === other.length &&
      one.every((value, index) => Object.is(value, other[index]))
    );
  if (isReference(one)) return !Array.isArray(other) && isReference(other) && keyOf(one) === keyOf(other);
  return Object.is(one, other);
}

function* wordings(leaf: Leaf, scope: FactScope): Generator<string> {
  yield sayClause(leaf, scope);
  const { words, operator } = choiceInUse(leaf);
  const meaning = ifUnknownOf(leaf.operator) === 'yes' ? ' or unknown' : '';
  for (const name of [labelOf(leaf, scope), sayName(leaf.path.slice(2))])
    for (const value of operator === 'isKnown' ? [''] : valueWordings(leaf.value, operator, scope))
      yield `${name} ${words} ${value}`.trim() + meaning;
}

/** A value as it is kept, because a day or a rounded number as people read it may not be the same any more. */
function valueWordings(value: LeafValue, operator: string, scope: FactScope): string[] {
  if (Array.isArray(value)) return [value.map(scalarWords).join(operator === 'between' ? ' and ' : ', ')];
  if (isReference(value)) return [labelOf(value, scope), sayName(value.path.slice(2))];
  return [scalarWords(value), `"${value}"`];
}

function scalarWords(value: string | number | boolean): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return String(value);
}
