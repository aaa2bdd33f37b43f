import type { Clock } from '@baton/functions/ports.ts';
import type { Json, JsonObject } from '@baton/rules/json.ts';
import { type Catcher, parseTimestamp, type State, type StateOf } from './definition.ts';
import { backOff, type Failure, findCatcher, findRetrier, StateFailed } from './failure.ts';
import type { Chance } from './functions.ts';
import { runTask, type TaskPorts } from './run-task.ts';
import type { Visit } from './visit.ts';

type Child = { state: string; input: string; item?: string };

/** What becomes of a frame after one step in a state. Outputs are JSON text, ready to store. */
export type Outcome =
  | { kind: 'next'; to: string; output: string; assign: JsonObject | undefined }
  | { kind: 'end'; output: string }
  | { kind: 'failed'; failure: Failure }
  | { kind: 'wait'; until: number }
  | { kind: 'retry'; at: number; retries: number[] }
  | { kind: 'await-token' }
  | { kind: 'children'; children: Child[]; concurrency: number; tolerance: number };

export type StatePorts = TaskPorts & { clock: Clock; chance: Chance };

/** Runs a frame's state one step: executes it, leaves it with the result that came, or answers a failure. */
export async function runState(visit: Visit, ports: StatePorts): Promise<Outcome> {
  try {
    return await attempt(visit, ports);
  } catch (thrown) {
    return recover(visit, failureOf(thrown), ports);
  }
}

function attempt(visit: Visit, ports: StatePorts): Promise<Outcome> {
  if (visit.frame.phase === 'error') throw new StateFailed(visit.failure());
  return visit.frame.phase === 'result' ? conclude(visit) : enter(visit, ports);
}

function failureOf(thrown: unknown): Failure {
  if (thrown instanceof StateFailed) return thrown.failure;
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return { error: 'States.Runtime', cause: `The local host could not run this state: ${reason}` };
}

/** Retry before Catch, as in the language. A failing Catch fails the execution: it is not caught again. */
async function recover(visit: Visit, failure: Failure, { clock, chance }: StatePorts): Promise<Outcome> {
  const { state } = visit;
  if (!('Retry' in state || 'Catch' in state)) return { kind: 'failed', failure };

  const index = findRetrier(state.Retry, failure);
  const retrier = state.Retry?.[index];
  const retries = visit.retries();
  const used = retries[index] ?? 0;
  if (retrier && used < (retrier.MaxAttempts ?? 3)) {
    const counted = Array.from(
      { length: state.Retry?.length ?? 0 },
      (_, at) => (retries[at] ?? 0) + Number(at === index),
    );
    return {
      kind: 'retry',
      at: clock.now().getTime() + backOff(retrier, used, chance.random),
      retries: counted,
    };
  }

  const catcher = findCatcher(state.Catch, failure);
  if (!catcher) return { kind: 'failed', failure };
  try {
    return await leaveByCatch(visit, catcher, failure);
  } catch (again) {
    return { kind: 'failed', failure: failureOf(again) };
  }
}

async function leaveByCatch(visit: Visit, catcher: Catcher, failure: Failure): Promise<Outcome> {
  const errorOutput = {
    Error: failure.error ?? null,
    Cause: failure.cause ?? (failure.error === 'States.Timeout' ? '' : null),
  };
  return leave(visit, visit.pack(errorOutput), { errorOutput }, catcher);
}

function enter(visit: Visit, ports: StatePorts): Promise<Outcome> {
  const { state } = visit;
  switch (state.Type) {
    case 'Pass':
    case 'Succeed':
      return leave(visit, visit.frame.input, {}, state);
    case 'Task':
      return enterTask(visit, state, ports);
    case 'Choice':
      return choose(visit, state);
    case 'Wait':
      return enterWait(visit, state, ports.clock);
    case 'Fail':
      return fail(visit, state);
    case 'Parallel':
      return enterParallel(visit, state);
    case 'Map':
      return enterMap(visit, state);
  }
}

/** Leaves a state that was waiting, with what it waited for. */
function conclude(visit: Visit): Promise<Outcome> {
  const { frame, state } = visit;
  if (state.Type === 'Wait') return leave(visit, frame.input, {}, state);
  if (state.Type !== 'Task' && state.Type !== 'Map' && state.Type !== 'Parallel') {
    throw new Error(`a ${state.Type} waits for nothing`);
  }
  const result = visit.result();
  return leave(visit, result, { result: JSON.parse(result) }, state);
}

type Exit = { Output?: Json | undefined; Assign?: JsonObject | undefined; Next?: string | undefined };

/** Output and Assign are computed side by side: both see the variables as they were. */
async function leave(
  visit: Visit,
  otherwise: string,
  extra: { result?: Json; errorOutput?: Json },
  { Output, Assign, Next }: Exit,
): Promise<Outcome> {
  const output = Output === undefined ? otherwise : visit.pack(await visit.fill(Output, 'Output', extra));
  const assign = Assign === undefined ? undefined : await visit.fill(Assign, 'Assign', extra);
  if (Next === undefined) return { kind: 'end', output };
  return { kind: 'next', to: Next, output, assign: assign as JsonObject | undefined }; // an object fills to an object
}

