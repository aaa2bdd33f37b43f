import type { KnownFact, ValueType } from '@baton/rules/check/scope.ts';
import type { Scalar } from '@baton/rules/documents/common.ts';

export const typeWords: Readonly<Record<ValueType, string>> = {
  number: 'number',
  text: 'text',
  enum: 'one of a list',
  boolean: 'yes or no',
  date: 'date',
  list: 'list',
};

/** A value to begin with. */
export function firstScalar({ type, values = [] }: KnownFact): Scalar {
  if (type === 'number') return 0;
  if (type === 'boolean') return true;
  if (type === 'date') return new Date().toISOString().slice(0, 10);
  return values[0] ?? '';
}
