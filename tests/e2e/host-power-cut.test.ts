import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createSqliteStore } from '@baton/functions/adapters/sqlite/store.ts';
import type { ContactsView, ContactView, StatusView } from '@baton/functions/api/views.ts';
import { parseRow } from '@baton/functions/repositories/read.ts';
import { HeadRow } from '@baton/functions/repositories/rows.ts';
import { openDatabase } from '@baton/infra/local/database.ts';
import { expect, onTestFinished, test } from 'vitest';
import { type RunningHost, runBaton, startHost } from '../support/running-host.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

async function aHost(folder: string): Promise<RunningHost> {
  const host = await startHost(folder, { empty: true });
  onTestFinished(async () => {
    await host.stop();
  });
  return host;
}

/** What the first order of somebody begins who was never asked for consent. */
const journeys = ['ask-for-consent', 'first-order-care'];

const anOrder = (number: number) => ({
  specversion: '1.0',
  id: `order-${number}`,
  source: 'shop',
  type: 'order.placed',
  time: '2026-03-01T09:00:00Z',
  subject: `email:customer-${number}@example.com`,
  data: { orderId: `o-${number}`, promisedAt: '2099-01-01T00:00:00Z' },
});

/** Posts orders one after the other until the host is gone; gives the numbers of those acknowledged. */
async function postUntilGone(host: RunningHost, from: number): Promise<number[]> {
  const acknowledged: number[] = [];
  for (let number = from; ; number++) {
    const answer = await host.post('/api/events', anOrder(number)).catch(() => undefined);
    if (answer?.status !== 202) return acknowledged;
    acknowledged.push(number);
  }
}

async function whenQuiet(host: RunningHost): Promise<StatusView> {
  const limit = performance.now() + 60_000;
  for (;;) {
    const status = await host.view<StatusView>('/api/status');
    const busy = status.pendingEvents + status.outbox + status.messages.waiting;
    if (busy === 0 && status.contacts === status.messages.sent) return status;
    if (performance.now() > limit) throw new Error(`still busy: ${JSON.stringify(status)}`);
  }
}

test('what was acknowledged before a power cut is done after it, once, and each mail leaves once', async () => {
  const folder = temporaryFolder();
  const acknowledged: number[] = [];

  for (const after of [60, 25, 110]) {
    const host = await aHost(folder);
    const posting = postUntilGone(host, acknowledged.length * 10);
    while ((await host.view<StatusView>('/api/status')).contacts < acknowledged.length + after);
    await host.kill();
    acknowledged.push(...(await posting));
  }
  const host = await aHost(folder);
  for (const number of acknowledged.slice(-5)) await host.post('/api/events', anOrder(number));
  const status = await whenQuiet(host);

  expect(status).toMatchObject({ activeEnrolments: journeys.length * status.contacts, deadLetters: 0 });
  const mails = readdirSync(join(folder, 'outbox'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.eml'),
  );
  expect(mails).toHaveLength(status.contacts);
  for (const number of [0, ...acknowledged.slice(-3)]) {
    const subject = `customer-${number}@example.com`;
    const { contacts } = await host.view<ContactsView>(`/api/contacts?q=${subject}`);
    expect(contacts, subject).toHaveLength(1);
    const view = await host.view<ContactView>(`/api/contacts/${contacts[0]?.id}`);
    expect(view.enrolments.map(({ journey, status }) => [journey, status]).sort()).toEqual(
      journeys.map((journey) => [journey, 'active']),
    );
    expect(view.messages).toHaveLength(1);
  }
  await host.stop();
  const placed = await subjectsIn(folder);
  expect(acknowledged.filter((number) => !placed.has(anOrder(number).subject))).toEqual([]);
});

async function subjectsIn(folder: string): Promise<Set<string>> {
  const database = openDatabase({ folder });
  const store = createSqliteStore(database);
  const { items } = await store.query({ table: 'core', index: 'g1', pk: 'STG#first-order', limit: 1000 });
  database.close();
  return new Set(items.flatMap((item) => parseRow(HeadRow, item).identifiers));
}

test('status tells of a running host, of a stopped one, and of the same figures', async () => {
  const host = await aHost(temporaryFolder());
  await host.post('/api/events', anOrder(1));
  await whenQuiet(host);

  const running = await runBaton('status', '--json', '--data', host.folder);
  expect(await host.stop()).toBe(0);
  const stopped = await runBaton('status', '--json', '--data', host.folder);

  expect([running.code, stopped.code]).toEqual([0, 0]);
  const [seen, left] = [JSON.parse(running.stdout), JSON.parse(stopped.stdout)];
  expect(seen).toMatchObject({ running: host.url, contacts: 1, activeEnrolments: journeys.length });
  // Figures count since the start of a process.
  expect(left).toEqual({ ...seen, running: null, now: left.now, counts: {} });
});
