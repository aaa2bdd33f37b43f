import type { Scenario } from './explore.ts';
import { sketched } from './library.ts';
import { type Prepared, prepared } from './prepared.ts';
import { enrolments, events, firstOf, tasks, waits } from './rows.ts';
import type { Faults, World } from './world.ts';

/*
 * The wait: the machine opens it with a timer, an event may answer it, and the row decides. What followed is told by the
 * task that each way leads to.
 */
const journeys = [
  {
    id: 'listen-once',
    trigger: { event: 'order.placed' },
    start: 'listen',
    steps: {
      listen: listening('answered'),
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

function listening(next: string) {
  return {
    title: 'Listen',
    kind: 'wait-for',
    events: [
      {
        event: 'order.delivered',
        match: [{ path: '$.orderId', equals: 'enrolment-key' }],
        next,
      },
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
  const steps = tasks(world).map(({ id }) => id.split('.')[1]);
  const answered = steps.filter((step) => step === 'answered').length;
  const late = steps.filter((step) => step === 'late').length;
  const execution = world.executions.get(enrolment.id);
  return firstOf([
    execution?.state !== 'ended' && `the machine of the enrolment is ${execution?.state}`,
    enrolment.status !== 'completed' && `the enrolment is ${enrolment.status}: ${enrolment.reason}`,
    enrolment.answered.length !== answered + 1 &&
      `${enrolment.answered.length - 1} events are said to have answered, and ${answered} tasks follow answers`,
    enrolment.journey === 'listen-once' && answered + late !== 1 && `outcomes: ${steps.join(', ')}`,
    enrolment.journey === 'listen-again' && late !== 1 && `outcomes: ${steps.join(', ')}`,
    waits(world).length > 0 && 'a wait was left behind',
  ]);
}

/** No timer ran out before everything came to rest: then whatever happened must have been heard. */
function heard(world: World): string | undefined {
  const [enrolment] = enrolments(world);
  const happened = events(world).filter(({ type }) => type === 'order.delivered');
  const timed = tasks(world).some(({ id }) => id.includes('.late.'));
  if (enrolment?.status !== 'active' || timed) return undefined;
  const unheard = happened.filter(({ sk }) => !enrolment.answered.includes(sk));
  return unheard.length > 0 ? 'it waits although the event that answers it is stored' : undefined;
}

export async function waitScenarios(): Promise<Scenario[]> {
  const once = await prepared({ library }, (world) => {
    world.idle = true;
    world.happens('order.placed', { orderId: 'o-1' });
  });
  const again = await prepared({ library }, (world) => {
    world.idle = true;
    world.happens('deal.won', { orderId: 'o-1' });
  });
  const scenario = (
    name: string,
    world: Prepared,
    faults: Partial<Faults>,
    begin: (world: World) => void,
  ): Scenario => ({
    name: `wait: ${name}`,
    begin: () => world(faults, begin),
    atRest: heard,
    atEnd: judge,
  });
  const delivered = (id: string) => (world: World) =>
    world.happens('order.delivered', { orderId: 'o-1' }, { id });
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
