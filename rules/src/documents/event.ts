import * as z from 'zod';
import { base, EventType, FactPath } from './common.ts';

const field = {
  label: z.string().max(80).optional(),
  required: z.boolean().optional(),
  unit: z.string().max(24).optional(),
};

/** One property of an event's payload. */
export const PayloadField = z.discriminatedUnion('type', [
  z.strictObject({
    ...field,
    type: z.literal('number'),
    min: z.number().optional(),
    max: z.number().optional(),
  }),
  z.strictObject({ ...field, type: z.literal('text'), maxLength: z.int().positive().optional() }),
  z.strictObject({ ...field, type: z.literal('enum'), values: z.array(z.string()).min(1) }),
  z.strictObject({ ...field, type: z.literal('boolean') }),
  z.strictObject({ ...field, type: z.literal('date') }),
  z.strictObject({ ...field, type: z.literal('list') }),
]);
export type PayloadField = z.infer<typeof PayloadField>;

/**
 * An event type: its payload, what it tells us about the contact and a sample. The document's id is the type.
 * `sets` copies payload values to contact attributes; the value that occurred last wins, whatever the order of arrival.
 */
export const EventDocument = z.strictObject({
  ...base,
  id: EventType,
  payload: z.record(z.string().regex(/^[a-z][A-Za-z0-9]*$/), PayloadField),
  sets: z.array(z.strictObject({ attribute: FactPath, from: FactPath })).optional(),
  /**
   * Payload values that name the contact as its subject does: `email`, `phone`, or the scheme of another system's numbers.
   * Where they lead to two contacts, these are one from then on. Name only what belongs to one person.
   */
  identifies: z
    .array(z.strictObject({ scheme: z.string().regex(/^(?!contact$)[a-z][a-z0-9-]{0,40}$/), from: FactPath }))
    .max(8)
    .optional(),
  /** An interaction is where customer and company met; it shows on the timeline with its channel. */
  interaction: z.boolean().optional(),
  sample: z.record(z.string(), z.json()),
});
export type EventDocument = z.infer<typeof EventDocument>;
