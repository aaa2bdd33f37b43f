import type { Journey, Step } from '../documents/journey.ts';
import type { Json, JsonObject } from '../json.ts';
import { longestRunDays } from './limits.ts';
import { stateName } from './state-names.ts';
import type { Shape } from './step-kind.ts';
import { shape, successors } from './step-kinds.ts';

/** A state machine in Amazon States Language, as far as journeys need it. */
export type AslDefinition = {
  Comment: string;
  QueryLanguage: 'JSONata';
  StartAt: string;
  TimeoutSeconds: number;
  States: Record<string, AslState>;
};
export type AslState = JsonObject & { Type: 'Task' | 'Wait' | 'Choice' | 'Succeed' | 'Fail' };

/**
 * Turns a checked journey into a thin state machine of `Task`, `Wait`, `Choice`, `Succeed` and `Fail`.
 *
 * 1. Every step that can be reached is a state with the step's number and title, the one in which contacts are seen
 *    to be; what else the step needs is named after it. Numbers count breadth first from the start.
 * 2. The machine decides nothing. A task answers `{ to, until, seconds, held }`, kept in `$r`, and a choice goes where
 *    `to` says. `$ended`, and whatever it does not know, means that the enrolment was left meanwhile.
 * 3. Payloads carry ids only. The execution's input is `{ contactId, enrolmentId }` and nothing else.
 * 4. An execution that goes on with an enrolment, after a pause or for one that grew old, names the step to begin with in its input.
 * 5. A task is repeated while its function is out of order; any other error marks the enrolment failed. `visit` is the
 *    same in all repetitions, so that a step is performed once.
 */
export function compile(journey: Journey, { version }: { version: number }): AslDefinition {
  const steps = reachableSteps(journey).map((at, index) => namedStep(at, index + 1));
  const entries = new Map(steps.map(({ id, entry }) => [id, entry]));
  const states = steps.flatMap((step) => Object.entries(statesOf(step, entries)));
  const leaves = states.some(([, { Default }]) => Default === left);
  const ends = states.some(([, { Next }]) => Next === ended);
  return {
    Comment: `${journey.id} version ${version}`,
    QueryLanguage: 'JSONata',
    StartAt: begin,
    TimeoutSeconds: longestRun,
    States: Object.fromEntries([
      [begin, beginning(steps, entryOf(entries, journey.start))],
      ...states,
      ...(ends ? [[ended, { Type: 'Succeed' }]] : []),
      ...(leaves ? [[left, { Type: 'Succeed' }]] : []),
      [markFailed, markFailedState],
      [failed, { Type: 'Fail', Error: 'JourneyFailed', Cause: '{% $failure.error %}' }],
    ]),
  };
}

/** In seconds. */
const longestRun = longestRunDays * 86_400;

const begin = 'Begin';
const left = 'Left';
const ended = 'Ended';
const markFailed = 'Mark failed';
const failed = 'Failed';

type NamedStep = { id: string; step: Step; name: string; entry: string };

/** The steps in the order in which a reader meets them: breadth first from the start. */
export function reachableSteps(journey: Journey): { id: string; step: Step }[] {
  const order = new Set([journey.start]);
  const found: { id: string; step: Step }[] = [];
  for (const id of order) {
    const step = Object.hasOwn(journey.steps, id) ? journey.steps[id] : undefined;
    if (!step)
      throw new Error(`journeys/${journey.id} steps.${id}: there is no such step; add it or lead elsewhere`);
    found.push({ id, step });
    for (const next of successors(step)) order.add(next);
  }
  return found;
}

function namedStep({ id, step }: { id: string; step: Step }, number: number): NamedStep {
  const name = stateName(number, step.title, id);
  return { id, step, name, entry: `${name}${entrySuffix(shape(step))}` };
}

/** A step that must be asked something before contacts can be in it is entered through the state that asks. */
function entrySuffix(shape: Shape): string {
  if (shape.kind === 'pause') return ' - begin';
  return shape.kind === 'await' && shape.seconds === 'planned' ? ' - plan' : '';
}

function entryOf(entries: ReadonlyMap<string, string>, id: string): string {
  const entry = entries.get(id);
  if (entry === undefined) throw new Error(`steps.${id}: there is no such step; add it or lead elsewhere`);
  return entry;
}

function beginning(steps: readonly NamedStep[], start: string): AslState {
  const choices = steps.map(({ id, entry }) => ({
    Condition: `{% $states.context.Execution.Input.step = '${id}' %}`,
    Next: entry,
  }));
  return choice(choices, start);
}

