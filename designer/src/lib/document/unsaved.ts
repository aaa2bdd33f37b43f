import type { DocumentKind } from '@baton/rules/documents/index.ts';

/** What somebody typed and the host has not taken yet, kept in this browser so that a closed tab loses nothing. */
export type Unsaved = { document: unknown; rev: number; at: number };

const keyOf = (kind: DocumentKind, id: string) => `baton.unsaved.${kind}/${id}`;

export function readUnsaved(kind: DocumentKind, id: string): Unsaved | undefined {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(keyOf(kind, id)) ?? 'null');
    return isUnsaved(kept) ? kept : undefined;
  } catch {
    return undefined; // a browser may forbid the store, and anybody may have written into it
  }
}

export function keepUnsaved(kind: DocumentKind, id: string, unsaved: Unsaved): void {
  try {
    localStorage.setItem(keyOf(kind, id), JSON.stringify(unsaved));
  } catch {
    // Full or forbidden: the draft on the host is what counts, this is a second rope.
  }
}

export function forgetUnsaved(kind: DocumentKind, id: string): void {
  try {
    localStorage.removeItem(keyOf(kind, id));
  } catch {
    // As above.
  }
}

function isUnsaved(kept: unknown): kept is Unsaved {
  return (
    typeof kept === 'object' &&
    kept !== null &&
    'document' in kept &&
    'rev' in kept &&
    typeof kept.rev === 'number' &&
    'at' in kept &&
    typeof kept.at === 'number'
  );
}
