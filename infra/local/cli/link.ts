import * as z from 'zod';
import { Refusal } from './failure.ts';
import { ownHeaders, runningHost } from './status.ts';

const Link = z.object({ url: z.string(), expiresAt: z.string() });

/** Prints a link that signs one browser in. */
export async function linkCommand({ data, person }: { data: string; person: string }): Promise<number> {
  const running = runningHost(data);
  if (!running) throw new Refusal(`no host is running on ${data}; start it with "npm start"`);
  const address = `${running.url}/api/people/${encodeURIComponent(person)}/link`;
  const response = await fetch(address, { method: 'POST', headers: ownHeaders(running) });
  if (response.status === 404)
    throw new Refusal(`nobody named "${person}" may sign in; an administrator adds people under Admin`);
  const { url, expiresAt } = Link.parse(await response.json());
  process.stdout.write(`${url}\ngood once, until ${expiresAt}\n`);
  return 0;
}
