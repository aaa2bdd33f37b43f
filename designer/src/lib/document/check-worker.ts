import '#lib/worker/without-eval.ts';
import type { DocumentKind, Library } from '@baton/rules/documents/index.ts';
import type { DocumentOf } from '@baton/rules/documents/parse.ts';
import { problemsWith, problemsWithout } from './checking.ts';

/** What is live is told once; then documents are asked about, each by the number of its question. */
export type CheckQuestion =
  | { library: Library | undefined }
  | { number: number; kind: DocumentKind; document: DocumentOf<DocumentKind> }
  | { number: number; kind: DocumentKind; without: string };

let library: Library | undefined;

addEventListener('message', ({ data }: MessageEvent<CheckQuestion>) => {
  if ('library' in data) library = data.library;
  else {
    const { number, kind } = data;
    const problems =
      'without' in data
        ? problemsWithout(kind, data.without, library)
        : problemsWith(kind, data.document, library);
    postMessage({ number, problems });
  }
});
