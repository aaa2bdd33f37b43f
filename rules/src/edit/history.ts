/**
 * What an editor did to a document, as plain data: every state that can be gone back to, the one that is shown, and
 * those that were gone back from. A state is named by the change that led to it.
 *
 * 1. Undoing everything gives the very document that the history began with.
 * 2. A new change forgets what was undone.
 * 3. Changes of one label that follow each other within `pause` are one, so that a word is undone and not a letter.
 */
export type Entry<D> = { label: string; document: D; at: number };
export type History<D> = {
  readonly past: readonly Entry<D>[];
  readonly present: Entry<D>;
  readonly future: readonly Entry<D>[];
};

/** Milliseconds within which changes of one label are one change. */
const pause = 1000;

export function begin<D>(document: D, at = 0): History<D> {
  return { past: [], present: { label: '', document, at }, future: [] };
}

/** `at` in milliseconds, by any clock that runs forward. */
export function record<D>(history: History<D>, label: string, document: D, at: number): History<D> {
  const { past, present, future } = history;
  if (document === present.document) return history;
  const goesOn = past.length > 0 && future.length === 0 && present.label === label && at - present.at < pause;
  return { past: goesOn ? past : [...past, present], present: { label, document, at }, future: [] };
}

export function undo<D>(history: History<D>): History<D> {
  const { past, present, future } = history;
  const former = past.at(-1);
  return former ? { past: past.slice(0, -1), present: former, future: [present, ...future] } : history;
}

export function redo<D>(history: History<D>): History<D> {
  const { past, present, future } = history;
  const [next, ...rest] = future;
  return next ? { past: [...past, present], present: next, future: rest } : history;
}
