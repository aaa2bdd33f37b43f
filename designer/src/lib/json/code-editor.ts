import '@fontsource-variable/jetbrains-mono';
import { json, jsonLanguage } from '@codemirror/lang-json';
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { type Diagnostic, forceLinting, linter, lintGutter } from '@codemirror/lint';
import { tags } from '@lezer/highlight';
import { basicSetup, EditorView } from 'codemirror';
import type { Completions } from './json-completion.ts';

export type Remark = Diagnostic;
export type CodeEditor = {
  text(): string;
  /** Shows another text; the place of the cursor stays as far as it can. */
  show(text: string): void;
  lint(): void;
  close(): void;
};

/** Colours by the tokens of the page, so that light and dark need no second theme. */
const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--ink)', fontWeight: '600' },
  { tag: tags.string, color: 'light-dark(oklch(43% 0.1 150), oklch(80% 0.13 150))' },
  { tag: [tags.number, tags.bool, tags.null], color: 'light-dark(oklch(47% 0.15 255), oklch(78% 0.11 255))' },
  { tag: [tags.separator, tags.brace, tags.squareBracket], color: 'var(--ink-soft)' },
]);

export const look = EditorView.theme({
  '&': { height: '100%', fontSize: '13px', backgroundColor: 'var(--sheet)', color: 'var(--ink)' },
  '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '-2px' },
  '.cm-scroller': { fontFamily: '"JetBrains Mono Variable", ui-monospace, monospace', lineHeight: '1.6' },
  '.cm-content': { caretColor: 'var(--ink)' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '.cm-gutters': {
    backgroundColor: 'var(--sheet)',
    color: 'var(--ink-soft)',
    borderRight: '1px solid var(--line)',
  },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'var(--wash)' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--line) !important',
  },
  '.cm-tooltip': {
    backgroundColor: 'var(--sheet)',
    color: 'var(--ink)',
    border: '1px solid var(--line-strong)',
  },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: 'var(--wash)', color: 'var(--ink)' },
  '.cm-panels': { backgroundColor: 'var(--wash)', color: 'var(--ink)' },
  '.cm-foldPlaceholder': { backgroundColor: 'var(--wash)', color: 'var(--ink-soft)', border: 'none' },
});

/**
 * An editor for JSON in a shadow root: there the editor's style sheets are objects and no style elements, which the content
 * security policy would refuse.
 */
export function openCodeEditor(
  host: HTMLElement,
  given: {
    text: string;
    label: string;
    readOnly: boolean;
    complete: (text: string, offset: number) => Completions;
    lint: (text: string) => Remark[];
    onText: (text: string) => void;
  },
): CodeEditor {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  let isShowing = false;
  const view = new EditorView({
    doc: given.text,
    parent: root,
    root,
    extensions: [
      basicSetup,
      json(),
      syntaxHighlighting(colours),
      look,
      lintGutter(),
      linter((editor) => given.lint(editor.state.doc.toString()), { delay: 250 }),
      jsonLanguage.data.of({
        autocomplete: ({ state, pos, explicit }: Asked) => {
          const found = given.complete(state.doc.toString(), pos);
          if (!explicit && found.from === found.to) return null;
          return { from: found.from, options: found.options };
        },
      }),
      EditorView.editable.of(!given.readOnly),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ 'aria-label': given.label, tabindex: '0' }),
      EditorView.updateListener.of(({ docChanged, state }) => {
        if (docChanged && !isShowing) given.onText(state.doc.toString());
      }),
    ],
  });
  return {
    text: () => view.state.doc.toString(),
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
    lint: () => forceLinting(view),
    close: () => view.destroy(),
  };
}

type Asked = { state: { doc: { toString(): string } }; pos: number; explicit: boolean };
