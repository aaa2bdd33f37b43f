import { documentKinds, isDocumentKind } from '@baton/rules/documents/index.ts';
import type { LibraryView } from '../api/views.ts';
import type { Ports } from '../ports.ts';

/** Everything that is live, by kind. Documents are about what a company does, not about people. */
export async function libraryView({ documents }: Pick<Ports, 'documents'>): Promise<LibraryView> {
  const live = await documents.live();
  const kinds = Object.keys(documentKinds).filter(isDocumentKind);
  return { documents: Object.fromEntries(kinds.map((kind) => [kind, [...live[kind].values()]])) };
}
