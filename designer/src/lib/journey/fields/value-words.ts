import type { KnownFact, ValueType } from '@baton/rules/check/scope.ts';
import type { LeafValue } from '@baton/rules/conditions/condition.ts';
import type { Scalar } from '@baton/rules/documents/common.ts';

export const typeWords: Readonly<Record<ValueType, string>> = {
  number: 'number',
  text: 'text',
  enum: 'one of a list',
  boolean: 'yes or no',
  date: 'date',
  list: 'list',
};

/** A value to begin with, where an operator asks for one of another form. */
export function firstValue(base: string, { type, values = [] }: KnownFact): LeafValue {
  const [first = ''] = values;
  if (base === 'isKnown') return true;
  if (base === 'withinLast') return 'P7D';
  if (base === 'between') return [0, 1];
  if (base === 'in' || base === 'notIn') return [type === 'number' ? 0 : first];
  return firstScalar({ type, values });
}

export function firstScalar({ type, values = [] }: KnownFact): Scalar {
  if (type === 'number') return 0;
  if (type === 'boolean') return true;
  if (type === 'date') return new Date().toISOString().slice(0, 10);
  return values[0] ?? '';
}
