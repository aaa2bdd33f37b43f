import type { Context } from 'aws-lambda';
import * as z from 'zod';
import type { Handler } from '../../handlers/task.ts';
import { createDocuments } from '../../library/documents.ts';
import {
  type Address,
  type Clock,
  type Documents,
  type Identity,
  type Ports,
  Rejected,
  type Workflows,
} from '../../ports.ts';
import { createLogger, logOn } from './log.ts';
import { createEmbeddedMetrics, metricsOn } from './metrics.ts';
import { observed } from './observed.ts';

const Environment = z.object({
  POWERTOOLS_SERVICE_NAME: z.string(),
  TABLE_CORE: z.string(),
  TABLE_DESIGN: z.string(),
  TABLE_GUARD: z.string(),
});

/** How long a function goes on with the documents it read before it looks whether others were published. */
const freshMs = 5000;

/** What a function needs beside storage and documents. What it does not name refuses, as its role does. */
export type Needs = {
  workflows?: (clock: Clock) => Promise<Workflows>;
  bus?: () => Promise<Ports['bus']>;
  channels?: () => Promise<Ports['channels']>;
  identity?: () => Promise<Identity>;
  address?: () => Promise<Address>;
};

/**
 * A handler as Lambda calls it. What talks to AWS is loaded with them, at the first event: the SDK takes longer to load
 * than all the rest, and who never needs a part of it never loads it. Its ports are made at the first event and kept for those that follow; where that fails
 * (storage out of reach, no key), the next event tries again.
 */
export function lambda(
  handlerOf: (ports: Ports) => Handler,
  needs: Needs = {},
): (event: unknown, context: Context) => Promise<unknown> {
  const watching = watched();
  let handler: Promise<Handler> | undefined;
  const ready = (): Promise<Handler> => {
    handler ??= awsPorts(needs, watching).then(handlerOf);
    handler.catch(() => {
      handler = undefined;
    });
    return handler;
  };
  return observed(async (event) => (await ready())(event), watching);
}

export type Watching = Parameters<typeof observed>[1];

/** Log and figures of this function. */
export function watched(): Watching {
  const service = process.env.POWERTOOLS_SERVICE_NAME ?? 'baton';
  return { logger: createLogger(service), metrics: createEmbeddedMetrics(service) };
}

/** Makes the ports; `Rejected` where the deployment did not say where they lead. */
export async function awsPorts(needs: Needs, { logger, metrics }: Watching): Promise<Ports> {
  const { TABLE_CORE: core, TABLE_DESIGN: design, TABLE_GUARD: guard } = Environment.parse(process.env);
  const { connectStore } = await import('./connect-store.ts');
  const clock: Clock = { now: () => new Date() };
  const store = connectStore({ core, design, guard });
  const log = logOn(logger);
  return {
    store,
    clock,
    log,
    metrics: metricsOn(metrics),
    documents: whenAsked(() => createDocuments({ store, log, clock }, { freshMs })),
    workflows: (await needs.workflows?.(clock)) ?? noWorkflows,
    bus: (await needs.bus?.()) ?? { put: refuse },
    channels: (await needs.channels?.()) ?? {
      email: noChannel,
      sms: noChannel,
      webhook: noChannel,
      push: noChannel,
    },
    identity: (await needs.identity?.()) ?? { hmac: refuseAtOnce },
    address: (await needs.address?.()) ?? { origin: refuse },
  };
}

/** Many calls decide nothing, and functions that never do may not read documents. */
function whenAsked(make: () => Promise<Documents>): Documents {
  let made: Promise<Documents> | undefined;
  const documents = (): Promise<Documents> => {
    made ??= make();
    made.catch(() => {
      made = undefined;
    });
    return made;
  };
  return {
    live: async () => (await documents()).live(),
    journey: async (id, version) => (await documents()).journey(id, version),
    html: async (template, version, language) => (await documents()).html(template, version, language),
    refresh: async () => (await documents()).refresh(),
  };
}

const refuseAtOnce = (): never => {
  throw new Rejected('this function was not made for that: see what it needs in its entry');
};
const refuse = async (): Promise<never> => refuseAtOnce();
const noWorkflows: Workflows = {
  start: refuse,
  succeed: refuse,
  stop: refuse,
  publish: refuse,
  plan: refuse,
};
const noChannel = { send: refuse };
