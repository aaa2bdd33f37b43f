import * as z from 'zod';
import { base, MessageChannel } from './common.ts';

/** Message text in Liquid. It sees `contact`, `event`, `answer`, `offer` and `enrolment`, and can reach nothing else. */
export const Template = z.strictObject({
  ...base,
  channel: MessageChannel,
  language: z.string().regex(/^[a-z]{2}(-[A-Z]{2})?$/),
  subject: z.string().max(200).optional(),
  body: z.string().min(1).max(50_000),
  /** Values with which the designer previews the template and the tests render it. */
  sample: z.record(z.string(), z.json()),
});
export type Template = z.infer<typeof Template>;
