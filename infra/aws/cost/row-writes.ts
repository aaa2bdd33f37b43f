import type { Assumptions, RowSizes } from './assumptions.ts';
import type { Usage } from './usage.ts';

/** A kind of row with its size and the indexes that hold a copy of it. */
type RowKind = { size: keyof Omit<RowSizes, 'history'>; indexes: number };

/** The rows that journeys write; keys and indexes as in `functions/repositories/rows.ts`. */
const rowKinds = {
  head: { size: 'head', indexes: 1 },
  event: { size: 'event', indexes: 2 },
  enrolment: { size: 'enrolment', indexes: 2 },
  lock: { size: 'other', indexes: 0 },
  outbox: { size: 'other', indexes: 1 },
  decision: { size: 'other', indexes: 1 },
  wait: { size: 'other', indexes: 1 },
  send: { size: 'send', indexes: 2 },
  cap: { size: 'other', indexes: 0 },
  check: { size: 'other', indexes: 0 },
  task: { size: 'other', indexes: 2 },
  offer: { size: 'other', indexes: 1 },
  handover: { size: 'other', indexes: 2 },
  attribute: { size: 'other', indexes: 0 },
  exposure: { size: 'other', indexes: 0 },
  counter: { size: 'other', indexes: 0 },
} satisfies Record<string, RowKind>;
export type Row = keyof typeof rowKinds;

/**
 * Rows that are written, all or none. Every write is a transaction, also of one row, because only a transaction is known
 * again when its answer was lost; and DynamoDB writes each row of a transaction twice. Put, update, delete and check count
 * the same.
 */
export const writing = (rows: readonly Row[], { rows: sizes }: Assumptions): Usage => ({
  writeUnits: rows.reduce((units, row) => {
    const { size, indexes } = rowKinds[row];
    return units + sizes[size] * (2 + indexes);
  }, 0),
});

/** Rows got by key, consistently: one unit for each 4 kB; one that is not there costs a unit too. */
export const gets = (rows: readonly Row[], { rows: sizes }: Assumptions): Usage => ({
  readUnits: rows.reduce((units, row) => units + Math.ceil(sizes[rowKinds[row].size] / 4), 0),
});
