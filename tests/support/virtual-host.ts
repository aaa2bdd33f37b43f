import type { OutgoingMessage } from '@baton/functions/ports.ts';
import { type HostOptions, openHost } from '@baton/infra/local/host.ts';
import { createVirtualClock } from '@baton/infra/local/virtual-clock.ts';
import type { Library } from '@baton/rules/documents/index.ts';
import { onTestFinished } from 'vitest';
import { onVirtualTime } from './on-virtual-time.ts';
import { shippedLibrary } from './shipped-library.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { walls } from './walled.ts';

/** The shipped library, or another, running on a virtual clock in a folder that goes when the test ends. */
export async function openVirtualHost(
  start: string,
  documents?: Library,
  {
    kind = 'virtual',
    ...more
  }: Pick<HostOptions, 'storeOf' | 'portsOf'> & { kind?: 'virtual' | 'system' } = {},
) {
  const clock = createVirtualClock(start);
  const library = documents ?? (await shippedLibrary());
  const sent: OutgoingMessage[] = [];
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const host = await openHost({
    folder: temporaryFolder(),
    clock: { ...clock, kind },
    library,
    identitySeed: 'tests',
    log,
    // Inside the walls of its role each function must come through, in every test.
    portsOf: walls(new Map()),
    ...more,
    channel: () => ({
      send: async (message) => {
        sent.push(message);
        return { kind: 'sent' };
      },
    }),
  });
  onTestFinished(() => host.close());
  return { ...host, clock, sent, ...onVirtualTime(host, clock) };
}
