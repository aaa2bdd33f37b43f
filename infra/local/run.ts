import { errorCode } from '@baton/functions/error-code.ts';
import type { Handler } from '@baton/functions/handlers/task.ts';
import { type Log, Transient } from '@baton/functions/ports.ts';
import type { Host } from './host.ts';

const sliceMs = 8;
/** So long after a request others are likely: then they get in between any two units of work. */
const busyMs = 50;
const longestTimer = 2 ** 31 - 1;

/**
 * Keeps a host working on real time: whenever something is ready it is done, in slices so that requests are answered in
 * between; otherwise one timer waits for the next thing that becomes due.
 */
export function run(
  host: Host,
  log: Log,
): { around(api: Handler): Handler; stop(): Promise<void>; failed: Promise<Error> } {
  let stopped = false;
  let askedAt = Number.NEGATIVE_INFINITY;
  let working: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let fail: (error: Error) => void = () => {};
  const failed = new Promise<Error>((resolve) => {
    fail = resolve;
  });

  function wake(): void {
    if (stopped || working) return;
    clearTimeout(timer);
    working = work()
      .catch((error: unknown) => {
        stopped = true;
        const reason = error instanceof Error ? error : new Error(String(error));
        log.error('the host stopped working', {
          reason: error instanceof Transient ? error.message : errorCode(error),
        });
        fail(reason);
      })
      .finally(() => {
        working = undefined;
        if (!stopped) arm();
      });
  }

  async function work(): Promise<void> {
    let since = performance.now();
    while (!stopped && (await host.step())) {
      const now = performance.now();
      if (now - since < sliceMs && now - askedAt > busyMs) continue;
      await new Promise((resolve) => setImmediate(resolve));
      since = performance.now();
    }
  }

  function arm(): void {
    const due = host.dueAt();
    if (due === undefined) return;
    timer = setTimeout(wake, Math.min(longestTimer, Math.max(0, due - Date.now())));
  }

  wake();
  return {
    around: (api) => async (event) => {
      askedAt = performance.now();
      const answer = await api(event);
      wake();
      return answer;
    },
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await working;
    },
    failed,
  };
}
