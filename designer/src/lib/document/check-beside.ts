import type { Problem } from '@baton/rules/check/problems.ts';
import type { DocumentKind, Library } from '@baton/rules/documents/index.ts';
import type { DocumentOf } from '@baton/rules/documents/parse.ts';
import { startWorker } from '#lib/worker/start-worker.ts';
import type { CheckQuestion } from './check-worker.ts';
import workerAddress from './check-worker.ts?worker&url';

type Answer = { number: number; problems: Problem[] };

let worker: Worker | undefined;
let told: Library | undefined;
let number = 0;
const waiting = new Map<number, (problems: Problem[]) => void>();

/**
 * What is wrong with a document, found beside the page: with a thousand steps it takes longer than a person should wait for
 * the letter they typed.
 */
export function findProblems<K extends DocumentKind>(
  kind: K,
  document: DocumentOf<K>,
  library: Library | undefined,
): Promise<Problem[]> {
  return answerTo(library, (number) => ({ number, kind, document }));
}

/** What would be wrong without a document: who names it, and where. */
export function findMissed(kind: DocumentKind, id: string, library: Library | undefined): Promise<Problem[]> {
  return answerTo(library, (number) => ({ number, kind, without: id }));
}

function answerTo(
  library: Library | undefined,
  questionOf: (number: number) => CheckQuestion,
): Promise<Problem[]> {
  if (!worker || told !== library) ask({ library });
  told = library;
  number += 1;
  const question = number;
  return new Promise((resolve) => {
    waiting.set(question, resolve);
    ask(questionOf(question));
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
