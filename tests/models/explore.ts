import { createFootprint, type Footprint, meet } from './footprint.ts';
import { type Actor, type Call, isLook, type Touched, type Way } from './stage.ts';
import { calm, type World } from './world.ts';

/** A small world with everything that can happen in it, and what must hold whatever the order. */
export type Scenario = {
  name: string;
  /** A world as it is before the first choice; called once for every schedule. */
  begin(): World;
  /** How many timers run out in the end; 20 where it is not said. */
  lastTimers?: number;
  /** What is wrong once everything that was begun is done; where nothing breaks nobody needs the sweeper. */
  beforeSweep?(world: World): string | undefined;
  /** What is wrong once the sweeper has been there as well, but no timer has run out. */
  atRest?(world: World): string | undefined;
  /** What is wrong once all timers have run out as well. */
  atEnd(world: World): string | undefined;
};

export type Explored = {
  schedules: number;
  /** Nothing was left out. */
  complete: boolean;
  violation?: Violation;
};
type Violation = { what: string; schedule: readonly string[] };

type Choice = { actor: Actor; call: Call; way: Way };
/** What may happen in a turn. `alone`: nobody can get in the way of it. */
type Turn = { choices: readonly Choice[]; alone: boolean };
/** A turn that was taken: what might have happened there, and which of it is being gone into. */
type Fork = { names: readonly string[]; at: number; alone: boolean };
/** What an actor saw last since anything was written. */
type Look = { actor: Actor; seen: Touched };
type Options = { schedules?: number; onProgress?: (done: number) => void };

/** More turns than this in one run mean that it does not come to rest. */
const longest = 600;

/**
 * Goes through every interleaving of a scenario's calls, depth first, with every way that each call may go. A schedule is
 * run from the beginning with the choices made so far; a state that was met before is not gone into again. Stops at the
 * first violation. Of schedules that differ only in the order of calls that have nothing to do with each other one is run:
 *
 * 1. A call that nobody who is still about can get in the way of happens at once.
 * 2. A look happens as late as it may: before what its actor does next, or before somebody else writes what it sees. So an
 *    actor stops after a look only where the next write is one of what it saw.
 */
export async function explore(scenario: Scenario, options: Options = {}): Promise<Explored> {
  const footprint = createFootprint();
  for (let before = 0; ; ) {
    footprint.grown = false;
    const explored = await depthFirst(scenario, footprint, options);
    const all = { ...explored, schedules: explored.schedules + before };
    if (!explored.complete || !footprint.grown) return all;
    before = all.schedules;
  }
}

async function depthFirst(
  scenario: Scenario,
  footprint: Footprint,
  { schedules: most = Number.POSITIVE_INFINITY, onProgress }: Options,
): Promise<Explored> {
  const seen = new Set<string>();
  const path: Fork[] = [];
  let schedules = 0;
  do {
    const violation = await run(scenario, footprint, (world, turn, { looks, options }) => {
      if (turn < path.length) return path[turn] && taken(world, path[turn]);
      const { choices, alone } = options();
      if (choices.length === 0) return undefined;
      if (choices.length > 1 && isKnown(seen, stateOf(world, looks))) return undefined;
      path.push({ names: choices.map(nameOf), at: 0, alone });
      return { choice: choices[0], alone };
    });
    schedules++;
    if (violation) return { schedules, complete: false, violation };
    onProgress?.(schedules);
    while (path.at(-1) && isLast(path.at(-1))) path.pop();
    const top = path.at(-1);
    if (top) top.at++;
  } while (path.length > 0 && schedules < most);
  return { schedules, complete: path.length === 0 };
}

/**
 * Runs so many schedules at random; for what is too large to be gone through. Each actor has a rank, and who has the
 * highest goes on; a few times in a run it is put behind all others. So an actor can be slower than everybody for long,
 * which turn by turn hardly ever happens. After Burckhardt and others, "A randomized scheduler with probabilistic
 * guarantees of finding bugs", 2010.
 */
export async function wander(
  scenario: Scenario,
  { schedules: most = 100, onProgress, random }: Options & { random: () => number },
): Promise<Explored> {
  const footprint = createFootprint();
  for (let schedules = 1; schedules <= most; schedules++) {
    const violation = await run(scenario, footprint, byRank(random));
    if (violation) return { schedules, complete: false, violation };
    onProgress?.(schedules);
  }
  return { schedules: most, complete: false };
}

function byRank(random: () => number): Choose {
  const ranks = new Map<Actor, number>();
  const changes = new Set(Array.from({ length: 3 }, () => Math.floor(random() * 60)));
  let lowest = 0;
  const rankOf = (actor: Actor): number => {
    const rank = ranks.get(actor) ?? random();
    ranks.set(actor, rank);
    return rank;
  };
  return (world, turn) => {
    const ready = world.stage.actors.filter((actor) => choicesOf(actor).length > 0);
    const [first] = ready.sort((a, b) => rankOf(b) - rankOf(a));
    if (first && changes.has(turn)) ranks.set(first, --lowest);
    const [actor] = ready.sort((a, b) => rankOf(b) - rankOf(a));
    const choices = actor ? choicesOf(actor) : [];
    // What goes wrong goes wrong now and then.
    const at = random() < 0.75 ? 0 : Math.floor(random() * choices.length);
    return { choice: choices[at], alone: true };
  };
}

type Choose = (
  world: World,
  turn: number,
  at: { looks: readonly Look[]; options: () => Turn },
) => { choice: Choice | undefined; alone: boolean } | undefined;

