import * as z from 'zod';
import { type DocumentKind, documentKinds } from './index.ts';
import type { DocumentOf } from './parse.ts';

/**
 * The one text of a document: two spaces, LF, a final newline. Fields stand in the order of their schema; entries of
 * records (steps, cells, facts of a test, samples) in the order of their keys' code units; lists as they are. Equal
 * documents give equal bytes, and the text of a text is the same text.
 */
export function canonicalText<K extends DocumentKind>(kind: K, document: DocumentOf<K>): string {
  return `${JSON.stringify(ordered(documentKinds[kind], document), null, 2)}\n`;
}

function ordered(schema: unknown, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodLazy)
    return ordered(schema.unwrap(), value);
  if (schema instanceof z.ZodUnion)
    return ordered(
      schema.options.find((option) => z.safeParse(option, value).success),
      value,
    );
  if (Array.isArray(value)) {
    const element = schema instanceof z.ZodArray ? schema.element : undefined;
    return value.map((entry) => ordered(element, entry));
  }
  if (schema instanceof z.ZodObject) {
    const fields = Object.entries(schema.shape).filter(([key]) => Object.hasOwn(value, key));
    return Object.fromEntries(fields.map(([key, field]) => [key, ordered(field, Reflect.get(value, key))]));
  }
  const valueType = schema instanceof z.ZodRecord ? schema.valueType : undefined;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, entry]) => [key, ordered(valueType, entry)]));
}
