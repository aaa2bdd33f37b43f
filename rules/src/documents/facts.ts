import * as z from 'zod';
import { base, Duration, EventType, FactPath, Id } from './common.ts';

/** Where a fact's value comes from. Computed facts are derived from the contact's own history at the moment of deciding. */
const Source = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('attribute') }),
  z.strictObject({ kind: z.literal('count'), event: EventType, within: Duration.optional() }),
  z.strictObject({ kind: z.literal('days-since'), event: EventType }),
  z.strictObject({ kind: z.literal('days-since-offer'), set: Id }),
  z.strictObject({ kind: z.literal('open-cases') }),
  z.strictObject({ kind: z.literal('stage') }),
  z.strictObject({ kind: z.literal('days-in-stage') }),
  z.strictObject({ kind: z.literal('milestones') }),
  z.strictObject({ kind: z.literal('owner-team') }),
]);

const described = {
  path: FactPath,
  label: z.string().min(1).max(80),
  unit: z.string().max(24).optional(),
  source: Source,
  changeable: z.boolean().optional(),
  /** The team that answers for the data: it receives the data-quality task when the value is unknown. */
  owner: Id,
  personal: z.boolean().optional(),
};

export const Fact = z.discriminatedUnion('type', [
  z.strictObject({
    ...described,
    type: z.literal('number'),
    min: z.number().optional(),
    max: z.number().optional(),
  }),
  z.strictObject({ ...described, type: z.literal('text') }),
  z.strictObject({ ...described, type: z.literal('enum'), values: z.array(z.string()).min(1).max(200) }),
  z.strictObject({ ...described, type: z.literal('boolean') }),
  z.strictObject({ ...described, type: z.literal('date') }),
  z.strictObject({ ...described, type: z.literal('list'), values: z.array(z.string()).max(500).optional() }),
]);
export type Fact = z.infer<typeof Fact>;

/** One root of the fact catalogue; the document's id is the root: `contact`, `cycle`, `history`. */
export const FactsDocument = z.strictObject({ ...base, facts: z.array(Fact).min(1) });
export type FactsDocument = z.infer<typeof FactsDocument>;
