import type { Json, JsonObject } from '@baton/rules/json.ts';
import type { State } from './definition.ts';
import { type Expressions, evaluationFailed, type Place, wrongType } from './expressions.ts';
import { type Failure, StateFailed } from './failure.ts';
import type { ClaimedFrame, Frames } from './frames.ts';

/** What `$states` holds beside input and context, and the item of a Map's selector. */
type Extra = { result?: Json; errorOutput?: Json; item?: { Index: number; Value: Json } };

/** One frame in one state: its input, what its expressions see, and how its values become stored text. */
export interface Visit {
  readonly frame: ClaimedFrame;
  readonly state: State;
  /** The token of a task that waits for one; set before its arguments are computed. */
  token: string | undefined;
  input(): Json;
  /** JSON text of what came: an answer, or the results of the children in their order. */
  result(): string;
  retries(): number[];
  failure(): Failure;
  fill(template: Json, field: string, extra?: Extra): Promise<Json>;
  /** Fills a field that must give a whole number, or gives undefined where the field is absent. */
  number(template: Json | undefined, field: string, from: number): Promise<number | undefined>;
  text(template: Json | undefined, field: string): Promise<string | undefined>;
  wrongType(template: Json, field: string, expected: string, value: Json): StateFailed;
  failed(what: string): StateFailed;
  /** JSON text of a result, within the limit of Step Functions. */
  pack(value: Json, producer?: string): string;
}

/** Step Functions passes at most 256 KiB from state to state. */
const largestPayload = 262_144;

export function createVisit(
  frame: ClaimedFrame,
  states: ReadonlyMap<string, State>,
  frames: Frames,
  expressions: Expressions,
): Visit {
  const state = states.get(frame.state);
  if (!state) throw new Error(`state machine ${frame.machine} has no state "${frame.state}"`);

  const place = (field: string): Place => ({ state: frame.state, field });
  let input: { value: Json } | undefined;
  let variables: JsonObject | undefined;
  let context: { value: JsonObject; token: string | undefined } | undefined;

  const visit: Visit = {
    frame,
    state,
    token: frame.token ?? undefined,
    input() {
      input ??= { value: JSON.parse(frame.input) };
      return input.value;
    },
    result() {
      if (frame.pending === null) return frame.result ?? 'null';
      const results = frames.results(frame.id).map(({ result }) => result);
      return `[${results.join(',')}]`;
    },
    retries: () => (frame.retries === null ? [] : JSON.parse(frame.retries)),
    failure: () => JSON.parse(frame.result ?? '{}'),
    fill(template, field, extra = {}) {
      variables ??= visibleVariables(frame, frames);
      return expressions.fill(template, place(field), {
        ...variables,
        states: statesSeenBy(visit, extra, contextFor),
      });
    },
    async number(template, field, from) {
      if (template === undefined) return undefined;
      const value = await visit.fill(template, field);
      if (typeof value !== 'number') throw wrongType(place(field), template, 'number', value);
      if (Number.isInteger(value) && value >= from && value <= 99_999_999) return value;
      throw visit.failed(
        `The ${field} field must be a whole number from ${from} to 99999999 but was: ${value}`,
      );
    },
    async text(template, field) {
      if (template === undefined) return undefined;
      const value = await visit.fill(template, field);
      if (typeof value !== 'string') throw wrongType(place(field), template, 'string', value);
      return value;
    },
    wrongType: (template, field, expected, value) => wrongType(place(field), template, expected, value),
    failed: (what) => evaluationFailed(frame.state, what),
    pack(value, producer = frame.state) {
      const text = stringify(value, visit);
      if (text.length * 3 <= largestPayload || Buffer.byteLength(text) <= largestPayload) return text;
      const cause = `The state/task '${producer}' returned a result with a size exceeding the maximum number of bytes service limit.`;
      throw new StateFailed({ error: 'States.DataLimitExceeded', cause });
    },
  };

  /** The same all through a visit, but for its token and for the item of a selector. */
  function contextFor(item: Extra['item']): JsonObject {
    if (item) return contextOf(visit, item, frames);
    if (!context || context.token !== visit.token)
      context = { value: contextOf(visit, undefined, frames), token: visit.token };
    return context.value;
  }
  return visit;
}

/** A function deep inside a result has references in circles and is no JSON. */
function stringify(value: Json, visit: Visit): string {
  try {
    return JSON.stringify(value);
  } catch {
    throw visit.failed('The result cannot be written as JSON.');
  }
}

/** Own variables before those of the frames around; the frames around cannot change meanwhile. */
function visibleVariables(frame: ClaimedFrame, frames: Frames): JsonObject {
  let variables: JsonObject = frame.variables === null ? {} : JSON.parse(frame.variables);
  for (let parent = frame.parent; parent !== null; ) {
    const outer = frames.scopeOf(parent);
    if (!outer) break;
    if (outer.variables !== null) variables = { ...JSON.parse(outer.variables), ...variables };
    parent = outer.parent;
  }
  return variables;
}

/** Input and context are computed only when an expression looks at them. */
function statesSeenBy(
  visit: Visit,
  { item, ...extra }: Extra,
  contextFor: (item: Extra['item']) => JsonObject,
): object {
  return {
    get input() {
      return visit.input();
    },
    get context() {
      return contextFor(item);
    },
    ...extra,
  };
}

function contextOf(visit: Visit, selected: Extra['item'], frames: Frames): JsonObject {
  const { frame } = visit;
  const item = selected ?? nearestItem(frame, frames);
  return {
    Execution: {
      Id: executionArn(frame.machine, frame.name),
      Input: JSON.parse(frame.given),
      Name: frame.name,
      StartTime: new Date(frame.started).toISOString(),
    },
    State: {
      Name: frame.state,
      EnteredTime: new Date(frame.entered).toISOString(),
      RetryCount: visit.retries().reduce((sum, used) => sum + used, 0),
    },
    StateMachine: {
      Id: `arn:aws:states:local:000000000000:stateMachine:${frame.machine}`,
      Name: frame.machine,
    },
    ...(visit.token === undefined ? {} : { Task: { Token: visit.token } }),
    ...(item ? { Map: { Item: item } } : {}),
  };
}

export function executionArn(machine: string, name: string): string {
  return `arn:aws:states:local:000000000000:execution:${machine}:${name}`;
}

/** The item of the innermost Map that a frame runs in. */
function nearestItem(frame: ClaimedFrame, frames: Frames): Extra['item'] {
  if (frame.item !== null) return { Index: frame.position, Value: JSON.parse(frame.item) };
  for (let parent = frame.parent; parent !== null; ) {
    const outer = frames.scopeOf(parent);
    if (!outer) return undefined;
    if (outer.item !== null) return { Index: outer.position, Value: JSON.parse(outer.item) };
    parent = outer.parent;
  }
  return undefined;
}
