import * as z from 'zod';
import { weekdays } from '../time/local-schedule.ts';
import { base, Duration, TimeZone } from './common.ts';

const TimeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day from 00:00 to 23:59, for example "08:30"');

/** When a team works: weekly opening hours in one time zone, and the days on which it is closed all the same. */
export const Calendar = z.strictObject({
  ...base,
  timeZone: TimeZone,
  /** `to` is exclusive; where it is not later than `from` it lies on the next day, so 00:00 to 00:00 is a whole day. */
  windows: z
    .array(
      z.strictObject({
        from: TimeOfDay,
        to: TimeOfDay,
        weekdays: z.array(z.enum(weekdays)).min(1).max(7).optional(),
      }),
    )
    .min(1)
    .max(50),
  /** Days on which no window opens. */
  holidays: z.array(z.strictObject({ date: z.iso.date(), title: z.string().min(1).max(80) })).max(1000),
  /** What a day of business time stands for: "P1D" within this calendar is so many open hours. */
  workingDay: Duration,
});
export type Calendar = z.infer<typeof Calendar>;
