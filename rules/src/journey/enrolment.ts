import type { Root } from '../conditions/condition.ts';
import type { TraceLine } from '../conditions/evaluate.ts';
import type { Facts } from '../conditions/path.ts';
import type { AskedOf } from '../cycle/teams.ts';
import type { FactReference, MessageChannel, Scalar } from '../documents/common.ts';
import type { DecisionTable } from '../documents/index.ts';
import type { Json, JsonObject } from '../json.ts';
import type { Role } from '../roles.ts';

/** One contact's trip through one version of a journey. Journey, contact and key tell enrolments apart. */
export type Enrolment = {
  id: string;
  journey: string;
  version: number;
  contactId: string;
  key: string;
  status: 'active' | 'completed' | 'exited' | 'failed';
  step: string;
  /** How many steps this enrolment has entered. */
  iteration: number;
  /** When the contact entered the journey. */
  enteredAt: string;
  /** Payload of the event that started it, with `type` and `at`. */
  event: JsonObject;
  /** The last event that a wait was answered with, in the same shape. */
  answer: JsonObject | null;
};

/** What a step asks the host to do. Nothing has happened yet: consent, caps and duplicates are the host's. */
export type Effect =
  | {
      kind: 'send';
      step: string;
      template: string;
      channel: MessageChannel;
      purpose: 'marketing' | 'service';
    }
  | { kind: 'update'; step: string; attribute: string; value: Scalar }
  | { kind: 'stage'; step: string; stage: string }
  | {
      kind: 'task';
      step: string;
      queue: string;
      title: string;
      instruction: string;
      script?: string;
      dueAt: string;
      outcomes: { id: string; title: string }[];
      /** Only who has this role may decide. */
      role?: Exclude<Role, 'service' | 'viewer'>;
    }
  | {
      kind: 'offer';
      step: string;
      table: string;
      row: string;
      offer: Record<string, Scalar>;
      queue: string;
      title: string;
      script?: string;
      expiresAt: string;
      because: TraceLine[];
    }
  | { kind: 'handover'; step: string; handover: string; offerTo?: AskedOf }
  | {
      kind: 'case';
      step: string;
      title: string;
      queue: string;
      priority: 'low' | 'normal' | 'high';
      serviceLevel: string;
      key: string;
    }
  | { kind: 'emit'; step: string; event: string; data: JsonObject }
  /** The contact is in an arm of an experiment; from now until `until` the pattern counts as a success. */
  | { kind: 'experiment'; step: string; arm: string; success: EventPattern; until: string }
  /** `startedBy` names the visit that waits for the end of the other journey; absent where none does. */
  | { kind: 'enrol'; step: string; journey: string; key: string; startedBy?: string }
  /** Somebody must find out these facts: the step could not be carried out as written without them. */
  | { kind: 'data-quality'; step: string; facts: FactReference[] };

/** An event that ends a wait: `equals` is settled when the wait begins; `null` there equals nothing, ever. */
export type EventPattern = { event: string; match: { path: string; equals: Json }[]; when?: Root };

export type Next =
  | { kind: 'continue'; to: string }
  | { kind: 'wait'; until: string; to: string }
  | {
      kind: 'wait-for';
      events: (EventPattern & { to: string })[];
      /** A condition on the contact's facts that also ends the wait. */
      facts?: { when: Root; to: string };
      until: string;
      onTimeout: string;
    }
  | { kind: 'end'; reason: string; goal: boolean };

/** What brings an enrolment on: a step begins, an event answered the wait it is in, or that wait has run out. */
export type Input =
  | { kind: 'enter'; step: string }
  | { kind: 'event'; event: JsonObject; to: string }
  | { kind: 'timeout' };

/** A contact's sticky random number for a salt, 0 ≤ n < 100: equal salts give equal numbers, for ever. */
export type Dice = (salt: string) => number;

export type Context = {
  facts: Facts;
  now: string;
  tables: ReadonlyMap<string, DecisionTable>;
  dice: Dice;
  /** Arms that have won, by step of the journey. */
  winners?: Readonly<Record<string, string>>;
};

export type Advance = { enrolment: Enrolment; effects: Effect[]; next: Next };
