import { type Facts, isAbsent, resolveReference } from '../conditions/path.ts';
import type { ParameterValue } from '../documents/common.ts';
import type { Json } from '../json.ts';

/** The value a parameter stands for: itself, or what the fact it refers to says; `undefined` where nobody knows. */
export function settle(parameter: ParameterValue, facts: Facts): Json | undefined {
  if (typeof parameter !== 'object') return parameter;
  const value = resolveReference(parameter, facts);
  return isAbsent(value) ? undefined : value;
}

export function isScalar(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

/** Texts, numbers and truth values are the same when they read the same; nothing else equals anything. */
export function readsAs(a: Json | undefined, b: Json | undefined): boolean {
  return isScalar(a) && isScalar(b) && String(a) === String(b);
}

export function describeValue(parameter: ParameterValue): string {
  return typeof parameter === 'object'
    ? `${parameter.fact}.${parameter.path.slice(2)}`
    : JSON.stringify(parameter);
}
