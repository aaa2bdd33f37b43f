import type { Journey, Step } from '../documents/journey.ts';
import type { Advance, Context, Enrolment, Input } from './enrolment.ts';
import { momentOf } from './moment.ts';
import { enter, onTimeout, shape } from './step-kinds.ts';
import { secondsUntil, untilOf } from './timeouts.ts';

/**
 * Gives every step its meaning: the one function by which an enrolment moves, on every host and in the simulator.
 *
 * 1. It is pure: equal arguments give equal results, and no argument is changed.
 * 2. Entering a step names it in the enrolment and raises `iteration` by one; no other input changes either.
 * 3. Effects come from entering only. An event or a timeout merely leads on.
 * 4. It leads only to steps of the journey.
 * 5. What is unknown is reported as data quality and is never taken for a yes: a case does not fit, a match never
 *    holds, an attribute is not set, a wait until an unknown date is over at once.
 * 6. A wait for events is begun even when its time is over, with `until` now: the host looks for stored events first.
 * 7. Who is no longer active goes nowhere and causes nothing.
 * 8. Every result leads on, waits or ends; ending completes the enrolment.
 */
export async function advance(
  journey: Journey,
  enrolment: Enrolment,
  input: Input,
  context: Context,
): Promise<Advance> {
  if (enrolment.status !== 'active')
    return { enrolment, effects: [], next: { kind: 'end', reason: 'left', goal: false } };
  switch (input.kind) {
    case 'enter':
      return enterStep(journey, enrolment, input.step, context);
    case 'event':
      stepOf(journey, input.to);
      return {
        enrolment: { ...enrolment, answer: input.event },
        effects: [],
        next: { kind: 'continue', to: input.to },
      };
    case 'timeout':
      return { enrolment, effects: [], next: { kind: 'continue', to: timeoutOf(journey, enrolment.step) } };
  }
}

async function enterStep(
  journey: Journey,
  before: Enrolment,
  name: string,
  context: Context,
): Promise<Advance> {
  const step = stepOf(journey, name);
  const enrolment = { ...before, step: name, iteration: before.iteration + 1 };
  const { effects, next } = await enter(step, momentOf(enrolment, context));
  return next.kind === 'end'
    ? { enrolment: { ...enrolment, status: 'completed' }, effects, next }
    : { enrolment, effects, next };
}

/**
 * How many seconds the state that waits at a step may last, for steps whose end a fact names. The fact may be unknown;
 * then the step will not wait, and one second is enough.
 */
export function planSeconds(journey: Journey, enrolment: Enrolment, name: string, context: Context): number {
  const step = stepOf(journey, name);
  const planned = shape(step);
  if (planned.kind === 'await' && planned.seconds !== 'planned') return planned.seconds;
  const timeout =
    'timeout' in step
      ? step.timeout
      : step.kind === 'enrol' || step.kind === 'case'
        ? step.await?.timeout
        : undefined;
  if (!timeout) return 1;

  const end = untilOf(timeout, momentOf(enrolment, context).facts, context.now);
  return end.kind === 'until' ? secondsUntil(end.until, context.now) : 1;
}

function stepOf(journey: Journey, name: string): Step {
  const step = Object.hasOwn(journey.steps, name) ? journey.steps[name] : undefined;
  if (!step)
    throw new Error(
      `journeys/${journey.id} steps.${name}: there is no such step; check the journey before it runs`,
    );
  return step;
}

function timeoutOf(journey: Journey, name: string): string {
  const to = onTimeout(stepOf(journey, name));
  if (to === undefined)
    throw new Error(`journeys/${journey.id} steps.${name}: this step does not wait, so it cannot time out`);
  return to;
}
