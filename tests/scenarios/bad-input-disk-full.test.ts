import { statSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { loadLibrary } from '@baton/functions/library/load.ts';
import { enrolmentsOf, getHead, rowsOf } from '@baton/functions/repositories/read.ts';
import { EventRow } from '@baton/functions/repositories/rows.ts';
import { resolveContact } from '@baton/functions/use-cases/record-event.ts';
import { openHost } from '@baton/infra/local/host.ts';
import { serve } from '@baton/infra/local/http.ts';
import { run } from '@baton/infra/local/run.ts';
import { systemClock } from '@baton/infra/local/virtual-clock.ts';
import { expect, onTestFinished, test } from 'vitest';
import { expectRefusal } from '../support/refusals.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const silent = { info: () => {}, warn: () => {}, error: () => {} };
const { library } = await loadLibrary(join(import.meta.dirname, '../../rules/library'));

async function openOn(folder: string, pageLimit?: number) {
  return openHost({
    folder,
    clock: { ...systemClock, kind: 'system' },
    library,
    log: silent,
    channel: () => ({ send: async () => ({ kind: 'sent' }) }),
    pageLimit,
  });
}

/** A disk that has room for little more than the documents. */
async function smallHost(folder: string) {
  await (await openOn(folder)).close();
  const pages = Math.ceil(statSync(join(folder, 'baton.db')).size / 4096) + 40;
  const host = await openOn(folder, pages);
  const loop = run(host, silent);
  const server = await serve({ api: loop.around(host.api), designer: folder, port: 0 });
  const close = async () => {
    server.closeAllConnections();
    server.close();
    await loop.stop();
    host.database.close();
  };
  onTestFinished(close);
  return { url: urlOf(server), close };
}

function urlOf(server: Server): string {
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : ''}`;
}

const anOrder = (number: number) => ({
  specversion: '1.0',
  id: `order-${number}`,
  source: 'shop',
  type: 'order.placed',
  time: '2026-03-01T09:00:00Z',
  subject: `email:customer-${number}@example.com`,
  data: { orderId: `o-${number}` },
});

test('when the disk is full the producer is told to try again, and all that was acknowledged is there', async () => {
  const folder = temporaryFolder();
  const { url, close } = await smallHost(folder);
  const acknowledged: number[] = [];
  const post = async (number: number) => {
    const response = await fetch(`${url}/api/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(anOrder(number)),
    });
    const { status, headers } = response;
    return { status, retryAfter: headers.get('retry-after'), body: JSON.parse(await response.text()) };
  };

  let number = 0;
  let answer = await post(number);
  for (; answer.status === 202 && number < 5_000; answer = await post(++number)) acknowledged.push(number);
  const again = await post(number);
  await close();

  for (const refused of [answer, again]) {
    const { problems } = expectRefusal(refused, 503);
    expect(refused.retryAfter).toMatch(/^\d+$/);
    expect(problems[0]).toMatchObject({
      path: '(host)',
      reason: expect.stringMatching(/baton\.db: disk full/),
      remedy: expect.stringMatching(/try again/),
    });
  }
  expect(acknowledged.length).toBeGreaterThan(3);

  const reopened = await openOn(folder);
  onTestFinished(() => reopened.close());
  await reopened.settle();
  const { ports } = reopened;
  for (let at = 0; at <= number; at++) {
    const contactId = await resolveContact(ports, `email:customer-${at}@example.com`);
    const events = await rowsOf(ports.store, contactId, 'EVT#', EventRow);
    const orders = events.filter(({ type }) => type === 'order.placed');
    expect(orders.length, `order ${at}`).toBe(acknowledged.includes(at) ? 1 : orders.length);
    expect(events.filter(({ pend }) => pend)).toEqual([]);
    const head = await getHead(ports.store, contactId);
    const journeys = (await enrolmentsOf(ports.store, contactId)).map(({ journey }) => journey).sort();
    expect({ stage: head?.stage, journeys }, `order ${at}`).toEqual(
      orders.length === 1
        ? { stage: 'first-order', journeys: ['ask-for-consent', 'first-order-care'] }
        : { stage: undefined, journeys: [] },
    );
  }
  expect(await ports.store.count({ table: 'core', index: 'g1', pk: 'QUARANTINE' })).toBe(0);
  expect(reopened.deadLetters()).toBe(0);
});
