import { Worker } from 'node:worker_threads';
import type { ReachView } from '@baton/functions/api/views.ts';
import { Transient } from '@baton/functions/ports.ts';
import type { AskMatching, Matches } from '@baton/functions/views/matching.ts';
import type { AskReach } from '@baton/functions/views/reach.ts';

export type Asked = { id: number } & Question;
type Question = { kind: 'reach'; ask: AskReach } | { kind: 'matching'; ask: AskMatching };
type Answer = { view: ReachView } | { matches: Matches };
export type Told = { id: number } & (Answer | { error: string });

/** How long nobody need ask before the facts of all contacts are let go. */
const idleMs = 10 * 60_000;

/** Whom a condition fits, answered by a thread that is there while somebody asks. */
export function createReach(path: string): {
  reach(ask: AskReach): Promise<ReachView>;
  matching(ask: AskMatching): Promise<Matches>;
  close(): void;
} {
  const waiting = new Map<number, { resolve: (answer: Answer) => void; reject: (error: Error) => void }>();
  let worker: Worker | undefined;
  let idle: NodeJS.Timeout | undefined;
  let asked = 0;

  function start(): Worker {
    const thread = new Worker(new URL('./worker.ts', import.meta.url), { workerData: { path } });
    thread.unref();
    thread.on('message', (told: Told) => {
      const one = waiting.get(told.id);
      waiting.delete(told.id);
      if ('error' in told) one?.reject(new Transient(told.error));
      else one?.resolve(told);
    });
    thread.on('error', (error) => {
      worker = undefined;
      for (const { reject } of waiting.values()) reject(error);
      waiting.clear();
    });
    return thread;
  }

  function close(): void {
    clearTimeout(idle);
    void worker?.terminate();
    worker = undefined;
  }

  function ask(question: Question): Promise<Answer> {
    worker ??= start();
    clearTimeout(idle);
    idle = setTimeout(close, idleMs);
    idle.unref();
    const id = ++asked;
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      worker?.postMessage({ id, ...question } satisfies Asked);
    });
  }

  return {
    reach: async (question) => {
      const answer = await ask({ kind: 'reach', ask: question });
      if ('view' in answer) return answer.view;
      throw new Error('the thread answered another question');
    },
    matching: async (question) => {
      const answer = await ask({ kind: 'matching', ask: question });
      if ('matches' in answer) return answer.matches;
      throw new Error('the thread answered another question');
    },
    close,
  };
}
