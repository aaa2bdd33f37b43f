import { casesOf, enrolmentsOf, getHead, handoversOf } from '@baton/functions/repositories/read.ts';
import { resolveContact } from '@baton/functions/use-cases/record-event.ts';
import type { DecisionTable, Library } from '@baton/rules/documents/index.ts';
import { describe, expect, test } from 'vitest';
import { shippedLibrary } from '../support/shipped-library.ts';
import { openVirtualHost } from '../support/virtual-host.ts';

const start = '2026-03-02T09:00:00.000Z';

/** The shipped library after somebody has written other results into one row of a table. */
async function withRow(
  table: string,
  row: string,
  out: DecisionTable['rows'][number]['out'],
): Promise<Library> {
  const library = await shippedLibrary();
  const shipped = library.tables.get(table);
  if (!shipped) throw new Error(`the library ships a table ${table}`);
  const rows = shipped.rows.map((one) => (one.id === row ? { ...one, out: { ...one.out, ...out } } : one));
  return { ...library, tables: new Map([...library.tables, [table, { ...shipped, rows }]]) };
}

describe('the table of lead routing decides who answers a lead', () => {
  async function aHotLead(library?: Library) {
    const host = await openVirtualHost(start, library);
    const subject = 'lead:l-1';
    await host.happens(subject, 'contact.updated', { email: 'ana@example.com', language: 'en' });
    await host.happens(subject, 'lead.created', {
      ...{ leadId: 'l-1', origin: 'social', via: 'form', need: 'a till', budget: 4000 },
    });
    await host.passUntil('2026-03-02T09:01:00.000Z');
    const { store } = host.ports;
    const contactId = await resolveContact(host.ports, subject);
    return {
      known: (await getHead(store, contactId))?.attributes,
      handovers: (await handoversOf(store, contactId)).map(({ handover, pack }) => ({ handover, pack })),
      journeys: (await enrolmentsOf(store, contactId)).map(({ journey }) => journey).sort(),
    };
  }

  test('as shipped inside sales gets the hot one, and is told how fast', async () => {
    const { handovers, journeys } = await aHotLead();

    expect(handovers).toMatchObject([
      { handover: 'marketing-to-inside-sales', pack: { 'contact.answerWithinHours': 1 } },
    ]);
    expect(journeys).toEqual(['lead-qualification']);
  });

  test('with another team in its row the same lead is written to', async () => {
    const { handovers, journeys } = await aHotLead(await withRow('lead-routing', 'r1', { o1: 'marketing' }));

    expect(handovers).toEqual([]);
    expect(journeys).toEqual(['lead-nurture', 'lead-qualification']);
  });

  test('with another number in its row inside sales is told another number', async () => {
    const { handovers } = await aHotLead(await withRow('lead-routing', 'r1', { o2: 2 }));

    expect(handovers).toMatchObject([{ pack: { 'contact.answerWithinHours': 2 } }]);
  });
});

describe('the table of case priorities decides how urgent a case is', () => {
  async function priorityOf(type: string, data: Record<string, string | number>, library?: Library) {
    const host = await openVirtualHost(start, library);
    const subject = 'email:ana@example.com';
    await host.happens(subject, type, data);
    const contactId = await resolveContact(host.ports, subject);
    return (await casesOf(host.ports.store, contactId)).map(({ priority }) => priority);
  }
  const severe = { complaintId: 'c-1', severity: 'high', channel: 'phone', topic: 'invoice' };
  const rating = { reviewId: 'r-1', orderId: 'o-1', stars: 1 };

  test('of a complaint', async () => {
    expect(await priorityOf('interaction.complaint', severe)).toEqual(['high']);
    const edited = await withRow('case-priority', 'r1', { o1: 'low' });
    expect(await priorityOf('interaction.complaint', severe, edited)).toEqual(['low']);
  });

  test('of a low rating', async () => {
    expect(await priorityOf('review.received', rating)).toEqual(['normal']);
    const edited = await withRow('case-priority', 'r4', { o1: 'high' });
    expect(await priorityOf('review.received', rating, edited)).toEqual(['high']);
  });
});
