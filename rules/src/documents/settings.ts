import * as z from 'zod';
import { base, EventType, Id } from './common.ts';
import { Fields, When } from './row-source.ts';

/**
 * What messages of a Segment client become. Columns are the names of the message: `type`, `event`, `userId`,
 * `properties.order_id`, `traits.plan`, `context.timezone`.
 */
const SegmentEntry = z.strictObject({
  when: When,
  /** `null`: such a message is let go by, and the answer counts it. */
  type: EventType.nullable(),
  /** Where fields come from that are named otherwise; those of the same name come along. */
  data: Fields.optional(),
});
export type SegmentEntry = z.infer<typeof SegmentEntry>;

/**
 * Somebody as owners and handovers name them; the program does not say who may sign in. A draft may leave it open; the check
 * finds it.
 */
const PersonName = z.string().trim().max(120);

/** The people of a team: who leads it, and in which order the others are asked. Who leads need not be a member. */
export const Team = z.strictObject({ team: Id, lead: PersonName, members: z.array(PersonName).max(200) });
export type Team = z.infer<typeof Team>;

/** What holds for the whole program and belongs to no single journey. */
export const Settings = z.strictObject({
  ...base,
  /**
   * This share of all contacts, drawn by the salt and the same for ever, enters no journey that sends marketing or
   * presents offers, and is not sent marketing. What they do without it is the measure of what it achieves.
   */
  globalHoldout: z.strictObject({ percent: z.number().min(0).max(50), salt: z.string().max(40) }).optional(),
  /**
   * How messages of Segment clients become events. The first entry that fits decides; a message that none fits becomes what
   * its own words say: "Price List Viewed" is `price-list.viewed`.
   */
  segment: z.strictObject({ messages: z.array(SegmentEntry).min(1).max(200) }).optional(),
  teams: z.array(Team).max(200).optional(),
});
export type Settings = z.infer<typeof Settings>;
