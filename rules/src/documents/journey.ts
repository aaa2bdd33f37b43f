import * as z from 'zod';
import { Root } from '../conditions/condition.ts';
import {
  base,
  Duration,
  EventType,
  FactPath,
  FactReference,
  FactValues,
  Id,
  ParameterValue,
  Scalar,
} from './common.ts';

const step = { title: z.string().min(1).max(60) };
const next = { next: Id };

/**
 * Ties a step to the right event: the payload value at `path` must equal what `equals` says. `enrolment-key` is the
 * key this enrolment was started with, so that an event of another order never answers for this one.
 */
const Match = z.strictObject({
  path: FactPath,
  equals: z.union([z.literal('enrolment-key'), FactReference]),
});

const EventMatch = z.strictObject({
  event: EventType,
  match: z.array(Match).optional(),
  when: Root.optional(),
});

/** How long a step waits: a span from now, or until the instant that a fact names, moved by `offset` or `before`. */
const Timeout = z.union([
  z.strictObject({ after: Duration }),
  z.strictObject({ until: FactReference, offset: Duration.optional(), before: Duration.optional() }),
]);

/** How urgent a case is; the service level says what that means. */
export const Priority = z.enum(['low', 'normal', 'high']);
export type Priority = z.infer<typeof Priority>;

/** The step kinds. A kind is also an entry of the register in `journey/step-kinds.ts`; without one nothing compiles. */
export const Step = z.discriminatedUnion('kind', [
  z.strictObject({
    ...step,
    kind: z.literal('send'),
    template: Id,
    channel: z.enum(['email', 'sms', 'webhook']),
    /** Marketing needs consent, keeps to caps and quiet hours; service messages tell customers what they asked for. */
    purpose: z.enum(['marketing', 'service']),
    ...next,
  }),
  z.strictObject({ ...step, kind: z.literal('wait'), wait: Timeout, ...next }),
  z.strictObject({
    ...step,
    kind: z.literal('wait-for'),
    /** The first of these that arrives ends the wait. */
    events: z
      .array(z.strictObject({ ...EventMatch.shape, next: Id }))
      .min(1)
      .max(10),
    timeout: Timeout,
    onTimeout: Id,
  }),
  z.strictObject({
    ...step,
    kind: z.literal('branch'),
    cases: z
      .array(z.strictObject({ title: z.string().min(1).max(60), when: Root, next: Id }))
      .min(1)
      .max(20),
    else: Id,
  }),
  z.strictObject({ ...step, kind: z.literal('update'), attribute: FactPath, value: ParameterValue, ...next }),
  z.strictObject({
    ...step,
    kind: z.literal('task'),
    queue: Id,
    instruction: z.string().min(1).max(500),
    due: Duration,
    /** With outcomes the journey waits for one of them until `due`; without, it goes on at once. */
    outcomes: z
      .array(z.strictObject({ id: Id, title: z.string().min(1).max(60), next: Id }))
      .max(8)
      .optional(),
    next: Id.describe('Where to go on at once, or when the task is overdue.'),
  }),
  z.strictObject({
    ...step,
    kind: z.literal('offer'),
    /** Decision table whose first output row names the offer to present. */
    table: Id,
    queue: Id,
    within: Duration,
    onAccept: Id,
    onDecline: Id,
    onTimeout: Id,
    /** Where to go on when no row of the table fits. */
    onNone: Id,
  }),
  z.strictObject({
    ...step,
    kind: z.literal('handover'),
    handover: Id,
    timeout: Timeout,
    onAccepted: Id,
    onReturned: Id,
    onTimeout: Id,
  }),
  z
    .strictObject({
      ...step,
      kind: z.literal('case'),
      queue: Id,
      /** Itself, what a fact says, or the output "priority" of a decision table. */
      priority: z.union([Priority, FactReference, z.strictObject({ table: Id })]),
      serviceLevel: Id,
      /** Cases of a contact with equal keys are one case; absent: the key of the enrolment. */
      key: ParameterValue.optional(),
      /** With these two the journey waits for the end of this case; without, it goes on at once. */
      timeout: Timeout.optional(),
      onClosed: Id.optional(),
      next: Id.describe('Where to go on at once, or when the case is not closed in time.'),
    })
    .refine(({ timeout, onClosed }) => (timeout === undefined) === (onClosed === undefined), {
      error: 'needs both "timeout" and "onClosed", or neither',
      path: ['onClosed'],
    }),
  z.strictObject({
    ...step,
    kind: z.literal('emit'),
    event: EventType,
    data: z.record(z.string(), ParameterValue),
    ...next,
  }),
  z.strictObject({ ...step, kind: z.literal('end'), reason: Id, goal: z.boolean().optional() }),
]);
export type Step = z.infer<typeof Step>;
export type StepKind = Step['kind'];

/**
 * Plays the journey for one contact on virtual time; see `simulate`. `at` is a span from the start of the test, which
 * is Monday, 2026-01-05T09:00:00Z. Answers (`task.completed`, `offer.accepted`, …) need no id here.
 *
 * `effects` are all effects of all enrolments in their order; what is not named must not happen. `end` is the end of
 * the enrolment that began first, with reason "goal" where it reached the goal; time then runs on until nothing is
 * left to happen. `null`: that enrolment is still under way, or never began, when time stops with the last event.
 */
export const JourneyTest = z.strictObject({
  name: z.string().min(1).max(120),
  /** Facts other than the event, by root, as they stand at the start. */
  facts: FactValues,
  events: z
    .array(z.strictObject({ at: Duration, type: EventType, data: z.record(z.string(), z.json()) }))
    .min(1),
  expect: z.strictObject({
    effects: z.array(z.strictObject({ at: Duration, kind: z.string(), step: Id })),
    end: z.strictObject({ at: Duration, reason: Id }).nullable(),
  }),
});

export const Journey = z.strictObject({
  ...base,
  /** `null`: contacts enter only by a rule or a campaign. */
  trigger: z.strictObject({ event: EventType, when: Root.optional() }).nullable(),
  /** Payload value that tells enrolments of one contact apart; absent: one enrolment at a time per contact. */
  key: FactPath.optional(),
  reEntry: z.discriminatedUnion('policy', [
    z.strictObject({ policy: z.literal('never') }),
    z.strictObject({ policy: z.literal('always') }),
    z.strictObject({ policy: z.literal('after'), gap: Duration }),
  ]),
  goal: EventMatch.optional(),
  exits: z.array(z.strictObject({ ...EventMatch.shape, reason: Id })),
  holdout: z.strictObject({ percent: z.number().min(0).max(90), salt: z.string().max(40) }).optional(),
  start: Id,
  steps: z.record(Id, Step),
  tests: z.array(JourneyTest).min(1),
});
export type Journey = z.infer<typeof Journey>;
export type EventMatch = z.infer<typeof EventMatch>;
export type Timeout = z.infer<typeof Timeout>;
export type JourneyTest = z.infer<typeof JourneyTest>;
export { Scalar };