function statesOf(
  { id, step, name, entry }: NamedStep,
  entries: ReadonlyMap<string, string>,
): Record<string, AslState> {
  const to = (next: string) => entryOf(entries, next);
  const route = `${name} - route`;
  const form = shape(step);
  switch (form.kind) {
    case 'pass':
      return { [name]: task(id, 'enter', to(form.next)) };
    case 'stop':
      return { [name]: task(id, 'enter', ended) };
    case 'hold':
      return {
        [name]: asking(id, 'enter', route),
        [route]: choice([{ Condition: '{% $r.held = true %}', Next: `${name} - hold` }], to(form.next)),
        [`${name} - hold`]: waitUntil('{% $r.until %}', name),
      };
    case 'route':
      return { [name]: asking(id, 'enter', route), [route]: routing(step, to) };
    case 'pause':
      return { [entry]: asking(id, 'enter', name), [name]: waitUntil(untilOrNow, to(form.next)) };
    case 'await':
      return {
        ...(form.seconds === 'planned' ? { [entry]: asking(id, 'plan', name) } : {}),
        [name]: awaiting(
          id,
          form.seconds === 'planned' ? '{% $r.seconds %}' : form.seconds,
          route,
          `${name} - timed out`,
        ),
        [`${name} - timed out`]: asking(id, 'timeout', route),
        [route]: routing(step, to),
      };
  }
}

/** A wait that turned out to be over, or an enrolment that was left, has no `until`. */
const untilOrNow = '{% $exists($r.until) ? $r.until : $states.context.State.EnteredTime %}';

type Phase = 'enter' | 'plan' | 'timeout' | 'failed';

function payload(step: string, phase: Phase): JsonObject {
  return {
    enrolments: ['{% $states.context.Execution.Input %}'],
    step,
    phase,
    visit: '{% $states.context.State.EnteredTime %}',
  };
}

function call(resource: string, payload: JsonObject): JsonObject & { Type: 'Task' } {
  return {
    Type: 'Task',
    Resource: resource,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder of the definition, which the host fills
    Arguments: { FunctionName: '${RunStep}', Payload: payload },
    Output: {},
    Retry: retry(),
  };
}

const invoke = 'arn:aws:states:::lambda:invoke';

function task(step: string, phase: Phase, next: string): AslState {
  return { ...call(invoke, payload(step, phase)), Catch: [otherwiseFail(step)], Next: next };
}

/** A task whose answer somebody reads. */
function asking(step: string, phase: Phase, next: string): AslState {
  return { ...task(step, phase, next), Assign: { r: '{% $states.result.Payload.results[0] %}' } };
}

/** A task that is done when somebody completes its token with `{ to }`. */
function awaiting(step: string, seconds: number | string, next: string, timedOut: string): AslState {
  return {
    ...call(`${invoke}.waitForTaskToken`, {
      ...payload(step, 'enter'),
      token: '{% $states.context.Task.Token %}',
    }),
    TimeoutSeconds: seconds,
    Assign: { r: '{% $states.result %}' },
    Catch: [{ ErrorEquals: ['States.Timeout'], Output: {}, Next: timedOut }, otherwiseFail(step)],
    Next: next,
  };
}

function retry(): Json {
  return [
    {
      ErrorEquals: [
        'Lambda.ClientExecutionTimeoutException',
        'Lambda.ServiceException',
        'Lambda.AWSLambdaException',
        'Lambda.SdkClientException',
        'Lambda.TooManyRequestsException',
        'Transient',
      ],
      IntervalSeconds: 2,
      // About twenty minutes, because where others use all there is it takes long until they are done.
      MaxAttempts: 12,
      BackoffRate: 3,
      MaxDelaySeconds: 300,
      JitterStrategy: 'FULL',
    },
  ];
}

/** The name of the error goes along, its text does not: it could quote personal data. */
function otherwiseFail(step: string): JsonObject {
  return {
    ErrorEquals: ['States.ALL'],
    Assign: { failure: { step, error: '{% $states.errorOutput.Error %}' } },
    Output: {},
    Next: markFailed,
  };
}

const markFailedState: AslState = { ...call(invoke, payload('{% $failure.step %}', 'failed')), Next: failed };

function choice(choices: { Condition: string; Next: string }[], otherwise: string): AslState {
  return { Type: 'Choice', Choices: choices, Default: otherwise };
}

function routing(step: Step, to: (next: string) => string): AslState {
  return choice(
    successors(step).map((id) => ({ Condition: `{% $r.to = '${id}' %}`, Next: to(id) })),
    left,
  );
}

function waitUntil(timestamp: string, next: string): AslState {
  return { Type: 'Wait', Timestamp: timestamp, Next: next };
}
