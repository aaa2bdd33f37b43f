import { writtenAt } from './json-places.ts';

type Schema = Readonly<Record<string, unknown>>;
export type Completion = { label: string; apply: string; detail?: string };
export type Completions = { from: number; to: number; options: Completion[] };

/** Values that a schema cannot know, such as the facts of the catalogue; by the way to the place. */
export type KnownValues = (path: readonly string[]) => readonly { value: string; about?: string }[];

/** What may stand at a place of a text by a JSON Schema: the keys of an object that are not there yet, or the values. */
export function completionsAt(
  text: string,
  offset: number,
  schema: unknown,
  known: KnownValues,
): Completions {
  const { path, role, span } = writtenAt(text, offset);
  const place = { from: span.from, to: span.to };
  const schemas = schemasAt(schema, path);
  if (role === 'key') {
    const keys = new Map(schemas.flatMap((one) => Object.entries(objectIn(one, 'properties'))));
    const options = [...keys.keys()].map((key) => ({ label: key, apply: `"${key}": ` }));
    return { ...place, options };
  }
  const values = [...new Set(schemas.flatMap(valuesOf))].map((value) => {
    const text = JSON.stringify(value);
    return { label: typeof value === 'string' ? value : text, apply: text };
  });
  const own = known(path).map(({ value, about }) => ({
    label: value,
    apply: JSON.stringify(value),
    ...(about ? { detail: about } : {}),
  }));
  return { ...place, options: [...own, ...values] };
}

function valuesOf(schema: Schema): (string | number | boolean)[] {
  const { enum: several, const: one, type } = schema;
  const listed = Array.isArray(several) ? several : one === undefined ? [] : [one];
  if (type === 'boolean') listed.push(true, false);
  return listed.filter((value) => ['string', 'number', 'boolean'].includes(typeof value));
}

/** Every schema that speaks of the place; alternatives are all followed, because nobody knows yet which one is meant. */
function schemasAt(root: unknown, path: readonly string[]): Schema[] {
  if (!isSchema(root)) return [];
  let here = spread(root, root);
  for (const name of path) {
    here = here.flatMap((schema) => {
      const below = /^\d+$/.test(name) && isSchema(schema.items) ? schema.items : undefined;
      const property = objectIn(schema, 'properties')[name] ?? schema.additionalProperties;
      return [below, property].filter(isSchema).flatMap((next) => spread(next, root));
    });
    here = [...new Set(here)];
  }
  return here;
}

/** A schema without references and alternatives. */
function spread(schema: Schema, root: Schema, seen = new Set<Schema>()): Schema[] {
  if (seen.has(schema)) return [];
  seen.add(schema);
  const { $ref: ref, anyOf, oneOf, allOf } = schema;
  const referred = typeof ref === 'string' ? objectIn(root, '$defs')[ref.replace('#/$defs/', '')] : undefined;
  const others = [anyOf, oneOf, allOf].flatMap((list) => (Array.isArray(list) ? list : [])).filter(isSchema);
  const below = [...(isSchema(referred) ? [referred] : []), ...others];
  return [schema, ...below.flatMap((next) => spread(next, root, seen))];
}

function objectIn(schema: Schema, key: string): Readonly<Record<string, unknown>> {
  const found = schema[key];
  return isSchema(found) ? found : {};
}

const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
