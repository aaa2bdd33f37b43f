import { distinct, type Facts } from '../conditions/path.ts';
import type { FactReference } from '../documents/common.ts';
import type { DecisionTable } from '../documents/index.ts';
import { effectId } from './effect-id.ts';
import type { Context, Effect, Enrolment, Next } from './enrolment.ts';

/** What a step sees when it begins. */
export type Moment = {
  step: string;
  /** Names this visit of the step; events that answer it carry this id. */
  id: string;
  enrolment: Enrolment;
  facts: Facts;
  now: string;
  tables: ReadonlyMap<string, DecisionTable>;
  /** What this contact draws at this step: 0 ≤ n < 100, the same at every visit and in every version. */
  draw(): number;
  /** The arm of this step that has won. */
  winner: string | undefined;
};

/** What a step does when it begins. */
export type Entered = { effects: Effect[]; next: Next };

export function momentOf(enrolment: Enrolment, context: Context): Moment {
  return {
    step: enrolment.step,
    id: effectId(enrolment, enrolment.step, enrolment.iteration),
    enrolment,
    facts: factsOf(enrolment, context.facts, context.now),
    now: context.now,
    tables: context.tables,
    draw: () => context.dice(saltOf(enrolment.journey, enrolment.step)),
    winner: context.winners?.[enrolment.step],
  };
}

/** What a step's draws are salted with. */
export const saltOf = (journey: string, step: string): string => `${journey}.${step}`;

/** The facts as this enrolment sees them: `event` started it, `answer` ended its last wait, `clock` says when it is. */
export function factsOf(enrolment: Pick<Enrolment, 'event' | 'answer'>, facts: Facts, now: string): Facts {
  const { answer: _stale, ...known } = facts;
  const own = { ...known, clock: { now }, event: enrolment.event };
  return enrolment.answer ? { ...own, answer: enrolment.answer } : own;
}

export function continueTo(to: string, effects: Effect[] = []): Entered {
  return { effects, next: { kind: 'continue', to } };
}

/** Asks somebody to find out facts, each named once; nothing unknown asks nobody. */
export function dataQuality(step: string, unknown: readonly FactReference[]): Effect[] {
  return unknown.length === 0 ? [] : [{ kind: 'data-quality', step, facts: distinct(unknown) }];
}
