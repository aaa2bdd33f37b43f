import type { Scenario } from './explore.ts';
import { sketched } from './library.ts';
import { type Prepared, prepared } from './prepared.ts';
import { enrolments, firstOf, heads, locks, waits } from './rows.ts';
import type { Faults, World, Written } from './world.ts';

/*
 * Entering and leaving: lock, enrolment and start are one transaction; an exit flips the row first, and stopping the
 * machine is clean-up.
 */
const task = (next: string) => ({
  title: 'Ask',
  kind: 'task',
  queue: 'desk',
  instruction: 'Ask.',
  due: 'P1D',
  next,
});

const library = sketched({
  journeys: [
    {
      id: 'care',
      trigger: { event: 'order.placed' },
      reEntry: { policy: 'always' },
      exits: [
        {
          event: 'order.cancelled',
          match: [{ path: '$.orderId', equals: 'enrolment-key' }],
          reason: 'cancelled',
        },
      ],
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
          timeout: { after: 'P1D' },
          onTimeout: 'late',
        },
        answered: task('done'),
        late: task('done'),
        done: { title: 'Done', kind: 'end', reason: 'done' },
      },
    },
  ],
});

/** Nothing is done for who has left, and nobody is inside twice. */
function watch(world: World, written: readonly Written[]): string | undefined {
  const active = enrolments(world).filter(({ status }) => status === 'active');
  const [head] = heads(world);
  return firstOf([
    active.length > 1 && `${active.length} enrolments under one key`,
    (head?.active ?? []).join() !== active.map(({ id }) => id).join() &&
      'the head names other enrolments than are active',
    ...locks(world).map(
      (lock) => (lock.active ?? '') !== active.map(({ id }) => id).join() && 'the lock names another',
    ),
    ...written.map(({ key, before }) => {
      if (before || !key.sk.startsWith('TSK#e-')) return undefined;
      const enrolment = `ENR#${key.sk.slice(4).split('.')[0]}`;
      const moved = written.find((other) => other.key.sk === enrolment);
      return moved?.before?.status !== 'active' && 'something was done for who had left';
    }),
  ]);
}

/** Nobody waits for a timer to learn that it is over. */
function stopped(world: World): string | undefined {
  return firstOf(
    enrolments(world).map(
      ({ id, status }) =>
        status !== 'active' &&
        world.executions.get(id)?.state === 'running' &&
        `the machine of who has ${status} runs`,
    ),
  );
}

function judge(world: World): string | undefined {
  return firstOf([
    ...enrolments(world).flatMap(({ id, status, reason }) => [
      status === 'active' && 'an enrolment never ends',
      status === 'failed' && `an enrolment failed: ${reason}`,
      world.executions.get(id) === undefined && 'an enrolment has no machine',
    ]),
    ...[...world.executions].map(([name, { state }]) => state === 'running' && `${name} runs for ever`),
    waits(world).length > 0 && 'a wait was left behind',
  ]);
}

export async function enrolScenarios(): Promise<Scenario[]> {
  const placed = (id: string) => (world: World) => world.happens('order.placed', { orderId: 'o-1' }, { id });
  const cancelled = (world: World) => world.happens('order.cancelled', { orderId: 'o-1' });
  const delivered = (world: World) => world.happens('order.delivered', { orderId: 'o-1' });
  const both =
    (...acts: ((world: World) => void)[]) =>
    (world: World) => {
      for (const act of acts) act(world);
    };
  const known = await prepared({ library, watch }, (world) => world.happens('deal.won', {}));
  const inside = await prepared({ library, watch }, (world) => {
    world.idle = true;
    placed('p-1')(world);
  });
  const scenario = (
    name: string,
    world: Prepared,
    faults: Partial<Faults>,
    begin: (world: World) => void,
  ): Scenario => ({
    name: `enrol: ${name}`,
    begin: () => world(faults, begin),
    atRest: stopped,
    atEnd: judge,
  });
  return [
    scenario('two events want to start it', known, {}, both(placed('p-1'), placed('p-2'))),
    scenario('an exit', inside, {}, cancelled),
    scenario('an exit and a timer', inside, { timers: 1 }, cancelled),
    scenario('an exit and an answer', inside, {}, both(cancelled, delivered)),
    scenario('an exit and a crash', inside, { crashes: 1 }, cancelled),
    scenario('an exit and a new start', inside, {}, both(cancelled, placed('p-2'))),
    scenario('two starts and a crash', known, { crashes: 1 }, both(placed('p-1'), placed('p-2'))),
    scenario(
      'an exit, an answer, a timer and a crash',
      inside,
      { crashes: 1, timers: 1 },
      both(cancelled, delivered),
    ),
    scenario('an exit and a hasty timer', inside, { timers: 1, hasty: true }, cancelled),
    scenario('an exit, a new start and a crash', inside, { crashes: 1 }, both(cancelled, placed('p-2'))),
  ];
}
