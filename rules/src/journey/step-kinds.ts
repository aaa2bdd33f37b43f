import type { Step, StepKind } from '../documents/journey.ts';
import type { Entered, Moment } from './moment.ts';
import type { Exit, Shape, StepBehaviour, StepKindEntry } from './step-kind.ts';
import { approve } from './steps/approve.ts';
import { branch } from './steps/branch.ts';
import { caseStep } from './steps/case.ts';
import { emit } from './steps/emit.ts';
import { end } from './steps/end.ts';
import { enrol } from './steps/enrol.ts';
import { experiment } from './steps/experiment.ts';
import { handover } from './steps/handover.ts';
import { offer } from './steps/offer.ts';
import { send } from './steps/send.ts';
import { split } from './steps/split.ts';
import { task } from './steps/task.ts';
import { update } from './steps/update.ts';
import { wait } from './steps/wait.ts';
import { waitFor } from './steps/wait-for.ts';

/** Every kind of step with its behaviour and its states. A kind of the schema that is missing here does not compile. */
export const stepKinds: { [K in StepKind]: StepKindEntry<K> } = {
  send,
  wait,
  'wait-for': waitFor,
  branch,
  split,
  experiment,
  update,
  task,
  offer,
  handover,
  case: caseStep,
  emit,
  enrol,
  approve,
  end,
};

function entryOf(step: Step): StepBehaviour<Step> {
  return stepKinds[step.kind];
}

export async function enter(step: Step, moment: Moment): Promise<Entered> {
  return entryOf(step).enter(step, moment);
}

/** The ways out of a step, in the order an author sees them. */
export function exits(step: Step): Exit[] {
  return entryOf(step).exits(step);
}

/** The steps that may come next, each once. */
export function successors(step: Step): string[] {
  return [...new Set(exits(step).map(({ to }) => to))];
}

export function onTimeout(step: Step): string | undefined {
  return entryOf(step).onTimeout(step);
}

export function shape(step: Step): Shape {
  return entryOf(step).shape(step);
}

/** What a step waits for: nothing, the passing of time, or an event. */
export function waits(step: Step): false | 'timer' | 'event' {
  const { kind } = shape(step);
  if (kind === 'pause') return 'timer';
  return kind === 'await' ? 'event' : false;
}

export function describe(step: Step): string {
  return entryOf(step).describe(step);
}
