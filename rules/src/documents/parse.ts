import { type Problem, problem } from '../check/problems.ts';
import type { DocumentKind } from './index.ts';
import { type DocumentOf, readDocument } from './read.ts';

export type { DocumentOf };

export type Parsed<K extends DocumentKind> =
  | { ok: true; document: DocumentOf<K> }
  | { ok: false; problems: Problem[] };

/** Reads a document, or says in full what is wrong with it: with titles and remedies, as people are shown. */
export function parseDocument<K extends DocumentKind>(
  kind: K,
  input: unknown,
  about: { file?: string } = {},
): Parsed<K> {
  const read = readDocument(kind, input, about);
  if (read.ok) return read;
  const { name, complaints } = read;
  return {
    ok: false,
    problems: complaints.map(({ code, path, what, remedy }) => problem(code, name, path, what, remedy)),
  };
}
