import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSqliteStore } from '@baton/functions/adapters/sqlite/store.ts';
import { loadLibrary } from '@baton/functions/library/load.ts';
import type { Item, Store } from '@baton/functions/ports.ts';
import { parseRow } from '@baton/functions/repositories/read.ts';
import {
  CaseRow,
  contactKey,
  EnrolmentRow,
  EventRow,
  HandoverRow,
  HeadRow,
  SendRow,
  StayRow,
  TaskRow,
} from '@baton/functions/repositories/rows.ts';
import { openDatabase } from '@baton/infra/local/database.ts';
import type * as z from 'zod';
import type { OlistTallies } from './olist-tallies.ts';

const root = join(import.meta.dirname, '../..');

/** Where the Olist files lie beside the project, if they do. */
export const olistFiles = join(root, '../shared/data/olist');
export const olistPresent = existsSync(olistFiles);
export const olistPlan = join(root, 'tests/fixtures/olist/replay.json');

const kinds = {
  EVT: EventRow,
  ENR: EnrolmentRow,
  HND: HandoverRow,
  STAY: StayRow,
  TSK: TaskRow,
  CASE: CaseRow,
  SEND: SendRow,
} as const;
type Kinds = { [kind in keyof typeof kinds]: z.infer<(typeof kinds)[kind]>[] };

/** Everything that a replay has stored about one contact. */
type ContactRows = Kinds & { head: HeadRow };

/** What a replay has left behind: every contact's rows, and the lines of its outbox. */
export type Outcome = { contacts: ContactRows[]; messages: { sendId: string }[] };

/** Reads the folder of a finished replay through the store. No host runs on it, so reading changes nothing. */
export async function readOutcome(folder: string): Promise<Outcome> {
  const database = openDatabase({ folder });
  try {
    const store = createSqliteStore(database);
    const contacts: ContactRows[] = [];
    for (const contactId of await contactIds(store)) contacts.push(await rowsOf(store, contactId));
    return { contacts, messages: await readMessages(folder) };
  } finally {
    database.close();
  }
}

async function contactIds(store: Store): Promise<string[]> {
  const { library } = await loadLibrary(join(root, 'rules/library'));
  const ids: string[] = [];
  for (const stage of [...library.stages.keys(), 'none'])
    for await (const item of pages(store, { index: 'g1', pk: `STG#${stage}` }))
      ids.push(String(item.contactId));
  return ids;
}

async function rowsOf(store: Store, contactId: string): Promise<ContactRows> {
  const rows: Kinds = { EVT: [], ENR: [], HND: [], STAY: [], TSK: [], CASE: [], SEND: [] };
  let head: HeadRow | undefined;
  const take = <K extends keyof Kinds>(kind: K, item: Item) => {
    const list: unknown[] = rows[kind];
    list.push(parseRow<unknown>(kinds[kind], item));
  };
  for await (const item of pages(store, { pk: contactKey(contactId) })) {
    const [kind = ''] = item.sk.split('#');
    if (kind === 'HEAD') head = parseRow(HeadRow, item);
    else if (isKind(kind)) take(kind, item);
  }
  if (!head) throw new Error(`contact ${contactId} has no head`);
  return { ...rows, head };
}

const isKind = (text: string): text is keyof Kinds => text in kinds;

async function* pages(store: Store, query: { index?: 'g1'; pk: string }): AsyncGenerator<Item> {
  let cursor: string | undefined;
  do {
    const page = await store.query({ table: 'core', ...query, limit: 1000, cursor });
    yield* page.items;
    cursor = page.cursor;
  } while (cursor);
}

