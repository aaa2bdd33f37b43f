import { type DocumentKind, documentKinds } from './index.ts';
import { readJsonValue, textLimits } from './json-text.ts';
import type { DocumentOf } from './parse.ts';

/** What may be wrong with a value that has the fields and types of its kind all the same. */
const withinShape = new Set(['too_small', 'too_big', 'invalid_format', 'not_multiple_of', 'custom']);

/**
 * Whether a value has the fields of a document, each in its type, whatever else is wrong with it: a title that is still
 * empty, a branch without a way. Such a document can be edited; it need not be sound.
 */
export function hasShape<K extends DocumentKind>(kind: K, value: unknown): value is DocumentOf<K> {
  if ('flaw' in readJsonValue(value, textLimits.values)) return false;
  const { error } = documentKinds[kind].safeParse(value);
  return error === undefined || error.issues.every(({ code }) => withinShape.has(code));
}
