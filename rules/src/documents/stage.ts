import * as z from 'zod';
import { Root } from '../conditions/condition.ts';
import { base, Duration, EventType, Id } from './common.ts';

/** A milestone is reached by the first event of its type that meets its condition during the stay. */
const Milestone = z.strictObject({
  id: Id,
  title: z.string().min(1).max(80),
  reachedBy: z.strictObject({ event: EventType, when: Root.optional() }),
});

/** One stage of the contact cycle. `owner.team` answers for every contact in it. */
export const Stage = z.strictObject({
  ...base,
  order: z.int().min(1).max(99),
  /** An overlay suspends the stage beneath it and returns to it; selling is suspended while it lasts. */
  overlay: z.boolean().optional(),
  milestones: z.array(Milestone),
  sla: z
    .strictObject({
      within: Duration,
      /** Whose open time `within` and `repeat` mean; without one they mean time by the wall clock. */
      calendar: Id.optional(),
      /** The team that is told when the contact has stayed longer, again after every `repeat`, `times` times at most. */
      escalateTo: Id,
      repeat: Duration,
      times: z.int().min(1).max(10),
    })
    .optional(),
  measures: z.array(z.string().max(80)),
});
export type Stage = z.infer<typeof Stage>;
