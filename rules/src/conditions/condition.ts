import * as z from 'zod';
import { FactPath, FactReference, Id } from '../documents/common.ts';

/**
 * The condition format is json-rules-engine's, narrowed to what it decides reliably: `all`, `any` and `not` over
 * leaves, never two of them on one node, never an empty group. Nodes may be named; unnamed ones are named by
 * position when they are compiled, so that the trace always leads back to the editor.
 */
export const limits = { depth: 12, nodes: 500, children: 50 } as const;

const NodeName = z.string().regex(/^n[0-9]{1,4}$/, 'must be n1, n2, …');

const builtIn =
  'equal|notEqual|lessThan|lessThanInclusive|greaterThan|greaterThanInclusive|in|notIn|contains|doesNotContain';
const own = 'isKnown|between|dateBefore|dateAfter|withinLast|textContains|textStartsWith';

/** `known:` and `orUnknown:` settle what an absent fact means; without them an absent fact makes the leaf unknown. */
export const Operator = z
  .string()
  .regex(
    new RegExp(`^((known|orUnknown):)?((someFact|everyFact|not):){0,2}(${builtIn}|${own})$`),
    'is not an operator; use for example equal, in, greaterThan, between, contains, dateBefore or isKnown',
  );

const LeafScalar = z.union([z.string().max(500), z.number(), z.boolean()]);
export const LeafValue = z.union([LeafScalar, z.array(LeafScalar).min(1).max(500), FactReference]);
export type LeafValue = z.infer<typeof LeafValue>;

/** Whether a leaf compares with another fact instead of what it says itself. */
export function isReference(value: LeafValue): value is FactReference {
  return typeof value === 'object' && !Array.isArray(value);
}

export const Leaf = z.strictObject({
  name: NodeName.optional(),
  fact: Id,
  path: FactPath,
  operator: Operator,
  value: LeafValue,
});
export type Leaf = z.infer<typeof Leaf>;

export type All = { name?: string; all: Condition[] };
export type Any = { name?: string; any: Condition[] };
export type Not = { name?: string; not: Condition };
export type Condition = All | Any | Not | Leaf;
/** What a rule, a branch or an audience holds: a group, never a bare leaf. */
export type Root = All | Any;

const children = z.lazy(() =>
  z.array(Condition).min(1, 'must hold at least one condition').max(limits.children),
);
const All: z.ZodType<All> = z.strictObject({ name: NodeName.optional(), all: children });
const Any: z.ZodType<Any> = z.strictObject({ name: NodeName.optional(), any: children });
const Not: z.ZodType<Not> = z.strictObject({ name: NodeName.optional(), not: z.lazy(() => Condition) });

export const Condition: z.ZodType<Condition> = z.union([All, Any, Not, Leaf]);

export const Root: z.ZodType<Root> = z.union([All, Any]);
