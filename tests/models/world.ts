import { indexLibrary } from '@baton/functions/library/live.ts';
import type {
  Change,
  CloudEvent,
  Item,
  Key,
  Operation,
  OutgoingMessage,
  Ports,
  SendAnswer,
} from '@baton/functions/ports.ts';
import { Transient } from '@baton/functions/ports.ts';
import { contactOf, digest, dueShards } from '@baton/functions/repositories/rows.ts';
import { applyEvents } from '@baton/functions/use-cases/apply-event.ts';
import { dispatch } from '@baton/functions/use-cases/dispatch.ts';
import { recordEvent } from '@baton/functions/use-cases/record-event.ts';
import { sweep } from '@baton/functions/use-cases/sweep.ts';
import type { Library } from '@baton/rules/documents/index.ts';
import type { Json, JsonObject } from '@baton/rules/json.ts';
import type { BranchingStore } from '../support/branching-store.ts';
import { ignoredMetrics } from '../support/ignored-metrics.ts';
import { runMachine } from './machines.ts';
import {
  type Actor,
  createStage,
  type Invocation,
  type Question,
  remember,
  type Stage,
  type Touched,
  type Way,
} from './stage.ts';

/** What may go wrong in a run, and how often. */
export type Faults = {
  /** How many invocations crash, each after something it did and before it has learnt that it is done. */
  crashes: number;
  /** What a stream delivered to a crashed invocation: delivered `again`, or left to be `swept`. */
  deliveries: 'again' | 'swept';
  /** The sweeper's index may answer as it did when it was last asked. */
  lag: boolean;
  /** How many timers may run out before everything else has come to rest. */
  timers: number;
  /** A timer may run out while the function of its state is still at work. */
  hasty: boolean;
  /** How many answers of a provider are not that it was sent. */
  refusals: number;
  /** How many calls of the store are turned down for the moment. */
  throttles: number;
  /** How many answers of the store get lost: it is done, and nobody can tell. */
  lostAnswers: number;
  /** How many deliveries of the stream come twice, and how many not at all. */
  doubles: number;
  drops: number;
};

export const calm: Faults = {
  crashes: 0,
  deliveries: 'again',
  lag: false,
  timers: 0,
  hasty: false,
  refusals: 0,
  throttles: 0,
  lostAnswers: 0,
  doubles: 0,
  drops: 0,
};

export type Execution = { machine: string; input: Json; state: 'running' | 'stopped' | 'ended' };
type Token = { output?: Json; closed: boolean };

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
  /** Where the clock of an actor stands that nobody caused. */
  now: number;
  /** Nobody listens to the outbox; what is put there stays until `resume`. */
  idle: boolean;
  /** Delivers what stands in the outbox. */
  resume(): void;
  /** An actor that calls use cases as a function does; what it began is begun again after a crash. */
  acts(name: string, body: (ports: Ports) => Promise<void>, now?: number): void;
  /** A producer's event, delivered by the queue until it is recorded. */
  happens(type: string, data: JsonObject, own?: Partial<CloudEvent>, now?: number, name?: string): void;
  /** `alone`: nobody is at work beside it, so that nothing can be in its way. */
  sweeps(name: string, alone?: 'alone', before?: string): void;
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
  /** How often a function is called that crashes or is turned down; the stream gives up after five. */
  tries?: number;
  forgetful?: boolean;
  /** Looks at each transaction as it becomes visible, and says what is wrong with it. */
  watch?: (world: World, written: readonly Written[]) => string | undefined;
};

/** What the sweeper looks through. */
const lists = ['PEND', 'OUT', 'WAIT'].flatMap((kind) =>
  Array.from({ length: dueShards }, (_, shard) => `${kind}#${shard}`),
);
const everything = '9999-12-31T00:00:00.000Z';
const invocations = 6;
/** After that the sweeper sees to it. */
const streamAttempts = 5;

class Crashed extends Error {
  override name = 'Crashed';
}

/**
 * Everything around the use cases: store, change stream, state machines, provider, timers. Each call that leaves a use
 * case is a turn of its own, and what becomes visible starts whoever the change stream would call.
 */
