import { Worker } from 'node:worker_threads';
import type { ReachView } from '@baton/functions/api/views.ts';
import { Transient } from '@baton/functions/ports.ts';
import type { AskReach } from '@baton/functions/views/reach.ts';

export type Asked = { id: number; ask: AskReach };
export type Told = { id: number; view: ReachView } | { id: number; error: string };

/** How long nobody need ask before the facts of all contacts are let go. */
const idleMs = 10 * 60_000;

/** Whom a condition fits, answered by a thread that is there while somebody asks. */
export function createReach(path: string): { reach(ask: AskReach): Promise<ReachView>; close(): void } {
  const waiting = new Map<number, { resolve: (view: ReachView) => void; reject: (error: Error) => void }>();
  let worker: Worker | undefined;
  let idle: NodeJS.Timeout | undefined;
  let asked = 0;

  function start(): Worker {
    const thread = new Worker(new URL('./worker.ts', import.meta.url), { workerData: { path } });
    thread.unref();
    thread.on('message', (told: Told) => {
      const one = waiting.get(told.id);
      waiting.delete(told.id);
      if ('view' in told) one?.resolve(told.view);
      else one?.reject(new Transient(told.error));
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

  return {
    reach: (ask) => {
      worker ??= start();
      clearTimeout(idle);
      idle = setTimeout(close, idleMs);
      idle.unref();
      const id = ++asked;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        worker?.postMessage({ id, ask } satisfies Asked);
      });
    },
    close,
  };
}
