import { type History, redo, undo } from '@baton/rules/edit/history.ts';
import { expect } from 'vitest';

/** Everything undone gives the very start, and everything done again the very end. */
export function expectThereAndBack<D>(history: History<D>, start: D): void {
  let now = history;
  while (now.future.length > 0) now = redo(now);
  const end = now.present.document;
  while (now.past.length > 0) now = undo(now);
  expect(now.present.document).toBe(start);
  while (now.future.length > 0) now = redo(now);
  expect(now.present.document).toBe(end);
}
