import '#lib/worker/without-eval.ts';
import type { DocumentKind, Library } from '@baton/rules/documents/index.ts';
import type { DocumentOf } from '@baton/rules/documents/parse.ts';
import { problemsWith } from './checking.ts';

/** What is live is told once; then documents are asked about, each by the number of its question. */
export type CheckQuestion =
  | { library: Library | undefined }
  | { number: number; kind: DocumentKind; document: DocumentOf<DocumentKind> };

let library: Library | undefined;

addEventListener('message', ({ data }: MessageEvent<CheckQuestion>) => {
  if ('library' in data) library = data.library;
  else postMessage({ number: data.number, problems: problemsWith(data.kind, data.document, library) });
});
