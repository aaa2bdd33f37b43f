import type { Clock } from '@baton/functions/ports.ts';
import type { Json } from '@baton/rules/json.ts';
import type { State } from './definition.ts';
import type { Failure } from './failure.ts';
import type { ExecutionStatus, Frame, Frames } from './frames.ts';
import { childFailure, type Outcome } from './run-state.ts';
import { earliest, heartbeatMissed, timedOut } from './run-task.ts';

/** How frames go from one visit to the next. Everything here is called inside a write. */
export function createMoves(frames: Frames, clock: Clock) {
  const now = () => clock.now().getTime();
  let seq = frames.lastSeq()?.seq ?? 0;
  let open = frames.openExecutions()?.open ?? 0;
  let soonest = firstTimer() ?? Number.POSITIVE_INFINITY;

  function firstTimer(): number | undefined {
    return earliest(frames.firstDue()?.due ?? undefined, frames.firstTimeout()?.due ?? undefined);
  }

  /** Keeps `soonest` from being later than the next timer, so that most steps need not ask the store. */
  function remind(at: number | null): void {
    if (at !== null && at < soonest) soonest = at;
  }

  function begin(execution: {
    name: string;
    machine: string;
    startAt: string;
    input: string;
    timeout?: number;
  }) {
    const at = now();
    const timeout = execution.timeout === undefined ? null : at + execution.timeout * 1000;
    const { changes, id } = frames.insertExecution(
      execution.name,
      execution.machine,
      execution.input,
      at,
      timeout,
    );
    if (changes === 0) return false;

    frames.insertFrame(id, null, 0, execution.startAt, 'ready', ++seq, execution.input, null, at);
    remind(timeout);
    open += 1;
    return true;
  }

  function finish(
    execution: number,
    status: ExecutionStatus,
    end: { output?: string; failure?: Failure },
  ): void {
    const { error = null, cause = null } = end.failure ?? {};
    frames.finishExecution(status, end.output ?? null, error, cause, now(), execution);
    frames.deleteFrames(execution);
    open -= 1;
  }

  /** Makes a frame ready for its next visit; what it waited for is over. */
  function move(frame: Frame, change: Pick<Frame, 'phase'> & Partial<Frame>): void {
    const idle = { due: null, deadline: null, heartbeat: null, token: null };
    frames.saveFrame({ ...frame, ...idle, status: 'ready', seq: ++seq, ...change });
  }

  function sleep(frame: Frame, until: number): void {
    const idle = { deadline: null, heartbeat: null, token: null };
    frames.saveFrame({ ...frame, ...idle, status: 'waiting-timer', due: until });
    remind(until);
  }

  function failVisit(frame: Frame, failure: Failure): void {
    move(frame, { phase: 'error', result: JSON.stringify(failure), pending: null, tolerance: null });
  }

  function expire(frame: Frame): void {
    if (frame.status === 'waiting-timer') move(frame, { phase: frame.phase });
    else failVisit(frame, frame.deadline !== null && frame.deadline <= now() ? timedOut : heartbeatMissed);
  }

  /** Moves the executions and frames whose time has come, some hundred at a time; false when none had. */
  function wake(): boolean {
    const at = now();
    const executions = frames.dueExecutions(at);
    for (const { id } of executions) finish(id, 'TIMED_OUT', { failure: timedOut });

    const due = frames.dueFrames(at);
    for (const frame of due) expire(frame);

    soonest = firstTimer() ?? Number.POSITIVE_INFINITY;
    return executions.length + due.length > 0;
  }

  function apply(frame: Frame, outcome: Outcome, states: ReadonlyMap<string, State>): void {
    const leavesChildren =
      frame.pending !== null && outcome.kind !== 'children' && outcome.kind !== 'await-token';
    if (leavesChildren) frames.deleteBelow(frame.id);

    if (outcome.kind === 'next') goOn(frame, outcome);
    else if (outcome.kind === 'end') end(frame, outcome.output);
    else if (outcome.kind === 'failed') fail(frame, outcome.failure, states);
    else if (outcome.kind === 'wait') sleep({ ...frame, phase: 'result' }, outcome.until);
    else if (outcome.kind === 'retry') retry(frame, outcome);
    else if (outcome.kind === 'children') spawn(frame, outcome);
    else frames.awaitToken(frame.id);
  }

  function goOn(frame: Frame, { to, output, assign }: Extract<Outcome, { kind: 'next' }>): void {
    move(frame, {
      state: to,
      phase: 'run',
      input: output,
      variables: assigned(frame.variables, assign),
      retries: null,
      result: null,
      entered: Math.max(now(), frame.entered + 1),
      pending: null,
      tolerance: null,
    });
  }

  function retry(frame: Frame, { at, retries }: Extract<Outcome, { kind: 'retry' }>): void {
    const again = {
      phase: 'run',
      retries: JSON.stringify(retries),
      result: null,
      pending: null,
      tolerance: null,
    } as const;
    sleep({ ...frame, ...again }, at);
  }

  function spawn(
    frame: Frame,
    { children, concurrency, tolerance }: Extract<Outcome, { kind: 'children' }>,
  ): void {
    const at = now();
    for (const [position, { state, input, item = null }] of children.entries()) {
      const status = position < concurrency ? 'ready' : 'queued';
      frames.insertFrame(frame.execution, frame.id, position, state, status, ++seq, input, item, at);
    }
    frames.saveFrame({ ...frame, status: 'waiting-children', pending: children.length, tolerance });
  }

  function end(frame: Frame, output: string): void {
    if (frame.parent === null) finish(frame.execution, 'SUCCEEDED', { output });
    else finishChild(frame, frame.parent, output);
  }

  function fail(frame: Frame, failure: Failure, states: ReadonlyMap<string, State>): void {
    if (frame.parent === null) finish(frame.execution, 'FAILED', { failure });
    else failChild(frame, frame.parent, failure, states);
  }

  /** The last child to be done makes the parent ready; each before it makes room for the next in the queue. */
  function finishChild(frame: Frame, parentId: number, result: string | null): void {
    frames.finishChild(++seq, result, frame.id);
    frames.startQueued(++seq, now(), parentId);
    const left = frames.countChild(result === null ? 1 : 0, parentId);
    const parent = left?.pending === 0 ? frames.frame(parentId) : undefined;
    if (parent) move(parent, { phase: 'result' });
  }

  /** A failure beyond tolerance ends the siblings too: their rows go, and with them every answer they wait for. */
  function failChild(
    frame: Frame,
    parentId: number,
    failure: Failure,
    states: ReadonlyMap<string, State>,
  ): void {
    const parent = frames.frame(parentId);
    if (!parent) return;
    if ((parent.tolerance ?? 0) > 0 && failure.error !== 'States.Runtime') {
      finishChild(frame, parentId, null);
      return;
    }
    frames.deleteBelow(parentId);
    failVisit(parent, childFailure(states.get(parent.state), failure));
  }

  return {
    begin,
    finish,
    move,
    failVisit,
    wake,
    apply,
    remind,
    firstTimer,
    soonest: () => soonest,
    open: () => open,
  };
}

function assigned(variables: string | null, assign: { [name: string]: Json } | undefined): string | null {
  if (!assign) return variables;
  return JSON.stringify({ ...(variables === null ? {} : JSON.parse(variables)), ...assign });
}
