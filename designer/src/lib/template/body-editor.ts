import { HighlightStyle, StreamLanguage } from '@codemirror/language';
import { tags } from '@lezer/highlight';
import { type Given, openEditor } from '#lib/code/editor.ts';

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

/** An editor for the text of a message. */
export function openBodyEditor(host: HTMLElement, given: Given): BodyEditor {
  const { view, show, close } = openEditor(host, given, colours, message);
  return {
    show,
    insert(text) {
      view.dispatch(view.state.replaceSelection(text));
      view.focus();
    },
    close,
  };
}
