import type * as z from 'zod';
import { type Item, type Key, Rejected, type Store, Transient } from '../ports.ts';
import {
  CaseRow,
  contactKey,
  EnrolmentRow,
  HandoverRow,
  HeadRow,
  headKey,
  OfferRow,
  SendRow,
  StayRow,
  TaskRow,
  WaitRow,
  waitKey,
} from './rows.ts';

/** Reads a stored row as its type; a row of another shape is named, not guessed at. */
export function parseRow<T>(schema: z.ZodType<T>, item: Item): T {
  const parsed = schema.safeParse(item);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Rejected(
    `stored row ${item.sk.split('#')[0]} does not fit its schema at ${issue?.path.join('.')}: ${issue?.message}`,
    { cause: parsed.error },
  );
}

export async function getRow<T>(store: Store, key: Key, schema: z.ZodType<T>): Promise<T | undefined> {
  const item = await store.get('core', key);
  return item && parseRow(schema, item);
}

/** All rows of a contact whose sort key begins with a prefix. */
export async function rowsOf<T>(
  store: Store,
  contactId: string,
  prefix: string,
  schema: z.ZodType<T>,
): Promise<T[]> {
  const rows: T[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.query({ table: 'core', pk: contactKey(contactId), prefix, limit: 1000, cursor });
    for (const item of page.items) rows.push(parseRow(schema, item));
    cursor = page.cursor;
  } while (cursor);
  return rows;
}

export const getHead = (store: Store, contactId: string) => getRow(store, headKey(contactId), HeadRow);

/**
 * The head of who a contact is now: its own, or that of the contact which it became part of. While that is under way it
 * is its own, with `into`.
 */
export async function presentHead(store: Store, contactId: string): Promise<HeadRow | undefined> {
  const head = await getHead(store, contactId);
  return head?.status === 'merged' && head.into !== undefined ? presentHead(store, head.into) : head;
}

/** Who a contact is now; asked where an id may be an old one. Throws `Transient` while the contact is being merged. */
export async function presentId(store: Store, contactId: string): Promise<string> {
  const head = await presentHead(store, contactId);
  if (head?.status === 'merging' || head?.absorbing?.length)
    throw new Transient(`contact ${contactId} is being merged`);
  return head?.contactId ?? contactId;
}

export const enrolmentsOf = (store: Store, contactId: string) =>
  rowsOf(store, contactId, 'ENR#', EnrolmentRow);
export const waitsOf = (store: Store, contactId: string) => rowsOf(store, contactId, 'WAIT#', WaitRow);
/** The wait of an enrolment's present step, if it waits. */
export const waitOf = (
  store: Store,
  { contactId, id, step, iteration }: Pick<EnrolmentRow, 'contactId' | 'id' | 'step' | 'iteration'>,
) => getRow(store, waitKey(contactId, id, step, iteration), WaitRow);
export const handoversOf = (store: Store, contactId: string) => rowsOf(store, contactId, 'HND#', HandoverRow);
export const tasksOf = (store: Store, contactId: string) => rowsOf(store, contactId, 'TSK#', TaskRow);
export const offersOf = (store: Store, contactId: string) => rowsOf(store, contactId, 'OFR#', OfferRow);
export const casesOf = (store: Store, contactId: string) => rowsOf(store, contactId, 'CASE#', CaseRow);
export const staysOf = (store: Store, contactId: string) => rowsOf(store, contactId, 'STAY#', StayRow);
export const sendsOf = (store: Store, contactId: string) => rowsOf(store, contactId, 'SEND#', SendRow);

/** A row that is not there is settled, unless it is just moving to another contact; then it is looked for again. */
export async function notOnItsWay(store: Store, contactId: string): Promise<void> {
  await presentId(store, contactId);
}