async function readMessages(folder: string): Promise<Outcome['messages']> {
  const text = await readFile(join(folder, 'outbox.jsonl'), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/** One figure as the files give it and as the replay left it; `strangers` are examples of what differs. */
export type Comparison = { what: string; expected: number; found: number; strangers: string[] };

/** Holds what a replay has left behind against what the files say. */
export function compareWithTallies(outcome: Outcome, tallies: OlistTallies, end: string): Comparison[] {
  const { contacts, messages } = outcome;
  return [
    ...compareEvents(contacts, tallies),
    ...comparePeople(contacts, tallies),
    ...compareOwners(contacts, tallies),
    ...compareDeals(contacts, tallies),
    ...compareApologies(contacts, tallies, end),
    ...compareCases(contacts, tallies),
    ...compareMessages(contacts, messages),
  ];
}

/** How many of the wanted are there once and right, and what is there without being wanted. */
function counted(what: string, expected: number, right: number, strangers: string[] = []): Comparison {
  return { what, expected, found: right, strangers };
}

function nothing(what: string, strangers: string[]): Comparison {
  return { what, expected: 0, found: strangers.length, strangers };
}

const isOwnEvent = ({ source }: EventRow) => source.startsWith('olist/');

function compareEvents(contacts: ContactRows[], tallies: OlistTallies): Comparison[] {
  const events = contacts.flatMap(({ EVT }) => EVT);
  const ids = events.filter(isOwnEvent).map(({ source, eventId }) => `${source} ${eventId}`);
  const types = Object.entries(tallies.events).map(([type, expected]) =>
    counted(
      `events recorded: ${type}`,
      expected,
      events.filter((event) => isOwnEvent(event) && event.type === type).length,
    ),
  );
  return [
    ...types,
    counted('events recorded', sum(Object.values(tallies.events)), ids.length),
    counted('events recorded, each counted once', sum(Object.values(tallies.events)), new Set(ids).size),
    nothing(
      'events recorded but not applied',
      events.filter(({ pend }) => pend).map(({ eventId }) => eventId),
    ),
  ];
}

const identified = (contacts: ContactRows[], scheme: string) =>
  contacts.filter(({ head }) => head.identifiers.some((identifier) => identifier.startsWith(`${scheme}:`)));

function comparePeople(contacts: ContactRows[], tallies: OlistTallies): Comparison[] {
  const unknownOrigin = contacts.filter(
    ({ TSK }) =>
      TSK.filter(({ kind, fact }) => kind === 'data-quality' && fact === 'contact.origin').length === 1,
  );
  const all = contacts.flatMap(({ TSK }) => TSK).filter(({ fact }) => fact === 'contact.origin');
  return [
    counted('leads', tallies.leads, identified(contacts, 'lead').length),
    counted('people behind the orders', tallies.people, identified(contacts, 'customer').length),
    counted('contacts', tallies.leads + tallies.people, contacts.length),
    counted(
      'leads of unknown origin, a data-quality task each',
      tallies.leadsWithoutOrigin,
      unknownOrigin.length,
    ),
    counted('data-quality tasks for the origin', tallies.leadsWithoutOrigin, all.length),
  ];
}

/** The stays of a contact in the cycle, in their order; an overlay lies over one of them and has an owner of its own. */
const cycleOf = ({ STAY }: ContactRows): StayRow[] =>
  STAY.filter(({ overlay }) => !overlay).sort((a, b) => a.stay - b.stay);

function compareOwners(contacts: ContactRows[], tallies: OlistTallies): Comparison[] {
  const firstOrder = new Map<string, string>();
  for (const { person, placedAt } of tallies.orders) {
    const known = firstOrder.get(person);
    if (known === undefined || placedAt < known) firstOrder.set(person, placedAt);
  }
  const owned = contacts.filter((contact) => hasOneOwner(contact));
  const entered = contacts.filter(({ head, ...rows }) => {
    const person = head.identifiers.find((identifier) => identifier.startsWith('customer:'))?.slice(9);
    return person !== undefined && cycleOf({ head, ...rows })[0]?.from === firstOrder.get(person);
  });
  return [
    counted(
      'contacts with exactly one owner at any time',
      tallies.leads + tallies.people,
      owned.length,
      contacts.filter((contact) => !hasOneOwner(contact)).map(({ head }) => head.contactId),
    ),
    counted('people in the cycle from their first order on', tallies.people, entered.length),
  ];
}

/** From the first entry on the stays follow each other without gap and overlap; the last one is still open. */
function hasOneOwner(contact: ContactRows): boolean {
  const { head } = contact;
  const stays = cycleOf(contact);
  const last = stays.at(-1);
  if (!last || last.to !== undefined) return false;
  const chained = stays.every((stay, at) => {
    const next = stays[at + 1];
    return stay.owner.team !== '' && (!next || (stay.to === next.from && stay.from <= next.from));
  });
  return (
    chained &&
    last.stage === head.stage &&
    last.owner.team === head.owner?.team &&
    last.owner.person === head.owner?.person
  );
}

const dealHandover = 'inside-sales-to-sales-representative';

function compareDeals(contacts: ContactRows[], tallies: OlistTallies): Comparison[] {
  const byLead = new Map(
    identified(contacts, 'lead').map((contact) => [
      contact.head.identifiers.find((identifier) => identifier.startsWith('lead:')),
      contact,
    ]),
  );
  const wrong = tallies.deals.filter((deal) => !isHandedOver(byLead.get(`lead:${deal.lead}`), deal));
  const all = contacts.flatMap(({ HND }) => HND).filter(({ handover }) => handover === dealHandover);
  return [
    counted(
      'deals handed over once, by the right person to the right person',
      tallies.deals.length,
      tallies.deals.length - wrong.length,
      wrong.map(({ lead }) => lead),
    ),
    counted('handovers from inside sales', tallies.deals.length, all.length),
  ];
}

function isHandedOver(contact: ContactRows | undefined, deal: OlistTallies['deals'][number]): boolean {
  if (!contact) return false;
  const [handover, ...others] = contact.HND.filter(({ handover }) => handover === dealHandover);
  if (!handover || others.length > 0) return false;
  const before = cycleOf(contact).find(({ stay }) => stay === handover.stay);
  const after = cycleOf(contact).find(({ from, by }) => from === before?.to && by.includes(dealHandover));
  return (
    handover.status === 'accepted' &&
    handover.from.person === deal.insideSales &&
    handover.to.person === deal.salesRepresentative &&
    before?.owner.person === deal.insideSales &&
    after?.owner.person === deal.salesRepresentative &&
    contact.head.owner?.person === deal.salesRepresentative
  );
}

type ByOrder = Map<string, { apologies: SendRow[]; tasks: TaskRow[] }>;
const care = 'first-order-care';

/** Apologies and order-desk tasks of the journey that cares for orders, by order; the order is its enrolment key. */
function careByOrder(contacts: ContactRows[]): ByOrder {
  const byOrder: ByOrder = new Map();
  for (const { ENR, SEND, TSK } of contacts)
    for (const { id, key, journey } of ENR) {
      if (journey !== care) continue;
      const present = byOrder.get(key) ?? { apologies: [], tasks: [] };
      present.apologies.push(
        ...SEND.filter(
          ({ enrolmentId, template, status }) =>
            enrolmentId === id && template === 'order-apology' && status === 'SENT',
        ),
      );
      present.tasks.push(
        ...TSK.filter(
          ({ id: task, queue, origin }) =>
            task.startsWith(`${id}.`) && queue === 'order-desk' && origin === `journeys/${care}`,
        ),
      );
      byOrder.set(key, present);
    }
  return byOrder;
}

function compareApologies(contacts: ContactRows[], tallies: OlistTallies, end: string): Comparison[] {
  const byOrder = careByOrder(contacts);
  const deliveredAt = new Map(tallies.orders.map(({ order, deliveredAt }) => [order, deliveredAt ?? '']));
  const wrong = tallies.lateDeliveries.filter((order) => {
    const { apologies = [], tasks = [] } = byOrder.get(order) ?? {};
    const delivered = deliveredAt.get(order) ?? '';
    const [apology] = apologies;
    const [task] = tasks;
    const inTime = apology && task && apology.at <= delivered && task.createdAt <= delivered;
    return !(inTime && apologies.length === 1 && tasks.length === 1 && (apology.sentAt ?? '9') <= delivered);
  });
  const due = new Set(tallies.apologiesUntil(end));
  const apologised = [...byOrder]
    .filter(([, { apologies }]) => apologies.length === 1)
    .map(([order]) => order);
  const total = contacts.flatMap(({ SEND }) => SEND).filter(({ template }) => template === 'order-apology');
  return [
    counted(
      'late deliveries with one apology and one task, at the delivery or before',
      tallies.lateDeliveries.length,
      tallies.lateDeliveries.length - wrong.length,
      wrong,
    ),
    counted('apologies, sent or not', due.size, total.length),
    counted('orders apologised for once', due.size, apologised.filter((order) => due.has(order)).length),
    nothing(
      'orders apologised for without need',
      apologised.filter((order) => !due.has(order)),
    ),
  ];
}

function compareCases(contacts: ContactRows[], tallies: OlistTallies): Comparison[] {
  const low = new Set(tallies.lowRatedOrders);
  const keys = contacts.flatMap(({ CASE }) => CASE).map(({ key }) => key);
  return [
    counted(
      'orders rated one or two stars, a case each',
      low.size,
      new Set(keys.filter((key) => low.has(key))).size,
    ),
    counted('cases', low.size, keys.length),
  ];
}

function compareMessages(contacts: ContactRows[], messages: Outcome['messages']): Comparison[] {
  const sends = contacts.flatMap(({ SEND }) => SEND);
  const sent = new Set(sends.filter(({ status }) => status === 'SENT').map(({ sendId }) => sendId));
  const unsettled = sends.filter(({ status }) => status === 'PERMITTED' || status === 'ATTEMPT');
  return [
    counted('messages in the outbox, by what is stored as sent', sent.size, messages.length),
    counted(
      'messages in the outbox, each counted once',
      sent.size,
      new Set(messages.map(({ sendId }) => sendId)).size,
    ),
    nothing(
      'messages in the outbox that nobody knows of',
      messages.filter(({ sendId }) => !sent.has(sendId)).map(({ sendId }) => sendId),
    ),
    nothing(
      'messages allowed and not settled',
      unsettled.map(({ sendId }) => sendId),
    ),
  ];
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
