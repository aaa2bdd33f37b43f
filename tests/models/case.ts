import type { Scenario } from './explore.ts';
import { sketched } from './library.ts';
import { prepared } from './prepared.ts';
import { cases, firstOf, waits } from './rows.ts';
import type { Faults, World } from './world.ts';

/*
 * The case and the machine that keeps its time: whatever changes the case, the machine must plan anew, and end with it.
 */
const targets = { accept: 'PT1H', answer: 'PT4H', solve: 'P2D' };
const library = sketched({
  rules: [
    {
      id: 'open-case',
      trigger: { events: ['order.cancelled'] },
      conditions: { all: [{ fact: 'event', path: '$.type', operator: 'equal', value: 'order.cancelled' }] },
      event: {
        type: 'case.open',
        params: { title: 'A complaint', queue: 'desk', priority: 'normal', serviceLevel: 'desk', key: 'k-1' },
      },
    },
  ],
  serviceLevels: [
    {
      id: 'desk',
      calendar: 'none',
      priorities: { high: targets, normal: targets, low: targets },
      warnings: [{ percent: 100, escalateTo: 'leads' }],
      pauses: [],
      quiet: 'P7D',
    },
  ],
});

/** The machine waits for what is next as the case is now. */
function planned(world: World): string | undefined {
  const machine = [...world.executions.values()].find(({ machine }) => machine === 'case');
  return firstOf(
    cases(world).map(({ status }) => {
      const over = status === 'closed';
      if (over !== (machine?.state === 'ended'))
        return `the case is ${status} and its machine is ${machine?.state}`;
      if (over) return waits(world).some(({ kind }) => kind === 'case') && 'a wait was left behind';
      const [open] = waits(world).filter(({ kind }) => kind === 'case');
      return open?.status !== 'OPEN' && 'the machine waits for nothing that could tell it of a change';
    }),
  );
}

export async function caseScenarios(): Promise<Scenario[]> {
  const opened = await prepared({ library }, (world) => {
    world.idle = true;
    world.happens('order.cancelled', { orderId: 'o-1' });
  });
  const change = (type: string) => (world: World) => {
    const [row] = cases(world);
    world.happens(type, { caseId: row?.id ?? '', key: 'k-1' });
  };
  const scenario = (name: string, faults: Partial<Faults>, ...types: string[]): Scenario => ({
    name: `case: ${name}`,
    lastTimers: 6,
    begin: () =>
      opened(faults, (world) => {
        for (const type of types) change(type)(world);
      }),
    atRest: planned,
    atEnd: () => undefined,
  });
  return [
    scenario('closed', {}, 'case.closed'),
    scenario('solved', {}, 'case.solved'),
    scenario('closed when a mark is reached', { timers: 1 }, 'case.closed'),
    scenario('solved and closed', {}, 'case.solved', 'case.closed'),
    scenario('closed, with a crash', { crashes: 1 }, 'case.closed'),
    scenario('solved and opened again when a mark is reached', { timers: 1 }, 'case.solved', 'case.reopened'),
  ];
}
