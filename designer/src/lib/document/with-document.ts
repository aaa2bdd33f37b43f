import type { DocumentKind, Library } from '@baton/rules/documents/index.ts';
import type { DocumentOf } from '@baton/rules/documents/parse.ts';

/** The library as it would be with this document live. */
export function withDocument<K extends DocumentKind>(
  base: Library,
  kind: K,
  document: DocumentOf<K>,
): Library {
  return {
    ...base,
    [kind]: new Map<string, DocumentOf<DocumentKind>>([...base[kind], [document.id, document]]),
  };
}
