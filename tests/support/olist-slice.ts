import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';

type Row = Record<string, string>;

/**
 * Writes a smaller copy of the Olist files into a folder: leads from the whole time, or the first of them, with their
 * deals, and orders with their customers and reviews. Whoever ordered twice is there with both orders or with none.
 */
export async function sliceOlist(
  from: string,
  to: string,
  { leads = 600, orders = 500, first = false }: { leads?: number; orders?: number; first?: boolean } = {},
): Promise<void> {
  const read = async (name: string): Promise<Row[]> =>
    parse(await readFile(join(from, `${name}.csv`)), { columns: true, bom: true });

  const allLeads = (await read('marketing_qualified_leads')).toSorted((a, b) =>
    compare(a.first_contact_date, b.first_contact_date),
  );
  const chosenLeads = first ? allLeads.slice(0, leads) : spread(allLeads, leads);
  const leadIds = new Set(chosenLeads.map(({ mql_id }) => mql_id));
  const deals = (await read('closed_deals')).filter(({ mql_id }) => leadIds.has(mql_id));

  const customers = await read('customers');
  const personOf = new Map(customers.map((row) => [row.customer_id, row.customer_unique_id]));
  const allOrders = (await read('orders')).toSorted((a, b) =>
    compare(a.order_purchase_timestamp, b.order_purchase_timestamp),
  );
  const people = new Set(spread(allOrders, orders).map(({ customer_id }) => personOf.get(customer_id)));
  const chosenOrders = allOrders.filter(({ customer_id }) => people.has(personOf.get(customer_id)));
  const orderIds = new Set(chosenOrders.map(({ order_id }) => order_id));
  const reviews = (await read('order_reviews')).filter(({ order_id }) => orderIds.has(order_id));

  const files = {
    marketing_qualified_leads: chosenLeads,
    closed_deals: deals,
    customers: customers.filter(({ customer_unique_id }) => people.has(customer_unique_id)),
    orders: chosenOrders,
    order_reviews: reviews,
  };
  for (const [name, rows] of Object.entries(files)) {
    const [columns = {}] = await read(name);
    await writeFile(join(to, `${name}.csv`), csv(Object.keys(columns), rows));
  }
}

/** About so many of the rows, evenly from all of them. */
function spread(rows: readonly Row[], count: number): Row[] {
  const every = Math.max(1, Math.floor(rows.length / count));
  return rows.filter((_, at) => at % every === 0).slice(0, count);
}

const compare = (a = '', b = ''): number => (a < b ? -1 : a > b ? 1 : 0);

function csv(columns: readonly string[], rows: readonly Row[]): string {
  const line = (cells: readonly string[]) => cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',');
  return `${[columns, ...rows.map((row) => Object.values(row))].map(line).join('\n')}\n`;
}
