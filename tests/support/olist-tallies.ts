import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { DateTime } from 'luxon';

/**
 * Counts taken straight from the Olist files, by nothing that belongs to the product: what an import and a replay of the
 * files must agree with. Instants are ISO in UTC; the files' dates are local time of São Paulo.
 */
export type OlistTallies = {
  leads: number;
  /** Origin empty, "unknown" or "NaN". */
  leadsWithoutOrigin: number;
  /** Per lead won: who hands it over to whom, and when it was won. */
  deals: { lead: string; insideSales: string; salesRepresentative: string; wonAt: string }[];
  dealsBeforeFirstContact: number;
  /** People behind the orders, and the people who ordered more than once. */
  people: number;
  repeatCustomers: number;
  orders: Order[];
  statuses: Record<string, number>;
  /** Orders delivered later than promised. */
  lateDeliveries: string[];
  reviews: number;
  /** Orders with at least one review of one or two stars. */
  lowRatedOrders: string[];
  /** Events that the mappings must give, by type. */
  events: Record<string, number>;
  /** The earliest and the latest of these events. */
  firstAt: string;
  lastAt: string;
  /** Orders for which an apology is due in a replay that ends at an instant. */
  apologiesUntil(end: string): string[];
};

type Order = {
  order: string;
  person: string;
  status: string;
  placedAt: string;
  promisedAt: string;
  approvedAt?: string;
  shippedAt?: string;
  deliveredAt?: string;
  /** A second after the last thing that is known of a cancelled order. */
  cancelledAt?: string;
};

type Cells = Record<string, string>;

/** Counts the files of a folder. */
export async function tallyOlist(folder: string): Promise<OlistTallies> {
  const [leads, won, customers, orderRows, reviews] = await Promise.all(
    ['marketing_qualified_leads', 'closed_deals', 'customers', 'orders', 'order_reviews'].map((name) =>
      tableOf(join(folder, `${name}.csv`)),
    ),
  );
  if (!leads || !won || !customers || !orderRows || !reviews) throw new Error('a file is missing');

  const firstContact = new Map(leads.map((lead) => [lead.mql_id, instant(lead.first_contact_date)]));
  const personOf = new Map(customers.map((row) => [row.customer_id, row.customer_unique_id ?? '']));
  const orders = orderRows.map((row) => orderOf(row, personOf.get(row.customer_id) ?? ''));
  const deals = won.map((row) => ({
    lead: row.mql_id ?? '',
    insideSales: row.sdr_id ?? '',
    salesRepresentative: row.sr_id ?? '',
    wonAt: instant(row.won_date),
  }));
  const times = timesOf({ leads, deals, orders, reviews });
  const all = Object.values(times).flat().sort();

  return {
    leads: leads.length,
    leadsWithoutOrigin: leads.filter(({ origin = '' }) => ['', 'unknown', 'NaN'].includes(origin)).length,
    deals,
    dealsBeforeFirstContact: deals.filter(({ lead, wonAt }) => wonAt < (firstContact.get(lead) ?? '')).length,
    people: new Set(personOf.values()).size,
    repeatCustomers: Object.values(counted(orders.map(({ person }) => person))).filter((count) => count > 1)
      .length,
    orders,
    statuses: counted(orders.map(({ status }) => status)),
    lateDeliveries: orders
      .filter(({ deliveredAt, promisedAt }) => deliveredAt !== undefined && deliveredAt > promisedAt)
      .map(({ order }) => order),
    reviews: reviews.length,
    lowRatedOrders: [
      ...new Set(
        reviews.filter(({ review_score }) => Number(review_score) <= 2).map(({ order_id = '' }) => order_id),
      ),
    ],
    events: Object.fromEntries(Object.entries(times).map(([type, at]) => [type, at.length])),
    firstAt: all[0] ?? '',
    lastAt: all.at(-1) ?? '',
    apologiesUntil: (end) =>
      orders.filter((order) => order.promisedAt <= end && isBroken(order)).map(({ order }) => order),
  };
}

/** A promise is broken when its date passes and the order was neither delivered nor cancelled before. */
function isBroken({ promisedAt, deliveredAt, cancelledAt }: Order): boolean {
  const delivered = deliveredAt !== undefined && deliveredAt <= promisedAt;
  const cancelled = cancelledAt !== undefined && cancelledAt <= promisedAt;
  return !delivered && !cancelled;
}

function orderOf(row: Cells, person: string): Order {
  const known = (text: string | undefined) => (text ? instant(text) : undefined);
  const placedAt = instant(row.order_purchase_timestamp);
  const approvedAt = known(row.order_approved_at);
  const shippedAt = known(row.order_delivered_carrier_date);
  const deliveredAt = known(row.order_delivered_customer_date);
  const last = deliveredAt ?? shippedAt ?? approvedAt ?? placedAt;
  return {
    order: row.order_id ?? '',
    person,
    status: row.order_status ?? '',
    placedAt,
    promisedAt: instant(row.order_estimated_delivery_date),
    approvedAt,
    shippedAt,
    deliveredAt,
    cancelledAt: row.order_status === 'canceled' ? after(last, 1) : undefined,
  };
}

type Sources = { leads: Cells[]; deals: OlistTallies['deals']; orders: Order[]; reviews: Cells[] };

/** When which events happen, by type, as the mappings are meant to say it. */
function timesOf({ leads, deals, orders, reviews }: Sources): Record<string, string[]> {
  const when = (pick: (order: Order) => string | undefined) =>
    orders.map(pick).filter((at) => at !== undefined);
  return {
    'lead.created': leads.map((row) => instant(row.first_contact_date)),
    'lead.qualified': deals.map(({ wonAt }) => wonAt),
    'deal.won': deals.map(({ wonAt }) => after(wonAt, 1)),
    'handover.accepted': deals.map(({ wonAt }) => after(wonAt, 2)),
    'contact.updated': orders.map(({ placedAt }) => after(placedAt, -1)),
    'order.placed': orders.map(({ placedAt }) => placedAt),
    'order.approved': when(({ approvedAt }) => approvedAt),
    'order.shipped': when(({ shippedAt }) => shippedAt),
    'order.delivered': when(({ deliveredAt }) => deliveredAt),
    'order.cancelled': when(({ cancelledAt }) => cancelledAt),
    'review.received': reviews.map((row) => instant(row.review_answer_timestamp)),
  };
}

async function tableOf(file: string): Promise<Cells[]> {
  return parse(await readFile(file), { columns: true, bom: true });
}

function counted(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

/** One of the orders was placed in the hour that came twice when summer time ended; the first of the two is meant. */
function instant(text: string | undefined): string {
  const at = DateTime.fromFormat(text ?? '', 'yyyy-MM-dd HH:mm:ss', { zone: 'America/Sao_Paulo' });
  if (!at.isValid) throw new Error(`"${text}" is no date`);
  return new Date(Math.min(...at.getPossibleOffsets().map(Number))).toISOString();
}

function after(at: string, seconds: number): string {
  return new Date(Date.parse(at) + seconds * 1000).toISOString();
}
