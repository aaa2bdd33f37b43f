import * as z from 'zod';
import { readAddress } from '../push/address.ts';
import { remoteHost, shellWire } from '../push/remote-host.ts';
import { askOwnHost } from './own-host.ts';

export type LiveDocuments = Readonly<Record<string, readonly unknown[]>>;
const Library = z.object({ documents: z.record(z.string(), z.array(z.unknown())) });

/** Everything that is live: at an address, here or on AWS, or at the host that runs on a data folder. */
export async function liveAt({ from, data }: { from?: string; data: string }): Promise<LiveDocuments> {
  if (from === undefined) return (await askOwnHost(data, Library, '/api/library')).documents;
  return remoteHost(readAddress(from), shellWire()).library();
}
