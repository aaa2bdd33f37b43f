import { sketched } from '../models/library.ts';
import { prepared } from '../models/prepared.ts';
import { enrolments, events, tasks, waits } from '../models/rows.ts';
import type { World } from '../models/world.ts';
import { runClockwork } from './clockwork.ts';

const minute = 60_000;
const task = { title: 'Ask', kind: 'task', queue: 'desk', instruction: 'Ask.', due: 'P1D', next: 'done' };
const library = sketched({
  journeys: [
    {
      id: 'listen',
      trigger: { event: 'order.placed' },
      start: 'listen',
      steps: {
        listen: {
          title: 'Listen',
          kind: 'wait-for',
          events: [
            {
              event: 'order.delivered',
              match: [{ path: '$.orderId', equals: 'enrolment-key' }],
              next: 'answered',
            },
          ],
          timeout: { after: 'PT1H' },
          onTimeout: 'late',
        },
        answered: task,
        late: task,
        done: { title: 'Done', kind: 'end', reason: 'done' },
      },
    },
  ],
});

/** What came of a race; `problem` where the sides do not agree, or where there are two outcomes or none. */
export type Raced = { outcome: 'event' | 'timeout'; offsetMs: number; problem?: string };

/**
 * Makes races of an event against the timer of the wait that it answers: it is recorded a millisecond before the timer
 * runs out, in the same one, or after it, and every call of both sides takes a part of a millisecond.
 */
export async function raceTrack(): Promise<(random: () => number) => Promise<Raced>> {
  const start = await prepared({ library, forgetful: true }, (world) => {
    world.idle = true;
    world.happens('order.placed', { orderId: 'o-1' });
  });
  return async (random) => {
    const world = start({ timers: Number.POSITIVE_INFINITY }, () => {});
    const begun = world.now;
    const offsetMs = Math.floor(random() * 3) - 1;
    const latency = () => random() * 0.4;
    // The machine comes to its wait first, and then time goes to where its timer runs out.
    await runClockwork(world, {
      random,
      arrivals: [],
      until: begun + minute,
      faulty: 0,
      skewMs: 0,
      latency: () => 0,
    });
    const until = deadlineOf(world);
    const happens = () => world.happens('order.delivered', { orderId: 'o-1' }, {}, until + offsetMs);
    const arrivals = [{ at: until + offsetMs, act: happens }];
    await runClockwork(world, {
      random,
      arrivals,
      until: until + 60 * minute,
      faulty: 0,
      skewMs: 0,
      latency,
    });
    return { offsetMs, ...outcomeOf(world) };
  };
}

/** The instant at which the timer of the machine runs out. */
function deadlineOf({ stage }: World): number {
  const due = stage.actors.flatMap(({ calls }) => calls.flatMap(({ dueAt }) => dueAt ?? []));
  const [until] = due;
  if (until === undefined || due.length > 1) throw new Error(`${due.length} timers instead of one`);
  return until;
}

function outcomeOf(world: World): Pick<Raced, 'outcome' | 'problem'> {
  const [enrolment] = enrolments(world);
  const steps = tasks(world).map(({ id }) => id.split('.')[1]);
  const outcome = steps[0] === 'answered' ? 'event' : 'timeout';
  const heard = (enrolment?.answered.length ?? 0) - 1;
  const wrong = [
    ...world.violations,
    ...world.stage.failures,
    ...(steps.length === 1 ? [] : [`outcomes: ${steps.join(', ') || 'none'}`]),
    ...(enrolment?.status === 'completed' ? [] : [`the enrolment is ${enrolment?.status}`]),
    ...(heard === (outcome === 'event' ? 1 : 0)
      ? []
      : [`${heard} events answered, and the machine went ${outcome}`]),
    ...(waits(world).length === 0 ? [] : ['a wait was left behind']),
    ...(events(world).some(({ pend }) => pend) ? ['the event was not applied'] : []),
  ];
  return { outcome, ...(wrong[0] ? { problem: wrong[0] } : {}) };
}
