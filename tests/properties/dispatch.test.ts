import type { Ports } from '@baton/functions/ports.ts';
import { sendsOf } from '@baton/functions/repositories/read.ts';
import type { SendRow } from '@baton/functions/repositories/rows.ts';
import { dispatch } from '@baton/functions/use-cases/dispatch.ts';
import { createVirtualClock } from '@baton/infra/local/virtual-clock.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { crashingStore, type Writing } from '../support/crashing-store.ts';
import { createFaultyChannel, type Fault, faults } from '../support/faulty-channel.ts';
import { ignoredMetrics } from '../support/ignored-metrics.ts';
import { createMemoryStore } from '../support/memory-store.ts';
import { permittedMessage } from '../support/permitted-message.ts';

const start = '2026-03-02T09:00:00.000Z';

type Case = {
  recognisesSendId: boolean;
  purpose: SendRow['purpose'];
  calls: readonly Fault[];
  writes: readonly Writing[];
};

/**
 * Sends one message through all that goes wrong: redelivery by the stream, and then a look every five minutes, as the
 * sweeper takes, until nothing is left to do. A crash ends what was under way and nothing else.
 */
async function run({ recognisesSendId, purpose, calls, writes }: Case) {
  const store = createMemoryStore();
  const clock = createVirtualClock(start);
  const { contactId, outbox, operations } = permittedMessage(start, { purpose });
  await store.transact(operations);

  const provider = createFaultyChannel({ recognisesSendId, schedule: calls, meanwhile: () => look() });
  const ports = portsOn(crashingStore(store, writes), clock, provider.channel);
  const look = () => dispatch(ports, outbox).catch(() => {});
  for (let redelivery = 0; redelivery < 3; redelivery++) await look();
  for (let looks = 0; looks < 40 && (await store.get('core', outbox)); looks++) {
    clock.moveTo(clock.now().getTime() + 5 * 60_000);
    await look();
  }

  const [row] = await sendsOf(store, contactId);
  return {
    row,
    waiting: (await store.get('core', outbox)) !== undefined,
    received: provider.received.get('s-1') ?? 0,
    called: provider.calls.get('s-1') ?? 0,
  };
}

const nothing = async (): Promise<never> => {
  throw new Error('not needed to send a message');
};

function portsOn(store: Ports['store'], clock: Ports['clock'], channel: Ports['channels']['sms']): Ports {
  return {
    store,
    clock,
    channels: { email: channel, sms: channel, webhook: channel, push: channel },
    log: { info: () => {}, warn: () => {}, error: () => {} },
    metrics: ignoredMetrics,
    identity: { hmac: (text) => Buffer.from(text).toString('base64url') },
    address: { origin: nothing },
    bus: { put: nothing },
    workflows: { start: nothing, succeed: nothing, stop: nothing, publish: nothing, plan: nothing },
    documents: { live: nothing, journey: nothing, html: nothing, refresh: nothing },
  };
}

const calls = (among: readonly Fault[]) => fc.array(fc.constantFrom(...among), { maxLength: 6 });
const writes = fc.array(fc.constantFrom<Writing>('works', 'works', 'crash-before', 'crash-after'), {
  maxLength: 12,
});
const settledAs = ['SENT', 'FAILED', 'UNKNOWN'];
const numRuns = 1000;

test('where the provider recognises send ids, each message takes effect once, whatever happens', async () => {
  const unrefused = faults.filter((fault) => fault !== 'refuse');
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('marketing' as const, 'service' as const),
      calls(unrefused),
      writes,
      async (purpose, calls, writes) => {
        const { row, waiting, received } = await run({ recognisesSendId: true, purpose, calls, writes });

        expect({ status: row?.status, waiting, received }).toEqual({
          status: 'SENT',
          waiting: false,
          received: 1,
        });
      },
    ),
    { numRuns },
  );
});

/** That a network delivers one request twice is nothing that we could prevent or know. */
const single = faults.filter((fault) => fault !== 'duplicate');

test('where it does not, no marketing is received twice, and what is said of it is true', async () => {
  await fc.assert(
    fc.asyncProperty(calls(single), writes, async (calls, writes) => {
      const { row, waiting, received, called } = await run({
        recognisesSendId: false,
        purpose: 'marketing',
        calls,
        writes,
      });

      expect(waiting).toBe(false);
      expect(settledAs).toContain(row?.status);
      expect(received).toBeLessThanOrEqual(1);
      expect(row?.repeatedAt).toBeUndefined();
      if (row?.status === 'SENT') expect(received).toBe(1);
      if (row?.status === 'FAILED') expect(received).toBe(0);
      if (called === 0) expect(row?.status).toBe('UNKNOWN');
    }),
    { numRuns },
  );
});

test('where it does not, a service message is made once more on doubt, and never a third time', async () => {
  await fc.assert(
    fc.asyncProperty(calls(single), writes, async (calls, writes) => {
      const { row, waiting, received } = await run({
        recognisesSendId: false,
        purpose: 'service',
        calls,
        writes,
      });

      expect(waiting).toBe(false);
      expect(settledAs).toContain(row?.status);
      expect(received).toBeLessThanOrEqual(row?.repeatedAt ? 2 : 1);
      if (row?.status === 'SENT') expect(received).toBeGreaterThanOrEqual(1);
      if (row?.status === 'FAILED') expect(received).toBe(0);
      if (row?.status === 'UNKNOWN') expect(row.repeatedAt).toBeDefined();
    }),
    { numRuns },
  );
});
