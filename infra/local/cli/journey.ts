import * as z from 'zod';
import { Refusal } from './failure.ts';
import { askOwnHost } from './own-host.ts';

const states = { pause: 'paused', resume: 'running', stop: 'stopped' } as const;

const Answer = z.object({ changed: z.boolean() });

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
  const path = `/api/journeys/${encodeURIComponent(journey)}/state`;
  const { changed } = await askOwnHost(data, Answer, path, { state: states[what], reason });
  process.stdout.write(`${journey} ${changed ? 'is' : 'was already'} ${states[what]}\n`);
  return 0;
}

const isChange = (what: string): what is keyof typeof states => Object.hasOwn(states, what);
