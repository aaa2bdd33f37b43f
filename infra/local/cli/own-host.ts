import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';
import { Refusal } from './failure.ts';

/** What a running host tells others about itself. */
export const hostFile = (folder: string): string => join(folder, 'host.json');

const HostFile = z.object({ url: z.string(), pid: z.number(), key: z.string().default('') });

type RunningHost = z.infer<typeof HostFile>;

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

const Refused = z.object({
  problems: z.array(z.object({ path: z.string(), reason: z.string(), remedy: z.string() })).min(1),
});

/** Asks the host that runs on a data folder as this machine's user; what it refuses is a `Refusal` that says why. */
export async function askOwnHost<T>(
  data: string,
  schema: z.ZodType<T>,
  path: string,
  body?: unknown,
): Promise<T> {
  const running = runningHost(data);
  if (!running) throw new Refusal(`no host is running on ${data}; "npm start" starts one`);
  const asked = await fetch(`${running.url}${path}`, {
    headers: { 'content-type': 'application/json', authorization: `Bearer ${running.key}` },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
  const answer: unknown = await asked.json();
  const read = schema.safeParse(answer);
  if (asked.ok && read.success) return read.data;
  const problems = Refused.safeParse(answer).data?.problems;
  throw new Refusal(
    problems?.map(({ path: place, reason, remedy }) => `${place}: ${reason}; ${remedy}`).join('\n  ') ??
      `${running.url} answered ${asked.status}, which this version does not understand`,
  );
}
