import '#lib/worker/without-eval.ts';
import type { Library } from '@baton/rules/documents/index.ts';
import { type Checked, problemsOf } from './checking.ts';

/** What is live is told once; then documents are asked about, each by the number of its question. */
export type CheckQuestion =
  | { library: Library | undefined }
  | { number: number; checked: Checked | undefined };

let library: Library | undefined;

addEventListener('message', async ({ data }: MessageEvent<CheckQuestion>) => {
  if ('library' in data) library = data.library;
  else postMessage({ number: data.number, problems: await problemsOf(data.checked, library) });
});
