import * as z from 'zod';
import { base } from './common.ts';

/** What holds for the whole program and belongs to no single journey. */
export const Settings = z.strictObject({
  ...base,
  /**
   * This share of all contacts, drawn by the salt and the same for ever, enters no journey that sends marketing or
   * presents offers, and is not sent marketing. What they do without it is the measure of what it achieves.
   */
  globalHoldout: z.strictObject({ percent: z.number().min(0).max(50), salt: z.string().max(40) }).optional(),
});
export type Settings = z.infer<typeof Settings>;
