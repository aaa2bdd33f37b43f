import { json, jsonLanguage } from '@codemirror/lang-json';
import { HighlightStyle } from '@codemirror/language';
import { type Diagnostic, forceLinting, linter, lintGutter } from '@codemirror/lint';
import { tags } from '@lezer/highlight';
import { type Given, openEditor } from '#lib/code/editor.ts';
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

/** An editor for JSON. */
export function openCodeEditor(
  host: HTMLElement,
  given: Given & {
    complete: (text: string, offset: number) => Completions;
    lint: (text: string) => Remark[];
  },
): CodeEditor {
  const { view, show, close } = openEditor(host, given, colours, [
    json(),
    lintGutter(),
    linter((editor) => given.lint(editor.state.doc.toString()), { delay: 250 }),
    jsonLanguage.data.of({
      autocomplete: ({ state, pos, explicit }: Asked) => {
        const found = given.complete(state.doc.toString(), pos);
        if (!explicit && found.from === found.to) return null;
        return { from: found.from, options: found.options };
      },
    }),
  ]);
  return { text: () => view.state.doc.toString(), show, lint: () => forceLinting(view), close };
}

type Asked = { state: { doc: { toString(): string } }; pos: number; explicit: boolean };
