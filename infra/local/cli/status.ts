import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { statusView } from '@baton/functions/views/status.ts';
import * as z from 'zod';
import { openHost } from '../host.ts';
import { systemClock } from '../virtual-clock.ts';
import { noChannel } from './channels.ts';
import { Refusal } from './failure.ts';
import { createLog } from './log.ts';
import { askOwnHost, runningHost } from './own-host.ts';

const Status = z.record(z.string(), z.unknown());

/** Shows what a data folder holds, asking the host that runs on it where there is one. */
export async function statusCommand({ data, json }: { data: string; json?: boolean }): Promise<number> {
  if (!existsSync(join(data, 'baton.db')))
    throw new Refusal(`${data} holds no data yet; "npm start" makes it, or name another folder with --data`);
  const running = runningHost(data);
  const status = running ? await askOwnHost(data, Status, '/api/status') : await readFolder(data);
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
