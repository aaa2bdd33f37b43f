import type { Problem } from '@baton/rules/check/problems.ts';
import type { Library } from '@baton/rules/documents/index.ts';
import { startWorker } from '#lib/worker/start-worker.ts';
import type { CheckAnswer, CheckQuestion } from './check-worker.ts';
import workerAddress from './check-worker.ts?worker&url';
import type { Checked } from './checking.ts';
import type { Drafted, Needs } from './together.ts';

let worker: Worker | undefined;
let told: (Library | undefined)[] = [];
let number = 0;
const waiting = new Map<number, (answer: CheckAnswer) => void>();

/**
 * What is wrong with a document, or with the library as it is, found beside the page: with a thousand steps it takes longer than a person should wait for
 * the letter they typed. `coming`: what is live, with what is drafted for the first time.
 */
export async function findProblems(
  checked: Checked | undefined,
  library: Library | undefined,
  coming = library,
): Promise<Problem[]> {
  tell(library, coming);
  const { problems } = await answerTo({ checked });
  return problems;
}

/** Which other drafts a draft needs to go live, found beside the page too: each of them is tried. */
export async function findNeeds(first: Drafted, others: readonly Drafted[], live: Library): Promise<Needs> {
  tell(live, live);
  const { together = [], problems } = await answerTo({ first, others });
  return { together, problems };
}

function tell(library: Library | undefined, coming: Library | undefined): void {
  if (!worker || told[0] !== library || told[1] !== coming)
    ask({ library, coming: coming === library ? undefined : coming });
  told = [library, coming];
}

function answerTo(
  question: { checked: Checked | undefined } | { first: Drafted; others: readonly Drafted[] },
): Promise<CheckAnswer> {
  number += 1;
  const own = number;
  return new Promise((resolve) => {
    waiting.set(own, resolve);
    ask({ number: own, ...question });
  });
}

function ask(question: CheckQuestion): void {
  worker ??= started();
  worker.postMessage(question);
}

function started(): Worker {
  const fresh = startWorker(workerAddress);
  fresh.addEventListener('message', ({ data }: MessageEvent<CheckAnswer>) => {
    waiting.get(data.number)?.(data);
    waiting.delete(data.number);
  });
  return fresh;
}
