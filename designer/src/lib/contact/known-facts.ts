import type { FactView } from '@baton/functions/api/views.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import * as z from 'zod';

const Value = z.json();

/** Facts one by one as what conditions and messages read: by root, names below names. */
export function asValues(facts: readonly FactView[]): Record<string, JsonObject> {
  const values: Record<string, JsonObject> = {};
  for (const { fact, path, value } of facts) {
    const known = Value.safeParse(value);
    if (known.success) values[fact] = withValue(values[fact] ?? {}, path.slice(2).split('.'), known.data);
  }
  return values;
}

function withValue(
  values: JsonObject,
  [name = '', ...rest]: string[],
  value: JsonObject[string],
): JsonObject {
  if (rest.length === 0) return { ...values, [name]: value };
  const inner = values[name];
  const isObject = typeof inner === 'object' && inner !== null && !Array.isArray(inner);
  return { ...values, [name]: withValue(isObject ? inner : {}, rest, value) };
}
