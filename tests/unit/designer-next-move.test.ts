import type { DocumentView, DraftLine } from '@baton/functions/api/views.ts';
import type { Role } from '@baton/rules/roles.ts';
import { expect, test } from 'vitest';
import { nextMove } from '../../designer/src/lib/document/next-move.ts';

function moveOf(
  state: DraftLine['state'] | undefined,
  own: Partial<Parameters<typeof nextMove>[0]> & { roles?: Role[] } = {},
) {
  const {
    roles = ['editor', 'approver'],
    person = 'Paul',
    errors = 0,
    unsaved = false,
    conflict = false,
    untaken = 0,
    same = false,
  } = own;
  const view: DocumentView = {
    ...{ kind: 'journeys', id: 'a', versions: [] },
    live: { version: 7, hash: 'h', managedBy: 'designer', document: {} },
    ...(state ? { draft: { state, rev: 1, base: 7, editedBy: 'Mara', editedAt: '', document: {} } } : {}),
  };
  return nextMove({
    view,
    errors,
    unsaved,
    conflict,
    untaken,
    same,
    person,
    may: (role) => roles.includes(role),
  });
}

test('names the next step of each state', () => {
  expect(moveOf('draft')).toEqual({ kind: 'review', label: 'Send for review', why: '' });
  expect(moveOf('in-review')).toEqual({ kind: 'approve', label: 'Approve', why: '' });
  expect(moveOf('approved')).toEqual({ kind: 'publish', label: 'Publish', why: '' });
  expect(moveOf('scheduled')).toEqual({ kind: 'cancel', label: 'Cancel schedule', why: '' });
  expect(moveOf('approved', { unsaved: true }).kind).toBe('review');
});

test.each([
  [moveOf(undefined), 'Nothing has changed since version 7.'],
  [moveOf('draft', { same: true }), 'Nothing has changed since version 7.'],
  [moveOf('draft', { same: true, unsaved: true }), ''],
  [moveOf('draft', { errors: 2 }), '2 errors must be mended first.'],
  [moveOf('draft', { conflict: true }), 'Decide first whose draft is kept.'],
  [moveOf('draft', { roles: ['viewer'] }), 'Editors send documents for review.'],
  [moveOf('in-review', { person: 'Mara' }), 'You edited it last; somebody else approves it.'],
  [moveOf('in-review', { roles: ['editor'] }), 'It waits for an approver.'],
  [moveOf('approved', { roles: ['editor'] }), 'It is approved; approvers publish it.'],
  [moveOf(undefined, { untaken: 1 }), notTaken('1 field')],
  [moveOf('draft', { untaken: 2, errors: 1 }), notTaken('2 fields')],
  [moveOf('in-review', { untaken: 1 }), notTaken('1 field')],
  [moveOf('approved', { untaken: 1 }), notTaken('1 field')],
  [moveOf('scheduled', { untaken: 1 }), ''],
])('says why not: %s', ({ why }, said) => {
  expect(why).toBe(said);
});

function notTaken(fields: string): string {
  return `What is written in ${fields} is not taken over yet. Mend it, or take it back.`;
}