async function enterTask(visit: Visit, state: StateOf<'Task'>, ports: StatePorts): Promise<Outcome> {
  const answer = await runTask(visit, state, ports);
  if (answer.kind === 'await-token') return answer;
  return leave(visit, visit.pack(answer.result, answer.producer), { result: answer.result }, state);
}

async function choose(visit: Visit, state: StateOf<'Choice'>): Promise<Outcome> {
  for (const [index, rule] of state.Choices.entries()) {
    const field = `Choices/${index}/Condition`;
    const holds = await visit.fill(rule.Condition, field);
    if (typeof holds !== 'boolean') throw visit.wrongType(rule.Condition, field, 'boolean', holds);
    if (holds) return leave(visit, visit.frame.input, {}, rule);
  }
  if (state.Default === undefined) {
    const cause = `No choice of the state '${visit.frame.state}' matched and it has no Default.`;
    throw new StateFailed({ error: 'States.NoChoiceMatched', cause });
  }
  return leave(visit, visit.frame.input, {}, { ...state, Next: state.Default });
}

/** The longest wait that Step Functions takes. */
const longestWait = 24_855 * 86_400_000;

async function enterWait(visit: Visit, state: StateOf<'Wait'>, clock: Clock): Promise<Outcome> {
  const now = clock.now().getTime();
  const seconds = await visit.number(state.Seconds, 'Seconds', 0);
  if (seconds !== undefined) return { kind: 'wait', until: now + seconds * 1000 };

  const text = (await visit.text(state.Timestamp, 'Timestamp')) ?? '';
  const until = parseTimestamp(text);
  if (until === undefined) {
    const what =
      'The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string';
    throw visit.failed(`${what}: ${text}`);
  }
  if (until - now > longestWait) {
    const cause = `An error occurred while executing the state '${visit.frame.state}'. Wait state delay is too long.`;
    throw new StateFailed({ error: 'States.Runtime', cause });
  }
  // Until it was entered: that may be ahead of the clock, and is over all the same.
  return { kind: 'wait', until: until <= visit.frame.entered ? now : until };
}

async function fail(visit: Visit, state: StateOf<'Fail'>): Promise<Outcome> {
  throw new StateFailed({
    error: await visit.text(state.Error, 'Error'),
    cause: await visit.text(state.Cause, 'Cause'),
  });
}

async function enterParallel(visit: Visit, state: StateOf<'Parallel'>): Promise<Outcome> {
  const input =
    state.Arguments === undefined
      ? visit.frame.input
      : visit.pack(await visit.fill(state.Arguments, 'Arguments'));
  const children = state.Branches.map(({ StartAt }) => ({ state: StartAt, input }));
  return { kind: 'children', children, concurrency: children.length, tolerance: 0 };
}

async function enterMap(visit: Visit, state: StateOf<'Map'>): Promise<Outcome> {
  const items = await itemsOf(visit, state);
  const concurrency = (await visit.number(state.MaxConcurrency, 'MaxConcurrency', 0)) || items.length;
  const tolerance = await toleranceOf(visit, state, items.length);
  if (items.length === 0) return leave(visit, '[]', { result: [] }, state);

  const children: Child[] = [];
  for (const [Index, Value] of items.entries()) {
    const item = JSON.stringify(Value);
    const selector = state.ItemSelector;
    const input =
      selector === undefined
        ? item
        : visit.pack(await visit.fill(selector, 'ItemSelector', { item: { Index, Value } }));
    children.push({ state: state.ItemProcessor.StartAt, input, item });
  }
  return { kind: 'children', children, concurrency, tolerance };
}

async function itemsOf(visit: Visit, state: StateOf<'Map'>): Promise<Json[]> {
  const items = state.Items === undefined ? visit.input() : await visit.fill(state.Items, 'Items');
  if (Array.isArray(items)) return items;
  if (state.Items !== undefined) throw visit.wrongType(state.Items, 'Items', 'array', items);
  throw visit.failed(`Map state input must be an array but was: ${JSON.stringify(items)}`);
}

/** How many items may fail. Where both limits are given, the smaller one counts. */
async function toleranceOf(visit: Visit, state: StateOf<'Map'>, items: number): Promise<number> {
  const count = await visit.number(state.ToleratedFailureCount, 'ToleratedFailureCount', 0);
  const percentage = state.ToleratedFailurePercentage;
  if (percentage === undefined) return count ?? 0;

  const share = await visit.fill(percentage, 'ToleratedFailurePercentage');
  if (typeof share !== 'number')
    throw visit.wrongType(percentage, 'ToleratedFailurePercentage', 'number', share);
  if (share < 0 || share > 100) {
    throw visit.failed(`The ToleratedFailurePercentage field must be from 0 to 100 but was: ${share}`);
  }
  return Math.min(count ?? items, Math.floor((items * share) / 100));
}

/** The failure of a Map whose item failed beyond tolerance: an inline Map fails as its item did. */
export function childFailure(state: State | undefined, failure: Failure): Failure {
  if (state?.Type !== 'Map' || failure.error === 'States.Runtime') return failure;

  const tolerant =
    state.ToleratedFailureCount !== undefined || state.ToleratedFailurePercentage !== undefined;
  if (!tolerant && state.ItemProcessor.ProcessorConfig?.Mode !== 'DISTRIBUTED') return failure;
  return {
    error: 'States.ExceedToleratedFailureThreshold',
    cause: 'The specified tolerated failure threshold was exceeded',
  };
}
