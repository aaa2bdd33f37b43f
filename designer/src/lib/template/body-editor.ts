import '@fontsource-variable/jetbrains-mono';
import { HighlightStyle, StreamLanguage, syntaxHighlighting } from '@codemirror/language';
import { tags } from '@lezer/highlight';
import { basicSetup, EditorView } from 'codemirror';
import { look } from '#lib/json/code-editor.ts';

export type BodyEditor = {
  show(text: string): void;
  insert(text: string): void;
  close(): void;
};

/** Enough of MJML and Liquid to tell them from what customers read. */
const message = StreamLanguage.define<{ inside: '' | 'liquid' | 'tag' }>({
  startState: () => ({ inside: '' }),
  token(stream, state) {
    if (state.inside === 'liquid') return within(stream, state, /.*?[%}]\}/, 'keyword');
    if (state.inside === 'tag') {
      if (stream.match(/\{\{.*?\}\}|\{%.*?%\}/)) return 'keyword';
      if (stream.match(/"[^"{]*"?/)) return 'string';
      if (stream.match('>')) {
        state.inside = '';
        return 'tagName';
      }
      stream.next();
      return 'tagName';
    }
    if (stream.match(/\{\{.*?\}\}|\{%.*?%\}/)) return 'keyword';
    if (stream.match(/\{[{%]/)) {
      state.inside = 'liquid';
      return 'keyword';
    }
    if (stream.match(/<\/?[a-z]/i)) {
      state.inside = 'tag';
      return 'tagName';
    }
    stream.next();
    stream.eatWhile(/[^<{]/);
    return null;
  },
});

type Stream = { match(pattern: RegExp): unknown; skipToEnd(): void };

function within(stream: Stream, state: { inside: string }, end: RegExp, name: string): string {
  if (stream.match(end)) state.inside = '';
  else stream.skipToEnd();
  return name;
}

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: 'var(--accent)', fontWeight: '600' },
  { tag: tags.tagName, color: 'var(--ink-soft)' },
  { tag: tags.string, color: 'light-dark(oklch(43% 0.1 150), oklch(80% 0.13 150))' },
]);

/** An editor for the text of a message, in a shadow root as `openCodeEditor` has it. */
export function openBodyEditor(
  host: HTMLElement,
  given: { text: string; label: string; readOnly: boolean; onText: (text: string) => void },
): BodyEditor {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  let isShowing = false;
  const view = new EditorView({
    doc: given.text,
    parent: root,
    root,
    extensions: [
      basicSetup,
      message,
      syntaxHighlighting(colours),
      look,
      EditorView.editable.of(!given.readOnly),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ 'aria-label': given.label, tabindex: '0' }),
      EditorView.updateListener.of(({ docChanged, state }) => {
        if (docChanged && !isShowing) given.onText(state.doc.toString());
      }),
    ],
  });
  return {
    show(text) {
      if (text === view.state.doc.toString()) return;
      isShowing = true;
      const { head } = view.state.selection.main;
      view.dispatch({
        changes: { from: 0, to: view.state.doc.length, insert: text },
        selection: { anchor: Math.min(head, text.length) },
      });
      isShowing = false;
    },
    insert(text) {
      view.dispatch(view.state.replaceSelection(text));
      view.focus();
    },
    close: () => view.destroy(),
  };
}
