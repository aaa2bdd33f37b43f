import { acceptEvents } from '@baton/functions/use-cases/accept-events.ts';
import type { Host } from '@baton/infra/local/host.ts';
import type { VirtualClock } from '@baton/infra/local/virtual-clock.ts';
import type { JsonObject } from '@baton/rules/json.ts';

/** Moves a host through virtual time. */
export function onVirtualTime(host: Host, clock: VirtualClock) {
  let events = 0;
  return {
    /** Moves time on, doing on the way whatever becomes due. */
    passUntil: async (instant: string): Promise<void> => {
      const end = Date.parse(instant);
      await host.settle();
      for (let due = host.dueAt(); due !== undefined && due <= end; due = host.dueAt()) {
        clock.moveTo(due);
        await host.settle();
      }
      clock.moveTo(end);
      await host.settle();
    },
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
