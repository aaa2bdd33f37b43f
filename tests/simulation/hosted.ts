import { indexLibrary } from '@baton/functions/library/live.ts';
import { type Channel, type CloudEvent, type Key, type Ports, Rejected } from '@baton/functions/ports.ts';
import { contactOf } from '@baton/functions/repositories/rows.ts';
import { applyEvents } from '@baton/functions/use-cases/apply-event.ts';
import { CaseStep, caseStep } from '@baton/functions/use-cases/case-step.ts';
import { dispatch } from '@baton/functions/use-cases/dispatch.ts';
import { recordEvent } from '@baton/functions/use-cases/record-event.ts';
import { RunStep, runStep } from '@baton/functions/use-cases/run-step.ts';
import { StayStep, stayStep } from '@baton/functions/use-cases/stay-step.ts';
import { localWorkflows } from '@baton/infra/local/workflows.ts';
import type { Library } from '@baton/rules/documents/index.ts';
import { compile } from '@baton/rules/journey/compile.ts';
import type { Json } from '@baton/rules/json.ts';
import { aslHost } from '../support/asl-host.ts';
import { asStore, type BranchingStore, createBranchingStore } from '../support/branching-store.ts';
import { ignoredMetrics } from '../support/ignored-metrics.ts';
import { quickRandom } from '../support/quick-random.ts';

/** A change of a row as it became visible. */
export type Noted = { at: string; key: Key; row: Record<string, Json> | undefined };

export type Hosted = {
  ports: Ports;
  store: BranchingStore;
  /** An event happens at an instant; what follows from it at once is done when this resolves. */
  happens(event: CloudEvent): Promise<void>;
  /** Time goes on until an instant; whatever is due by then is done. */
  passUntil(instant: string): Promise<void>;
  /** What no part could do; nothing in a run in which all is well. */
  failures: string[];
  close(): void;
};

/**
 * The local host without its folder: use cases, rows, outbox, and the interpreter of state machines on the compiled machines,
 * on virtual time that goes straight to whatever is due next. Its loop is the host's: one unit of work at a time, what has
 * happened before what was recorded, that before the outbox, and the machines last; so an event comes before a timer of
 * the very same instant.
 */
export async function openHosted(
  library: Library,
  start: string,
  note: (noted: Noted) => void,
): Promise<Hosted> {
  const store = createBranchingStore();
  const failures: string[] = [];
  const arrived: CloudEvent[] = [];
  const recorded: Key[] = [];
  const outbox: Key[] = [];
  const { machines, clock, database } = aslHost({
    at: start,
    random: quickRandom(1),
    invoke: (name, payload) => invoke(name, payload),
  });
  const provider: Channel = { recognisesSendId: true, send: async () => ({ kind: 'sent' }) };
  const workflows = localWorkflows(machines);
  const published = new Map<string, string>();
  for (const journey of library.journeys.values()) {
    const definition: Json = JSON.parse(JSON.stringify(compile(journey, { version: 1 })));
    published.set(journey.id, await workflows.publish({ journey: journey.id, version: 1, definition }));
  }
  const live = indexLibrary(library, {
    version: () => 1,
    machine: (journey) => published.get(journey) ?? '',
  });
  const ports: Ports = {
    store: asStore(store, (changes) => {
      const at = clock.now().toISOString();
      for (const { table, kind, key, image } of changes) {
        if (table !== 'core') continue;
        note({ at, key, row: image });
        if (kind === 'INSERT' && key.sk.startsWith('EVT#')) recorded.push(key);
        if (kind === 'INSERT' && key.sk.startsWith('OUT#')) outbox.push(key);
      }
    }),
    clock,
    workflows,
    documents: {
      live: async () => live,
      journey: async (id) => library.journeys.get(id) ?? raise(`no journey ${id}`),
      html: async () => undefined,
      refresh: async () => {},
    },
    bus: { put: async (events) => void arrived.push(...events) },
    channels: { email: provider, sms: provider, webhook: provider, push: provider },
    identity: { hmac: (text) => text },
    address: { origin: async () => 'https://baton.example' },
    log: { info: () => {}, warn: () => {}, error: (event) => void failures.push(event) },
    metrics: ignoredMetrics,
  };

  async function invoke(name: string, payload: Json): Promise<Json> {
    const answer = await answerOf(name, payload);
    return JSON.parse(JSON.stringify(answer));
  }

  function answerOf(name: string, payload: Json): Promise<unknown> {
    if (name === 'run-step') return runStep(ports, RunStep.parse(payload));
    if (name === 'stay-step') return stayStep(ports, StayStep.parse(payload));
    if (name === 'case-step') return caseStep(ports, CaseStep.parse(payload));
    return raise(`no function ${name}`);
  }

  async function step(): Promise<boolean> {
    const event = arrived.shift();
    const row = event ? undefined : recorded.shift();
    const action = event || row ? undefined : outbox.shift();
    if (event) await recordEvent(ports, event, library.events.get(event.type));
    else if (row) await applyEvents(ports, { contactId: contactOf(row.pk), event: row });
    else if (action) await dispatch(ports, action);
    else return machines.step();
    return true;
  }

  async function settle(): Promise<void> {
    while (await step());
  }

  /** Does what is due before an instant. */
  async function passBefore(instant: number): Promise<void> {
    await settle();
    for (let due = machines.dueAt(); due !== undefined && due < instant; due = machines.dueAt()) {
      clock.goTo(due);
      await settle();
    }
    clock.goTo(instant);
  }

  return {
    ports,
    store,
    failures,
    async happens(event) {
      await passBefore(Date.parse(event.time));
      arrived.push(event);
      await settle();
    },
    async passUntil(instant) {
      await passBefore(Date.parse(instant));
      await settle();
    },
    close: () => database.close(),
  };
}

function raise(what: string): never {
  throw new Rejected(what);
}
