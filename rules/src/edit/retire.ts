import { check } from '../check/check.ts';
import type { Problem } from '../check/problems.ts';
import type { DocumentKind, Library } from '../documents/index.ts';

/** The library as it would be if a document were gone. */
export function withoutDocument(library: Library, kind: DocumentKind, id: string): Library {
  const rest = <D>(documents: ReadonlyMap<string, D>): ReadonlyMap<string, D> =>
    new Map([...documents].filter(([name]) => name !== id));
  return { ...library, [kind]: rest<unknown>(library[kind]) };
}

/**
 * What would be wrong if a document were gone: each problem is a place of another document that names it. Nothing that
 * refers to it, nothing found; then it may go. It is what the host finds when the draft is sent for review.
 */
export function missedBy(library: Library, kind: DocumentKind, id: string): Problem[] {
  const place = `${kind}/${id}`;
  const nameOf = ({ code, document, path }: Problem) => `${code} ${document} ${path}`;
  const before = new Set(check(library).map(nameOf));
  return check(withoutDocument(library, kind, id)).filter(
    (found) => found.severity === 'error' && found.document !== place && !before.has(nameOf(found)),
  );
}

/** The documents among them, each once, in the order in which they were found. */
export const documentsIn = (problems: readonly Problem[]): string[] => [
  ...new Set(problems.map(({ document }) => document)),
];
