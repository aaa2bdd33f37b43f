import { answerHandover } from '@baton/functions/use-cases/answers.ts';
import type { Scenario } from './explore.ts';
import { sketched } from './library.ts';
import { type Prepared, prepared } from './prepared.ts';
import { events, firstOf, handovers, heads, stays } from './rows.ts';
import { ana, type Faults, type World, type Written } from './world.ts';

/*
 * The handover: offered by one side, and accepted or returned by the other, or too late. Meanwhile a rule may move the
 * contact elsewhere.
 */
const always = (event: string) => ({
  all: [{ fact: 'event', path: '$.type', operator: 'equal', value: event }],
});
const entering = (event: string, stage: string) => ({
  id: `enter-${stage}`,
  trigger: { events: [event] },
  conditions: always(event),
  event: { type: 'stage.enter', params: { stage } },
});

const library = sketched({
  stages: [
    { id: 'sales', owner: { team: 'sales' } },
    { id: 'onboarding', owner: { team: 'onboarding' } },
    { id: 'lost', owner: { team: 'win-back' } },
  ],
  handovers: [
    {
      id: 'to-onboarding',
      trigger: { events: ['deal.won'] },
      from: { stage: 'sales', team: 'sales' },
      to: { stage: 'onboarding', team: 'onboarding' },
      entry: always('deal.won'),
      acceptance: { mode: 'manual', within: 'PT4H', returnReasons: ['incomplete'] },
    },
  ],
  rules: [
    entering('order.placed', 'sales'),
    entering('lead.lost', 'lost'),
    {
      id: 'take-over',
      trigger: { events: ['owner.left'] },
      conditions: always('owner.left'),
      event: { type: 'owner.assign', params: { person: 'Ines', title: 'Yours now', due: 'PT1H' } },
    },
  ],
});

/** Whoever looks at any moment finds one owner, and finds the same one in the history. */
function watch(world: World, written: readonly Written[]): string | undefined {
  const [head] = heads(world);
  if (!head || head.stage === null) return undefined;
  const open = stays(world).filter(({ to }) => to === undefined);
  const [stay] = open;
  return firstOf([
    open.length !== 1 && `${open.length} owners at once`,
    stay?.stay !== head.stay && 'head and history name different stays',
    stay?.stage !== head.stage && 'head and history name different stages',
    (stay?.owner.team !== head.owner?.team || stay?.owner.person !== head.owner?.person) &&
      'head and history name different owners',
    ...written.map(
      ({ key, before, after }) =>
        key.sk.startsWith('HND#') &&
        before !== undefined &&
        before.status !== 'offered' &&
        before.status !== after?.status &&
        `a handover that was ${before.status} is ${after?.status}`,
    ),
  ]);
}

/** What was answered counts, and machines are where their stays are. */
function judge(world: World): string | undefined {
  const answers = events(world).filter(({ source }) => source === 'baton.desk');
  const moved = events(world).some(({ type }) => type === 'lead.lost');
  const [head] = heads(world);
  return firstOf([
    answers.length > 1 && 'two answers were taken for one handover',
    ...handovers(world).map(({ status, reason }) => {
      const expected = answers[0]?.type.split('.')[1] ?? 'expired';
      if (moved && status === 'expired' && reason === 'the contact left the stage') return undefined;
      return (
        status !== expected && `answered: ${answers[0]?.type ?? 'not at all'}; the handover is ${status}`
      );
    }),
    ...stays(world).map(({ stay, to, stage }) => {
      const state = world.executions.get(`s-${ana}-${stay}`)?.state;
      if (to !== undefined)
        return state !== 'ended' && `the stay in ${stage} is over and its machine is ${state}`;
      return state !== 'running' && `the stay in ${stage} lasts and its machine is ${state}`;
    }),
    moved && head?.stage !== 'lost' && `a rule moved the contact, and it is in ${head?.stage}`,
    !moved &&
      answers[0]?.type === 'handover.accepted' &&
      head?.stage !== 'onboarding' &&
      `stage: ${head?.stage}`,
  ]);
}

/** The machine of a stay that is over needs no timer to learn it. */
function told(world: World): string | undefined {
  return firstOf(
    stays(world).map(
      ({ stay, stage, to }) =>
        to !== undefined &&
        world.executions.get(`s-${ana}-${stay}`)?.state === 'running' &&
        `the stay in ${stage} is over and its machine waits`,
    ),
  );
}

export async function handoverScenarios(): Promise<Scenario[]> {
  const offered = await prepared(
    { library, watch },
    (world) => {
      world.idle = true;
      world.happens('order.placed', { orderId: 'o-1' });
    },
    (world) => world.happens('deal.won', {}),
  );
  const scenario = (
    name: string,
    world: Prepared,
    faults: Partial<Faults>,
    ...acts: ((world: World) => void)[]
  ): Scenario => ({
    name: `handover: ${name}`,
    lastTimers: 3,
    begin: () =>
      world(faults, (next) => {
        for (const act of acts) act(next);
      }),
    atRest: told,
    atEnd: judge,
  });
  const answers =
    (name: string, answer: { answer: 'accepted' } | { answer: 'returned'; reason: string }) =>
    (world: World) => {
      const [handover] = handovers(world);
      world.acts(name, async (ports) => {
        await answerHandover(ports, { contactId: ana, handoverId: handover?.id ?? '', ...answer });
      });
    };
  const accepts = answers('accepts', { answer: 'accepted' });
  const returns = answers('returns', { answer: 'returned', reason: 'incomplete' });
  const leaves = (world: World) => world.happens('owner.left', {});
  const lost = (world: World) => world.happens('lead.lost', {});
  return [
    scenario('accepted', offered, {}, accepts),
    scenario('returned', offered, {}, returns),
    scenario('accepted or too late', offered, { timers: 1 }, accepts),
    scenario('accepted by one and returned by another', offered, {}, accepts, returns),
    scenario('accepted while a rule moves the contact', offered, {}, accepts, lost),
    scenario('accepted or too late while the owner leaves', offered, { timers: 1 }, accepts, leaves),
    scenario('accepted or too late, with a crash', offered, { crashes: 1, timers: 1 }, accepts),
    scenario('returned or too late', offered, { timers: 1 }, returns),
    scenario('accepted, returned or too late', offered, { timers: 1 }, accepts, returns),
    scenario(
      'accepted while a rule moves the contact, with a crash',
      offered,
      { crashes: 1, timers: 1 },
      accepts,
      lost,
    ),
  ];
}
