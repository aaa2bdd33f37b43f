import { join } from 'node:path';
import { loadLibrary } from '@baton/functions/library/load.ts';
import type { CloudEvent } from '@baton/functions/ports.ts';
import { openHost } from '@baton/infra/local/host.ts';
import { createLedger } from '@baton/infra/local/replay/ledger.ts';
import { createVirtualClock } from '@baton/infra/local/virtual-clock.ts';
import type { Library } from '@baton/rules/documents/index.ts';
import { Journey } from '@baton/rules/documents/journey.ts';

/** A journey that waits 14 days for the delivery of its own order; then it writes and gives somebody work. */
const patience = Journey.parse({
  id: 'patience',
  title: 'Wait for the delivery',
  why: 'What takes long must survive whatever happens to the machine meanwhile.',
  owner: { team: 'order-desk' },
  trigger: { event: 'order.placed' },
  key: '$.orderId',
  reEntry: { policy: 'never' },
  exits: [],
  start: 'await-delivery',
  steps: {
    'await-delivery': {
      title: 'Wait for the delivery',
      kind: 'wait-for',
      events: [
        {
          event: 'order.delivered',
          match: [{ path: '$.orderId', equals: 'enrolment-key' }],
          next: 'delivered',
        },
      ],
      timeout: { after: 'P14D' },
      onTimeout: 'write',
    },
    write: {
      title: 'Say sorry',
      kind: 'send',
      template: 'order-apology',
      channel: 'email',
      purpose: 'service',
      next: 'chase',
    },
    chase: {
      title: 'Chase the order',
      kind: 'task',
      queue: 'order-desk',
      instruction: 'Find out where it is.',
      due: 'PT4H',
      next: 'chased',
    },
    delivered: { title: 'Delivered', kind: 'end', reason: 'delivered', goal: true },
    chased: { title: 'Chased', kind: 'end', reason: 'chased' },
  },
  tests: [
    {
      name: 'never delivered',
      facts: {},
      events: [{ at: 'PT0S', type: 'order.placed', data: { orderId: 'order-1' } }],
      expect: {
        effects: [
          { at: 'P14D', kind: 'send', step: 'write' },
          { at: 'P14D', kind: 'task', step: 'chase' },
        ],
        end: { at: 'P14D', reason: 'chased' },
      },
    },
  ],
});

/** A host at an instant of virtual time whose only document that does anything is one journey. */
export async function openWaitingHost(folder: string, at: string, journey: Journey = patience) {
  const clock = createVirtualClock(at);
  const { library: shipped } = await loadLibrary(join(import.meta.dirname, '../../rules/library'));
  const library: Library = {
    ...shipped,
    stages: new Map(),
    'best-practice': new Map(),
    handovers: new Map(),
    campaigns: new Map(),
    journeys: new Map([[journey.id, journey]]),
  };
  const host = await openHost({
    folder,
    clock: { ...clock, kind: 'virtual' },
    library,
    channel: () => createLedger(join(folder, 'outbox.jsonl')),
    log: { info: () => {}, warn: () => {}, error: (event, fields) => console.error(event, fields) },
    identitySeed: 'waiting',
  });

  /** How many trips through the journey have a status. */
  const count = (status: 'active' | 'completed') =>
    host.ports.store.count({ table: 'core', index: 'g1', pk: `JV#${journey.id}#${status}` });

  return {
    ...host,
    clock,
    count,
    tasks: () => host.ports.store.count({ table: 'core', index: 'g1', pk: 'TK#order-desk#open' }),
    happens: async (type: 'order.placed' | 'order.delivered', orders: readonly string[]) => {
      await host.ports.bus.put(orders.map((order) => eventOf(type, order, clock.now())));
      await host.settle();
      await host.ports.store.durable();
    },
    /** Moves time on, doing on the way whatever becomes due. */
    passUntil: async (instant: string) => {
      const end = Date.parse(instant);
      for (let due = host.dueAt(); due !== undefined && due <= end; due = host.dueAt()) {
        clock.moveTo(due);
        await host.settle();
      }
      clock.moveTo(end);
      await host.settle();
    },
  };
}

export const eventOf = (type: string, orderId: string, now: Date): CloudEvent => ({
  specversion: '1.0',
  id: `${orderId}.${type}`,
  source: 'shop',
  type,
  time: now.toISOString(),
  subject: `email:${orderId}@example.com`,
  data: { orderId },
});

export const orderNames = (count: number): string[] =>
  Array.from({ length: count }, (_, at) => `order-${at}`);
