import type { DraftView } from '@baton/functions/api/views.ts';
import type { Role } from '@baton/rules/roles.ts';
import { sayInstant } from '#lib/time/spans.ts';
import { countOf } from '#lib/words/values.ts';

type Person = {
  /** Who looks at it. */
  person: string | undefined;
  may(role: Role): boolean;
  /** What somebody is called whom records name by their id. */
  nameOf(person: string): string;
};

/** What has to happen before a draft can go live with another one, and by whom; empty where it is ready. */
export function whatFirst(draft: DraftView, { person, may, nameOf }: Person): string {
  switch (draft.state) {
    case 'approved':
      return '';
    case 'scheduled':
      return `Goes live ${draft.startAt ? sayInstant(draft.startAt) : 'soon'}. Publish this after it, or cancel that schedule first.`;
    case 'in-review':
      if (draft.editedBy === person) return 'You edited it last; somebody else must approve it first.';
      return may('approver')
        ? `Edited by ${nameOf(draft.editedBy)}. You can approve it; that must be done first.`
        : `An approver other than ${nameOf(draft.editedBy)} must approve it first.`;
    case 'draft':
      return draft.editedBy === person && may('editor')
        ? 'You work on it. Send it for review, and let somebody else approve it first.'
        : `${nameOf(draft.editedBy)} works on it. It must be sent for review and approved first.`;
  }
}

/** Why what goes live together cannot yet, as a sentence; empty where it can. */
export function whyNotTogether(together: {
  companions: readonly { draft: Pick<DraftView, 'state'> }[];
  problems: readonly unknown[];
}): string {
  const waiting = together.companions.filter(({ draft }) => draft.state !== 'approved').length;
  if (waiting > 0)
    return `${countOf(waiting, 'document')} that it needs ${waiting === 1 ? 'is' : 'are'} not approved yet.`;
  if (together.problems.length > 0)
    return `${countOf(together.problems.length, 'error')} would be live with it and must be mended first.`;
  return '';
}
