import type { JsonObject } from '@baton/rules/json.ts';
import type { Scenario } from './explore.ts';
import { sketched } from './library.ts';
import { type Prepared, prepared } from './prepared.ts';
import { enrolments, events, firstOf, tasks, waits } from './rows.ts';
import type { Faults, World } from './world.ts';

/*
 * The wait: the machine opens it with a timer, an event may answer it, and the row decides. What followed is told by the
 * task that each way leads to.
 */
const journeys: JsonObject[] = [
  {
    id: 'listen-once',
    trigger: { event: 'order.placed' },
    start: 'listen',
    steps: {
      listen: listening('answered', true),
      answered: asking('done'),
      refused: asking('done'),
      late: asking('done'),
      done: { title: 'Done', kind: 'end', reason: 'done' },
    },
  },
  {
    id: 'listen-late',
    trigger: { event: 'lead.lost' },
    start: 'listen',
    steps: {
      listen: { ...listening('answered'), timeout: { after: 'PT0S' } },
      answered: asking('done'),
      late: asking('done'),
      done: { title: 'Done', kind: 'end', reason: 'done' },
    },
  },
  {
    id: 'listen-again',
    trigger: { event: 'deal.won' },
    start: 'listen',
    steps: {
      listen: listening('answered'),
      answered: asking('listen'),
      late: asking('done'),
      done: { title: 'Done', kind: 'end', reason: 'done' },
    },
  },
];

function listening(next: string, refusable = false) {
  return {
    title: 'Listen',
    kind: 'wait-for',
    events: [
      {
        event: 'order.delivered',
        match: [{ path: '$.orderId', equals: 'enrolment-key' }],
        next,
      },
      ...(refusable
        ? [
            {
              event: 'order.cancelled',
              match: [{ path: '$.orderId', equals: 'enrolment-key' }],
              next: 'refused',
            },
          ]
        : []),
    ],
    timeout: { after: 'P1D' },
    onTimeout: 'late',
  };
}

function asking(next: string) {
  return { title: 'Ask', kind: 'task', queue: 'desk', instruction: 'Ask.', due: 'P1D', next };
}

const library = sketched({ journeys });

/** Each way of an outcome leaves its task, once per event that answered, and the machine comes to its end. */
function judge(world: World): string | undefined {
  const [enrolment] = enrolments(world);
  if (!enrolment) return 'nobody was enrolled';
  const steps = tasks(world).map(({ id }) => id.split('.')[1] ?? '');
  const late = steps.filter((step) => step === 'late').length;
  const heardOf = enrolment.answered.length - 1;
  const execution = world.executions.get(enrolment.id);
  const way = enrolment.answer?.type === 'order.cancelled' ? 'refused' : 'answered';
  return firstOf([
    execution?.state !== 'ended' && `the machine of the enrolment is ${execution?.state}`,
    enrolment.status !== 'completed' && `the enrolment is ${enrolment.status}: ${enrolment.reason}`,
    heardOf !== steps.length - late && `${heardOf} events answered; done: ${steps.join(', ')}`,
    enrolment.journey !== 'listen-again' && steps.length !== 1 && `outcomes: ${steps.join(', ')}`,
    enrolment.journey === 'listen-again' && late !== 1 && `outcomes: ${steps.join(', ')}`,
    heardOf > 0 &&
      late === 0 &&
      !steps.includes(way) &&
      `answered by ${enrolment.answer?.type}, done: ${steps}`,
    waits(world).length > 0 && 'a wait was left behind',
  ]);
}

/** No timer ran out yet: whatever was applied must have been heard, and the machine told. */
function heard(world: World): string | undefined {
  const [enrolment] = enrolments(world);
  const timed = tasks(world).some(({ id }) => id.includes('.late.'));
  if (enrolment?.status !== 'active' || timed) return undefined;
  if (enrolment.result?.to !== '$waiting') return 'it waits although it has been answered';
  const unheard = events(world).filter(
    ({ type, pend, sk }) =>
      !pend && (type === 'order.delivered' || type === 'order.cancelled') && !enrolment.answered.includes(sk),
  );
  return unheard.length > 0 ? 'it waits although the event that answers it is stored' : undefined;
}

const delivered = (id: string) => (world: World) =>
  world.happens('order.delivered', { orderId: 'o-1' }, { id });

export async function waitScenarios(): Promise<Scenario[]> {
  const once = await prepared({ library }, (world) => {
    world.idle = true;
    world.happens('order.placed', { orderId: 'o-1' });
  });
  const early = await prepared(
    { library },
    (world) => {
      world.idle = true;
      world.happens('order.placed', { orderId: 'o-1' });
    },
    (world) => delivered('d-1')(world),
  );
  const again = await prepared({ library }, (world) => {
    world.idle = true;
    world.happens('deal.won', { orderId: 'o-1' });
  });
  const over = await prepared({ library }, (world) => {
    world.idle = true;
    world.happens('lead.lost', { orderId: 'o-1' });
  });
  const scenario = (
    name: string,
    world: Prepared,
    faults: Partial<Faults>,
    begin: (world: World) => void,
  ): Scenario => ({
    name: `wait: ${name}`,
    begin: () => world(faults, begin),
    ...(faults.crashes || faults.lag ? {} : { beforeSweep: heard }),
    atRest: heard,
    atEnd: judge,
  });
  const two = (world: World) => {
    delivered('d-1')(world);
    delivered('d-2')(world);
  };
  const swept = (world: World) => {
    delivered('d-1')(world);
    world.sweeps('sweeper');
  };
  return [
    scenario('an event', once, {}, delivered('d-1')),
    scenario('an event and a timer', once, { timers: 1 }, delivered('d-1')),
    scenario('an event and a crash', once, { crashes: 1 }, delivered('d-1')),
    scenario('an event and a timer that does not wait', once, { timers: 1, hasty: true }, delivered('d-1')),
    scenario(
      'an event that the stream gives up',
      once,
      { crashes: 1, deliveries: 'swept' },
      delivered('d-1'),
    ),
    scenario('an event before the wait and another one', early, {}, (world) =>
      world.happens('order.cancelled', { orderId: 'o-1' }),
    ),
    scenario('an event before the wait and a crash', early, { crashes: 1 }, () => {}),
    scenario('an event before the wait and a hasty timer', early, { timers: 1, hasty: true }, () => {}),
    scenario('two events at once', once, {}, (world) => {
      delivered('d-1')(world);
      world.happens('order.cancelled', { orderId: 'o-1' });
    }),
    scenario('an event and a wait that is over when it begins', over, {}, delivered('d-1')),
    scenario('an event, a wait that is over and a crash', over, { crashes: 1 }, delivered('d-1')),
    scenario(
      'an event, a wait that is over and a hasty timer',
      over,
      { timers: 1, hasty: true },
      delivered('d-1'),
    ),
    scenario('two events in two rounds', again, {}, two),
    scenario('an event, a timer and a crash', once, { crashes: 1, timers: 1 }, delivered('d-1')),
    scenario(
      'an event, a hasty timer and a crash',
      once,
      { crashes: 1, timers: 1, hasty: true },
      delivered('d-1'),
    ),
    scenario('an event, a timer and the sweeper', once, { timers: 1, lag: true }, swept),
    scenario('two events, two rounds, a timer and a crash', again, { crashes: 1, timers: 1 }, two),
  ];
}
