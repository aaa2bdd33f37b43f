import * as z from 'zod';
import { Root } from '../conditions/condition.ts';
import { base, Id, Instant } from './common.ts';

/** A campaign enrols everyone who fits its audience at one moment into a journey, at a pace. */
export const Campaign = z.strictObject({
  ...base,
  audience: z.strictObject({ stages: z.array(Id).min(1), when: Root }),
  journey: Id,
  /** `null`: the campaign runs only when somebody starts it. */
  schedule: z.strictObject({ at: Instant.nullable() }),
  pacing: z.strictObject({ batch: z.int().min(1).max(100), perMinute: z.int().min(1).max(100_000) }),
  holdout: z.strictObject({ percent: z.number().min(0).max(90), salt: z.string().max(40) }),
});
export type Campaign = z.infer<typeof Campaign>;
