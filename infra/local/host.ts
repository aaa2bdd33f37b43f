import { createSqliteStore } from '@baton/functions/adapters/sqlite/store.ts';
import { apiHandler } from '@baton/functions/handlers/api.ts';
import { applyEventHandler } from '@baton/functions/handlers/apply-event.ts';
import type { Caller } from '@baton/functions/handlers/caller.ts';
import { campaignStepHandler } from '@baton/functions/handlers/campaign-step.ts';
import { caseStepHandler } from '@baton/functions/handlers/case-step.ts';
import { dispatchHandler } from '@baton/functions/handlers/dispatch.ts';
import { endpoints } from '@baton/functions/handlers/endpoints/all.ts';
import type { HostFacts } from '@baton/functions/handlers/endpoints/reply.ts';
import { publishStepHandler } from '@baton/functions/handlers/publish-step.ts';
import { recordEventHandler } from '@baton/functions/handlers/record-event.ts';
import { runStepHandler } from '@baton/functions/handlers/run-step.ts';
import { segmentHandler } from '@baton/functions/handlers/segment.ts';
import { stayStepHandler } from '@baton/functions/handlers/stay-step.ts';
import { sweepHandler } from '@baton/functions/handlers/sweep.ts';
import type { Handler } from '@baton/functions/handlers/task.ts';
import { unsubscribeHandler } from '@baton/functions/handlers/unsubscribe.ts';
import { createDocuments } from '@baton/functions/library/documents.ts';
import { publishLibrary } from '@baton/functions/library/publish.ts';
import type { Change, Channel, Clock, CloudEvent, Log, Ports, Store } from '@baton/functions/ports.ts';
import { Rejected } from '@baton/functions/ports.ts';
import { dueShards } from '@baton/functions/repositories/rows.ts';
import { startRun } from '@baton/functions/use-cases/start-run.ts';
import type { Library } from '@baton/rules/documents/index.ts';
import type { Json } from '@baton/rules/json.ts';
import { roles } from '@baton/rules/roles.ts';
import * as z from 'zod';
import {
  busRules,
  byRouteKey,
  type HttpRoute,
  httpRoutes,
  openRoutes,
  queues,
  routeKeyOf,
  schedules,
  segmentRoutes,
  streams,
} from '../routes.ts';
import { createBus } from './bus.ts';
import { createChangeStream } from './change-stream.ts';
import { type Database, openDatabase } from './database.ts';
import { loadIdentity } from './identity.ts';
import { createLocalMetrics } from './metrics.ts';
import { createQueue, createQueueConsumer, failedBy } from './queue.ts';
import { createScheduler, type Scheduler } from './schedule.ts';
import { createStateMachines } from './state-machine/state-machines.ts';
import { localWorkflows } from './workflows.ts';
import { writeKeyOf } from './write-key.ts';

export type HostOptions = {
  /** Data folder; made where it is absent. */
  folder: string;
  clock: Clock & { kind: 'system' | 'virtual' };
  /** Published at start; absent: what is live in the folder stays live. */
  library?: Library;
  channel: (settle: () => Promise<void>) => Channel;
  /** Ways out that lead to providers, in the place of `channel`. */
  providers?: (settle: () => Promise<void>) => Partial<Ports['channels']>;
  log: Log;
  /** Makes contact ids the same on every run; a live folder gets a random key instead. */
  identitySeed?: string;
  pageLimit?: number;
  group?: { milliseconds: number; changes: number };
  /** Another store than the folder's; queues, machines and schedules stay in the folder. */
  storeOf?: (folders: Store, onChange: (changes: Change[]) => void) => Store;
  /** Scheme and host under which links in messages lead here; it may be known only once the host listens. */
  origin?: () => string;
  /** Who stands behind a request to the API; without it, whoever sits at this machine. */
  callerOf?: (event: unknown) => Caller;
  /** Told of everything that is written. */
  onWritten?: () => void;
  /** Answers whom a condition fits; without it contacts are read for each question. */
  reach?: HostFacts['reach'];
  matching?: HostFacts['matching'];
  /** What a function may reach of the host's ports; here all of it, on AWS what its role grants. */
  portsOf?: (name: string, ports: Ports) => Ports;
};

/**
 * The local host: the same handlers as on AWS, driven by one loop.
 *
 * 1. One unit of work at a time: intake first, then recorded events, then the machines, then the schedules. The outbox
 *    comes before the machines when it fills a batch, and after them when it does not: messages that leave together wait
 *    for the disk once. With a virtual clock the same input therefore gives the same state.
 * 2. Everything a part must not lose is in the database; lists in memory are filled from there at start.
 * 3. Nothing leaves the process before what led to it is on disk.
 */
export type Host = Awaited<ReturnType<typeof openHost>>;

