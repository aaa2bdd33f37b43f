import { type DocumentOf, parseDocument } from '../documents/parse.ts';
import { type Edited, edited, refused } from './edited.ts';

/** Kinds of documents that are fields and lists of fields and nothing else. */
export type PlainKind = 'channels' | 'calendars' | 'service-levels' | 'settings';

/** Names and positions that lead to a part of a document: `['caps', 0, 'within']`. */
export type Place = readonly (string | number)[];

/** What stands at a place; undefined where there is nothing. */
export function valueAt(document: unknown, [first, ...rest]: Place): unknown {
  if (first === undefined) return document;
  return valueAt(partOf(document, first), rest);
}

function partOf(whole: unknown, name: string | number): unknown {
  if (typeof whole !== 'object' || whole === null) return undefined;
  return Object.entries(whole).find(([key]) => key === String(name))?.[1];
}

/**
 * Another value at a place, or `undefined` to take away what stands there. Refused, in the words of the document's schema, where
 * that would be no document.
 */
export function putAt<K extends PlainKind>(
  kind: K,
  document: DocumentOf<K>,
  place: Place,
  value: unknown,
): Edited<DocumentOf<K>> {
  const parsed = parseDocument(kind, withValue(document, place, value));
  return parsed.ok
    ? edited(parsed.document)
    : refused(parsed.problems[0]?.message ?? 'It would be no document.');
}

function withValue(whole: unknown, [name, ...rest]: Place, value: unknown): unknown {
  if (name === undefined) return value;
  const part = rest.length === 0 ? value : withValue(partOf(whole, name), rest, value);
  if (!Array.isArray(whole)) return without({ ...toObject(whole), [name]: part });
  return whole.toSpliced(Number(name), 1, ...(part === undefined ? [] : [part]));
}

const toObject = (value: unknown): object => (typeof value === 'object' && value !== null ? value : {});

const without = (whole: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(whole).filter(([, part]) => part !== undefined));
