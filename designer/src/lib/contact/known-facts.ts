import type { FactView } from '@baton/functions/api/views.ts';
import { isJson, isJsonObject, type JsonObject } from '@baton/rules/json.ts';

/** Facts one by one as what conditions and messages read: by root, names below names. */
export function asValues(facts: readonly FactView[]): Record<string, JsonObject> {
  const values: Record<string, JsonObject> = {};
  for (const { fact, path, value } of facts) {
    if (isJson(value)) values[fact] = withValue(values[fact] ?? {}, path.slice(2).split('.'), value);
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
  return {
    ...values,
    [name]: withValue(inner !== undefined && isJsonObject(inner) ? inner : {}, rest, value),
  };
}
