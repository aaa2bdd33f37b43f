import type { Actor, Call, Way } from '../models/stage.ts';
import type { World } from '../models/world.ts';

/** Something that happens to a world at an instant of virtual time, whatever the world does. */
type Arrival = { at: number; act: () => void };

export type ClockworkOptions = {
  random: () => number;
  arrivals: readonly Arrival[];
  /** Time does not go beyond this instant. */
  until: number;
  /** The share of calls that do not go as they should. */
  faulty: number;
  /** How far clocks differ, in milliseconds, to either side. */
  skewMs: number;
  /** How long a call takes, in milliseconds, where it is not as usual. */
  latency?: () => number;
  /** Told of each turn, for whoever wants to know how it came. */
  trace?: (at: number, turn: string) => void;
};

const graceMs = 60_000;
const sweepEveryMs = 300_000;

/**
 * Runs a world on virtual time. Every call takes as long as chance says, mostly a moment, sometimes seconds, now and then
 * minutes; so actors overtake each other. Timers run out when they are due by their own clock. The sweeper comes when
 * something has been left for long enough. The same numbers give the same run.
 */
export async function runClockwork(
  world: World,
  { random, arrivals, until, faulty, skewMs, latency = () => usual(random), trace }: ClockworkOptions,
): Promise<number> {
  const coming = [...arrivals].sort((a, b) => a.at - b.at);
  const readyAt = new WeakMap<Call, number>();
  const skews = new WeakMap<Actor, number>();
  let now = world.now;
  let lastSweep = 0;
  let turns = 0;

  for (;;) {
    await world.stage.quiet();
    if (world.violations.length + world.stage.failures.length > 0) return turns;
    const next = earliestCall();
    const arrival = coming[0]?.at ?? Number.POSITIVE_INFINITY;
    const idleUntil = Math.min(next?.at ?? Number.POSITIVE_INFINITY, arrival);
    // Nobody asks for the sweeper while others are busy.
    const sweepAt = idleUntil > now + graceMs ? dueForSweep() : Number.POSITIVE_INFINITY;
    const at = Math.min(idleUntil, sweepAt);
    if (at > until || at === Number.POSITIVE_INFINITY) return turns;
    now = Math.max(now, at);
    world.now = now;
    if (at === sweepAt) {
      lastSweep = now;
      world.sweeps(`sweep at ${now}`, undefined, new Date(now - graceMs).toISOString());
    } else if (arrival <= (next?.at ?? Number.POSITIVE_INFINITY)) {
      coming.shift()?.act();
    } else if (next) {
      turns++;
      const { actor, call } = next;
      const way = wayOf(call);
      actor.now = Math.max(actor.now, now + skewOf(actor));
      trace?.(now, `${actor.name}: ${call.label}${way === 'go' ? '' : ` - ${way}`}`);
      await world.stage.turn(actor, call, way);
    }
  }

  function earliestCall(): { actor: Actor; call: Call; at: number } | undefined {
    let first: { actor: Actor; call: Call; at: number } | undefined;
    for (const actor of world.stage.actors) {
      const [call] = actor.calls;
      const at = call && timeOf(call);
      if (call && at !== undefined && (!first || at < first.at)) first = { actor, call, at };
    }
    return first;
  }

  /** When a call may happen; none while it waits for somebody else. */
  function timeOf(call: Call): number | undefined {
    const [way] = call.ways();
    if (way === undefined) return undefined;
    if (way === 'timeout') return call.dueAt;
    const known = readyAt.get(call);
    if (known !== undefined) return known;
    const at = now + latency();
    readyAt.set(call, at);
    return at;
  }

  function skewOf(actor: Actor): number {
    const known = skews.get(actor) ?? Math.round((random() * 2 - 1) * skewMs);
    skews.set(actor, known);
    return known;
  }

  function wayOf(call: Call): Way {
    const [first = 'go', ...others] = call.ways();
    // What providers do is less certain than anything else.
    const share = call.label.startsWith('send ') ? 10 * faulty : faulty;
    if (others.length === 0 || first === 'timeout' || random() >= share) return first;
    return others[Math.floor(random() * others.length)] ?? first;
  }

  /** When the sweeper finds something that has been left for longer than it takes to do it. */
  function dueForSweep(): number {
    let first = Number.POSITIVE_INFINITY;
    for (const { pk, at } of world.store.dues()) {
      const due = pk.startsWith('PEND') ? now : Date.parse(at);
      if (Number.isFinite(due) && due < first) first = due;
    }
    return Math.max(first + graceMs + 1, now, lastSweep + sweepEveryMs);
  }
}

/** Mostly a moment, sometimes seconds, now and then minutes. */
function usual(random: () => number): number {
  const dice = random();
  if (dice < 0.9) return Math.floor(random() * 20);
  return Math.floor(random() * (dice < 0.995 ? 3000 : 120_000));
}
