import type { CloudEvent } from '@baton/functions/ports.ts';
import type { Library } from '@baton/rules/documents/index.ts';
import { calm, createWorld, type World } from '../models/world.ts';
import { createBranchingStore } from '../support/branching-store.ts';
import { seededRandom, syntheticEvents } from '../support/synthetic-events.ts';
import { runClockwork } from './clockwork.ts';
import { judge, profiles, watch } from './judge.ts';

export type Simulated = {
  seed: string;
  events: number;
  turns: number;
  /** What is wrong; nothing where all is well. */
  problems: string[];
  /** The last turns before it went wrong. */
  trace: string[];
};

const dayMs = 86_400_000;
/** Time goes on that long after the last event, so that journeys and handovers come to their ends. */
const afterwards = 120 * dayMs;
const endless = Number.POSITIVE_INFINITY;

/**
 * Some contacts with a few months of events, on the library that ships, while everything goes wrong that may: whatever the
 * seed says. In the end everything must be in order, and the profiles those of a run in which nothing went wrong.
 */
export async function simulate(
  library: Library,
  seed: string,
  {
    contacts = 4,
    until = endless,
    onTurn,
  }: { contacts?: number; until?: number; onTurn?: (turn: string) => void } = {},
): Promise<Simulated> {
  const events = syntheticEvents(seed, contacts);
  const quick = withoutTexts(library);
  const calmly = await run(quick, events, { seed: `${seed}:calm`, faulty: 0, until });
  const trace: string[] = [];
  const world = await run(quick, events, {
    seed,
    faulty: 0.02,
    until,
    onTurn: (turn) => {
      trace.push(turn);
      if (trace.length > 60) trace.shift();
      onTurn?.(turn);
    },
  });
  const problems = [...problemsOf(calmly.world, 'without faults'), ...problemsOf(world.world, 'with faults')];
  if (problems.length === 0 && until === endless) {
    const [expected, found] = [calmly, world].map((each) => profiles(each.world, events));
    for (const [contact, profile] of Object.entries(expected ?? {}))
      if (found?.[contact] !== profile)
        problems.push(`the profile of ${contact}: ${found?.[contact]}\ninstead of ${profile}`);
  }
  return { seed, events: events.length, turns: world.turns, problems, trace };
}

const problemsOf = (world: World, how: string) =>
  [...world.violations, ...world.stage.failures, ...judge(world)].map((problem) => `${how}: ${problem}`);

/** What a message says does not matter here, and rendering it is the greater part of the work. */
function withoutTexts(library: Library): Library {
  const templates = [...library.templates.values()].map(
    (template) =>
      [
        template.id,
        { ...template, languages: { [template.language]: { subject: 'Hello', body: 'Hello' } } },
      ] as const,
  );
  return { ...library, templates: new Map(templates) };
}

async function run(
  library: Library,
  events: readonly CloudEvent[],
  {
    seed,
    faulty,
    until,
    onTurn,
  }: { seed: string; faulty: number; until: number; onTurn?: (turn: string) => void },
): Promise<{ world: World; turns: number }> {
  const random = seededRandom(seed);
  const times = events.map(({ time }) => Date.parse(time));
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const world = createWorld({
    library,
    store: createBranchingStore(),
    now: first,
    recognisesSendId: random() < 0.5,
    tries: 12,
    forgetful: true,
    watch,
    faults: faulty > 0 ? everything : { timers: endless, hasty: true },
  });
  const arrivals = events.flatMap((event) => {
    const at = Date.parse(event.time) + (faulty > 0 ? delay(random) : 0);
    const twice = faulty > 0 && random() < 0.1;
    return [at, ...(twice ? [at + delay(random)] : [])].map((time, copy) => ({
      at: time,
      act: () => world.happens(event.type, event.data, event, time, `record ${event.id} ${copy}`),
    }));
  });
  const turns = await runClockwork(world, {
    random,
    arrivals,
    until: Math.min(until, last + afterwards),
    faulty,
    skewMs: faulty > 0 ? 500 : 0,
    trace: onTurn && ((at, turn) => onTurn(`${new Date(at).toISOString()}  ${turn}`)),
  });
  return { world, turns: turns + (until === endless ? await settle(world, last + afterwards) : 0) };
}

const everything = {
  timers: endless,
  hasty: true,
  crashes: endless,
  throttles: endless,
  lostAnswers: endless,
  refusals: endless,
  doubles: endless,
  drops: endless,
};

/** From now on nothing goes wrong: what was left undone is done. */
async function settle(world: World, from: number): Promise<number> {
  Object.assign(world.faults, { ...calm, timers: endless, hasty: true });
  return runClockwork(world, {
    random: seededRandom('settled'),
    arrivals: [],
    until: from + dayMs,
    faulty: 0,
    skewMs: 0,
  });
}

/** One line that does the same again. */
export const reproduction = (seed: string): string => `npm run prove:simulation -- --seed ${seed}`;

/** Most events come at once, some late, and so out of order. */
function delay(random: () => number): number {
  const dice = random();
  if (dice < 0.8) return Math.floor(random() * 1000);
  return Math.floor(random() * (dice < 0.95 ? 60_000 : 2 * dayMs));
}
