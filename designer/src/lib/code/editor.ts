import '@fontsource-variable/jetbrains-mono';
import type { HighlightStyle } from '@codemirror/language';
import { syntaxHighlighting } from '@codemirror/language';
import { basicSetup, EditorView } from 'codemirror';

export type Given = { text: string; label: string; readOnly: boolean; onText: (text: string) => void };

const look = EditorView.theme({
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

type Extensions = NonNullable<NonNullable<ConstructorParameters<typeof EditorView>[0]>['extensions']>;

/**
 * An editor in a shadow root: there its style sheets are objects and no style elements, which the content security policy would
 * refuse. `show` puts another text in, and the place of the cursor stays as far as it can.
 */
export function openEditor(
  host: HTMLElement,
  { text: doc, label, readOnly, onText }: Given,
  colours: HighlightStyle,
  language: Extensions,
) {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  let isShowing = false;
  const view = new EditorView({
    doc,
    parent: root,
    root,
    extensions: [
      basicSetup,
      language,
      syntaxHighlighting(colours),
      look,
      EditorView.editable.of(!readOnly),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
      EditorView.updateListener.of(({ docChanged, state }) => {
        if (docChanged && !isShowing) onText(state.doc.toString());
      }),
    ],
  });
  return {
    view,
    show(text: string): void {
      if (text === view.state.doc.toString()) return;
      isShowing = true;
      const { head } = view.state.selection.main;
      view.dispatch({
        changes: { from: 0, to: view.state.doc.length, insert: text },
        selection: { anchor: Math.min(head, text.length) },
      });
      isShowing = false;
    },
    close: () => view.destroy(),
  };
}
