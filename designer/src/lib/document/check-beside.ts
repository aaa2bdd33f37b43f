import type { Problem } from '@baton/rules/check/problems.ts';
import type { Library } from '@baton/rules/documents/index.ts';
import { startWorker } from '#lib/worker/start-worker.ts';
import type { CheckQuestion } from './check-worker.ts';
import workerAddress from './check-worker.ts?worker&url';
import type { Checked } from './checking.ts';

type Answer = { number: number; problems: Problem[] };

let worker: Worker | undefined;
let told: Library | undefined;
let number = 0;
const waiting = new Map<number, (problems: Problem[]) => void>();

/**
 * What is wrong with a document, or with the library as it is, found beside the page: with a thousand steps it takes longer than a person should wait for
 * the letter they typed.
 */
export function findProblems(checked: Checked | undefined, library: Library | undefined): Promise<Problem[]> {
  if (!worker || told !== library) ask({ library });
  told = library;
  number += 1;
  const question = number;
  return new Promise((resolve) => {
    waiting.set(question, resolve);
    ask({ number: question, checked });
  });
}

function ask(question: CheckQuestion): void {
  worker ??= started();
  worker.postMessage(question);
}

function started(): Worker {
  const fresh = startWorker(workerAddress);
  fresh.addEventListener('message', ({ data }: MessageEvent<Answer>) => {
    waiting.get(data.number)?.(data.problems);
    waiting.delete(data.number);
  });
  return fresh;
}
