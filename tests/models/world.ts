import { indexLibrary } from '@baton/functions/library/live.ts';
import type { Change, CloudEvent, Item, Key, Operation, Ports, SendAnswer } from '@baton/functions/ports.ts';
import { Transient } from '@baton/functions/ports.ts';
import { contactOf, digest } from '@baton/functions/repositories/rows.ts';
import { applyEvents } from '@baton/functions/use-cases/apply-event.ts';
import { dispatch } from '@baton/functions/use-cases/dispatch.ts';
import { recordEvent } from '@baton/functions/use-cases/record-event.ts';
import { sweep } from '@baton/functions/use-cases/sweep.ts';
import type { Library } from '@baton/rules/documents/index.ts';
import type { Json, JsonObject } from '@baton/rules/json.ts';
import type { BranchingStore } from '../support/branching-store.ts';
import { ignoredMetrics } from '../support/ignored-metrics.ts';
import { runMachine } from './machines.ts';
import { type Actor, createStage, type Invocation, type Question, remember, type Stage, type Way } from './stage.ts';

/** What may go wrong in a run, and how often. */
export type Faults = {
  /** How many invocations crash: at any call after their first write, or before they have said that they are done. */
  crashes: number;
  /** What a stream delivered to a crashed invocation: delivered `again`, or left to be `swept`. */
  deliveries: 'again' | 'swept';
  /** The sweeper's index may answer as it did when it was last asked. */
  lag: boolean;
  /** How many timers may run out before everything else has come to rest. */
  timers: number;
  /** How many answers of a provider are not that it was sent. */
  refusals: number;
};

export const calm: Faults = { crashes: 0, deliveries: 'again', lag: false, timers: 0, refusals: 0 };

export type Execution = { machine: string; input: Json; state: 'running' | 'stopped' | 'ended' };
export type Token = { output?: Json; closed: boolean };

/** A change as it became visible: the row before it and after it. */
export type Written = { key: Key; before: Item | undefined; after: Item | undefined };

export type World = {
  readonly stage: Stage;
  readonly store: BranchingStore;
  readonly faults: Faults;
  readonly executions: Map<string, Execution>;
  readonly tokens: Map<string, Token>;
  /** How often a provider took a message, by send id. */
  readonly taken: Map<string, number>;
  /** What must never happen and has. */
  readonly violations: string[];
  now: number;
  /** Nobody listens to the outbox; what is put there stays until `resume`. */
  idle: boolean;
  /** Delivers what stands in the outbox. */
  resume(): void;
  /** An actor that calls use cases as a function does; what it began is begun again after a crash. */
  acts(name: string, body: (ports: Ports) => Promise<void>): void;
  /** A producer's event, delivered by the queue until it is recorded. */
  happens(type: string, data: JsonObject, own?: Partial<CloudEvent>): void;
  sweeps(name: string): void;
  invoke<T>(actor: Actor, body: (ports: Ports) => Promise<T>, tries?: number): Promise<T>;
  journeyOf(machine: string): ReturnType<Library['journeys']['get']>;
  digest(): string;
};

export type WorldOptions = {
  library: Library;
  store: BranchingStore;
  now: number;
  executions?: ReadonlyMap<string, Execution>;
  faults?: Partial<Faults>;
  recognisesSendId?: boolean;
  /** Looks at each transaction as it becomes visible, and says what is wrong with it. */
  watch?: (world: World, written: readonly Written[]) => string | undefined;
};

const everything = '9999-12-31T00:00:00.000Z';
const invocations = 6;

class Crashed extends Error {
  override name = 'Crashed';
}

/**
 * Everything around the use cases: store, change stream, state machines, provider, timers. Each call that leaves a use
 * case is a turn of its own, and what becomes visible starts whoever the change stream would call.
 */
