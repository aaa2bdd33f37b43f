import { SingleBar } from 'cli-progress';

/** Where a command talks to a person. */
export type Terminal = {
  out: NodeJS.WritableStream;
  err: NodeJS.WritableStream & { isTTY?: boolean };
  now: () => number;
};

export const terminal: Terminal = { out: process.stdout, err: process.stderr, now: Date.now };

/** Shows how far long work is: a bar on a terminal, a plain line every few seconds elsewhere. */
export type Progress = { update(done: number, total: number, note: string): void; stop(): void };

const plainEveryMs = 5000;

export function startProgress(what: string, { err, now }: Terminal = terminal): Progress {
  const show = err.isTTY ? bar(what, err) : plainLines(what, err, now);
  let first: { done: number; at: number } | undefined;
  return {
    update(done, total, note) {
      first ??= { done, at: now() };
      const left = timeLeft(done - first.done, total - done, now() - first.at);
      show.update(done, total, left === undefined ? note : `${note} · ${left} left`);
    },
    stop: () => show.stop(),
  };
}

function bar(what: string, stream: NodeJS.WritableStream): Progress {
  const single = new SingleBar({
    stream,
    format: `${what} [{bar}] {percentage} % · {note}`,
    hideCursor: true,
    clearOnComplete: true,
    gracefulExit: false,
    linewrap: true,
  });
  let running = false;
  return {
    update(done, total, note) {
      if (!running) single.start(total, done, { note });
      running = true;
      single.update(done, { note });
    },
    stop() {
      if (running) single.stop();
    },
  };
}

function plainLines(what: string, stream: NodeJS.WritableStream, now: () => number): Progress {
  let last = now();
  return {
    update(done, total, note) {
      if (now() - last < plainEveryMs) return;
      last = now();
      stream.write(`${what}: ${total === 0 ? 100 : Math.floor((100 * done) / total)} % · ${note}\n`);
    },
    stop() {},
  };
}

/** By the pace so far; the first second says nothing yet. */
function timeLeft(done: number, left: number, elapsedMs: number): string | undefined {
  if (elapsedMs < 1000 || done <= 0 || left <= 0) return undefined;
  return spanText((left * elapsedMs) / done);
}

/** A span as people say it: "8 s", "3 min", "1 h 20 min". */
export function spanText(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 100) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 100 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
