import * as z from 'zod';
import { Root } from '../conditions/condition.ts';
import { base, Duration, EventType, FactReference, FactValues, Id } from './common.ts';

const RequiredFact = z.strictObject({
  id: Id,
  label: z.string().min(1).max(80),
  when: Root,
  /** It comes by itself, with an event; nobody has to find it out, so its absence is nobody's task. */
  awaited: z.boolean().optional(),
});

/** Two-sided handover between stages: offered → accepted | returned with a reason | expired. */
export const HandoverDocument = z.strictObject({
  ...base,
  trigger: z.strictObject({ events: z.array(EventType).min(1) }),
  from: z.strictObject({ stage: Id, team: Id }),
  /** `person`: the fact that names who is to take over; the team alone where it is absent. */
  to: z.strictObject({ stage: Id, team: Id, person: FactReference.optional() }),
  entry: Root,
  milestones: z.array(Id),
  /** The information pack: what the receiving side must be given. Missing entries block the handover and are listed. */
  requiredFacts: z.array(RequiredFact),
  acceptance: z.strictObject({
    mode: z.enum(['manual', 'automatic']),
    within: Duration,
    /** Whose open time `within` means; without one it means time by the wall clock. */
    calendar: Id.optional(),
    /** The present owner is told when so much of the time is spent and nobody has answered. */
    warnAtPercent: z.int().min(1).max(99).optional(),
    returnReasons: z.array(Id).min(1),
  }),
  escalation: z.strictObject({ to: Id }),
  carry: z.array(FactReference),
  priority: z.int().min(1).max(1000),
  tests: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(120),
        stage: Id,
        milestones: z.array(Id),
        facts: FactValues,
        expect: z.strictObject({
          kind: z.enum(['ready', 'blocked', 'stay', 'unknown']),
          missing: z.array(z.string()).optional(),
        }),
      }),
    )
    .min(1),
});
export type HandoverDocument = z.infer<typeof HandoverDocument>;
