import type { DocumentLine, DraftLine } from '@baton/functions/api/views.ts';
import { pageOf } from '#lib/document/kinds.ts';

/** A document that waits for somebody: where it is worked on, and what is to be done. */
export type WaitingDocument = { key: string; href: string; title: string; todo: string; since: string };

/** `nameOf`: what somebody is called whom records name by their id. */
export type Worker = {
  person: string | undefined;
  edits: boolean;
  publishes: boolean;
  nameOf(person: string): string;
};

/** The documents that wait for a person, the longest waiting first: to be approved or published, or a draft of their own. */
export function documentsFor(worker: Worker, documents: readonly DocumentLine[]): WaitingDocument[] {
  return documents
    .flatMap(({ kind, id, title, draft }) => {
      const href = pageOf(kind, id);
      const todo = draft && todoOf(draft, worker);
      return href && todo ? [{ key: `${kind}/${id}`, href, title, todo, since: draft.editedAt }] : [];
    })
    .sort((one, other) => one.since.localeCompare(other.since));
}

function todoOf(
  { state, editedBy }: DraftLine,
  { person, edits, publishes, nameOf }: Worker,
): string | undefined {
  if (state === 'draft' && edits && editedBy === person) return 'Your draft, to be sent for review';
  if (state === 'in-review' && publishes && editedBy !== person)
    return `To be approved; edited by ${nameOf(editedBy)}`;
  if (state === 'approved' && publishes) return 'Approved, to be published';
  return undefined;
}
