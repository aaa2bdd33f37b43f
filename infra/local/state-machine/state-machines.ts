import { isDeepStrictEqual } from 'node:util';
import { type Clock, Rejected } from '@baton/functions/ports.ts';
import type { Json } from '@baton/rules/json.ts';
import type { Database } from '../database.ts';
import { createExpressions } from './expressions.ts';
import { createFrames, type ExecutionStatus, type Frame, type Frames } from './frames.ts';
import { createChance } from './functions.ts';
import { createLibrary } from './library.ts';
import { createMoves } from './moves.ts';
import { runState } from './run-state.ts';
import { earliest, type Limits, timedOut } from './run-task.ts';
import { createVisit } from './visit.ts';

/**
 * Runs Step Functions definitions (JSONata) on one machine, durably.
 *
 * 1. One transition is one `database.write`: after a crash an execution stands in the state it last entered.
 * 2. A task whose answer was not written before a crash is invoked again, with the same token: at least once, as Lambda.
 * 3. Ready frames run in the order in which they became ready; with the same clock, chance and answers, so does everything.
 * 4. A token is stored before its task is invoked, is closed by the first answer, and is closed from its deadline on,
 *    whether or not the timer was looked at by then: an answer and a timeout never both take effect.
 * 5. An answer for a visit that is over (timed out, stopped, cancelled with its Map or Parallel) changes nothing.
 * 6. An execution's name is used up for ever; a machine's definition never changes.
 * 7. Time and chance come from `clock` and `random` alone. Tokens are secrets: they are in the store, never in a message.
 * 8. Nothing is loaded at the start: what is ready, due or addressed by a token is found by index.
 * 9. Variables of an outer level are read, never written, inside a Map or Parallel; Assign sees the values from before.
 * 10. An expression that gives nothing fails the state; `States.Runtime` is never retried or caught.
 * 11. States that follow each other are entered at different milliseconds, so that `EnteredTime` tells visits apart as it
 *     does in Step Functions, where each takes longer. Here and on a clock that stands it may be ahead of `clock`; no timer
 *     counts from it.
 *
 * Known differences from Step Functions: a Map in mode DISTRIBUTED runs inside its execution, and items that failed
 * within tolerance are left out of its result; messages do not name a history event; starting the same execution with
 * the same input twice from a state is the first start, however old; `$random(seed)` draws other numbers.
 *
 * Slow tasks hold up only the call of `step` that runs them: a host that waits for each call in turn serves one task at
 * a time, and sees timeouts of a running task after its answer.
 *
 * A write that throws leaves this object behind the store: the host must stop and open it again.
 */
export interface StateMachines {
  publish(machine: string, definition: Json): void;
  start(start: { machine: string; name: string; input: Json }): 'started' | 'exists';
  succeed(token: string, output: Json): 'ok' | 'closed';
  fail(token: string, failure: { error?: string; cause?: string }): 'ok' | 'closed';
  heartbeat(token: string): 'ok' | 'closed';
  stop(name: string, cause: string): void;
  describe(name: string): ExecutionDescription | undefined;
  /** Runs one ready transition, false when none is ready. May be called again while an earlier call waits for its task. */
  step(): Promise<boolean>;
  /** When the next timer is due, in epoch ms. */
  dueAt(): number | undefined;
  /** Executions that run, and states entered (retries included) since this object was made. */
  counts(): { open: number; transitions: number };
}

export type ExecutionDescription = {
  status: ExecutionStatus;
  machine: string;
  input: Json;
  output?: Json;
  error?: string;
  cause?: string;
  startedAt: string;
  stoppedAt?: string;
  /** Where it stands, at most 100 places; `until` is the timer that runs there. */
  current: { state: string; since: string; until?: string }[];
};

export type StateMachinesOptions = {
  database: Database;
  clock: Clock;
  /** Throws errors whose `name` is the error that Retry and Catch see. */
  invoke(functionName: string, payload: Json): Promise<Json>;
  /** How a state starts another execution; by default, here. */
  start?(start: { machine: string; name: string; input: Json }): Promise<'started' | 'exists'>;
  random?: () => number;
};

type Start = { machine: string; name: string; input: Json };