export async function openHost({
  folder,
  clock,
  library,
  channel,
  providers = () => ({}),
  log,
  identitySeed,
  pageLimit,
  group,
  storeOf = (folders) => folders,
  origin = () => 'http://127.0.0.1:4400',
  callerOf = () => thisMachinesUser,
  reach,
  matching,
  onWritten = () => {},
  portsOf = (_name, ports) => ports,
}: HostOptions) {
  const database = openDatabase({ folder, pageLimit, group });
  const handlers: Record<string, Handler> = {};
  const changeStreams = streams.map(({ prefix, handler }) => ({
    handler,
    stream: createChangeStream({ prefix, clock, handler: (event) => call(handler, event) }),
  }));

  const onChange = (changes: Change[]) => {
    onWritten();
    for (const { stream } of changeStreams) stream.offer(changes);
  };
  const store = storeOf(createSqliteStore(database, { onChange }), onChange);
  const call = (name: string, event: unknown): Promise<unknown> => {
    const handler = handlers[name];
    if (!handler) throw new Rejected(`no function ${name}`);
    return handler(event);
  };

  const machines = createStateMachines({
    database,
    clock,
    invoke: async (name, payload) => toJson(await call(name, payload)),
  });
  const intake = queues.map(({ name, batch, visibilitySeconds, maxReceives }) =>
    createQueue({ database, clock, name, batch, visibilitySeconds, maxReceives }),
  );
  /** Why messages of the batch in hand failed, by their ids. */
  const failed = new Map<string, string>();
  const withReason = (failure: { itemIdentifier: string }) => ({
    ...failure,
    reason: failed.get(failure.itemIdentifier),
  });
  const consumersOfQueues = intake.map((queue, index) =>
    createQueueConsumer({
      queue,
      handler: async (event) => {
        failed.clear();
        const answer = BatchAnswer.parse(await call(queues[index]?.handler ?? '', event));
        return { batchItemFailures: answer.batchItemFailures.map(withReason) };
      },
    }),
  );
  const bus = createBus({
    rules: busRules.map(({ name, pattern, queue }) => ({ name, pattern, target: queue })),
    deliver: (target, event) => {
      const queue = intake.find(({ name }) => name === target);
      queue?.send([JSON.stringify(event)]);
    },
  });
  const settle = () => store.durable();
  const outbox = channel(settle);
  const { metrics, counts } = createLocalMetrics();
  let scheduler: Scheduler | undefined;
  const ports: Ports = {
    store,
    clock,
    log,
    metrics,
    identity: loadIdentity(folder, { seed: identitySeed, knowsPeople: knowsPeople(database) }),
    address: { origin: async () => origin() },
    channels: { email: outbox, sms: outbox, webhook: outbox, push: outbox, ...providers(settle) },
    workflows: localWorkflows(machines, { plan: async () => scheduler?.reset(await schedulesNow()) }),
    bus: { put: async (events) => bus.put(events.map(asBusEvent)) },
    documents: notReady,
  };
  const documents = await createDocuments(ports);
  ports.documents = documents;
  if (library) await publishLibrary(ports, library);

  const deadLetters = () => intake.reduce((sum, queue) => sum + queue.depth().dead, 0);
  const givenUp = {
    list: () => intake.flatMap((queue) => queue.givenUp() ?? []).sort((a, b) => (a.since < b.since ? -1 : 1)),
    redrive: () => intake.reduce((sum, queue) => sum + queue.redrive(), 0),
  };
  const made: Record<string, (ports: Ports) => Handler> = {
    'record-event': (own) => recordEventHandler(own, (id, code) => void failed.set(id, failedBy(code))),
    'apply-event': applyEventHandler,
    dispatch: dispatchHandler,
    'run-step': runStepHandler,
    'stay-step': stayStepHandler,
    'case-step': caseStepHandler,
    'campaign-step': campaignStepHandler,
    'publish-step': publishStepHandler,
    sweep: sweepHandler,
  };
  for (const [name, handlerOf] of Object.entries(made)) handlers[name] = handlerOf(portsOf(name, ports));
  const facts = {
    clock: clock.kind,
    callerOf,
    deadLetters,
    givenUp,
    counts,
    ...(reach ? { reach } : {}),
    ...(matching ? { matching } : {}),
  };
  const routed = apiOf((name, served) => {
    const own = portsOf(name, ports);
    const routes = byRouteKey(served);
    if (name === 'unsubscribe') return unsubscribeHandler(own, routes);
    if (name === 'segment') return segmentHandler(own, { routes, writeKey: async () => writeKeyOf(folder) });
    return apiHandler(own, { endpoints, routes, host: facts });
  });
  /** What goes on because of it is not left waiting for the next round of the sweeper, which is at hand here. */
  const api: Handler = async (event) => {
    const answer = await routed(event);
    if (sweptAfter.has(Routed.parse(event).routeKey)) scheduler?.hasten('sweep');
    return answer;
  };
  const schedulesNow = async () => [
    ...(clock.kind === 'system' ? regular : []),
    ...(await scheduledCampaigns(documents)),
  ];
  scheduler = createScheduler({
    database,
    clock,
    schedules: await schedulesNow(),
    fire: async (target, { scheduledAt }) => {
      const campaign = campaignOf(target);
      if (campaign) await startRun(ports, campaign, scheduledAt);
      else await call(target, {});
    },
  });

  const shards = (kind: string) => Array.from({ length: dueShards }, (_, shard) => `${kind}#${shard}`);
  const kinds: Record<string, string> = { 'EVT#': 'PEND', 'OUT#': 'OUT' };
  for (const [index, { stream }] of changeStreams.entries())
    await stream.recover(store, shards(kinds[streams[index]?.prefix ?? ''] ?? ''));

  const recorded = changeStreams.filter(({ handler }) => handler !== 'dispatch').map(({ stream }) => stream);
  const outgoing = changeStreams.filter(({ handler }) => handler === 'dispatch').map(({ stream }) => stream);
  const wholeBatches = outgoing.map(({ step }) => ({ step: () => step(true) }));
  const parts = [...consumersOfQueues, ...recorded, machines, ...outgoing, scheduler];
  const inTurn = [...consumersOfQueues, ...recorded, ...wholeBatches, machines, ...outgoing, scheduler];

  /** Does the first ready unit of work; `false` when there is none. */
  async function step(): Promise<boolean> {
    for (const part of inTurn) if (await part.step()) return true;
    return false;
  }

  return {
    ports,
    database,
    documents,
    machines,
    api,
    queues: intake,
    deadLetters,
    counts,
    step,
    /** Works until nothing is ready at the present time. */
    settle: async () => {
      while (await step());
    },
    /** When the next thing becomes ready by time, in epoch ms. */
    dueAt: (): number | undefined => earliest(parts.map((part) => part.dueAt())),
    publish: (published: Library) => publishLibrary(ports, published),
    close: async () => {
      try {
        await database.durable();
      } finally {
        database.close();
      }
    },
  };
}

