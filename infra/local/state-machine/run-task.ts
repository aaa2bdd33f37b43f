import type { Clock } from '@baton/functions/ports.ts';
import type { Json, JsonObject } from '@baton/rules/json.ts';
import { isFunctionArn, lambdaInvokeWithToken, startExecution } from './check-definition.ts';
import type { StateOf } from './definition.ts';
import { type Failure, StateFailed } from './failure.ts';
import type { Frame } from './frames.ts';
import type { Chance } from './functions.ts';
import { executionArn, type Visit } from './visit.ts';

/** When a task is given up, and how long it may go without a heartbeat (ms). */
export type Limits = { deadline: number | undefined; heartbeat: number | undefined };

export type TaskPorts = {
  clock: Clock;
  chance: Chance;
  invoke(functionName: string, payload: Json): Promise<Json>;
  startNested(start: { machine: string; name: string; input: Json }): Promise<'started' | 'conflict'>;
  /** Stores the token before anybody can hear of it. */
  holdToken(frame: Frame, token: string, limits: Limits): void;
  /** Sees to it that a task without token is given up in time. */
  watch(frame: Frame, deadline: number): void;
};

type Answer = { kind: 'await-token' } | { kind: 'answer'; result: Json; producer: string };

export const timedOut: Failure = { error: 'States.Timeout' };
export const heartbeatMissed: Failure = { error: 'States.Timeout', also: 'States.HeartbeatTimeout' };

export async function runTask(visit: Visit, state: StateOf<'Task'>, ports: TaskPorts): Promise<Answer> {
  const withToken = state.Resource === lambdaInvokeWithToken;
  if (withToken) visit.token ??= ports.chance.uuid();

  const given =
    state.Arguments === undefined ? visit.input() : await visit.fill(state.Arguments, 'Arguments');
  const limits = await limitsOf(visit, state, ports.clock);
  if (visit.token !== undefined) {
    ports.holdToken(visit.frame, visit.token, limits);
    await call(visit, state, given, ports);
    return { kind: 'await-token' };
  }

  const until = earliest(limits.deadline, limits.heartbeat && ports.clock.now().getTime() + limits.heartbeat);
  if (until !== undefined) ports.watch(visit.frame, until);
  const answer = await call(visit, state, given, ports);
  if (until !== undefined && ports.clock.now().getTime() >= until) throw new StateFailed(timedOut);
  return answer;
}

async function limitsOf(visit: Visit, state: StateOf<'Task'>, clock: Clock): Promise<Limits> {
  const timeout = await visit.number(state.TimeoutSeconds, 'TimeoutSeconds', 1);
  const heartbeat = await visit.number(state.HeartbeatSeconds, 'HeartbeatSeconds', 1);
  return {
    deadline: timeout === undefined ? undefined : clock.now().getTime() + timeout * 1000,
    heartbeat: heartbeat === undefined ? undefined : heartbeat * 1000,
  };
}

/** The earlier of two instants, either of which may be missing. */
export function earliest(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.min(a, b);
}

async function call(visit: Visit, state: StateOf<'Task'>, given: Json, ports: TaskPorts): Promise<Answer> {
  if (state.Resource === startExecution) {
    return {
      kind: 'answer',
      result: await startOther(visit, argumentsOf(visit, given), ports),
      producer: 'states',
    };
  }
  if (isFunctionArn(state.Resource)) {
    const result = await invoke(ports, state.Resource, given);
    return { kind: 'answer', result, producer: state.Resource };
  }
  const { FunctionName, Payload = null } = argumentsOf(visit, given);
  if (typeof FunctionName !== 'string') throw visit.failed('The argument FunctionName must be a string.');
  const result = await invoke(ports, FunctionName, payloadOf(Payload));
  const packed: JsonObject = { ExecutedVersion: '$LATEST', Payload: result, StatusCode: 200 };
  return { kind: 'answer', result: packed, producer: 'lambda' };
}

function argumentsOf(visit: Visit, given: Json): JsonObject {
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) return given;
  throw visit.failed('The Arguments must be an object.');
}

/** The integration sends nothing as `{}` and takes a string for JSON text. */
function payloadOf(payload: Json): Json {
  if (payload === null) return {};
  if (typeof payload !== 'string') return payload;
  try {
    return JSON.parse(payload);
  } catch {
    const cause = 'Could not parse request body into json: the Payload is a string that is not JSON';
    throw new StateFailed({ error: 'Lambda.InvalidRequestContentException', cause });
  }
}

async function invoke(ports: TaskPorts, functionName: string, payload: Json): Promise<Json> {
  try {
    return (await ports.invoke(functionName, payload)) ?? null;
  } catch (thrown) {
    throw new StateFailed(functionFailure(thrown));
  }
}

/** As Lambda reports it: the error's name, and a JSON text as cause. An error whose own cause is text gives that text. */
function functionFailure(thrown: unknown): Failure {
  if (!(thrown instanceof Error)) return { error: 'Error', cause: String(thrown) };
  if (typeof thrown.cause === 'string') return { error: thrown.name, cause: thrown.cause };
  const cause = JSON.stringify({ errorType: thrown.name, errorMessage: thrown.message, trace: [] });
  return { error: thrown.name, cause };
}

async function startOther(visit: Visit, given: JsonObject, ports: TaskPorts): Promise<Json> {
  const { StateMachineArn, Name = ports.chance.uuid(), Input = {} } = given;
  if (typeof StateMachineArn !== 'string' || typeof Name !== 'string') {
    throw visit.failed('The arguments StateMachineArn and Name must be strings.');
  }
  const machine = StateMachineArn.replace(/^.*:stateMachine:/, '');
  const input = typeof Input === 'string' ? payloadOf(Input) : Input;
  const started = await ports.startNested({ machine, name: Name, input });
  if (started === 'conflict') {
    const cause = `Execution Already Exists: '${executionArn(machine, Name)}'`;
    throw new StateFailed({ error: 'StepFunctions.ExecutionAlreadyExistsException', cause });
  }
  return { ExecutionArn: executionArn(machine, Name), StartDate: ports.clock.now().toISOString() };
}
