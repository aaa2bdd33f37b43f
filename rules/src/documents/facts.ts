import * as z from 'zod';
import { base, Duration, EventType, FactPath, FactReference, Id } from './common.ts';

/** Sums are kept by UTC day, so their spans are whole days; a head keeps 400 days of a sum at most. */
const Days = z.int().min(1).max(400);
const PayloadName = z.string().regex(/^[a-z][A-Za-z0-9]*$/);

/** Operators of a formula. It has one operator; what needs two is two facts, so that each part has a name and an owner. */
const formulaOperators = ['add', 'subtract', 'multiply', 'divide', 'smallest', 'largest'] as const;

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
  z.strictObject({ kind: z.literal('owner-person') }),
  /** Who leads the team that owns the contact, by the settings of the program. */
  z.strictObject({ kind: z.literal('team-lead') }),
  /** Sum of a payload field over the last days, today included, or for ever. Without a field each occurrence counts 1. */
  z.strictObject({
    kind: z.literal('sum'),
    event: EventType,
    field: PayloadName.optional(),
    days: Days.optional(),
  }),
  /** The usual days between occurrences: see `usualInterval`. */
  z.strictObject({ kind: z.literal('usual-interval'), event: EventType }),
  /** By how many per cent the last `days` differ from what the `before` days ahead of them brought on average. */
  z.strictObject({
    kind: z.literal('change'),
    event: EventType,
    field: PayloadName.optional(),
    days: Days,
    before: Days,
  }),
  /** A figure of the company, such as a usual length or a limit, that other facts and rules compare with. */
  z.strictObject({ kind: z.literal('figure'), value: z.number() }),
  z.strictObject({
    kind: z.literal('formula'),
    operator: z.enum(formulaOperators),
    of: z
      .array(z.union([z.number(), FactReference]))
      .min(2)
      .max(8),
  }),
  /** The first band that the other fact reaches; `below` where it reaches none. */
  z.strictObject({
    kind: z.literal('bands'),
    of: FactReference,
    bands: z
      .array(z.strictObject({ from: z.number(), is: z.string().min(1).max(40) }))
      .min(1)
      .max(12),
    below: z.string().min(1).max(40),
  }),
]);

export type Source = z.infer<typeof Source>;

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

/** One root of the fact catalogue; the document's id is the root: `contact`, `cycle`, `history`, `value`. */
export const FactsDocument = z.strictObject({ ...base, facts: z.array(Fact).min(1) });
export type FactsDocument = z.infer<typeof FactsDocument>;
