import type { Account, Quota, QuotaService } from './account.ts';
import type { Check, Found, State } from './finding.ts';
import { secondsFor, spanOf, transitionsPerContact, whole } from './pace.ts';

/** A quota is found by the words of its name, because names are published and codes differ in age and by region. */
type Wanted = { service: QuotaService; words: RegExp; title: string };

const wanted = {
  concurrency: {
    service: 'lambda',
    words: /^concurrent executions$/i,
    title: 'Lambda concurrent executions',
  },
  open: { service: 'states', words: /open.*execution/i, title: 'Step Functions open executions' },
  startBucket: { service: 'states', words: /^startexecution .*bucket/i, title: 'StartExecution burst' },
  startRefill: { service: 'states', words: /^startexecution .*refill/i, title: 'StartExecution per second' },
  moveBucket: { service: 'states', words: /state ?transition.*bucket/i, title: 'StateTransition burst' },
  moveRefill: { service: 'states', words: /state ?transition.*refill/i, title: 'StateTransition per second' },
  putEvents: { service: 'events', words: /^putevents throttle/i, title: 'EventBridge PutEvents per second' },
  tables: { service: 'dynamodb', words: /^maximum number of tables$/i, title: 'DynamoDB tables' },
} as const satisfies Record<string, Wanted>;
type WantedName = keyof typeof wanted;

const find = (quotas: readonly Quota[], name: WantedName): Quota | undefined =>
  quotas.find((quota) => wanted[name].words.test(quota.name));

const consoleOf = (region: string, { service }: Wanted, quota?: Quota): string =>
  `https://${region}.console.aws.amazon.com/servicequotas/home/services/${service}/quotas${quota ? `/${quota.code}` : ''}`;

function ask(region: string, name: WantedName, quota: Quota, value: number): string {
  const page = consoleOf(region, wanted[name], quota);
  if (!quota.adjustable) return `this quota is not adjustable by yourself: ask AWS support, and see ${page}`;
  return `ask for ${whole(value)}: aws service-quotas request-service-quota-increase --region ${region} --service-code ${wanted[name].service} --quota-code ${quota.code} --desired-value ${value}, or ${page}`;
}

/** Compares one quota with what must be and what should be. */
function compared(
  region: string,
  quotas: readonly Quota[],
  name: WantedName,
  { least, good, why }: { least: number; good: number; why?: string },
): Found {
  const { title } = wanted[name];
  const quota = find(quotas, name);
  if (!quota) return notListed(region, name, why);
  const state: State = quota.value < least ? 'fail' : quota.value < good ? 'warn' : 'ok';
  const found = `${whole(quota.value)} applied, ${whole(good)} needed`;
  return {
    check: title,
    state,
    found,
    why,
    ...(state === 'ok' ? {} : { remedy: ask(region, name, quota, good) }),
  };
}

const notListed = (region: string, name: WantedName, why?: string): Found => ({
  check: wanted[name].title,
  state: 'unknown',
  found: 'Service Quotas lists no quota of this name',
  why,
  remedy: `look at ${consoleOf(region, wanted[name])}`,
});

/** Functions that reserve concurrency must leave this much to all others, or the deployment fails. */
const unreserved = 100;

export function quotaChecks(account: Account, region: string, contacts: number): Check[] {
  return [
    {
      name: 'Lambda concurrent executions',
      why: `functions that reserve concurrency must leave ${unreserved} to others; new accounts start at 10, and deployment fails`,
      run: async () => [
        compared(region, await account.quotas('lambda'), 'concurrency', {
          least: unreserved,
          good: 1000,
        }),
      ],
    },
    {
      name: 'Step Functions quotas',
      why: 'every contact that waits is an open execution, and campaigns start and move many at once',
      run: async () => stateQuotas(region, await account.quotas('states'), contacts),
    },
    {
      name: 'EventBridge PutEvents per second',
      why: 'events come in by PutEvents, in a campaign perhaps one of each contact within the hour; above the quota they are refused',
      run: async () => [
        compared(region, await account.quotas('events'), 'putEvents', {
          least: 1,
          good: Math.max(100, Math.ceil(contacts / 3600)),
        }),
      ],
    },
    {
      name: 'DynamoDB tables',
      why: 'each stage has three tables of its own; how many there are already is not looked at',
      run: async () => [
        compared(region, await account.quotas('dynamodb'), 'tables', {
          least: 3,
          good: 6,
        }),
      ],
    },
  ];
}

function stateQuotas(region: string, quotas: readonly Quota[], contacts: number): Found[] {
  return [
    compared(region, quotas, 'open', {
      least: contacts,
      good: 2 * contacts,
      why: 'a waiting contact holds one open execution for its journey and one for its stay in a stage',
    }),
    earliestFinish(region, quotas, contacts),
  ];
}

const aWorkingDay = 8 * 3600;

/** How fast a campaign of this size can be at best: each contact is started once and moves several times. */
function earliestFinish(region: string, quotas: readonly Quota[], contacts: number): Found {
  const why = `a campaign of ${whole(contacts)} starts as many executions and makes ${whole(contacts * transitionsPerContact)} transitions; new accounts have less, and AWS raises it with use`;
  const names = ['startBucket', 'startRefill', 'moveBucket', 'moveRefill'] as const;
  const missing = names.find((name) => !find(quotas, name));
  if (missing) return { ...notListed(region, missing, why), check: 'Earliest finish of a campaign' };

  const [startBucket = 0, startRefill = 0, moveBucket = 0, moveRefill = 0] = names.map(
    (name) => find(quotas, name)?.value,
  );
  const starting = secondsFor(contacts, startBucket, startRefill);
  const moving = secondsFor(contacts * transitionsPerContact, moveBucket, moveRefill);
  const slower = starting > moving ? 'startRefill' : 'moveRefill';
  const quota = find(quotas, slower);
  const late = Math.max(starting, moving) > aWorkingDay;
  const good = Math.ceil((contacts * (slower === 'startRefill' ? 1 : transitionsPerContact)) / 3600);
  return {
    check: 'Earliest finish of a campaign',
    state: late ? 'warn' : 'ok',
    found:
      `${whole(contacts)} contacts: started in ${spanOf(starting)} (burst ${whole(startBucket)}, ${whole(startRefill)}/s), ` +
      `moved in ${spanOf(moving)} (burst ${whole(moveBucket)}, ${whole(moveRefill)}/s): earliest finish after ${spanOf(Math.max(starting, moving))}`,
    why,
    ...(late && quota ? { remedy: `${ask(region, slower, quota, good)} (then it takes an hour)` } : {}),
  };
}
