import * as z from 'zod';
import { askOwnHost } from './own-host.ts';

const Link = z.object({ url: z.string(), expiresAt: z.string() });

/** Prints a link that signs one browser in. */
export async function linkCommand({ data, person }: { data: string; person: string }): Promise<number> {
  const path = `/api/people/${encodeURIComponent(person)}/link`;
  const { url, expiresAt } = await askOwnHost(data, Link, path, {});
  process.stdout.write(`${url}\ngood once, until ${expiresAt}\n`);
  return 0;
}
