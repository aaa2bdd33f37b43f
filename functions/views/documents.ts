import type { DocumentsView } from '../api/views.ts';
import { livePointers } from '../library/versions.ts';
import type { Ports } from '../ports.ts';

/** What is live, by kind and id: version, hash of the content, and where the next version comes from. */
export async function documentsView(ports: Pick<Ports, 'store'>): Promise<DocumentsView> {
  const pointers = await livePointers(ports);
  return {
    documents: pointers
      .filter(({ retired }) => !retired)
      .map(({ kind, id, version, hash, managedBy }) => ({ kind, id, version, hash, managedBy })),
  };
}
