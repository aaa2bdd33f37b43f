import { evaluate } from '../conditions/evaluate.ts';
import { type Facts, resolvePath } from '../conditions/path.ts';
import { place } from '../contact/facts-about.ts';
import type { Journey, Library } from '../documents/index.ts';
import type { Json, JsonObject } from '../json.ts';
import { advance } from './advance.ts';
import { describeEffect, describeNext, describeWay } from './describe.ts';
import type { Dice, Effect, Enrolment, Input, Next } from './enrolment.ts';
import {
  enrolmentKey,
  entersJourney,
  leavesJourney,
  matchesEvent,
  mayReEnter,
  singleKey,
} from './matches.ts';
import { factsOf } from './moment.ts';
import { describe } from './step-kinds.ts';

export type ScriptEvent = { at: string; type: string; data: JsonObject };

/** What happens to one contact. Time runs on until nothing is left to happen, or until the instant given. */
export type Script = {
  facts: Facts;
  start: string;
  events: readonly ScriptEvent[];
  until?: string;
  /** What the contact draws; nothing said, always 0. */
  dice?: Dice;
};

/** What a simulation works with: tables to decide offers, events to learn attributes from. */
export type Surroundings = Pick<Library, 'tables' | 'events'>;

export type SimulationLine = {
  at: string;
  /** Key of the enrolment; absent where a line is about none. */
  enrolment?: string;
  step?: string;
  title?: string;
  kind:
    | 'entered'
    | 'refused'
    | 'step'
    | 'effect'
    | 'way'
    | 'waiting'
    | 'event'
    | 'timeout'
    | 'left'
    | 'ended'
    | 'ignored'
    | 'stopped';
  text: string;
};

export type Simulation = {
  lines: SimulationLine[];
  effects: { at: string; enrolment: string; step: string; effect: Effect }[];
  ends: { key: string; at: string; reason: string; goal: boolean }[];
  /** As they stand at the end, in the order of entry. */
  enrolments: Enrolment[];
};

/** After so many steps in all, a simulation is given up; only a journey that runs in circles needs them. */
export const mostTurns = 2000;

type Waiting = Extract<Next, { kind: 'wait' | 'wait-for' }>;

/** One enrolment, what it waits for or is about to do, and the events that have answered its waits. */
type Run = {
  enrolment: Enrolment;
  waiting: Waiting | undefined;
  next: Input | undefined;
  used: Set<JsonObject>;
};

type World = Simulation & {
  journey: Journey;
  surroundings: Surroundings;
  dice: Dice;
  facts: Facts;
  now: string;
  runs: Run[];
  /** Runs that go on at this instant, in the order in which they do. */
  ready: Run[];
  /** Everything the contact has been heard of, oldest first. */
  heard: JsonObject[];
  /** Events that steps announced, to be heard at this instant. */
  announced: JsonObject[];
  turns: number;
};

/**
 * Plays a journey for one contact on virtual time, with the same rules as every host.
 *
 * 1. An event goes first where it and the end of a wait fall on one instant; events of one instant keep their order.
 * 2. An event is heard in this order: attributes it sets, goal and exits, open waits, entry, then waits for facts; only
 *    then does anybody take a step. A later wait may find it (see `look`); an event answers at most one wait of an
 *    enrolment. What a step announces is heard before the next step.
 * 3. Answers to tasks, offers, handovers and cases (`task.completed`, `offer.accepted`, …) need no id in a script:
 *    without one they answer the oldest open wait for them.
 * 4. A journey without trigger is entered by the first event, or at the start where there is none. Nobody is held out.
 * 5. Attribute updates and what events set change `contact`, and steps change `cycle.stage`; other facts of the cycle and
 *    the history stay as given.
 * 6. It always ends, at the latest after `mostTurns` steps.
 */
export async function simulate(
  journey: Journey,
  surroundings: Surroundings,
  script: Script,
): Promise<Simulation> {
  const world = newWorld(journey, surroundings, script);
  const events = inOrder(script.events);
  const last = script.until === undefined ? Number.POSITIVE_INFINITY : Date.parse(script.until);
  if (!journey.trigger && events.length === 0)
    enrol(world, { type: 'journey.started', at: world.now }, singleKey);
  await settle(world);

  while (world.turns <= mostTurns) {
    const event = events[0];
    const run = nextToTimeOut(world);
    const due = run?.waiting ? Date.parse(run.waiting.until) : Number.POSITIVE_INFINITY;
    if (event && Date.parse(event.at) <= Math.min(due, last)) {
      events.shift();
      passTo(world, event.at);
      await hear(world, { ...event.data, type: event.type, at: event.at });
    } else if (run?.waiting && due <= last) {
      passTo(world, run.waiting.until);
      await timeOut(world, run);
    } else break;
    await settle(world);
  }
  const { lines, effects, ends, runs } = world;
  return { lines, effects, ends, enrolments: runs.map(({ enrolment }) => enrolment) };
}

