import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { Refusal } from './failure.ts';
import { ownHeaders, runningHost } from './status.ts';

const states = { pause: 'paused', resume: 'running', stop: 'stopped' } as const;

const Answer = z.object({
  changed: z.boolean().optional(),
  problems: z.array(z.object({ path: z.string(), reason: z.string(), remedy: z.string() })).optional(),
});

/**
 * Pauses, resumes or stops a journey of the host that runs on a data folder. What follows for those inside is the host's
 * to carry out, so there must be one.
 */
export async function journeyCommand(
  what: string,
  journey: string,
  { data, reason }: { data: string; reason: string },
): Promise<number> {
  if (!isChange(what)) throw new Refusal(`"${what}" is not known; use ${Object.keys(states).join(', ')}`);
  const running = existsSync(join(data, 'baton.db')) ? runningHost(data) : undefined;
  if (!running) throw new Refusal(`no host is running on ${data}; "npm start" starts one`);
  const response = await fetch(`${running.url}/api/journeys/${encodeURIComponent(journey)}/state`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...ownHeaders(running) },
    body: JSON.stringify({ state: states[what], reason }),
  });
  const { changed, problems } = Answer.parse(await response.json());
  const [problem] = problems ?? [];
  if (problem) throw new Refusal(`${problem.path}: ${problem.reason}; ${problem.remedy}`);
  process.stdout.write(`${journey} ${changed ? 'is' : 'was already'} ${states[what]}\n`);
  return 0;
}

const isChange = (what: string): what is keyof typeof states => Object.hasOwn(states, what);
