import type { Journey } from '@baton/rules/documents/journey.ts';
import { reachableSteps } from '@baton/rules/journey/compile.ts';
import type { Exit } from '@baton/rules/journey/step-kind.ts';
import { exits } from '@baton/rules/journey/step-kinds.ts';
import type { Assumptions } from './assumptions.ts';
import { machineOf } from './machine-walk.ts';
import type { Prices } from './prices.ts';
import {
  call,
  entryUsage,
  type Messages,
  messagesOf,
  noMessages,
  stepNamed,
  stepUsage,
} from './step-usage.ts';
import { addUsage, listPrice, timesUsage, type Usage } from './usage.ts';

/** What one contact uses on one way through a journey, or on average. */
export type Trip = { usage: Usage; messages: Messages };
export type JourneyUsage = { cheapest: Trip; mean: Trip; dearest: Trip };

/** One way out of a step, with what the step then uses. `to`: absent where the journey ends. */
type Way = Trip & { to?: string };
type Graph = { start: string; ways: ReadonlyMap<string, readonly Way[]> };

/**
 * What one contact uses in a journey: on the cheapest and on the dearest way through it, and on average where every way
 * out of a step is taken equally often.
 */
export function journeyUsage(journey: Journey, prices: Prices, given: Assumptions): JourneyUsage {
  const graph = graphOf(journey, given);
  const entry: Trip = { usage: entryUsage(given), messages: noMessages };
  const cost = ({ usage }: Trip) => listPrice(usage, prices);
  return {
    cheapest: join(entry, cheapestWay(graph, cost)),
    mean: join(entry, meanWay(graph)),
    dearest: join(entry, dearestWay(graph, cost, given.turns)),
  };
}

/** What one contact uses that leaves each step by the exit at the named place, in order; the last step ends the journey. */
export function tripUsage(journey: Journey, taken: readonly string[], given: Assumptions): Usage {
  const { walk } = machineOf(journey);
  let at = journey.start;
  let usage = entryUsage(given);
  for (const path of [...taken, undefined]) {
    const step = stepNamed(journey, at);
    const exit = exits(step).find((each) => each.path === path);
    if (path !== undefined && !exit)
      throw new Error(`journeys/${journey.id} steps.${at}: there is no exit at ${path}`);
    usage = addUsage(usage, wayOf(journey, at, exit, walk, given).usage);
    at = exit?.to ?? at;
  }
  return usage;
}

function graphOf(journey: Journey, given: Assumptions): Graph {
  const { walk } = machineOf(journey);
  const ways = reachableSteps(journey).map(({ id, step }): [string, Way[]] => {
    const out = exits(step);
    return [
      id,
      out.length === 0
        ? [wayOf(journey, id, undefined, walk, given)]
        : out.map((exit) => wayOf(journey, id, exit, walk, given)),
    ];
  });
  return { start: journey.start, ways: new Map(ways) };
}

function wayOf(
  journey: Journey,
  id: string,
  exit: Exit | undefined,
  walk: ReturnType<typeof machineOf>['walk'],
  given: Assumptions,
): Way {
  const step = stepNamed(journey, id);
  const { states, calls } = walk(id, exit);
  const usage = addUsage(
    { transitions: states },
    timesUsage(call(given), calls),
    stepUsage(step, exit, given),
  );
  return { to: exit?.to, usage, messages: messagesOf(step) };
}

const waysOf = ({ ways }: Graph, step: string): readonly Way[] => ways.get(step) ?? [];

const join = (a: Trip, b: Trip): Trip => ({
  usage: addUsage(a.usage, b.usage),
  messages: {
    email: a.messages.email + b.messages.email,
    sms: a.messages.sms + b.messages.sms,
    webhook: a.messages.webhook + b.messages.webhook,
    push: a.messages.push + b.messages.push,
  },
});

/** Improves what is known of each step until nothing gets cheaper: no cost is negative, so every loop is left out. */
function cheapestWay(graph: Graph, cost: (trip: Trip) => number): Trip {
  const best = new Map<string, { trip: Trip; cost: number }>();
  for (let improved = true; improved; ) {
    improved = false;
    for (const [step, ways] of graph.ways)
      for (const way of ways) {
        const rest = way.to === undefined ? { usage: {}, messages: noMessages } : best.get(way.to)?.trip;
        if (!rest) continue;
        const trip = join(way, rest);
        const present = best.get(step);
        if (present && present.cost <= cost(trip) + tiny) continue;
        best.set(step, { trip, cost: cost(trip) });
        improved = true;
      }
  }
  return endingOr(best.get(graph.start)?.trip, graph.start);
}

/** Below any price: sums that differ by rounding alone are the same. */
const tiny = 1e-15;

/** The dearest way that turns back at most `turns` times in all. Backward is what leads to a step that is being explored. */
function dearestWay(graph: Graph, cost: (trip: Trip) => number, turns: number): Trip {
  const backward = backwardWays(graph);
  const known = new Map<string, Trip | undefined>();
  const from = (step: string, left: number): Trip | undefined => {
    const place = `${step} ${left}`;
    if (known.has(place)) return known.get(place);
    let best: Trip | undefined;
    for (const way of waysOf(graph, step)) {
      const remaining = backward.has(way) ? left - 1 : left;
      if (remaining < 0) continue;
      const rest = way.to === undefined ? { usage: {}, messages: noMessages } : from(way.to, remaining);
      const trip = rest && join(way, rest);
      if (trip && (!best || cost(trip) > cost(best))) best = trip;
    }
    known.set(place, best);
    return best;
  };
  return endingOr(from(graph.start, turns), graph.start);
}

function backwardWays(graph: Graph): ReadonlySet<Way> {
  const backward = new Set<Way>();
  const state = new Map<string, 'exploring' | 'done'>();
  const explore = (step: string): void => {
    state.set(step, 'exploring');
    for (const way of waysOf(graph, step)) {
      if (way.to === undefined) continue;
      if (state.get(way.to) === 'exploring') backward.add(way);
      else if (!state.has(way.to)) explore(way.to);
    }
    state.set(step, 'done');
  };
  explore(graph.start);
  return backward;
}

/** Contacts spread evenly over the ways out of each step, round by round, until practically all have arrived. */
function meanWay(graph: Graph): Trip {
  let mean: Trip = { usage: {}, messages: noMessages };
  let present = new Map([[graph.start, 1]]);
  for (let round = 0; round < mostRounds && present.size > 0; round++) {
    const next = new Map<string, number>();
    for (const [step, share] of present) {
      const ways = waysOf(graph, step);
      for (const way of ways) {
        const part = share / ways.length;
        mean = join(mean, timesTrip(way, part));
        if (way.to !== undefined && part > negligible) next.set(way.to, (next.get(way.to) ?? 0) + part);
      }
    }
    present = next;
  }
  return mean;
}

const mostRounds = 100_000;
const negligible = 1e-12;

const timesTrip = ({ usage, messages }: Trip, factor: number): Trip => ({
  usage: timesUsage(usage, factor),
  messages: {
    email: messages.email * factor,
    sms: messages.sms * factor,
    webhook: messages.webhook * factor,
    push: messages.push * factor,
  },
});

function endingOr(trip: Trip | undefined, start: string): Trip {
  if (!trip) throw new Error(`steps.${start}: no way leads to an end; lead every step to one`);
  return trip;
}
