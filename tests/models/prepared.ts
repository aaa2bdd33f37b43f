import { createBranchingStore } from '../support/branching-store.ts';
import { choicesIn } from './explore.ts';
import { createWorld, type Faults, type World, type WorldOptions } from './world.ts';

/** Monday morning. */
const start = Date.parse('2026-03-02T09:00:00.000Z');

/** One more world as it was prepared, in which something else goes wrong. */
export type Prepared = (faults: Partial<Faults>, begin: (world: World) => void) => World;

/**
 * Brings a world quietly to the point from which its schedules part, one act after the other and a second apart, and
 * answers with what makes one more world as it is there. What is still in the outbox is delivered then.
 */
export async function prepared(
  options: Omit<WorldOptions, 'store' | 'now'>,
  ...acts: ((world: World) => void)[]
): Promise<Prepared> {
  const world = createWorld({ ...options, faults: {}, store: createBranchingStore(), now: start });
  for (const act of acts) {
    act(world);
    await world.stage.quiet();
    for (let [choice] = choicesIn(world); choice; [choice] = choicesIn(world))
      await world.stage.turn(choice.actor, choice.call, choice.way);
    world.now += 1000;
  }
  const broken = world.violations[0] ?? world.stage.failures[0];
  if (broken) throw new Error(`the world could not be prepared: ${broken}`);
  return (faults, begin) => {
    const { store, now, executions } = world;
    const next = createWorld({ ...options, faults, store: store.fork(), now, executions });
    next.resume();
    begin(next);
    return next;
  };
}
