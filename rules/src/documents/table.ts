import * as z from 'zod';
import { LeafValue, Operator } from '../conditions/condition.ts';
import { base, FactPath, FactValues, Id, Scalar } from './common.ts';

const ColumnId = z.string().regex(/^[io][0-9]{1,3}$/);

const Input = z.strictObject({
  id: ColumnId,
  label: z.string().min(1).max(80),
  fact: Id,
  path: FactPath,
  type: z.enum(['number', 'text', 'enum', 'boolean', 'date', 'list']),
  values: z.array(z.string()).optional(),
});

const Output = z.strictObject({
  id: ColumnId,
  label: z.string().min(1).max(80),
  param: z.string().regex(/^[a-z][A-Za-z0-9]*$/),
  type: z.enum(['number', 'text', 'enum', 'boolean']),
  values: z.array(z.string()).optional(),
});

const Row = z.strictObject({
  id: z.string().regex(/^r[0-9]{1,4}$/),
  cells: z.record(ColumnId, z.strictObject({ operator: Operator, value: LeafValue })),
  out: z.record(ColumnId, Scalar),
  note: z.string().max(500).optional(),
});

/** Decision table. Rows are compiled to json-rules-engine rules; the host applies the hit policy in row order. */
export const DecisionTable = z.strictObject({
  ...base,
  hitPolicy: z.enum(['unique', 'first', 'any', 'priority', 'collect']),
  inputs: z.array(Input).min(1).max(50),
  outputs: z.array(Output).min(1).max(50),
  rows: z.array(Row).min(1).max(1000),
  tests: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(120),
        facts: FactValues,
        expect: z.strictObject({ row: z.string().nullable(), out: z.record(z.string(), Scalar).optional() }),
      }),
    )
    .min(1),
});
export type DecisionTable = z.infer<typeof DecisionTable>;