export function createWorld(options: WorldOptions): World {
  const { library, recognisesSendId = false, watch, tries: most = invocations } = options;
  const stage = createStage(options);
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
    html: async () => undefined,
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
      for (const { pk, sk } of store.all('core')) if (sk.startsWith('OUT#')) listen({ pk, sk }, world.now);
    },
    acts: (name, body, now = world.now) => stage.enter(name, now, (actor) => invoke(actor, body)),
    happens: (type, data, own, now = world.now, name) => {
      const id = own?.id ?? `${type}-${Object.values(data).join('-')}`;
      const time = new Date(now).toISOString();
      const subject = 'email:ana@example.com';
      const event: CloudEvent = { specversion: '1.0', id, source: 'shop', type, time, subject, data, ...own };
      world.acts(
        name ?? `record ${id}`,
        async (ports) => {
          await recordEvent(ports, event);
        },
        now,
      );
    },
    sweeps: (name, alone, before = everything) =>
      stage.enter(name, world.now, async (actor) => {
        await stage.ask(actor, {
          label: 'begins',
          touches: () => ({ reads: lists }),
          ways: go,
          act: () => {},
        });
        await invoke(actor, async (ports) => {
          const { failed } = await sweep(ports, before);
          if (alone && failed > 0) world.violations.push(`the sweeper failed at ${failed} rows`);
        });
      }),
    invoke,
    journeyOf: (machine) => library.journeys.get(machine.slice('journey-'.length)),
    digest: () =>
      JSON.stringify([
        store.digest(),
        faults,
        faults.lag ? index.dueDigest() : '',
        [...tokens].sort(),
        [...executions].map(([name, { state }]) => [name, state]).sort(),
        [...taken].sort(),
        stage.actors
          .filter(({ done }) => !done)
          .map(({ name, history, now, calls }) => [name, history, now, calls.length])
          .sort(),
      ]),
  };
  return world;

  /** One invocation after the other until one of them is through. */
  async function invoke<T>(actor: Actor, body: (ports: Ports) => Promise<T>, tries = most): Promise<T> {
    const before = actor.history;
    for (let attempt = 1; ; attempt++) {
      const gone = Promise.withResolvers<never>();
      const invocation: Invocation = {
        crash: () => {
          faults.crashes--;
          gone.reject(new Crashed('the process is gone'));
        },
      };
      try {
        return await Promise.race([body(portsOf(actor, invocation)), gone.promise]);
      } catch (error) {
        if (!(error instanceof Crashed || error instanceof Transient) || attempt === tries) throw error;
        actor.history = before;
        remember(actor, `attempt ${attempt}`);
      }
    }
  }

  function ask<T>(actor: Actor, invocation: Invocation, question: Question<T>): Promise<T> {
    const writes = question.touches().writes !== undefined;
    const ways = (): readonly Way[] => [
      ...question.ways(),
      ...(writes && faults.crashes > 0 ? ['crash'] : []),
      ...(writes && faults.lostAnswers > 0 ? ['unanswered'] : []),
      ...(faults.throttles > 0 ? ['throttled'] : []),
    ];
    const act = (way: Way): T => {
      if (way === 'throttled') {
        faults.throttles--;
        throw new Transient('too much at once');
      }
      const answer = question.act(way === 'unanswered' ? (question.ways()[0] ?? way) : way);
      if (way !== 'unanswered') return answer;
      faults.lostAnswers--;
      throw new Transient('the answer got lost');
    };
    return stage.ask(actor, { ...question, ways, act, invocation });
  }

  function portsOf(actor: Actor, invocation: Invocation): Ports {
    const simply = <T>(label: string, touched: Touched, act: () => T) =>
      ask(actor, invocation, { label, touches: () => touched, ways: go, act });
    return {
      documents,
      metrics: ignoredMetrics,
      clock: { now: () => new Date(actor.now) },
      log: { info: () => {}, warn: () => {}, error: () => {} },
      address: { origin: async () => 'https://baton.example' },
      identity: { hmac: (text) => text },
      store: {
        get: (table, key) =>
          simply(`get ${table} ${key.sk}`, { reads: [`${key.pk}|${key.sk}`] }, () => store.get(table, key)),
        query: async (query) => {
          if (query.index === undefined || query.index === 'tl') {
            const reads = [`${query.pk}|${query.prefix ?? ''}*`];
            return simply(`query ${query.prefix ?? query.pk}`, { reads }, () => store.query(query));
          }
          const [fresh, stale] = [store, index].map((from) => from.query(query).items.length);
          // A look that finds nothing is part of the step before it: it leads to nothing.
          if (fresh === 0 && (stale === 0 || !faults.lag)) return { items: [] };
          return ask(actor, invocation, {
            label: `query ${query.pk}`,
            touches: () => ({ reads: [query.pk], ...(faults.lag ? { writes: ['index'] } : {}) }),
            ways: () => (faults.lag ? ['go', 'stale'] : go()),
            act: (way: Way) => {
              if (way === 'stale') return index.query(query);
              if (faults.lag) index = store.fork();
              return store.query(query);
            },
          });
        },
        count: (query) => simply(`count ${query.pk}`, { reads: [`${query.pk}|*`] }, () => store.count(query)),
        transact: (operations) =>
          ask(actor, invocation, {
            label: `write ${named(operations)}`,
            touches: () => ({ writes: operations.flatMap(touchedBy) }),
            ways: go,
            act: () => transact(actor, operations),
          }),
        durable: async () => {},
      },
      bus: {
        put: (events) =>
          simply(`emit ${events.map(({ type }) => type)}`, { writes: [] }, () => {
            for (const event of events) world.happens(event.type, event.data, event, actor.now);
          }),
      },
      workflows: {
        publish: async ({ journey }) => `journey-${journey}`,
        plan: async () => {},
        start: ({ machine, name, input }) =>
          simply(`start ${name}`, { writes: [`execution ${name}`] }, () => {
            if (executions.has(name)) return 'exists';
            executions.set(name, { machine, input, state: 'running' });
            runMachine(world, name, actor.now);
            return 'started';
          }),
        succeed: (token, output) =>
          simply(`succeed ${token}`, { writes: [stateOf(token)] }, () => {
            const waiting = tokens.get(token);
            if (!waiting || waiting.closed || waiting.output !== undefined) return 'closed';
            waiting.output = output;
            return 'ok';
          }),
        stop: ({ name }) =>
          simply(`stop ${name}`, { writes: [`execution ${name}`] }, () => {
            const execution = executions.get(name);
            if (execution?.state === 'running') execution.state = 'stopped';
          }),
      },
      channels: { email: channel(), sms: channel(), webhook: channel(), push: channel() },
    };

    function channel(): Ports['channels']['email'] {
      return {
        recognisesSendId,
        send: ({ sendId, purpose }) => {
          const ways = () =>
            faults.refusals > 0 ? ['sent', 'refused', 'not accepted', 'lost', 'taken and lost'] : ['sent'];
          const act = (way: Way) => answered({ sendId, purpose }, way);
          const touches = () => ({ writes: [`provider ${sendId}`] });
          return ask(actor, invocation, { label: `send ${sendId}`, touches, ways, act });
        },
      };
    }
  }

  function transact(actor: Actor, operations: readonly Operation[]) {
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
    for (const change of changes) deliver(change, actor.now);
    return result;
  }

  function rowOf(operation: Operation): [string, Item | undefined] {
    const { pk, sk } = operation.kind === 'put' ? operation.item : operation.key;
    return [`${pk}|${sk}`, store.get(operation.table, { pk, sk })];
  }

  /** The change stream of the core table: inserted events and outbox rows find their functions. */
  function deliver({ table, kind, key }: Change, now: number): void {
    if (table === 'core' && kind === 'INSERT') listen(key, now);
  }

  function listen(key: Key, now: number): void {
    if (key.sk.startsWith('EVT#'))
      delivered(`apply ${key.sk}`, now, (ports) =>
        applyEvents(ports, { contactId: contactOf(key.pk), event: key }),
      );
    if (key.sk.startsWith('OUT#') && !world.idle)
      delivered(`dispatch ${key.sk}`, now, (ports) => dispatch(ports, key));
  }

  function delivered(name: string, now: number, body: (ports: Ports) => Promise<void>): void {
    const tries = faults.deliveries === 'swept' ? 1 : Math.min(most, streamAttempts);
    stage.enter(name, now, async (actor) => {
      const uncertain = tries === 1 || faults.drops > 0 || faults.doubles > 0;
      if (uncertain && (await isLost(actor, () => delivered(name, now, body)))) return;
      try {
        await invoke(actor, body, tries);
      } catch (error) {
        // The stream gives up; what is left is the sweeper's.
        if (!(error instanceof Crashed || error instanceof Transient)) throw error;
      }
    });
  }

  /** A delivery may come to nothing, where its function cannot even be called, and it may come twice. */
  function isLost(actor: Actor, again: () => void): Promise<boolean> {
    return stage.ask(actor, {
      label: 'is delivered',
      touches: () => ({ writes: [] }),
      ways: () => [
        'go',
        ...(faults.drops > 0 || (faults.deliveries === 'swept' && faults.crashes > 0) ? ['lost'] : []),
        ...(faults.doubles > 0 ? ['twice'] : []),
      ],
      act: (way) => {
        if (way === 'lost' && faults.drops > 0) faults.drops--;
        else if (way === 'lost') faults.crashes--;
        if (way === 'twice') {
          faults.doubles--;
          again();
        }
        return way === 'lost';
      },
    });
  }

  /** The rows that an operation looks at or changes, and the lists of the sweeper that they are in. */
  function touchedBy(operation: Operation): string[] {
    const { pk, sk } = operation.kind === 'put' ? operation.item : operation.key;
    const before = store.get(operation.table, { pk, sk })?.duepk;
    const after = operation.kind === 'put' ? operation.item.duepk : undefined;
    return [`${pk}|${sk}`, ...[before, after].filter((list) => typeof list === 'string')];
  }

  function answered({ sendId, purpose }: Pick<OutgoingMessage, 'sendId' | 'purpose'>, way: Way): SendAnswer {
    if (way !== 'sent') faults.refusals--;
    if (way === 'refused') return { kind: 'refused', reason: 'mailbox unknown' };
    if (way === 'not accepted') return { kind: 'not-accepted', reason: 'throttled' };
    if (way === 'lost') throw new Transient('nobody answered');
    const before = taken.get(sendId) ?? 0;
    if (before > 0 && recognisesSendId) return { kind: 'already-sent' };
    taken.set(sendId, before + 1);
    // A service message may be made once more where nobody could tell; marketing never.
    if (before > 0 && (purpose === 'marketing' || before > 1))
      world.violations.push(`message ${sendId} was taken ${before + 1} times`);
    if (way === 'taken and lost') throw new Transient('nobody answered');
    return { kind: 'sent' };
  }
}

/** Tokens of one state are one thing: a later attempt's takes the place of an earlier one's. */
export const stateOf = (token: string): string => `token ${token.slice(0, token.lastIndexOf('/'))}`;

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
