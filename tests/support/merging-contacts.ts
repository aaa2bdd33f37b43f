import { createHmac } from 'node:crypto';
import { indexLibrary } from '@baton/functions/library/live.ts';
import type { CloudEvent, Item, LiveLibrary, Ports, Store } from '@baton/functions/ports.ts';
import { applyEvents } from '@baton/functions/use-cases/apply-event.ts';
import { identityKey } from '@baton/functions/use-cases/identity.ts';
import { recordEvent } from '@baton/functions/use-cases/record-event.ts';
import { splitSubject } from '@baton/functions/use-cases/subject.ts';
import type { EventDocument, FactsDocument, Library, Stage } from '@baton/rules/documents/index.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import { aLibrary, aRule, leaf } from './documents.ts';
import { ignoredMetrics } from './ignored-metrics.ts';
import { createMemoryStore, type MemoryStore } from './memory-store.ts';

const base = { title: 'A title', why: 'A reason', owner: { team: 'sales' } };

const updated: EventDocument = {
  ...base,
  id: 'contact.updated',
  payload: { email: { type: 'text' }, phone: { type: 'text' }, tier: { type: 'text' } },
  sets: [{ attribute: '$.tier', from: '$.tier' }],
  identifies: [
    { scheme: 'email', from: '$.email' },
    { scheme: 'phone', from: '$.phone' },
  ],
  sample: {},
};
const consent = (id: string): EventDocument => ({
  ...base,
  id,
  payload: { channel: { type: 'text' }, purpose: { type: 'text' } },
  sample: {},
});
const told = (id: string): EventDocument => ({
  ...base,
  id,
  payload: { caseId: { type: 'text' }, priority: { type: 'text' } },
  sample: {},
});
const problem: Stage = {
  ...base,
  id: 'problem-managed',
  order: 9,
  overlay: true,
  milestones: [],
  measures: [],
};
const value: FactsDocument = {
  ...base,
  id: 'value',
  facts: [
    {
      path: '$.week',
      label: 'Week',
      owner: 'sales',
      type: 'number',
      source: { kind: 'sum', event: 'order.placed', field: 'amount', days: 7 },
    },
    {
      path: '$.usual',
      label: 'Usual',
      owner: 'sales',
      type: 'number',
      source: { kind: 'usual-interval', event: 'order.placed' },
    },
  ],
};

const library: Library = {
  ...aLibrary({
    facts: [value],
    events: [
      updated,
      consent('consent.given'),
      consent('consent.withdrawn'),
      told('case.opened'),
      told('case.closed'),
    ],
    stages: [problem],
    rules: [
      aRule({
        id: 'opens-case',
        trigger: { events: ['order.returned'] },
        conditions: { all: [leaf('event', '$.orderId', 'isKnown', true)] },
        event: {
          type: 'case.open',
          params: {
            title: 'Returned',
            queue: 'service',
            priority: 'normal',
            serviceLevel: 'a-level',
            key: { fact: 'event', path: '$.orderId' },
          },
        },
      }),
      aRule({
        id: 'notes-amount',
        conditions: { all: [leaf('event', '$.amount', 'greaterThan', 500)] },
        event: {
          type: 'contact.update',
          params: { attribute: '$.limit', value: { fact: 'event', path: '$.amount' } },
        },
      }),
    ],
    handovers: [],
  }),
};
const indexed = (documents: Library): LiveLibrary =>
  indexLibrary(documents, { version: () => 1, machine: () => 'machine' });
const ordinary = indexed(library);
/** Before anybody asked for sums and rhythms. */
export const withoutValue = indexed({
  ...library,
  facts: new Map([...library.facts].filter(([id]) => id !== 'value')),
});
export { ordinary as live };

export type Told = { id: string; minute: number; subject: string; type: string; data: JsonObject };

const began = Date.parse('2026-03-02T09:00:00.000Z');
export const minute = (at: number): string => new Date(began + at * 60_000).toISOString();

/** What stands for a crash: from here on nothing reaches storage any more. */
export class Crash extends Error {}

