import * as z from 'zod';
import { Root } from '../conditions/condition.ts';
import {
  base,
  Duration,
  EventType,
  FactPath,
  FactValues,
  Id,
  Instant,
  ParameterValue,
  Priority,
  PriorityByTable,
  Scalar,
  Script,
} from './common.ts';

/** What a rule makes happen. The names are json-rules-engine's: a rule that holds raises this event. */
export const RuleAction = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('journey.enrol'),
    params: z.strictObject({ journey: Id, key: ParameterValue.optional() }),
  }),
  z.strictObject({
    type: z.literal('task.create'),
    params: z.strictObject({
      queue: Id,
      title: z.string().min(1).max(160),
      script: Script.optional(),
      due: Duration,
      /** Tasks with equal keys are one task; without a key every event that fires the rule gives a task. */
      key: ParameterValue.optional(),
    }),
  }),
  z.strictObject({
    type: z.literal('case.open'),
    params: z.strictObject({
      title: z.string().min(1).max(160),
      queue: Id,
      /** Itself, or the output "priority" of a decision table. */
      priority: z.union([Priority, PriorityByTable]),
      serviceLevel: Id,
      /** Cases with equal keys are one case. */
      key: ParameterValue,
    }),
  }),
  z.strictObject({
    type: z.literal('stage.enter'),
    params: z.strictObject({ stage: Id, person: ParameterValue.optional() }),
  }),
  /** Another person of the owning team owns the contact; stage, clock and open offers stay, and a task tells the person. */
  z.strictObject({
    type: z.literal('owner.assign'),
    params: z.strictObject({
      person: ParameterValue.refine(
        (person) => typeof person !== 'string' || person.trim() !== '',
        'must name somebody',
      ),
      title: z.string().min(1).max(160).regex(/\S/, 'must say something'),
      script: Script.optional(),
      due: Duration,
    }),
  }),
  z.strictObject({
    type: z.literal('contact.update'),
    params: z.strictObject({ attribute: FactPath, value: ParameterValue }),
  }),
]);
export type RuleAction = z.infer<typeof RuleAction>;

/** What any parameter of an action may be. */
export type RuleParameter = ParameterValue | z.infer<typeof PriorityByTable>;

export const RuleTest = z.strictObject({
  name: z.string().min(1).max(120),
  facts: FactValues,
  expect: z.strictObject({
    outcome: z.enum(['true', 'false', 'unknown']),
    params: z.record(z.string(), Scalar).optional(),
  }),
});

export const BestPractice = z.strictObject({
  ...base,
  /** Stages in which the rule applies; "any" is every stage and also contacts outside the cycle; "none" is outside it. */
  stages: z.array(z.union([Id, z.literal('any'), z.literal('none')])).min(1),
  trigger: z.strictObject({ events: z.array(EventType).min(1), cooldown: Duration.optional() }),
  conditions: Root,
  event: RuleAction,
  priority: z.int().min(1).max(1000),
  conflictGroup: Id.optional(),
  effective: z.strictObject({ from: Instant.nullable(), to: Instant.nullable() }).optional(),
  rollout: z
    .strictObject({
      percent: z.number().min(0).max(100),
      holdoutPercent: z.number().min(0).max(100),
      salt: z.string().max(40),
    })
    .optional(),
  success: z.strictObject({ measure: Id, window: Duration }),
  reviewBy: z.iso.date(),
  tests: z.array(RuleTest).min(1),
});
export type BestPractice = z.infer<typeof BestPractice>;
