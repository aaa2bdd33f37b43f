import { setTimeout } from 'node:timers/promises';
import * as z from 'zod';
import { readAddress } from '../push/address.ts';
import { remoteHost } from '../push/remote-host.ts';
import { shellCredentials } from '../push/sign.ts';
import { askOwnHost } from './own-host.ts';

export type LiveDocuments = Readonly<Record<string, readonly unknown[]>>;
const Library = z.object({ documents: z.record(z.string(), z.array(z.unknown())) });

/** Everything that is live: at an address, here or on AWS, or at the host that runs on a data folder. */
export async function liveAt({ from, data }: { from?: string; data: string }): Promise<LiveDocuments> {
  if (from === undefined) return (await askOwnHost(data, Library, '/api/library')).documents;
  const host = remoteHost(readAddress(from), {
    fetch: (url, init) => fetch(url, init),
    wait: async (milliseconds) => {
      await setTimeout(milliseconds);
    },
    now: () => new Date(),
    credentials: shellCredentials(),
  });
  return host.library();
}
