import type { ReadValue } from './read-value.ts';
import { countUntaken } from './untaken.svelte.ts';

export type TypedSource<T> = {
  /** What the document holds, as it stands in the field. */
  kept: string;
  read: (text: string) => ReadValue<T>;
  keep: (value: T) => void;
  /** Words are taken over when they are complete, numbers with every digit. */
  takes: 'complete' | 'every-key';
};
export type TypedValue = ReturnType<typeof createTypedValue>;

/**
 * A field whose text may be none that the document can hold. Such a text stays in the field with what is allowed instead, the
 * document keeps its last sound value, and Esc brings that back into the field.
 */
export function createTypedValue<T>(source: () => TypedSource<T>) {
  let typed = $state.raw<{ text: string; over: string }>();
  let isComplete = $state(false);

  /** A value that came from elsewhere, as by undoing, outdates what was typed. */
  const own = $derived(typed?.over === source().kept ? typed.text : undefined);
  const text = $derived(own ?? source().kept);
  const read = $derived(own === undefined ? undefined : source().read(own));
  /** Who empties a field is about to write in it. */
  const isBusy = $derived(!isComplete && (source().takes === 'complete' || text.trim() === ''));
  const reason = $derived(read && !read.ok && !isBusy ? read.reason : '');
  countUntaken(() => reason !== '');

  function keep(): void {
    if (!read?.ok || text === source().kept) return;
    const now = text;
    source().keep(read.value);
    typed = { text: now, over: source().kept };
  }
  function giveUp(): void {
    typed = undefined;
    isComplete = false;
  }

  return {
    get text() {
      return text;
    },
    get kept() {
      return source().kept;
    },
    /** What may be written instead; empty where all is well. */
    get reason() {
      return reason;
    },
    giveUp,
    oninput({ currentTarget: field }: { currentTarget: HTMLInputElement | HTMLTextAreaElement }) {
      typed = { text: field.value, over: source().kept };
      // A field for numbers does not tell what it holds while that is none.
      isComplete = field.validity.badInput;
      if (source().takes === 'every-key') keep();
    },
    /** The field was left, or Enter pressed. */
    onchange() {
      isComplete = true;
      keep();
      if (read?.ok) giveUp();
    },
    onkeydown(event: KeyboardEvent) {
      if (event.key !== 'Escape' || own === undefined) return;
      giveUp();
      event.preventDefault();
      event.stopPropagation();
    },
  };
}
