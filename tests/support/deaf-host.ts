import { createDocuments } from '@baton/functions/library/documents.ts';
import { publishLibrary } from '@baton/functions/library/publish.ts';
import type { Channel, CloudEvent, Ports } from '@baton/functions/ports.ts';
import { rowsOf } from '@baton/functions/repositories/read.ts';
import { EventRow } from '@baton/functions/repositories/rows.ts';
import { applyEvents } from '@baton/functions/use-cases/apply-event.ts';
import { recordEvent } from '@baton/functions/use-cases/record-event.ts';
import { createVirtualClock } from '@baton/infra/local/virtual-clock.ts';
import type { Library } from '@baton/rules/documents/index.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import { ignoredMetrics } from './ignored-metrics.ts';
import { createMemoryStore } from './memory-store.ts';
import { shippedLibrary } from './shipped-library.ts';

/**
 * Use cases over a store to whose changes nobody listens: whatever is to go on must be called or swept up. `did` lists
 * what left for workflows, channels and the bus; `send` stands for the provider.
 */
export async function openDeafHost(
  start: string,
  { library, send }: { library?: Library; send?: Channel['send'] } = {},
) {
  const store = createMemoryStore();
  const clock = createVirtualClock(start);
  const did: string[] = [];
  const provider: Channel = {
    recognisesSendId: true,
    send: async (message) => {
      const outcome = (await send?.(message)) ?? ({ kind: 'sent' } as const);
      did.push(`send ${message.sendId}`);
      return outcome;
    },
  };
  const workflows: Ports['workflows'] = {
    publish: async ({ journey, version }) => `journey-${journey}-v${version}`,
    plan: async () => {},
    start: async ({ name, machine }) => {
      did.push(`start ${machine} ${name}`);
      return 'started';
    },
    succeed: async (token, output) => {
      did.push(`succeed ${token} ${JSON.stringify(output)}`);
      return 'ok';
    },
    stop: async ({ name }) => {
      did.push(`stop ${name}`);
    },
  };
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const documents = await createDocuments({ store, log, clock });
  await publishLibrary({ store, workflows, clock, documents }, library ?? (await shippedLibrary()));
  const ports: Ports = {
    store,
    clock,
    workflows,
    log,
    metrics: ignoredMetrics,
    documents,
    channels: { email: provider, sms: provider, webhook: provider, push: provider },
    identity: { hmac: (text) => Buffer.from(text).toString('base64url') },
    address: { origin: async () => 'https://baton.example' },
    bus: {
      put: async (events) => {
        for (const { type } of events) did.push(`put ${type}`);
      },
    },
  };
  let events = 0;
  const record = async (
    type: string,
    data: JsonObject,
    subject = 'email:ana@example.com',
  ): Promise<string> => {
    const event: CloudEvent = {
      specversion: '1.0',
      id: `event-${++events}`,
      source: 'tests',
      type,
      time: clock.now().toISOString(),
      subject,
      data,
    };
    return (await recordEvent(ports, event)).contactId;
  };
  const pending = async (contactId: string) =>
    (await rowsOf(store, contactId, 'EVT#', EventRow)).filter(({ pend }) => pend);
  const applyAll = async (contactId: string) => {
    for (const event of await pending(contactId)) await applyEvents(ports, { contactId, event });
  };
  return { ports, store, clock, did, record, pending, applyAll };
}