export function createWorld(options: WorldOptions): World {
  const { library, recognisesSendId = false, watch } = options;
  const stage = createStage();
  const store = options.store;
  const faults: Faults = { ...calm, ...options.faults };
  const executions = new Map([...(options.executions ?? [])].map(([name, own]) => [name, { ...own }]));
  const tokens = new Map<string, Token>();
  const taken = new Map<string, number>();
  let index = store.fork();
  const live = indexLibrary(library, { version: () => 1, machine: (journey) => `journey-${journey}` });
  const documents: Ports['documents'] = {
    live: async () => live,
    journey: async (id) => library.journeys.get(id) ?? raise(`no journey ${id}`),
    refresh: async () => {},
  };

  const world: World = {
    stage,
    store,
    faults,
    executions,
    tokens,
    taken,
    violations: [],
    now: options.now,
    idle: false,
    resume: () => {
      for (const { pk, sk } of store.all('core')) if (sk.startsWith('OUT#')) listen({ pk, sk });
    },
    acts: (name, body) => stage.enter(name, (actor) => invoke(actor, body)),
    happens: (type, data, own) => {
      const id = own?.id ?? `${type}-${Object.values(data).join('-')}`;
      world.acts(`record ${id}`, async (ports) => {
        const time = new Date(world.now).toISOString();
        const subject = 'email:ana@example.com';
        await recordEvent(ports, { specversion: '1.0', id, source: 'shop', type, time, subject, data, ...own });
      });
    },
    sweeps: (name) =>
      world.acts(name, async (ports) => {
        const { failed } = await sweep(ports, everything);
        if (failed > 0) world.violations.push(`the sweeper failed at ${failed} rows`);
      }),
    invoke,
    journeyOf: (machine) => library.journeys.get(machine.slice('journey-'.length)),
    digest: () =>
      JSON.stringify([
        store.digest(),
        faults,
        faults.lag ? index.dueDigest() : '',
        world.now,
        [...tokens].sort(),
        [...executions].map(([name, { state }]) => [name, state]).sort(),
        [...taken].sort(),
        stage.actors
          .filter(({ done }) => !done)
          .map(({ name, history, calls }) => [name, history, calls.length])
          .sort(),
      ]),
  };
  return world;

  /** One invocation after the other until one of them is through. */
  async function invoke<T>(actor: Actor, body: (ports: Ports) => Promise<T>, tries = invocations): Promise<T> {
    const before = actor.history;
    for (let attempt = 1; ; attempt++) {
      const gone = Promise.withResolvers<never>();
      const invocation: Invocation = {
        writes: 0,
        crash: () => {
          faults.crashes--;
          gone.reject(new Crashed('the process is gone'));
        },
      };
      try {
        return await Promise.race([throughWith(actor, invocation, body), gone.promise]);
      } catch (error) {
        if (!(error instanceof Crashed || error instanceof Transient) || attempt === tries) throw error;
        actor.history = before;
        remember(actor, `attempt ${attempt}`);
      }
    }
  }

  async function throughWith<T>(
    actor: Actor,
    invocation: Invocation,
    body: (ports: Ports) => Promise<T>,
  ): Promise<T> {
    const result = await body(portsOf(actor, invocation));
    if (invocation.writes > 0 && faults.crashes > 0)
      await ask(actor, invocation, { label: 'is done', ways: go, act: () => {} });
    return result;
  }

  function ask<T>(actor: Actor, invocation: Invocation, question: Question<T>): Promise<T> {
    const ways = (): readonly Way[] =>
      faults.crashes > 0 && invocation.writes > 0 ? [...question.ways(), 'crash'] : question.ways();
    return stage.ask(actor, { ...question, ways, invocation });
  }

  function portsOf(actor: Actor, invocation: Invocation): Ports {
    const go1 = <T>(label: string, act: () => T) => ask(actor, invocation, { label, ways: go, act });
    const effect = <T>(label: string, act: () => T) =>
      go1(label, () => {
        invocation.writes++;
        return act();
      });
    return {
      documents,
      metrics: ignoredMetrics,
      clock: { now: () => new Date(world.now) },
      log: { info: () => {}, warn: () => {}, error: () => {} },
      identity: { hmac: (text) => text },
      store: {
        get: (table, key) => go1(`get ${table} ${key.sk}`, () => store.get(table, key)),
        query: async (query) => {
          if (query.index === undefined || query.index === 'tl')
            return go1(`query ${query.prefix ?? query.pk}`, () => store.query(query));
          const [fresh, stale] = [store, index].map((from) => from.query(query).items.length);
          // A look that finds nothing is part of the step before it: it leads to nothing.
          if (fresh === 0 && (stale === 0 || !faults.lag)) return { items: [] };
          const ways = () => (faults.lag ? ['go', 'stale'] : go());
          const act = (way: Way) => {
            if (way === 'stale') return index.query(query);
            index = store.fork();
            return store.query(query);
          };
          return ask(actor, invocation, { label: `query ${query.pk}`, ways, act });
        },
        count: (query) => go1(`count ${query.pk}`, () => store.count(query)),
        transact: (operations) => effect(`write ${named(operations)}`, () => transact(operations)),
        durable: async () => {},
      },
      bus: {
        put: (events) =>
          effect(`emit ${events.map(({ type }) => type)}`, () => {
            for (const event of events) world.happens(event.type, event.data, event);
          }),
      },
      workflows: {
        publish: async ({ journey }) => `journey-${journey}`,
        plan: async () => {},
        start: ({ machine, name, input }) =>
          effect(`start ${name}`, () => {
            if (executions.has(name)) return 'exists';
            executions.set(name, { machine, input, state: 'running' });
            runMachine(world, name);
            return 'started';
          }),
        succeed: (token, output) =>
          effect(`succeed ${token}`, () => {
            const waiting = tokens.get(token);
            if (!waiting || waiting.closed || waiting.output !== undefined) return 'closed';
            waiting.output = output;
            return 'ok';
          }),
        stop: ({ name }) =>
          effect(`stop ${name}`, () => {
            const execution = executions.get(name);
            if (execution?.state === 'running') execution.state = 'stopped';
          }),
      },
      channels: { email: channel(), sms: channel(), webhook: channel() },
    };

    function channel(): Ports['channels']['email'] {
      return {
        recognisesSendId,
        send: ({ sendId }) => {
          const ways = () =>
            faults.refusals > 0 ? ['sent', 'refused', 'not accepted', 'lost', 'taken and lost'] : ['sent'];
          const act = (way: Way) => {
            invocation.writes++;
            return answered(sendId, way);
          };
          return ask(actor, invocation, { label: `send ${sendId}`, ways, act });
        },
      };
    }
  }

  function transact(operations: readonly Operation[]) {
    const befores = watch ? new Map(operations.map((operation) => rowOf(operation))) : undefined;
    const { changes, ...result } = store.transact(operations);
    const complaint = watch?.(
      world,
      changes.map(({ key, image }) => ({
        key,
        before: befores?.get(`${key.pk}|${key.sk}`),
        after: image,
      })),
    );
    if (complaint) world.violations.push(complaint);
    for (const change of changes) deliver(change);
    return result;
  }

  function rowOf(operation: Operation): [string, Item | undefined] {
    const { pk, sk } = operation.kind === 'put' ? operation.item : operation.key;
    return [`${pk}|${sk}`, store.get(operation.table, { pk, sk })];
  }

  /** The change stream of the core table: inserted events and outbox rows find their functions. */
  function deliver({ table, kind, key }: Change): void {
    if (table === 'core' && kind === 'INSERT') listen(key);
  }

  function listen(key: Key): void {
    if (key.sk.startsWith('EVT#'))
      delivered(`apply ${key.sk}`, (ports) =>
        applyEvents(ports, { contactId: contactOf(key.pk), event: key }),
      );
    if (key.sk.startsWith('OUT#') && !world.idle) delivered(`dispatch ${key.sk}`, (ports) => dispatch(ports, key));
  }

  function delivered(name: string, body: (ports: Ports) => Promise<void>): void {
    const tries = faults.deliveries === 'swept' ? 1 : invocations;
    stage.enter(name, async (actor) => {
      try {
        await invoke(actor, body, tries);
      } catch (error) {
        // The stream gives up; what is left is the sweeper's.
        if (!(error instanceof Crashed || error instanceof Transient)) throw error;
      }
    });
  }

  function answered(sendId: string, way: Way): SendAnswer {
    if (way !== 'sent') faults.refusals--;
    if (way === 'refused') return { kind: 'refused', reason: 'mailbox unknown' };
    if (way === 'not accepted') return { kind: 'not-accepted', reason: 'throttled' };
    if (way === 'lost') throw new Transient('nobody answered');
    const before = taken.get(sendId) ?? 0;
    if (before > 0 && recognisesSendId) return { kind: 'already-sent' };
    taken.set(sendId, before + 1);
    if (before > 0) world.violations.push(`message ${sendId} was taken twice`);
    if (way === 'taken and lost') throw new Transient('nobody answered');
    return { kind: 'sent' };
  }
}

const go = (): readonly Way[] => ['go'];

function raise(what: string): never {
  throw new Error(what);
}

const named = (operations: readonly Operation[]): string =>
  operations
    .map(({ kind, ...operation }) => `${kind} ${'item' in operation ? operation.item.sk : operation.key.sk}`)
    .join(', ');

/** The contact of the models, as `recordEvent` names it. */
export const ana = digest('contact', 'ID#email#email:ana@example.com');