/** Contacts in the memory of one process, whose storage can be interrupted at each call. */
export function contactsInMemory(
  stored: MemoryStore = createMemoryStore(),
  { live = ordinary }: { live?: LiveLibrary } = {},
) {
  const silent = { info: () => {}, warn: () => {}, error: () => {} };
  const never = async (): Promise<never> => {
    throw new Error('nothing leaves this process');
  };
  const channel = { send: never };

  const portsOn = (store: Store): Ports => ({
    store,
    clock: { now: () => new Date(minute(100_000)) },
    documents: { live: async () => live, journey: never, html: never, refresh: async () => {} },
    identity: { hmac: (text) => createHmac('sha256', 'tests').update(text).digest('hex') },
    log: silent,
    metrics: ignoredMetrics,
    address: { origin: never },
    bus: { put: never },
    workflows: { start: never, succeed: never, stop: never, publish: never, plan: never },
    channels: { email: channel, sms: channel, webhook: channel, push: channel },
  });
  const ports = portsOn(stored);

  const record = (told: Told, on: Ports = ports) => {
    const event: CloudEvent = {
      specversion: '1.0',
      id: told.id,
      source: 'tests',
      type: told.type,
      time: minute(told.minute),
      subject: told.subject,
      data: told.data,
    };
    return recordEvent(on, event, live.events.get(told.type));
  };
  const pending = (): Item[] => stored.rows('core').filter(({ pend }) => pend === 1);
  const apply = ({ pk, sk }: Item, on: Ports = ports) =>
    applyEvents(on, { contactId: pk.slice(2), event: { pk, sk } });

  return {
    stored,
    ports,
    record,
    pending,
    apply,
    /** Storage with something that happens before a call; it learns the call's number, from 0. */
    disturbed: (before: (call: number) => Promise<void>): Ports => {
      let calls = 0;
      let crashed = false;
      const first = async () => {
        if (crashed) throw new Crash();
        try {
          await before(calls++);
        } catch (error) {
          crashed = error instanceof Crash;
          throw error;
        }
      };
      return portsOn({
        ...stored,
        get: async (...asked) => {
          await first();
          return stored.get(...asked);
        },
        query: async (...asked) => {
          await first();
          return stored.query(...asked);
        },
        transact: async (...asked) => {
          await first();
          return stored.transact(...asked);
        },
      });
    },
    settle: async () => {
      for (let round = 0; round < 1000; round++) {
        const [next] = pending();
        if (!next) return;
        await apply(next);
      }
      throw new Error('events stay pending');
    },
    /** Lets an identifier lead to a contact from the beginning. */
    claim: async (subject: string, contactId: string) => {
      const key = identityKey(ports.identity, ...splitSubject(subject));
      await stored.transact([{ kind: 'put', table: 'guard', item: { ...key, contactId } }]);
    },
  };
}

/** What is known in the end, without the ids that depend on who survived. */
export function knownOf(stored: MemoryStore) {
  const rows = stored.rows('core');
  const heads = rows.filter(({ sk, status }) => sk === 'HEAD' && status !== 'merged');
  const own = (prefix: string) =>
    rows
      .filter(({ pk, sk }) => sk.startsWith(prefix) && heads.some((head) => head.pk === pk))
      .map(({ pk, ...row }) => row);
  return {
    contacts: heads.map(({ attributes, seen, identifiers, status, absorbing = null }) => ({
      attributes,
      seen,
      identifiers,
      status,
      absorbing,
    })),
    consents: own('CNS#'),
    events: own('EVT#').map(({ sk, eventId, type, at, subject, data, hash, pend = null, parked = null }) => ({
      sk,
      eventId,
      type,
      at,
      subject,
      data,
      hash,
      pend,
      parked,
    })),
    quarantined: rows.filter(({ pk }) => pk.startsWith('QUARANTINE#')).length,
    strays: rows.filter(
      ({ pk, sk }) => pk.startsWith('C#') && sk !== 'HEAD' && !heads.some((head) => head.pk === pk),
    ).length,
  };
}
