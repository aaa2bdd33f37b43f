import type { LayoutView } from '@baton/functions/api/views.ts';
import { type History, record } from '@baton/rules/edit/history.ts';

/** What a person works on: what it says, and where its parts stand on the screen, which says nothing about what it means. */
export type Work<D> = { readonly document: D; readonly layout: LayoutView };

/**
 * Both have one history, in the order in which they were done, so that undo always takes back what was done last. What is
 * not named in `to` stays as it is.
 */
export function recordWork<D>(
  history: History<Work<D>>,
  label: string,
  to: Partial<Work<D>>,
  at: number,
): History<Work<D>> {
  const before = history.present.document;
  const wanted = { ...before, ...to };
  const layout = isSameLayout(wanted.layout, before.layout) ? before.layout : wanted.layout;
  if (wanted.document === before.document && layout === before.layout) return history;
  return record(history, label, { document: wanted.document, layout }, at);
}

/** Stores give names in an order of their own. */
export function isSameLayout(a: LayoutView, b: LayoutView): boolean {
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => a[name]?.x === b[name]?.x && a[name]?.y === b[name]?.y)
  );
}

/**
 * A part that is called otherwise stands where it stood, under both names: the document may still be had as it was before,
 * by undoing it, by discarding the draft, or by rolling back.
 */
export function underBothNames(layout: LayoutView, from: string, to: string): LayoutView {
  const place = layout[from];
  return place ? { ...layout, [to]: place } : layout;
}

/** What is new under a name does not stand where something else of that name once stood. */
export function without(layout: LayoutView, name: string): LayoutView {
  const { [name]: _, ...rest } = layout;
  return rest;
}
