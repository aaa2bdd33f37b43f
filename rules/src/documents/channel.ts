import * as z from 'zod';
import { weekdays } from '../time/local-schedule.ts';
import { base, Duration, Id, TimeZone } from './common.ts';

const LocalTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day, for example "08:00"');

/** From `from` until before `to`, past midnight where `to` is not later; a window counts for the day on which it begins. */
const QuietWindow = z.strictObject({
  from: LocalTime,
  to: LocalTime,
  weekdays: z.array(z.enum(weekdays)).min(1).optional(),
});

/** At most so many marketing messages in any rolling window of the length, on this channel or `acrossChannels`. */
const Cap = z.strictObject({
  messages: z.int().min(1).max(100),
  within: Duration,
  acrossChannels: z.boolean().optional(),
});
export type Cap = z.infer<typeof Cap>;

/** At most so many messages, of any purpose and to anybody, in any window of the length. */
export const Rate = z.strictObject({ messages: z.int().min(1).max(1_000_000), per: Duration });
export type Rate = z.infer<typeof Rate>;

/**
 * The rules of one channel; the document's id is the channel. Quiet hours, caps and unsubscribing concern marketing alone,
 * the rate concerns every message.
 */
export const ChannelDocument = z.strictObject({
  ...base,
  id: z.enum(['email', 'sms', 'webhook', 'push']),
  /** Where the company is: applies to contacts whose own zone is not known. */
  timeZone: TimeZone,
  quietHours: z.array(QuietWindow).max(20),
  caps: z.array(Cap).max(10),
  rate: Rate.optional(),
  /** Which purposes need a consent, and the text that people agree to: its id and wording are kept as proof. */
  consent: z.strictObject({
    purposes: z.array(z.enum(['marketing', 'service'])),
    text: Id,
    wording: z.string().min(1).max(2000),
  }),
  /** Marketing carries a link that ends it with one click (RFC 8058). */
  unsubscribe: z.boolean(),
});
export type ChannelDocument = z.infer<typeof ChannelDocument>;
