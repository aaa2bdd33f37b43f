import { type Item, type Operation, type Ports, Rejected, type Store } from '@baton/functions/ports.ts';
import { type FunctionDescription, type FunctionName, functions } from '@baton/infra/functions.ts';
import { workflows as builtIn } from '@baton/infra/routes.ts';

export type Used = Map<string, Set<string>>;

/** Gives every function the walls of its role, and notes what it used. */
export const walls =
  (used: Used) =>
  (name: string, ports: Ports): Ports => {
    const rights = used.get(name) ?? new Set();
    used.set(name, rights);
    return walled(name, ports, rights);
  };

/**
 * Puts around a function the walls that its role is on AWS: whatever `infra/functions.ts` does not list for it fails here
 * as it would there. `used` gets every right that is asked for, as `table: right` or the right itself.
 */
function walled(name: string, ports: Ports, used: Set<string>): Ports {
  const rights = functions[isFunction(name) ? name : lost(name)];
  const need = (right: string) => {
    used.add(right);
    if (!rightsOf(rights).includes(right)) throw new Rejected(`${name} may not: ${right}`);
  };
  const needsDocuments = () => {
    need('design: get');
    need('design: query');
  };
  return {
    ...ports,
    store: walledStore(ports, need),
    documents: {
      live: () => {
        needsDocuments();
        return ports.documents.live();
      },
      journey: (id, version) => {
        need('design: get');
        return ports.documents.journey(id, version);
      },
      html: (template, version, language) => {
        need('design: get');
        return ports.documents.html(template, version, language);
      },
      refresh: () => {
        needsDocuments();
        return ports.documents.refresh();
      },
    },
    identity: {
      hmac: (text) => {
        need('read identity key');
        return ports.identity.hmac(text);
      },
    },
    address: {
      origin: () => {
        need('read address');
        return ports.address.origin();
      },
    },
    bus: {
      put: (events) => {
        need('put events');
        return ports.bus.put(events);
      },
    },
    channels: {
      email: walledChannel(ports.channels.email, need),
      sms: walledChannel(ports.channels.sms, need),
      webhook: walledChannel(ports.channels.webhook, need),
      push: walledChannel(ports.channels.push, need),
    },
    workflows: {
      start: (start) => {
        need(startRight(start.machine));
        return ports.workflows.start(start);
      },
      succeed: (token, output) => {
        need('answer tokens');
        return ports.workflows.succeed(token, output);
      },
      stop: (execution, cause) => {
        need('stop journeys');
        return ports.workflows.stop(execution, cause);
      },
      publish: (version) => {
        need('publish journeys');
        return ports.workflows.publish(version);
      },
      plan: (planned, start) => {
        need('plan campaigns');
        return ports.workflows.plan(planned, start);
      },
    },
  };
}

/** Every right of a function, as they are noted when used. */
export function rightsOf({ core = [], design = [], guard = [], may = [] }: FunctionDescription): string[] {
  return [
    ...core.map((right) => `core: ${right}`),
    ...design.map((right) => `design: ${right}`),
    ...guard.map((right) => `guard: ${right}`),
    ...may,
  ];
}

const isFunction = (name: string): name is FunctionName => name in functions;
const lost = (name: string): never => {
  throw new Error(`infra/functions.ts does not list ${name}`);
};

const startRights: Record<(typeof builtIn)[number], string> = {
  'contact-cycle': 'start stays',
  case: 'start cases',
  campaign: 'start campaigns',
  publisher: 'start publications',
};
const startRight = (machine: string): string =>
  builtIn.flatMap((name) => (name === machine ? [startRights[name]] : []))[0] ?? 'start journeys';

function walledChannel(channel: Ports['channels']['email'], need: (right: string) => void) {
  return {
    ...channel,
    send: (message: Parameters<typeof channel.send>[0]) => {
      need('send messages');
      return channel.send(message);
    },
  };
}

/** The store is asked for at every call, because tests put another in its place. */
function walledStore(ports: Pick<Ports, 'store'>, need: (right: string) => void): Store {
  return {
    get: (table, key): Promise<Item | undefined> => {
      need(`${table}: get`);
      return ports.store.get(table, key);
    },
    query: (query) => {
      need(`${query.table}: query${query.index ? ` ${query.index}` : ''}`);
      return ports.store.query(query);
    },
    count: (query) => {
      need(`${query.table}: query${query.index ? ` ${query.index}` : ''}`);
      return ports.store.count(query);
    },
    transact: (operations) => {
      for (const operation of operations) need(`${operation.table}: ${verbOf(operation)}`);
      return ports.store.transact(operations);
    },
    durable: () => ports.store.durable(),
  };
}

/** A check that asks for nothing is not sent. */
const verbOf = ({ kind }: Operation): string => kind;
