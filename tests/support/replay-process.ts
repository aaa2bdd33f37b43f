import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import * as z from 'zod';

const root = join(import.meta.dirname, '../..');

/** Of what a replay prints with `--json`, the part that says in which state it ended. */
const Ended = z.object({
  events: z.number(),
  deadLetters: z.number(),
  quarantined: z.number(),
  now: z.string(),
  importSeconds: z.number(),
  replaySeconds: z.number(),
  peakMemoryMb: z.number(),
  rows: z.number(),
  stateHash: z.string(),
  summary: z.json(),
});
export type Ended = z.infer<typeof Ended>;

export type ReplayProcess = {
  child: ChildProcess;
  /** Resolves when the process is gone; `signal` says that it was killed, `ended` what it printed at its end. */
  over: Promise<{ code: number | null; signal: string | null; ended?: Ended; errors: string }>;
};

/** The command line as a process of its own, so that it can be killed like any other. */
export function startReplay(args: readonly string[]): ReplayProcess {
  const child = spawn(
    process.execPath,
    ['--no-warnings', join(root, 'infra/local/cli/main.ts'), 'replay', ...args, '--json'],
    { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let out = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const over = new Promise<Awaited<ReplayProcess['over']>>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const ended = code === 0 ? Ended.parse(JSON.parse(out)) : undefined;
      resolve({ code, signal, ended, errors });
    });
  });
  return { child, over };
}

/** Replays to the end; throws with what the command said where it does not get there. */
export async function replayToEnd(args: readonly string[]): Promise<Ended> {
  const { code, ended, errors } = await startReplay(args).over;
  if (!ended) throw new Error(`the replay ended with code ${code}: ${errors.slice(-2000)}`);
  return ended;
}
