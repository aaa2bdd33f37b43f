import type { Step, StepKind } from '../documents/journey.ts';
import type { Entered, Moment } from './moment.ts';

export type StepOf<K extends StepKind> = Extract<Step, { kind: K }>;

/** A way out of a step. `path` is where the document names it; `waits`: taking it surely takes time. */
export type Exit = { to: string; title: string; path: string; waits: boolean };

/**
 * How a step looks as states of a state machine. `pass`: a task. `hold`: a task that may ask to be repeated later.
 * `route`: a task whose answer names the next step. `pause`: a task, then a wait until the instant it answered.
 * `await`: a task that a token completes, for at most `seconds`, which a task must find out first where it says
 * `planned`. `stop`: a task, and the machine is done.
 */
export type Shape =
  | { kind: 'pass'; next: string }
  | { kind: 'hold'; next: string }
  | { kind: 'route' }
  | { kind: 'pause'; next: string }
  | { kind: 'await'; seconds: number | 'planned' }
  | { kind: 'stop' };

/** Everything a kind of step must say of itself. Method syntax, so that the register serves a step of any kind. */
export type StepBehaviour<S extends Step> = {
  /** What happens when the step begins. */
  enter(step: S, moment: Moment): Promise<Entered> | Entered;
  exits(step: S): Exit[];
  /** Where to go on when the wait has run out; only steps that wait for events have such a place. */
  onTimeout(step: S): string | undefined;
  shape(step: S): Shape;
  /** One sentence, present tense, as a trace says it. */
  describe(step: S): string;
};

export type StepKindEntry<K extends StepKind> = StepBehaviour<StepOf<K>>;
