import { setTimeout } from 'node:timers/promises';
import { EventBridgeClient, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { type Bus, type CloudEvent, Rejected, Transient } from '../../ports.ts';
import type { Connection } from './connection.ts';
import { inCalls, isTooLarge, putEntries } from './put-entries.ts';

const tries = 5;
const backoff = { firstMs: 100, mostMs: 2_000 } as const;

/**
 * The bus on EventBridge. An event may be put twice, when an answer is lost or somebody tries again after a failure; the
 * event's own source and id make it one. `sleep` and `random` spread the tries (full jitter).
 */
export function createBus({
  name,
  connection = {},
  sleep = (ms) => setTimeout(ms),
  random = Math.random,
}: {
  /** Name or ARN of the event bus. */
  name: string;
  connection?: Connection;
  sleep?: (ms: number) => Promise<void>;
  random?: () => number;
}): Bus {
  const client = new EventBridgeClient(connection);

  async function putAll(entries: PutEventsRequestEntry[]): Promise<void> {
    let left = entries;
    for (let attempt = 1; ; attempt++) {
      const { failed, reason } = await putEntries(client, left).catch((error: unknown) => {
        throw new Transient(`the event bus ${name} cannot be reached (${nameOf(error)}); try again later`);
      });
      if (failed.length === 0) return;
      if (attempt === tries)
        throw new Transient(`the event bus ${name} did not take ${failed.length} events (${reason})`);
      left = failed;
      await sleep(random() * Math.min(backoff.mostMs, backoff.firstMs * 2 ** attempt));
    }
  }

  return {
    put: async (events) => {
      const entries = events.map((event) => asEntry(event, name));
      for (const call of inCalls(entries)) await putAll(call);
    },
  };
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'no error');

/**
 * The CloudEvent travels whole, as the detail. The entry names no time of its own: the archive keeps and replays by it, and
 * an event that happened years ago would then be in no replay.
 */
function asEntry(event: CloudEvent, bus: string): PutEventsRequestEntry {
  if (event.source.startsWith('aws.'))
    throw new Rejected(
      `source: "${event.source}" begins with "aws.", which belongs to AWS; name the system that the event comes from`,
    );
  const entry = {
    EventBusName: bus,
    Source: event.source,
    DetailType: event.type,
    Detail: JSON.stringify(event),
  };
  if (isTooLarge(entry))
    throw new Rejected(`data: event ${event.id} is larger than 256 kB; send less with each event`);
  return entry;
}