export function createStateMachines(options: StateMachinesOptions): StateMachines {
  const { database, clock } = options;
  const chance = createChance(options.random);
  const frames = createFrames(database.sql);
  database.write(() => frames.resumeRunning());
  const moves = createMoves(frames, clock);
  const library = createLibrary(database, frames, clock);
  const expressions = createExpressions(clock, chance);
  /** Deadlines of tasks without token that this process waits for, by seq; a crash ends both. */
  const watched = new Map<number, { frame: Frame; deadline: number }>();
  let claimed = 0;
  let transitions = 0;

  const now = () => clock.now().getTime();
  const isCurrent = (frame: Frame) => frames.seqOf(frame.id)?.seq === frame.seq;
  const ports = { clock, chance, invoke: options.invoke, startNested, holdToken, watch };

  function start({ machine, name, input }: Start): 'started' | 'exists' {
    const { definition } = library.machine(machine);
    checkExecutionName(name);

    const { StartAt: startAt, TimeoutSeconds: timeout } = definition;
    const begun = database.write(() =>
      moves.begin({ name, machine, startAt, input: JSON.stringify(input), ...(timeout && { timeout }) }),
    );
    return begun ? 'started' : 'exists';
  }

  async function startNested(given: Start): Promise<'started' | 'conflict'> {
    const answer = await (options.start ?? start)(given);
    if (answer === 'started') return answer;

    const first = frames.execution(given.name);
    const same = first?.machine === given.machine && isDeepStrictEqual(JSON.parse(first.input), given.input);
    return same ? 'started' : 'conflict';
  }

  /** Answers a token, unless it is closed. */
  function answer(token: string, change: (frame: Frame) => void): 'ok' | 'closed' {
    return database.write(() => {
      const frame = frames.byToken(token);
      if (!frame || (frame.due !== null && frame.due <= now())) return 'closed';
      change(frame);
      return 'ok';
    });
  }

  function beat(frame: Frame): void {
    const next = frame.heartbeat === null ? undefined : now() + frame.heartbeat;
    frames.saveFrame({ ...frame, due: earliest(frame.deadline ?? undefined, next) ?? null });
  }

  function stop(name: string, cause: string): void {
    database.write(() => {
      const execution = frames.execution(name);
      if (execution?.status === 'RUNNING') moves.finish(execution.id, 'ABORTED', { failure: { cause } });
    });
  }

  async function step(): Promise<boolean> {
    const woken = now() >= moves.soonest() && database.write(wake);
    const frame = frames.nextReady(claimed);
    if (!frame) return woken;

    claimed = frame.seq;
    if (frame.phase === 'run') transitions += 1;
    const { states } = library.machine(frame.machine);
    const outcome = await runState(createVisit(frame, states, frames, expressions), ports);
    watched.delete(frame.seq);
    database.write(() => {
      if (isCurrent(frame)) moves.apply(frame, outcome, states);
    });
    return true;
  }

  function wake(): boolean {
    const moved = moves.wake();
    const overdue = [...watched.values()].filter(({ deadline }) => deadline <= now());
    for (const { frame } of overdue) {
      watched.delete(frame.seq);
      if (isCurrent(frame)) moves.failVisit(frame, timedOut);
    }
    for (const { deadline } of watched.values()) moves.remind(deadline);
    return moved || overdue.length > 0;
  }

  function dueAt(): number | undefined {
    return [...watched.values()].reduce(
      (first, { deadline }) => earliest(first, deadline),
      moves.firstTimer(),
    );
  }

  function holdToken(frame: Frame, token: string, { deadline, heartbeat }: Limits): void {
    if (frame.token !== null) return; // invoked again after a crash: the first deadline counts
    frame.token = token;
    frame.status = 'running';
    frame.deadline = deadline ?? null;
    frame.heartbeat = heartbeat ?? null;
    frame.due = earliest(deadline, heartbeat === undefined ? undefined : now() + heartbeat) ?? null;
    database.write(() => {
      if (isCurrent(frame)) frames.saveFrame(frame);
    });
    moves.remind(frame.due);
  }

  function watch(frame: Frame, deadline: number): void {
    watched.set(frame.seq, { frame, deadline });
    moves.remind(deadline);
  }

  return {
    publish: library.publish,
    start,
    succeed: (token, output) =>
      answer(token, (frame) => moves.move(frame, { phase: 'result', result: JSON.stringify(output) })),
    fail: (token, failure) => answer(token, (frame) => moves.failVisit(frame, failure)),
    heartbeat: (token) => answer(token, beat),
    stop,
    describe: (name) => describeExecution(frames, name, now()),
    step,
    dueAt,
    counts: () => ({ open: moves.open(), transitions }),
  };
}

function describeExecution(frames: Frames, name: string, now: number): ExecutionDescription | undefined {
  const execution = frames.execution(name);
  if (!execution) return undefined;

  const { status, machine, input, output, error, cause, started, stopped } = execution;
  return {
    status,
    machine,
    input: JSON.parse(input),
    ...(output === null ? {} : { output: JSON.parse(output) }),
    ...(error === null ? {} : { error }),
    ...(cause === null ? {} : { cause }),
    startedAt: new Date(started).toISOString(),
    ...(stopped === null ? {} : { stoppedAt: new Date(stopped).toISOString() }),
    current: frames.current(execution.id).map(({ state, entered, due }) => ({
      state,
      since: new Date(Math.min(entered, now)).toISOString(),
      ...(due === null ? {} : { until: new Date(due).toISOString() }),
    })),
  };
}

/** The names that StartExecution takes, so that nothing works here that would not work there. */
function checkExecutionName(name: string): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: Step Functions refuses control characters by name
  if (/^[^\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f]{1,80}$/.test(name)) return;
  throw new Rejected(
    `execution name "${name}" is refused: Step Functions takes 1 to 80 characters, no spaces, none of < > { } [ ] ? * " # % \\ ^ | ~ \` $ & , ; : /`,
  );
}