/** Only this machine reaches the host, and whoever sits at it owns the data folder. */
const thisMachinesUser: Caller = {
  kind: 'known',
  person: "this machine's user",
  roles: roles.map(({ id }) => id),
};

const BatchAnswer = z.object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })) });

/** Virtual time has no sweeper: nothing gets lost in a process that does one thing after the other. */
const regular = schedules.map(({ name, expression, handler }) => ({ name, expression, target: handler }));

const campaignPrefix = 'campaign:';
const campaignOf = (target: string): string | undefined =>
  target.startsWith(campaignPrefix) ? target.slice(campaignPrefix.length) : undefined;

/** Campaigns with a time of their own; the run is claimed by that time, so it takes place once. */
async function scheduledCampaigns(documents: Ports['documents']) {
  const { campaigns } = await documents.live();
  return [...campaigns.values()].flatMap(({ id, schedule }) =>
    schedule.at === null
      ? []
      : [
          {
            name: `${campaignPrefix}${id}:${schedule.at}`,
            expression: `at(${new Date(schedule.at).toISOString().slice(0, 19)})`,
            target: `${campaignPrefix}${id}`,
          },
        ],
  );
}

/** Each route is served by the function that serves it on AWS, so that here too a route has the rights of its function. */
function apiOf(serving: (name: string, routes: HttpRoute[]) => Handler): Handler {
  const byFunction = Map.groupBy([...httpRoutes, ...openRoutes, ...segmentRoutes], (route) => route.function);
  const handlers = [...byFunction].flatMap(([name, routes]) => {
    const handler = serving(name, routes);
    return routes.map((route) => [routeKeyOf(route), handler] as const);
  });
  const serves = new Map(handlers);
  return async (event) => {
    const { routeKey } = Routed.parse(event);
    const handler = serves.get(routeKey);
    if (!handler) throw new Rejected(`no function serves ${routeKey}`);
    return handler(event);
  };
}

const Routed = z.object({ routeKey: z.string() });
const sweptAfter = new Set([
  'POST /api/journeys/{journeyId}/state',
  'POST /api/quarantine/{quarantineId}/redrive',
]);

const knowsPeople = ({ sql }: Database): boolean =>
  sql.prepare('SELECT 1 FROM guard LIMIT 1').get() !== undefined;

const refuse = async (): Promise<never> => {
  throw new Rejected('the documents have not been read yet');
};
const notReady: Ports['documents'] = { live: refuse, journey: refuse, html: refuse, refresh: refuse };

const toJson = (value: unknown): Json => (value === undefined ? null : JSON.parse(JSON.stringify(value)));

function earliest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** A CloudEvent as it travels over EventBridge. */
function asBusEvent(event: CloudEvent) {
  return {
    version: '0',
    id: event.id,
    source: event.source,
    'detail-type': event.type,
    time: event.time,
    account: '000000000000',
    region: 'local',
    resources: [],
    detail: event,
  };
}
