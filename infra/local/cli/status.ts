import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { statusView } from '@baton/functions/views/status.ts';
import * as z from 'zod';
import { openHost } from '../host.ts';
import { systemClock } from '../virtual-clock.ts';
import { noChannel } from './channels.ts';
import { Refusal } from './failure.ts';
import { createLog } from './log.ts';

const Status = z.record(z.string(), z.unknown());

/** What a running host tells others about itself. */
export const hostFile = (folder: string): string => join(folder, 'host.json');

const HostFile = z.object({ url: z.string(), pid: z.number(), key: z.string().default('') });

export type RunningHost = z.infer<typeof HostFile>;

/** The host that holds the folder's lock. A killed one leaves its file behind, and its pid may belong to another by now. */
export function runningHost(folder: string): RunningHost | undefined {
  if (!existsSync(hostFile(folder)) || !isLocked(folder)) return undefined;
  try {
    return HostFile.parse(JSON.parse(readFileSync(hostFile(folder), 'utf8')));
  } catch {
    return undefined;
  }
}

function isLocked(folder: string): boolean {
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(join(folder, 'host.lock'), { readOnly: true });
    lock.prepare('SELECT count(*) FROM sqlite_schema').get();
    return false;
  } catch {
    return lock !== undefined;
  } finally {
    lock?.close();
  }
}

/** Shows what a data folder holds, asking the host that runs on it where there is one. */
export async function statusCommand({ data, json }: { data: string; json?: boolean }): Promise<number> {
  if (!existsSync(join(data, 'baton.db')))
    throw new Refusal(`${data} holds no data yet; "npm start" makes it, or name another folder with --data`);
  const running = runningHost(data);
  const status = running ? await askHost(running) : await readFolder(data);
  if (json)
    process.stdout.write(`${JSON.stringify({ running: running?.url ?? null, ...status }, undefined, 2)}\n`);
  else {
    process.stdout.write(
      running ? `running at ${running.url} (pid ${running.pid})\n` : 'no host is running on this folder\n',
    );
    printStatus(status);
  }
  return 0;
}

/** The headers of requests by this machine's user. */
export const ownHeaders = ({ key }: Pick<RunningHost, 'key'>): Record<string, string> => ({
  authorization: `Bearer ${key}`,
});

async function askHost(running: RunningHost): Promise<Record<string, unknown>> {
  const response = await fetch(`${running.url}/api/status`, { headers: ownHeaders(running) });
  return Status.parse(await response.json());
}

async function readFolder(folder: string): Promise<Record<string, unknown>> {
  const host = await openHost({
    folder,
    clock: { ...systemClock, kind: 'system' },
    channel: () => noChannel,
    log: createLog('error'),
  });
  try {
    return { ...(await statusView(host.ports, { deadLetters: host.deadLetters(), clock: 'system' })) };
  } finally {
    await host.close();
  }
}

function printStatus(status: Record<string, unknown>, indent = ''): void {
  for (const [name, value] of Object.entries(status)) {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      process.stdout.write(`${indent}${name}\n`);
      printStatus(Object.fromEntries(Object.entries(value)), `${indent}  `);
    } else
      process.stdout.write(
        `${indent}${name.padEnd(Math.max(1, 24 - indent.length))} ${Array.isArray(value) ? JSON.stringify(value) : String(value)}\n`,
      );
  }
}
