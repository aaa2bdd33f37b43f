import type { OutgoingMessage } from '@baton/functions/ports.ts';
import { acceptEvents } from '@baton/functions/use-cases/accept-events.ts';
import { type HostOptions, openHost } from '@baton/infra/local/host.ts';
import { createVirtualClock } from '@baton/infra/local/virtual-clock.ts';
import type { Library } from '@baton/rules/documents/index.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import { onTestFinished } from 'vitest';
import { shippedLibrary } from './shipped-library.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { walls } from './walled.ts';

/** The shipped library, or another, running on a virtual clock in a folder that goes when the test ends. */
export async function openVirtualHost(
  start: string,
  documents?: Library,
  more: Pick<HostOptions, 'storeOf' | 'portsOf'> = {},
) {
  const clock = createVirtualClock(start);
  const library = documents ?? (await shippedLibrary());
  const sent: OutgoingMessage[] = [];
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const host = await openHost({
    folder: temporaryFolder(),
    clock: { ...clock, kind: 'virtual' },
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
  let events = 0;

  /** Moves time on, doing on the way whatever becomes due. */
  async function passUntil(instant: string): Promise<void> {
    const end = Date.parse(instant);
    for (let due = host.dueAt(); due !== undefined && due <= end; due = host.dueAt()) {
      clock.moveTo(due);
      await host.settle();
    }
    clock.moveTo(end);
    await host.settle();
  }

  return {
    ...host,
    clock,
    sent,
    passUntil,
    /** An event happens now; everything that follows from it at once is done when this resolves. */
    happens: async (subject: string, type: string, data: JsonObject): Promise<void> => {
      const accepted = await acceptEvents(host.ports, {
        specversion: '1.0',
        id: `event-${++events}`,
        source: 'tests',
        type,
        time: clock.now().toISOString(),
        subject,
        data,
      });
      if (!accepted.ok) throw new Error(JSON.stringify(accepted.problems));
      await host.settle();
    },
  };
}
