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
  LocalWindow,
  MessageChannel,
  ParameterValue,
  Priority,
  PriorityByTable,
  Scalar,
  Script,
  TableOutput,
  TimeZone,
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

/**
 * Until the next local time that lies in the window, in the contact's own zone (`contact.timeZone`), or in `timeZone`
 * where that is not known. `after`: not before so long has passed.
 */
const WindowWait = z.strictObject({
  window: LocalWindow,
  timeZone: TimeZone,
  after: Duration.optional(),
});

/** Shares of a split or an experiment, in percent; together they make 100. */
const share = { share: z.number().gt(0).max(100) };

/** The step kinds. A kind is also an entry of the register in `journey/step-kinds.ts`; without one nothing compiles. */
export const Step = z.discriminatedUnion('kind', [
  z.strictObject({
    ...step,
    kind: z.literal('send'),
    template: Id,
    channel: MessageChannel,
    /** Marketing needs consent, keeps to caps and quiet hours; service messages tell customers what they asked for. */
    purpose: z.enum(['marketing', 'service']),
    ...next,
  }),
  z.strictObject({ ...step, kind: z.literal('wait'), wait: z.union([Timeout, WindowWait]), ...next }),
  z.strictObject({
    ...step,
    kind: z.literal('wait-for'),
    /** The first of these that arrives ends the wait. */
    events: z.array(z.strictObject({ ...EventMatch.shape, next: Id })).max(10),
    /**
     * What also ends the wait, as soon as it holds: looked at when the step begins, whenever something happens to the
     * contact, and once more when the time is over.
     */
    facts: z.strictObject({ title: z.string().min(1).max(60), when: Root, next: Id }).optional(),
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
  z.strictObject({
    ...step,
    kind: z.literal('split'),
    /** Drawn once for each contact and step, by a salted hash, so that nobody changes sides. */
    ways: z
      .array(z.strictObject({ title: z.string().min(1).max(60), ...share, next: Id }))
      .min(2)
      .max(10),
  }),
  z.strictObject({
    ...step,
    kind: z.literal('experiment'),
    /** The first arm is what is done today; the others must beat it. */
    arms: z
      .array(z.strictObject({ id: Id, title: z.string().min(1).max(60), ...share, next: Id }))
      .min(2)
      .max(5),
    /** What counts as a success, also after the contact has left the journey. */
    success: z.strictObject({ ...EventMatch.shape, within: Duration }),
    /** With so much confidence the best arm must differ from every other one before all contacts get it. */
    confidence: z.number().min(0.8).max(0.999),
    /** Contacts in each arm before results are looked at for the first time. */
    minimum: z.int().min(50).max(1_000_000),
  }),
  z
    .strictObject({
      ...step,
      kind: z.literal('update'),
      attribute: FactPath.optional(),
      /** Itself, what a fact says, or what a decision table says; without a row that fits nothing is set. */
      value: z.union([ParameterValue, TableOutput]).optional(),
      stage: Id.optional(),
      ...next,
    })
    .refine(
      ({ attribute, value, stage }) =>
        (attribute === undefined) === (value === undefined) &&
        (attribute === undefined) !== (stage === undefined),
      { error: 'must have either "attribute" and "value" or "stage"' },
    ),
  z.strictObject({
    ...step,
    kind: z.literal('task'),
    queue: Id,
    instruction: z.string().min(1).max(500),
    script: Script.optional(),
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
    script: Script.optional(),
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
    /** Whom of the receiving team it is offered to; absent: whom the handover itself names, or the team. */
    offerTo: z.enum(['next-in-team', 'team-lead']).optional(),
    timeout: Timeout,
    onAccepted: Id,
    onReturned: Id,
    onTimeout: Id,
  }),
  z.strictObject({
    ...step,
    kind: z.literal('case'),
    queue: Id,
    /** Itself, what a fact says, or the output "priority" of a decision table. */
    priority: z.union([Priority, FactReference, PriorityByTable]),
    serviceLevel: Id,
    /** Cases of a contact with equal keys are one case; absent: the key of the enrolment. */
    key: ParameterValue.optional(),
    /** Waits until this case is closed. */
    await: z.strictObject({ timeout: Timeout, onClosed: Id, onTimeout: Id }).optional(),
    next: Id.describe('Where to go on at once, or when no case can be opened because nobody knows its key.'),
  }),
  z.strictObject({
    ...step,
    kind: z.literal('emit'),
    event: EventType,
    data: z.record(z.string(), ParameterValue),
    ...next,
  }),
  z.strictObject({
    ...step,
    kind: z.literal('enrol'),
    journey: Id,
    /** Tells enrolments apart in the other journey; absent: this enrolment's key. */
    key: ParameterValue.optional(),
    /** Waits until the other journey has ended: with its goal, or otherwise by `next`. */
    await: z.strictObject({ timeout: Timeout, onGoal: Id, onTimeout: Id }).optional(),
    next: Id.describe(
      'Where to go on at once, or when the other journey ended without its goal or was not entered.',
    ),
  }),
  z.strictObject({
    ...step,
    kind: z.literal('approve'),
    /** Who may decide; administrators always may. */
    role: z.enum(['agent', 'editor', 'approver', 'admin']),
    queue: Id,
    question: z.string().min(1).max(500),
    within: Duration,
    onApproved: Id,
    onRejected: Id,
    onTimeout: Id,
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
  /** What splits and experiments draw, 0 up to but not including 100, by step; 0 where nothing is said. */
  draws: z.record(Id, z.number().min(0).lt(100)).optional(),
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
  /**
   * `false`: contacts of the global holdout enter it all the same. Without this it follows from the steps: a journey that
   * sends marketing or presents offers keeps them out, one that only serves does not.
   */
  globalHoldout: z.literal(false).optional(),
  start: Id,
  steps: z.record(Id, Step),
  tests: z.array(JourneyTest),
});
export type Journey = z.infer<typeof Journey>;
export type EventMatch = z.infer<typeof EventMatch>;
export type Timeout = z.infer<typeof Timeout>;
export type WindowWait = z.infer<typeof WindowWait>;
export type JourneyTest = z.infer<typeof JourneyTest>;
export { Scalar };
