import type { DraftLine } from '@baton/functions/api/views.ts';
import { type Difference, differences } from '@baton/rules/edit/difference.ts';
import { sayName, sayValue } from '#lib/words/values.ts';

export const stateWords: Record<DraftLine['state'], string> = {
  draft: 'Draft',
  'in-review': 'In review',
  approved: 'Approved',
  scheduled: 'Scheduled',
};

export type SaveState = 'clean' | 'unsaved' | 'saving' | 'saved' | 'conflict' | 'silent' | 'refused';

export const saveWords: Record<SaveState, string> = {
  clean: 'No changes',
  unsaved: 'Not saved yet',
  saving: 'Saving …',
  saved: 'Draft saved',
  conflict: 'Somebody else changed it',
  silent: 'The host does not answer; kept in this browser',
  refused: 'Not saved',
};

/** Where two documents differ, as a person finds it: "Steps › ask › title". */
export const sayPath = (path: readonly string[]): string =>
  path.map((name, index) => (index === 0 ? sayName(name) : name)).join(' › ');

/** One change as it is read: where it is, what stood there and what stands there now. */
export type ChangeLine = { kind: Difference['kind']; where: string; before?: string; after?: string };
export type TellChanges = (before: unknown, after: unknown) => ChangeLine[];

export const tellChanges: TellChanges = (before, after) =>
  differences(before, after).map((difference) => ({
    kind: difference.kind,
    where: sayPath(difference.path),
    ...sidesOf(difference),
  }));

/** What became of a value: what stood there and what stands there now, as far as each is there. */
export function sidesOf(difference: Difference): { before?: string; after?: string } {
  switch (difference.kind) {
    case 'added':
      return { after: sayValue(difference.after) };
    case 'removed':
      return { before: sayValue(difference.before) };
    case 'changed':
      return { before: sayValue(difference.before), after: sayValue(difference.after) };
    case 'moved':
      return { after: 'in another order' };
  }
}
