import '#lib/worker/without-eval.ts';
import type { Problem } from '@baton/rules/check/problems.ts';
import type { Library } from '@baton/rules/documents/index.ts';
import { type Checked, problemsOf } from './checking.ts';
import { type Drafted, neededBy } from './together.ts';

/** What is live is told once; then documents are asked about, each by the number of its question. */
export type CheckQuestion =
  | { library: Library | undefined; coming: Library | undefined }
  | { number: number; checked: Checked | undefined }
  | { number: number; first: Drafted; others: readonly Drafted[] };

/** `together`: what must go live with a draft, where that was the question. */
export type CheckAnswer = { number: number; problems: Problem[]; together?: string[] };

let library: Library | undefined;
let coming: Library | undefined;

addEventListener('message', async ({ data }: MessageEvent<CheckQuestion>) => {
  if ('library' in data) ({ library, coming } = data);
  else postMessage({ number: data.number, ...(await answerTo(data)) });
});

async function answerTo(
  question: Exclude<CheckQuestion, { library: unknown }>,
): Promise<Omit<CheckAnswer, 'number'>> {
  if ('checked' in question) return { problems: await problemsOf(question.checked, library, coming) };
  return library ? neededBy(question.first, question.others, library) : { problems: [] };
}
