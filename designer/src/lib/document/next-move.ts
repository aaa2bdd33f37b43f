import type { DocumentView } from '@baton/functions/api/views.ts';
import type { Role } from '@baton/rules/roles.ts';
import { countOf } from '#lib/words/values.ts';

/** The one step that a document can take next. `why`: what keeps this person from it, as a sentence; empty where nothing does. */
export type Move = { kind: 'review' | 'approve' | 'publish' | 'cancel'; label: string; why: string };

type Situation = {
  view: DocumentView | undefined;
  /** Errors, not warnings. */
  errors: number;
  /** Something is typed that the host does not have yet. */
  unsaved: boolean;
  conflict: boolean;
  /** So many fields hold a text that the document cannot. */
  untaken: number;
  /** What the host has of the draft is what is live. */
  same: boolean;
  person: string | undefined;
  may(role: Role): boolean;
};

/** Mirrors what the host allows, so that a button says beforehand why it would be refused. */
export function nextMove({ view, errors, unsaved, conflict, untaken, same, person, may }: Situation): Move {
  const draft = view?.draft;
  const whyNotYet =
    untaken > 0
      ? `What is written in ${countOf(untaken, 'field')} is not taken over yet. Mend it, or take it back.`
      : '';
  if (draft?.state === 'scheduled')
    return {
      kind: 'cancel',
      label: 'Cancel schedule',
      why: may('approver') ? '' : 'Approvers decide on schedules.',
    };
  if (draft?.state === 'approved' && !unsaved)
    return {
      kind: 'publish',
      label: 'Publish',
      why: may('approver') ? whyNotYet : 'It is approved; approvers publish it.',
    };
  if (draft?.state === 'in-review' && !unsaved)
    return {
      kind: 'approve',
      label: 'Approve',
      why: whyNotApprove(draft.editedBy, person, may) || whyNotYet,
    };
  return { kind: 'review', label: 'Send for review', why: whyNotReview() };

  function whyNotReview(): string {
    if (!view) return 'It is still being read.';
    if (!may('editor')) return 'Editors send documents for review.';
    if (conflict) return 'Decide first whose draft is kept.';
    if (whyNotYet) return whyNotYet;
    if (!unsaved && view.live && (!draft || same))
      return `Nothing has changed since version ${view.live.version}.`;
    if (!unsaved && !draft) return 'There is nothing to review yet.';
    if (errors > 0) return `${countOf(errors, 'error')} must be mended first.`;
    return '';
  }
}

function whyNotApprove(editor: string, person: string | undefined, may: Situation['may']): string {
  if (!may('approver')) return 'It waits for an approver.';
  if (person !== undefined && person === editor) return 'You edited it last; somebody else approves it.';
  return '';
}