function newWorld(
  journey: Journey,
  surroundings: Surroundings,
  { facts, start, dice = () => 0 }: Script,
): World {
  return {
    journey,
    surroundings,
    dice,
    facts: structuredClone(facts),
    now: new Date(start).toISOString(),
    runs: [],
    ready: [],
    heard: [],
    announced: [],
    turns: 0,
    lines: [],
    effects: [],
    ends: [],
    enrolments: [],
  };
}

function inOrder(events: readonly ScriptEvent[]): ScriptEvent[] {
  return events
    .map((event) => ({ ...event, at: new Date(event.at).toISOString() }))
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

function passTo(world: World, instant: string): void {
  if (Date.parse(instant) > Date.parse(world.now)) world.now = instant;
}

function nextToTimeOut(world: World): Run | undefined {
  let next: Run | undefined;
  for (const run of world.runs)
    if (run.waiting && (!next?.waiting || Date.parse(run.waiting.until) < Date.parse(next.waiting.until)))
      next = run;
  return next;
}

/** Does what there is to do at this instant, one run after the other. */
async function settle(world: World): Promise<void> {
  while (world.turns <= mostTurns) {
    const announced = world.announced.shift();
    if (announced) {
      await hear(world, announced);
      continue;
    }
    const run = world.ready[0];
    if (!run) return;
    const { next } = run;
    run.next = undefined;
    if (next) await go(world, run, next);
    if (!run.next) world.ready = world.ready.filter((other) => other !== run);
  }
}

async function hear(world: World, arrived: JsonObject): Promise<void> {
  const event = addressed(world, arrived);
  learn(world, event);
  let heard = false;
  for (const run of [...world.runs])
    if (run.enrolment.status === 'active') heard = (await tell(world, run, event)) || heard;
  const entered = await enterBy(world, event);
  world.heard.push(event);
  await settleFacts(world);
  if (!heard && !entered) say(world, undefined, 'ignored', `${event.type} came; nothing waited for it.`);
}

/** Ends waits whose condition on the facts has come to hold. */
async function settleFacts(world: World): Promise<void> {
  for (const run of world.runs) {
    const to = await wayByFacts(world, run);
    if (to !== undefined) goByFacts(world, run, to);
  }
}

async function wayByFacts(world: World, { waiting, enrolment }: Run): Promise<string | undefined> {
  if (waiting?.kind !== 'wait-for' || !waiting.facts) return undefined;
  const verdict = await evaluate(waiting.facts.when, factsOf(enrolment, world.facts, world.now));
  return verdict.outcome === 'true' ? waiting.facts.to : undefined;
}

function goByFacts(world: World, run: Run, to: string): void {
  say(world, run, 'event', `What it waited for has come true; goes on to "${titleOf(world, to)}".`);
  getReady(world, run, { kind: 'enter', step: to });
}

function getReady(world: World, run: Run, next: Input): void {
  run.waiting = undefined;
  run.next = next;
  if (!world.ready.includes(run)) world.ready.push(run);
}

const answers: Record<string, string> = {
  'journey.ended': 'startedBy',
  'task.completed': 'taskId',
  'offer.accepted': 'offerId',
  'offer.declined': 'offerId',
  'handover.accepted': 'handover',
  'handover.returned': 'handover',
  'case.closed': 'key',
};

/** Gives an answer without an id the id that the oldest open wait for it asks for. */
function addressed(world: World, event: JsonObject): JsonObject {
  const name = answers[String(event.type)];
  if (name === undefined || event[name] !== undefined) return event;
  for (const { waiting } of world.runs) {
    if (waiting?.kind !== 'wait-for') continue;
    const pattern = waiting.events.find((candidate) => candidate.event === event.type);
    const id = pattern?.match.find(({ path }) => path === `$.${name}`)?.equals;
    if (id !== undefined) return { ...event, [name]: id };
  }
  return event;
}

function learn(world: World, event: JsonObject): void {
  for (const { attribute, from } of world.surroundings.events.get(String(event.type))?.sets ?? []) {
    const value = resolvePath(event, from);
    if (value !== undefined && value !== null) setAttribute(world, attribute, value);
  }
}

function setAttribute(world: World, path: string, value: Json): void {
  const contact = structuredClone(world.facts.contact ?? {});
  place(contact, path, value);
  world.facts = { ...world.facts, contact };
}

/** Tells one enrolment of an event. Whether it made a difference is answered. */
async function tell(world: World, run: Run, event: JsonObject): Promise<boolean> {
  const facts = factsOf(run.enrolment, world.facts, world.now);
  const way = await leavesJourney(world.journey, run.enrolment, event, facts);
  if (way) {
    const reason = way.kind === 'goal' ? 'goal' : way.reason;
    const text =
      way.kind === 'goal'
        ? `${event.type} came, which is the goal.`
        : `${event.type} came, which ends it: ${reason}.`;
    say(world, run, 'left', text);
    close(world, run, {
      reason,
      goal: way.kind === 'goal',
      status: way.kind === 'goal' ? 'completed' : 'exited',
    });
    return true;
  }
  const to = run.waiting?.kind === 'wait-for' ? await wayOut(run.waiting, event, facts) : undefined;
  if (to === undefined) return false;
  getReady(world, run, answer(world, run, event, to));
  return true;
}

async function wayOut(waiting: Waiting, event: JsonObject, facts: Facts): Promise<string | undefined> {
  if (waiting.kind === 'wait') return undefined;
  for (const pattern of waiting.events) if (await matchesEvent(pattern, event, facts)) return pattern.to;
  return undefined;
}

function answer(world: World, run: Run, event: JsonObject, to: string): Input {
  say(world, run, 'event', `${event.type} of ${event.at} answers; goes on to "${titleOf(world, to)}".`);
  run.waiting = undefined;
  run.used.add(event);
  return { kind: 'event', event, to };
}

/** Starts the journey where the event does. Whether there is anything to tell of it is answered. */
async function enterBy(world: World, event: JsonObject): Promise<boolean> {
  if (!world.journey.trigger) {
    const first = world.runs.length === 0 && world.turns === 0;
    if (first) enrol(world, event, enrolmentKey(world.journey, event) ?? singleKey);
    return first;
  }
  const { enters, unknown } = await entersJourney(world.journey, event, {
    ...world.facts,
    clock: { now: world.now },
  });
  if (unknown.length > 0) {
    const names = unknown.map(({ fact, path }) => `${fact}.${path.slice(2)}`).join(', ');
    say(world, undefined, 'refused', `${event.type} came; whether to enter cannot be told without ${names}.`);
  }
  const key = enters ? enrolmentKey(world.journey, event) : undefined;
  if (key === undefined) return unknown.length > 0;

  const former = world.runs.findLast(({ enrolment }) => enrolment.key === key)?.enrolment;
  if (mayReEnter(world.journey, former, world.now)) enrol(world, event, key);
  else
    say(
      world,
      undefined,
      'refused',
      `${event.type} came; the contact ${former?.status === 'active' ? 'is already under way' : 'may not enter again yet'}.`,
    );
  return true;
}

function enrol(world: World, event: JsonObject, key: string): void {
  const { journey } = world;
  const enrolment: Enrolment = {
    id: `simulated-${world.runs.length + 1}`,
    journey: journey.id,
    version: 0,
    contactId: 'simulated',
    key,
    status: 'active',
    step: journey.start,
    iteration: 0,
    enteredAt: world.now,
    event,
    answer: null,
  };
  const run: Run = { enrolment, waiting: undefined, next: undefined, used: new Set() };
  world.runs.push(run);
  say(world, run, 'entered', `Enters by ${event.type}${key === singleKey ? '' : `, key ${key}`}.`);
  getReady(world, run, { kind: 'enter', step: journey.start });
}

async function timeOut(world: World, run: Run): Promise<void> {
  const { waiting } = run;
  if (!waiting) return;
  const byFacts = await wayByFacts(world, run);
  if (byFacts !== undefined) return goByFacts(world, run, byFacts);
  const to = waiting.kind === 'wait' ? waiting.to : waiting.onTimeout;
  const what = waiting.kind === 'wait' ? 'The wait is over' : 'Nothing came in time';
  say(world, run, 'timeout', `${what}; goes on to "${titleOf(world, to)}".`);
  getReady(world, run, waiting.kind === 'wait' ? { kind: 'enter', step: to } : { kind: 'timeout' });
}

/** Moves an enrolment by one step. */
async function go(world: World, run: Run, input: Input): Promise<void> {
  world.turns += 1;
  if (world.turns > mostTurns) giveUp(world);
  else run.next = await turn(world, run, input);
}

/** A circle without a wait is a fault of the document; one that takes its time may be meant, and only nobody looks on for ever. */
function giveUp(world: World): void {
  const began = Date.parse(world.lines[0]?.at ?? world.now);
  const takesTime = Date.parse(world.now) - began > 86_400_000;
  const why = takesTime
    ? `Looked on for ${mostTurns} steps, until ${world.now}: the journey goes round and round, and waits each time.`
    : `Given up after ${mostTurns} steps: the journey runs in circles.`;
  for (const run of world.runs) {
    if (run.enrolment.status !== 'active') continue;
    say(world, run, 'stopped', why);
    close(world, run, { reason: 'too-many-steps', goal: false, status: 'failed' });
  }
}

async function turn(world: World, run: Run, input: Input): Promise<Input | undefined> {
  const { journey, facts, now, dice, surroundings } = world;
  const context = { facts, now, dice, tables: surroundings.tables };
  const result = await advance(journey, run.enrolment, input, context);
  run.enrolment = result.enrolment;
  const step = journey.steps[run.enrolment.step];
  if (input.kind === 'enter' && step && step.kind !== 'end') say(world, run, 'step', describe(step));
  for (const effect of result.effects) take(world, run, effect);
  if (result.effects.some(({ kind }) => kind === 'update' || kind === 'stage')) await settleFacts(world);
  return follow(world, run, result.next, input.kind === 'enter');
}

function take(world: World, run: Run, effect: Effect): void {
  world.effects.push({ at: world.now, enrolment: run.enrolment.key, step: effect.step, effect });
  const text = describeEffect(effect);
  if (text) say(world, run, 'effect', text);
  if (effect.kind === 'update') setAttribute(world, effect.attribute, effect.value);
  if (effect.kind === 'case') openCase(world, effect);
  if (effect.kind === 'stage') enterStage(world, effect.stage);
  if (effect.kind === 'emit') world.announced.push({ ...effect.data, type: effect.event, at: world.now });
}

/** Who comes into another stage is heard to, like on every host. */
function enterStage(world: World, stage: string): void {
  if (world.facts.cycle?.stage === stage) return;
  world.facts = { ...world.facts, cycle: { ...world.facts.cycle, stage } };
  world.announced.push({ type: 'stage.entered', at: world.now, stage });
}

/** A case of a key is opened once, and its opening is heard of like on every host. */
function openCase(world: World, { key, priority }: Extract<Effect, { kind: 'case' }>): void {
  const known = [...world.heard, ...world.announced].some(
    (event) => event.type === 'case.opened' && event.key === key,
  );
  if (!known) world.announced.push({ type: 'case.opened', at: world.now, key, priority });
}

async function follow(world: World, run: Run, next: Next, entered: boolean): Promise<Input | undefined> {
  switch (next.kind) {
    case 'continue': {
      const way = entered ? describeWay(world.journey, run.enrolment.step, next.to) : undefined;
      if (way) say(world, run, 'way', way);
      return { kind: 'enter', step: next.to };
    }
    case 'end':
      say(world, run, 'ended', `Ends: ${next.reason}.`);
      close(world, run, { ...next, status: 'completed' });
      return undefined;
    default:
      run.waiting = next;
      return look(world, run, next);
  }
}

/**
 * A wait first looks at what has been heard already. What a match ties to this enrolment counts from any time, because
 * events do not always come in the order in which things happened, but not from an earlier round under the same key;
 * answers to a handover and events without a match count from entry.
 */
async function look(world: World, run: Run, waiting: Waiting): Promise<Input | undefined> {
  const facts = factsOf(run.enrolment, world.facts, world.now);
  const { event: first, enteredAt, key } = run.enrolment;
  const former = world.ends.findLast((end) => end.key === key)?.at;
  for (const event of world.heard) {
    if (event === first || run.used.has(event)) continue;
    if (former !== undefined && Date.parse(String(event.at)) <= Date.parse(former)) continue;
    const to = await wayOut(since(enteredAt, event, waiting), event, facts);
    if (to !== undefined) return answer(world, run, event, to);
  }
  say(world, run, 'waiting', describeNext(waiting));
  return undefined;
}

function since(enteredAt: string, event: JsonObject, waiting: Waiting): Waiting {
  if (waiting.kind === 'wait') return waiting;
  const after = Date.parse(String(event.at)) - Date.parse(enteredAt);
  const counts = ({ event: type, match }: { event: string; match: readonly unknown[] }) =>
    type.startsWith('handover.') ? after > 0 : match.length > 0 || after >= 0;
  return { ...waiting, events: waiting.events.filter(counts) };
}

function close(
  world: World,
  run: Run,
  end: { reason: string; goal: boolean; status: Enrolment['status'] },
): void {
  run.waiting = undefined;
  run.next = undefined;
  run.enrolment = { ...run.enrolment, status: end.status };
  world.ends.push({ key: run.enrolment.key, at: world.now, reason: end.reason, goal: end.goal });
}

function say(world: World, run: Run | undefined, kind: SimulationLine['kind'], text: string): void {
  if (!run) {
    world.lines.push({ at: world.now, kind, text });
    return;
  }
  const { key, step } = run.enrolment;
  world.lines.push({ at: world.now, enrolment: key, step, title: titleOf(world, step), kind, text });
}

function titleOf({ journey }: World, step: string): string {
  return journey.steps[step]?.title ?? step;
}
