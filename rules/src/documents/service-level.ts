import * as z from 'zod';
import { base, Duration, Id } from './common.ts';

/** Spans of open time in the level's calendar; a day is the calendar's working day. */
const Targets = z.strictObject({ accept: Duration, answer: Duration, solve: Duration });

/** What a team promises about its cases: three clocks from opening, which run while its calendar is open. */
export const ServiceLevel = z.strictObject({
  ...base,
  calendar: Id,
  priorities: z.strictObject({ high: Targets, normal: Targets, low: Targets }),
  /** Who is told when so much of a clock's time is spent; 100 is the deadline. Each is told once per clock. */
  warnings: z
    .array(z.strictObject({ percent: z.int().min(1).max(100), escalateTo: Id }))
    .min(1)
    .max(10),
  /** While a case is in one of these its clocks stand still. */
  pauses: z.array(z.literal('waiting-for-customer')).max(1),
  /** How long a customer may say that it is not solved after all; then the case is closed. By the clock on the wall. */
  quiet: Duration,
});
export type ServiceLevel = z.infer<typeof ServiceLevel>;