/** Runs one schedule to its end, or until `choose` knows how it goes on. */
async function run(scenario: Scenario, footprint: Footprint, choose: Choose): Promise<Violation | undefined> {
  const world = scenario.begin();
  await world.stage.quiet();
  const schedule: string[] = [];
  let looks: readonly Look[] = [];
  for (let turn = 0; choicesIn(world).length > 0; turn++) {
    const what = problem(world) ?? (turn > longest ? 'it does not come to rest' : undefined);
    if (what) return { what, schedule };
    const options = () => turnIn(world, footprint, looks);
    const chosen = choose(world, turn, { looks, options });
    if (!chosen?.choice) return undefined;
    footprint.note(chosen.choice.actor, chosen.choice.call);
    const { actor } = chosen.choice;
    const before = world.stage.actors.length;
    if (!chosen.alone) looks = looksAfter(looks, chosen.choice);
    await happen(world, chosen.choice, schedule);
    // Whoever called somebody, is done or has to wait has made use of what it saw.
    if (world.stage.actors.length > before || choicesOf(actor).length === 0)
      looks = looks.filter((look) => look.actor !== actor);
  }
  const what = await ending(scenario, world, schedule);
  return what ? { what, schedule } : undefined;
}

function taken(world: World, { names, at, alone }: Fork): { choice: Choice; alone: boolean } {
  const choice = choicesIn(world).find((other) => nameOf(other) === names[at]);
  if (!choice) throw new Error(`a schedule ran otherwise than before: "${names[at]}" cannot happen now`);
  return { choice, alone };
}

const isLast = (fork: Fork | undefined): boolean => fork?.at === (fork?.names.length ?? 0) - 1;

function isKnown(seen: Set<string>, state: string): boolean {
  const before = seen.size;
  return seen.add(state).size === before;
}

const stateOf = (world: World, looks: readonly Look[]): string =>
  `${world.digest()} ${looks.at(-1)?.actor.name} ${looks.map(({ actor }) => actor.name).sort()}`;

const nameOf = ({ actor, call, way }: Choice): string =>
  `${actor.name}: ${call.label}${way === 'go' ? '' : ` - ${way}`}`;

async function happen(world: World, choice: Choice, schedule: string[]): Promise<void> {
  schedule.push(nameOf(choice));
  await world.stage.turn(choice.actor, choice.call, choice.way);
}

/** Everything that may happen next. Of several calls that one actor makes at once the first comes first. */
export function choicesIn(world: World): Choice[] {
  return world.stage.actors.flatMap(choicesOf);
}

function choicesOf(actor: Actor): Choice[] {
  const [call] = actor.calls;
  return call ? call.ways().map((way) => ({ actor, call, way })) : [];
}

function turnIn(world: World, footprint: Footprint, looks: readonly Look[]): Turn {
  const all = choicesIn(world);
  const ready = [...new Set(all.map(({ actor }) => actor))];
  const alone = footprint.independent(world.stage.actors, ready);
  if (alone) return { choices: choicesOf(alone), alone: true };

  const last = looks.at(-1);
  const mayStop = !last || footprint.mayBeWritten(last.seen, last.actor, world.stage.actors);
  const choices = all.filter(({ actor, call }) => {
    if (actor !== last?.actor && (!mayStop || looks.some((look) => look.actor === actor))) return false;
    const stopped = looks.filter((look) => look.actor !== actor);
    return isLook(call) || stopped.every(({ seen }) => meet(seen, call.touches()));
  });
  return { choices, alone: false };
}

function looksAfter(looks: readonly Look[], { actor, call }: Choice): readonly Look[] {
  if (!isLook(call)) return [];
  return [...looks.filter((look) => look.actor !== actor), { actor, seen: call.touches() }];
}

/** The sweeper until it finds nothing more, then the timers one by one, each with what follows from it. */
async function ending(scenario: Scenario, world: World, schedule: string[]): Promise<string | undefined> {
  const { faults } = world;
  Object.assign(faults, calm);
  await drain(world, schedule);
  const unswept = problem(world) ?? scenario.beforeSweep?.(world);
  if (unswept) return unswept;
  await comeToRest(world, schedule);
  const atRest = problem(world) ?? leftUndone(world) ?? scenario.atRest?.(world);
  if (atRest) return atRest;
  for (let timer = 0; timer < (scenario.lastTimers ?? 20); timer++) {
    faults.timers = 1;
    const [choice] = choicesIn(world);
    if (!choice) break;
    await happen(world, choice, schedule);
    faults.timers = 0;
    await comeToRest(world, schedule);
  }
  faults.timers = 0;
  return problem(world) ?? scenario.atEnd(world);
}

function leftUndone({ store }: World): string | undefined {
  const left = store.all('core').find(({ sk, pend }) => pend === 1 || sk.startsWith('OUT#'));
  return left && `nobody sees to ${left.sk}`;
}

const problem = ({ violations, stage }: World) => violations[0] ?? stage.failures[0];

async function comeToRest(world: World, schedule: string[]): Promise<void> {
  let before: string;
  do {
    await drain(world, schedule);
    before = world.store.digest();
    world.sweeps('last sweep', 'alone');
    await world.stage.quiet();
    await drain(world, schedule);
  } while (world.store.digest() !== before && !problem(world));
}

/** Lets everything happen that can, one actor after the other. */
async function drain(world: World, schedule: string[]): Promise<void> {
  for (let [choice] = choicesIn(world); choice && !problem(world); [choice] = choicesIn(world)) {
    if (schedule.length > 2 * longest) world.violations.push('it does not come to rest');
    await happen(world, choice, schedule);
  }
}
