import type { Actor, Call, Way } from './stage.ts';
import type { World } from './world.ts';

/** A small world with everything that can happen in it, and what must hold whatever the order. */
export type Scenario = {
  name: string;
  /** A world as it is before the first choice; called once for every schedule. */
  begin(): World;
  /** What is wrong once everything has come to rest and the sweeper has been there, but no timer has run out. */
  atRest?(world: World): string | undefined;
  /** What is wrong once all timers have run out as well. */
  atEnd(world: World): string | undefined;
};

export type Explored = {
  schedules: number;
  states: number;
  /** Nothing was left out. */
  complete: boolean;
  violation?: { what: string; schedule: string[]; choices: number[] };
};

type Choice = { actor: Actor; call: Call; way: Way };
type Frame = { names: string[]; at: number };

/** More turns than this in one run mean that it does not come to rest. */
const longest = 600;

/**
 * Goes through every interleaving of a scenario's calls, depth first, with every way that each call may go. A schedule
 * is run from the beginning with the choices made so far; a state that was met before is not gone into again. Stops at
 * the first violation.
 */
export async function explore(
  scenario: Scenario,
  { schedules: most = Number.POSITIVE_INFINITY, onProgress }: { schedules?: number; onProgress?: (done: number) => void } = {},
): Promise<Explored> {
  const seen = new Set<string>();
  const path: Frame[] = [];
  let schedules = 0;
  do {
    const violation = await runOne(scenario, path, seen);
    schedules++;
    if (violation) return { schedules, states: seen.size, complete: false, violation };
    onProgress?.(schedules);
    while (path.length > 0 && isLast(path.at(-1))) path.pop();
    const top = path.at(-1);
    if (top) top.at++;
  } while (path.length > 0 && schedules < most);
  return { schedules, states: seen.size, complete: path.length === 0 };
}

const isLast = (frame: Frame | undefined): boolean => frame === undefined || frame.at === frame.names.length - 1;

/** Runs the chosen schedule again and goes on from its end, first choice first, until all is done or known. */
async function runOne(scenario: Scenario, path: Frame[], seen: Set<string>): Promise<Explored['violation']> {
  const world = scenario.begin();
  await world.stage.quiet();
  const schedule: string[] = [];
  const broken = (what: string | undefined) =>
    what === undefined ? undefined : { what, schedule, choices: path.map(({ at }) => at) };

  const known = path.length;
  for (let turn = 0; ; turn++) {
    const what = world.violations[0] ?? world.stage.failures[0];
    if (what) return broken(what);
    if (turn > longest) return broken('it does not come to rest');
    if (turn >= known) {
      const state = world.digest();
      if (seen.has(state)) return undefined;
      seen.add(state);
    }
    const choices = choicesIn(world);
    if (choices.length === 0) break;
    if (turn >= path.length) path.push({ names: choices.map(nameOf), at: 0 });
    const frame = path[turn];
    const chosen = choices[frame?.at ?? 0];
    if (!frame || !chosen || nameOf(chosen) !== frame.names[frame.at])
      throw new Error(`a schedule did not run as before: ${frame?.names.join(' | ')}`);
    schedule.push(nameOf(chosen));
    await world.stage.turn(chosen.actor, chosen.call, chosen.way);
  }
  return broken(await ending(scenario, world, schedule));
}

const nameOf = ({ actor, call, way }: Choice): string => `${actor.name}: ${call.label}${way === 'go' ? '' : ` - ${way}`}`;

/** Everything that may happen next. Of several calls that one actor makes at once the first comes first. */
export function choicesIn(world: World): Choice[] {
  return world.stage.actors.flatMap((actor) => {
    const [call] = actor.calls;
    return call ? call.ways().map((way) => ({ actor, call, way })) : [];
  });
}

/** The sweeper until it finds nothing more, then the timers one by one, each with what follows from it. */
async function ending(scenario: Scenario, world: World, schedule: string[]): Promise<string | undefined> {
  const { faults } = world;
  Object.assign(faults, { crashes: 0, refusals: 0, lag: false, timers: 0 });
  await comeToRest(world, schedule);
  const atRest = problem(world) ?? scenario.atRest?.(world);
  if (atRest) return atRest;
  for (let timer = 0; timer < 20; timer++) {
    faults.timers = 1;
    const [choice] = choicesIn(world);
    if (!choice) break;
    schedule.push(nameOf(choice));
    await world.stage.turn(choice.actor, choice.call, choice.way);
    faults.timers = 0;
    await comeToRest(world, schedule);
  }
  faults.timers = 0;
  return problem(world) ?? scenario.atEnd(world);
}

const problem = ({ violations, stage }: World) => violations[0] ?? stage.failures[0];

async function comeToRest(world: World, schedule: string[]): Promise<void> {
  let before: string;
  do {
    await drain(world, schedule);
    before = world.store.digest();
    world.sweeps('last sweep');
    await world.stage.quiet();
    await drain(world, schedule);
  } while (world.store.digest() !== before && !problem(world));
}

/** Lets everything happen that can, one actor after the other. */
async function drain(world: World, schedule: string[]): Promise<void> {
  for (let turn = 0; ; turn++) {
    if (turn > longest) {
      world.violations.push('it does not come to rest');
      return;
    }
    const [choice] = choicesIn(world);
    if (!choice) return;
    schedule.push(nameOf(choice));
    await world.stage.turn(choice.actor, choice.call, choice.way);
  }
}
