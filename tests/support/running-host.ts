import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Json } from '@baton/rules/json.ts';
import * as z from 'zod';

const root = join(import.meta.dirname, '../..');
/** The Node that the project pins, whatever Node runs the tests. */
const node = join(root, 'node_modules/.bin/node');
const HostFile = z.object({ key: z.string() });
const startLimitMs = 150_000;
const runLimitMs = 120_000;

export type Ran = { code: number | null; stdout: string; stderr: string };
export type Answer = { status: number; headers: Headers; body: Json };

/** The real host as a process of its own, as `npm start` runs it. */
export type RunningHost = {
  url: string;
  folder: string;
  /** The header by which this machine's user is known. */
  authorization: string;
  /** What it printed at start that signs one browser in. */
  link: string;
  /** Another such link, for another browser. */
  newLink(): Promise<string>;
  /** Everything it has said on standard error so far. */
  stderr(): string;
  get(path: string): Promise<Answer>;
  /** The answer of an address that must be there, as the view that the caller names. */
  view<T>(path: string): Promise<T>;
  post(path: string, body: Json): Promise<Answer>;
  /** A request as it stands: any body, any headers. */
  ask(path: string, init: RequestInit): Promise<Answer>;
  /** Ends it in order, as Ctrl-C does; answers its exit code. */
  stop(): Promise<number | null>;
  /** Ends it as a power cut does. */
  kill(): Promise<void>;
};

/** Starts `baton start` on a folder with any free port and waits until it prints its URL. */
export async function startHost(
  folder: string,
  { empty = false, args = [] }: { empty?: boolean; args?: readonly string[] } = {},
): Promise<RunningHost> {
  const child = await underBuildLock(async () => {
    const started = launch([
      'start',
      '--port',
      '0',
      '--data',
      folder,
      ...(empty ? ['--empty'] : []),
      ...args,
    ]);
    const url = await printedUrl(started).catch(async (error: unknown) => {
      started.process.kill('SIGKILL');
      throw error;
    });
    return { ...started, url };
  });
  const { url, exited } = child;
  const { key } = HostFile.parse(JSON.parse(readFileSync(join(folder, 'host.json'), 'utf8')));
  const authorization = `Bearer ${key}`;
  const ask = async (path: string, init: RequestInit): Promise<Answer> => {
    const headers = new Headers(init.headers);
    if (!headers.has('authorization')) headers.set('authorization', authorization);
    const response = await fetch(url + path, { ...init, headers });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: readBody(text) };
  };
  const end = async (signal: NodeJS.Signals) => {
    child.process.kill(signal);
    return exited;
  };

  return {
    url,
    folder,
    authorization,
    link: /Sign in, once: (\S+)/.exec(child.stdout())?.[1] ?? '',
    stderr: child.stderr,
    ask,
    get: (path) => ask(path, {}),
    newLink: async () => {
      const { body } = await ask('/api/people/owner/link', { method: 'POST' });
      return z.object({ url: z.string() }).parse(body).url;
    },
    view: async (path) => {
      const response = await fetch(url + path, { headers: { authorization } });
      const text = await response.text();
      if (response.status !== 200) throw new Error(`${path} answered ${response.status}: ${text}`);
      return JSON.parse(text);
    },
    post: (path, body) =>
      ask(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    stop: () => end('SIGTERM'),
    kill: async () => {
      await end('SIGKILL');
    },
  };
}

/** Runs `baton` with arguments to its end; one that does not end, such as a start that succeeds, is ended with code `null`. */
export async function runBaton(...args: string[]): Promise<Ran> {
  const { process, stdout, stderr, exited } = launch(args);
  const limit = setTimeout(() => process.kill('SIGKILL'), runLimitMs);
  const code = await exited;
  clearTimeout(limit);
  return { code, stdout: stdout(), stderr: stderr() };
}

/** Runs `baton` for a reader that has left before the first line, as `head` does after the last one that it wants. */
export async function runBatonUnread(...args: string[]): Promise<Ran> {
  const { process, stdout, stderr, exited } = launch(args);
  process.stdout?.destroy();
  return { code: await exited, stdout: stdout(), stderr: stderr() };
}

type Launched = {
  process: ChildProcess;
  stdout(): string;
  stderr(): string;
  onText(listener: () => void): void;
  exited: Promise<number | null>;
};

function launch(args: readonly string[]): Launched {
  const child = spawn(node, ['--no-warnings', join(root, 'infra/local/cli/main.ts'), ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream]?.setEncoding('utf8').on('data', (text: string) => {
      said[stream] += text;
    });
  return {
    process: child,
    stdout: () => said.stdout,
    stderr: () => said.stderr,
    onText: (listener) => child.stdout?.on('data', listener),
    exited: once(child, 'close').then(() => child.exitCode),
  };
}

/** The URL that a starting host prints; rejects with what it said when it ends or takes too long. */
function printedUrl({ stdout, stderr, onText, exited }: Launched): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`the host ${why}:\n${stdout()}${stderr()}`));
    const limit = setTimeout(() => fail('printed no URL in time'), startLimitMs);
    const look = () => {
      const url = /Baton is running: (\S+)/.exec(stdout())?.[1];
      if (!url) return;
      clearTimeout(limit);
      resolve(url);
    };
    onText(look);
    exited.then((code) => {
      clearTimeout(limit);
      fail(`ended with ${code}`);
    });
  });
}

/**
 * A starting host builds the designer where the build is missing or old; two that build at once would spoil it. The
 * lock is held by an open transaction, so a killed test run leaves none behind.
 */
async function underBuildLock<T>(act: () => Promise<T>): Promise<T> {
  const lock = new DatabaseSync(join(tmpdir(), `baton-designer-build-${process.getuid?.() ?? 0}.lock`));
  const limit = Date.now() + startLimitMs;
  try {
    while (!taken(lock) && Date.now() < limit) await new Promise((resolve) => setTimeout(resolve, 50));
    return await act();
  } finally {
    lock.close();
  }
}

function taken(lock: DatabaseSync): boolean {
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return true;
  } catch {
    return false;
  }
}

function readBody(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
