import type { Ports } from '@baton/functions/ports.ts';
import {
  enrolmentsOf,
  getHead,
  offersOf,
  rowsOf,
  sendsOf,
  waitsOf,
} from '@baton/functions/repositories/read.ts';
import { EventRow, OutboxRow } from '@baton/functions/repositories/rows.ts';
import { answerOffer } from '@baton/functions/use-cases/answers.ts';
import { runStep } from '@baton/functions/use-cases/run-step.ts';
import { sweep } from '@baton/functions/use-cases/sweep.ts';
import { expect, test } from 'vitest';
import { openDeafHost } from '../support/deaf-host.ts';

const start = '2026-03-02T09:00:00.000Z';
const everything = '9999-12-31T00:00:00.000Z';
const nothing = { applied: 0, dispatched: 0, signalled: 0, paired: 0, decided: 0, failed: 0 };

/** A card customer whose journey has just presented an offer and waits with the token `token-1`. */
async function waiting() {
  const host = await openDeafHost(start);
  const { ports, store, record, applyAll } = host;
  const contactId = await record('contact.updated', { productsOwned: ['credit-card'], valueTier: 'b' });
  await record('order.placed', { orderId: 'o-1' });
  await record('order.delivered', { orderId: 'o-1' });
  await record('review.received', { orderId: 'o-1', reviewId: 'r-1', stars: 5 });
  await record('interaction.enquiry', { enquiryId: 'q-1', topic: 'interest-rate', channel: 'phone' });
  await applyAll(contactId);
  await sweep(ports, everything);
  const enrolment = (await enrolmentsOf(store, contactId)).find(
    ({ journey }) => journey === 'rate-enquiry-retention',
  );
  const enrolments = [{ contactId, enrolmentId: enrolment?.id ?? '' }];
  await runStep(ports, { enrolments, step: 'present', phase: 'enter', visit: 'v-1', token: 'token-1' });
  const [offer] = await offersOf(store, contactId);
  host.did.length = 0;
  return { ...host, contactId, offerId: offer?.id ?? '', enrolmentId: enrolment?.id ?? '' };
}

const openWaits = async ({ store }: Pick<Ports, 'store'>, contactId: string) =>
  (await waitsOf(store, contactId)).filter(({ kind }) => kind === 'enrolment');

test('an event that was recorded and never applied is applied once', async () => {
  const { ports, store, record, pending } = await openDeafHost(start);
  const contactId = await record('contact.updated', { city: 'Lund' });
  expect(await pending(contactId)).toHaveLength(1);

  const swept = await sweep(ports, everything);

  expect(swept.applied).toBe(1);
  expect(await pending(contactId)).toEqual([]);
  expect(await getHead(store, contactId)).toMatchObject({
    rev: 1,
    attributes: { '$.city': { value: 'Lund' } },
  });
  expect(await sweep(ports, everything)).toEqual(nothing);
});

test('an event that arrived a moment ago is left to those who are at it', async () => {
  const { ports, clock, record, pending } = await openDeafHost(start);
  const contactId = await record('contact.updated', { city: 'Lund' });
  clock.moveTo(Date.parse(start) + 30_000);

  expect(await sweep(ports, '2026-03-02T08:59:30.000Z')).toEqual(nothing);
  expect(await pending(contactId)).toHaveLength(1);
});

test('what was put into the outbox and never acted on is acted on once', async () => {
  const { ports, store, record, applyAll, did } = await openDeafHost(start);
  const contactId = await record('order.placed', { orderId: 'o-1' });
  await applyAll(contactId);
  const outbox = await rowsOf(store, contactId, 'OUT#', OutboxRow);
  expect(outbox.map(({ kind }) => kind)).toContain('START');
  expect(did).toEqual([]);

  const swept = await sweep(ports, everything);

  expect(swept.dispatched).toBe(outbox.length);
  expect(did.filter((done) => done.startsWith('start journey-first-order-care-v1 e-'))).toHaveLength(1);
  expect(await rowsOf(store, contactId, 'OUT#', OutboxRow)).toEqual([]);
  const before = [...did];
  expect(await sweep(ports, everything)).toEqual(nothing);
  expect(did).toEqual(before);
});

test('a message that was allowed and never sent is sent once', async () => {
  const { ports, store, record, applyAll, did } = await openDeafHost(start);
  const contactId = await record('order.placed', { orderId: 'o-1' });
  await applyAll(contactId);
  const [enrolment] = await enrolmentsOf(store, contactId);
  const enrolments = [{ contactId, enrolmentId: enrolment?.id ?? '' }];
  const call = { enrolments, step: 'confirm', phase: 'enter', visit: 'v-1' } as const;
  await runStep(ports, call);
  await runStep(ports, call);

  await sweep(ports, everything);
  await sweep(ports, everything);

  expect(did.filter((done) => done.startsWith('send '))).toHaveLength(1);
  expect((await sendsOf(store, contactId)).map(({ status }) => status)).toEqual(['SENT']);
});

test('a wait that was claimed and never signalled is signalled, also where the signal is gone', async () => {
  const { ports, store, contactId, offerId, applyAll, did } = await waiting();
  await answerOffer(ports, { contactId, offerId, answer: 'accepted' });
  await applyAll(contactId);
  expect(await openWaits(ports, contactId)).toEqual([expect.objectContaining({ status: 'CLAIMED' })]);
  for (const { pk, sk, kind } of await rowsOf(store, contactId, 'OUT#', OutboxRow))
    if (kind === 'SIGNAL') await store.transact([{ kind: 'delete', table: 'core', key: { pk, sk } }]);

  const swept = await sweep(ports, everything);

  expect(swept.signalled).toBe(1);
  expect(did).toContain('succeed token-1 {"to":"note-accepted"}');
  expect(await openWaits(ports, contactId)).toEqual([]);
});

test('a wait whose answer is stored is paired with it', async () => {
  const { ports, store, contactId, offerId, did } = await waiting();
  await answerOffer(ports, { contactId, offerId, answer: 'declined' });
  const [event] = (await rowsOf(store, contactId, 'EVT#', EventRow)).filter(({ pend }) => pend);
  if (!event) throw new Error('the answer was not recorded');
  await store.transact([
    {
      kind: 'update',
      table: 'core',
      key: { pk: event.pk, sk: event.sk },
      remove: ['pend', 'duepk', 'duesk'],
    },
  ]);

  const swept = await sweep(ports, everything);

  expect(swept.paired).toBe(1);
  expect(did).toContain('succeed token-1 {"to":"ask-why"}');
  expect(await openWaits(ports, contactId)).toEqual([]);
  expect((await sweep(ports, everything)).paired).toBe(0);
});

test('one event that can never be applied keeps no other from being swept', async () => {
  const { ports, store, record, pending } = await openDeafHost(start);
  const first = await record('contact.updated', { city: 'Lund' });
  const [event] = await pending(first);
  if (!event) throw new Error('the event was not recorded');
  const shards = Array.from({ length: 10 }, (_, shard) => `PEND#${shard}`);
  for (const [index, duepk] of shards.entries())
    await store.transact([
      {
        kind: 'put',
        table: 'core',
        item: {
          pk: `C#broken-${index}`,
          sk: 'EVT#broken',
          duepk,
          duesk: `!${index}`,
          receivedAt: start,
          pend: 1,
        },
      },
    ]);

  await sweep(ports, everything);

  expect(await pending(first)).toEqual([]);
});
