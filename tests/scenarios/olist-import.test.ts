import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { importFile } from '@baton/functions/import/import-file.ts';
import type { ImportCounts } from '@baton/functions/import/import-rows.ts';
import { parseMapping } from '@baton/functions/import/mapping.ts';
import type { CloudEvent } from '@baton/functions/ports.ts';
import { checkEvent } from '@baton/functions/use-cases/check-event.ts';
import { parseDocument } from '@baton/rules/documents/parse.ts';
import { beforeAll, describe, expect, test } from 'vitest';
import { collectingSink, importRecords } from '../support/import-files.ts';
import { type OlistTallies, tallyOlist } from '../support/olist-tallies.ts';

const root = resolve(import.meta.dirname, '../..');
const data = resolve(root, '../shared/data/olist');
const present = existsSync(data);
const files = {
  leads: 'marketing_qualified_leads.csv',
  deals: 'closed_deals.csv',
  customers: 'customers.csv',
  orders: 'orders.csv',
  reviews: 'order_reviews.csv',
};

if (!present)
  console.warn('The Olist files are not there (../shared/data/olist): their import is not tested.');

let tallies: OlistTallies;
beforeAll(async () => {
  if (present) tallies = await tallyOlist(data);
});

describe.skipIf(!present)('importing the Olist files', () => {
  const { sink, events } = collectingSink();
  const { rejected, ...records } = importRecords();
  const counts: Record<string, ImportCounts> = {};

  beforeAll(async () => {
    for (const [name, file] of Object.entries(files)) {
      const parsed = parseMapping(await readFile(resolve(root, `tests/fixtures/olist/${name}.json`), 'utf8'));
      if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
      const result = await importFile({
        file: resolve(data, file),
        mapping: parsed.mapping,
        sink,
        validate: () => [],
        ...records,
      });
      if (result.kind === 'refused') throw new Error(JSON.stringify(result.problems));
      counts[name] = result.counts;
    }
  });

  const ofType = (type: string) => [...events.values()].filter((event) => event.type === type);

  test('takes every row and gives every event an id of its own', () => {
    expect(rejected).toEqual([]);
    expect(Object.values(counts).map(({ rows }) => rows)).toEqual([8000, 842, 8135, 8135, 8225]);
    expect(Object.values(counts).every((count) => count.fresh === count.events)).toBe(true);
  });

  test('gives as many events of every type as were counted without it', () => {
    const types = [...new Set([...events.values()].map(({ type }) => type))];

    expect(Object.fromEntries(types.map((type) => [type, ofType(type).length]))).toEqual(tallies.events);
  });

  test('puts the events at the same instants', () => {
    const times = [...events.values()].map(({ time }) => time).sort();

    expect([times[0], times.at(-1)]).toEqual([tallies.firstAt, tallies.lastAt]);
    expect(dataOf('order.placed', 'orderId', ({ time, data }) => [time, data.promisedAt])).toEqual(
      new Map(tallies.orders.map(({ order, placedAt, promisedAt }) => [order, [placedAt, promisedAt]])),
    );
    expect(dataOf('order.cancelled', 'orderId', ({ time }) => time)).toEqual(
      new Map(
        tallies.orders.flatMap(({ order, cancelledAt }) =>
          cancelledAt ? [[order, cancelledAt] as const] : [],
        ),
      ),
    );
  });

  test('names each person once, whatever file speaks of it', () => {
    const subjects = (type: string) => new Set(ofType(type).map(({ subject }) => subject));
    const strangers = (type: string, among: string) => {
      const known = subjects(among);
      return [...subjects(type)].filter((subject) => !known.has(subject));
    };

    expect(subjects('lead.created').size).toBe(tallies.leads);
    expect(subjects('contact.updated').size).toBe(tallies.people);
    expect(subjects('order.placed')).toEqual(subjects('contact.updated'));
    expect(strangers('deal.won', 'lead.created')).toEqual([]);
    expect(strangers('review.received', 'order.placed')).toEqual([]);
  });

  test('leaves an unknown origin out and keeps the lead', () => {
    expect(ofType('lead.created').filter(({ data }) => data.origin === undefined)).toHaveLength(
      tallies.leadsWithoutOrigin,
    );
  });

  test('lets every deal be qualified, won and accepted in this order, by the right people', () => {
    const won = dataOf('deal.won', 'leadId', ({ time, data }) => [
      time,
      data.insideSales,
      data.salesRepresentative,
    ]);
    const qualified = dataOf('lead.qualified', 'leadId', ({ time, data }) => [time, data.insideSales]);
    const accepted = new Map(
      ofType('handover.accepted').map(({ subject, time, data }) => [subject, [time, data.person]]),
    );

    for (const { lead, insideSales, salesRepresentative, wonAt } of tallies.deals) {
      const [at] = won.get(lead) ?? [];
      expect(won.get(lead)).toEqual([at, insideSales, salesRepresentative]);
      expect(qualified.get(lead)).toEqual([wonAt, insideSales]);
      expect(accepted.get(`lead:${lead}`)?.[1]).toBe(salesRepresentative);
      expect(wonAt < String(at) && String(at) < String(accepted.get(`lead:${lead}`)?.[0])).toBe(true);
    }
  });

  test('carries the late deliveries and the low ratings that were counted', () => {
    const late = ofType('order.delivered').filter(({ time, data }) => time > String(data.promisedAt));
    const low = new Set(
      ofType('review.received')
        .filter(({ data }) => Number(data.stars) <= 2)
        .map(({ data }) => data.orderId),
    );

    expect(late.map(({ data }) => data.orderId).sort()).toEqual(tallies.lateDeliveries.toSorted());
    expect([...low].sort()).toEqual(tallies.lowRatedOrders.toSorted());
  });

  test('gives payloads that the event catalogue knows', async () => {
    const documents = new Map<string, NonNullable<Awaited<ReturnType<typeof eventDocument>>>>();
    for (const type of Object.keys(tallies.events)) documents.set(type, await eventDocument(type));

    const problems = [...events.values()].flatMap((event) => {
      const checked = checkEvent(event, { events: documents }, new Date());
      return checked.ok ? [] : checked.problems.map(({ path, reason }) => `${event.type} ${path} ${reason}`);
    });

    expect([...new Set(problems)]).toEqual([]);
  });

  function dataOf<T>(type: string, key: string, pick: (event: CloudEvent) => T): Map<string, T> {
    return new Map(ofType(type).map((event) => [String(event.data[key]), pick(event)]));
  }
});

describe.skipIf(!present)('what was counted in the Olist files', () => {
  test('is what is known of them', () => {
    expect(tallies).toMatchObject({
      leads: 8000,
      leadsWithoutOrigin: 1159,
      dealsBeforeFirstContact: 1,
      people: 8016,
      repeatCustomers: 73,
      reviews: 8225,
      statuses: { delivered: 5172, canceled: 625, unavailable: 609 },
    });
    expect(tallies.deals).toHaveLength(842);
    expect(tallies.orders).toHaveLength(8135);
    expect(tallies.lateDeliveries).toHaveLength(415);
    expect(
      tallies.apologiesUntil('9999').filter((order) => tallies.lateDeliveries.includes(order)),
    ).toHaveLength(415);
  });
});

async function eventDocument(type: string) {
  const parsed = parseDocument(
    'events',
    await readFile(resolve(root, `rules/library/events/${type}.json`), 'utf8'),
  );
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.document;
}
