import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { StatusView } from '@baton/functions/api/views.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import cliProgress from 'cli-progress';
import { type RunningHost, startHost } from '../support/running-host.ts';
import { seededRandom } from '../support/synthetic-events.ts';

/**
 * Kills the real host (SIGKILL) at random moments while clients post events as fast as the pace says, starts it again each
 * time, and in the end holds what is stored and sent against what was posted: `node tests/proofs/kill-live.ts [KILLS]
 * [SEED]`. A client that gets no answer posts the same events again to the next host, as producers do. Ends with 1 where
 * anything was lost, doubled or stuck.
 *
 * Every tenth event places the first order of a new customer, which enters a stage, begins a journey, sends one mail and
 * waits; the others look at pages.
 */
const [count = '200', seed = String(Date.now())] = process.argv.slice(2);
const kills = Number(count);
const random = seededRandom(seed);
const perSecond = 1000;
const batchSize = 20;
const clients = 8;

const folder = mkdtempSync(join(tmpdir(), 'baton-kill-live-'));
const posted: JsonObject[] = [];
/** Batches without an answer: nobody knows whether they were taken. */
let doubtful: JsonObject[][] = [];
let upMs = 0;

try {
  console.info(`${kills} kills, seed ${seed}`);
  const bar = new cliProgress.SingleBar({
    format: '{bar} {value}/{total} kills, {events} events posted',
    noTTYOutput: true,
    notTTYSchedule: 60_000,
  });
  bar.start(kills, 0, { events: 0 });
  for (let kill = 1; kill <= kills; kill++) {
    await underLoad(await startHost(folder, { empty: true }), 300 + random() * 2200);
    bar.update(kill, { events: posted.length });
  }
  bar.stop();
  const host = await startHost(folder, { empty: true });
  for (const batch of doubtful) await post(host, batch);
  await untilDone(host);
  await host.stop();
  process.exitCode = report() ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Posts at the pace until the time is over, then kills the host in the middle of it. */
async function underLoad(host: RunningHost, ms: number): Promise<void> {
  const begun = performance.now();
  let alive = true;
  let taken = 0;
  const again = doubtful;
  doubtful = [];
  const client = async () => {
    while (alive) {
      const due = (taken * batchSize * 1000) / perSecond;
      const early = due - (performance.now() - begun);
      if (early > 0) {
        await new Promise((resolve) => setTimeout(resolve, Math.min(early, 20)));
        continue;
      }
      taken++;
      const batch = again.pop() ?? newBatch();
      await post(host, batch).catch(() => doubtful.push(batch));
    }
  };
  const working = Array.from({ length: clients }, client);
  await new Promise((resolve) => setTimeout(resolve, ms));
  await host.kill();
  alive = false;
  upMs += performance.now() - begun;
  await Promise.all(working);
  doubtful.push(...again);
}

function newBatch(): JsonObject[] {
  return Array.from({ length: batchSize }, () => {
    const number = posted.length;
    const order = number % 10 === 0;
    const event: JsonObject = {
      specversion: '1.0',
      id: `kill-${number}`,
      source: 'kill',
      type: order ? 'order.placed' : 'page.viewed',
      time: new Date().toISOString(),
      subject: order ? `email:buyer-${number}@example.com` : `email:visitor-${number % 5000}@example.com`,
      data: order ? { orderId: `o-${number}`, promisedAt: '2035-01-01T00:00:00Z' } : { page: 'cards' },
    };
    posted.push(event);
    return event;
  });
}

async function post(host: RunningHost, batch: JsonObject[]): Promise<void> {
  const { status, body } = await host.post('/api/events', batch);
  if (status !== 202) throw new Error(`not accepted: ${status} ${JSON.stringify(body)}`);
}

/** Until every order has its mail and both its waits, of the stay and of the journey, or nothing has changed for as long as the host's own safety net needs to come round twice. */
async function untilDone(host: RunningHost): Promise<void> {
  const orders = posted.filter(({ type }) => type === 'order.placed').length;
  let last = '';
  for (let still = 0; still < 660; still++) {
    const { pendingEvents, outbox, openWaits, messages } = await host.view<StatusView>('/api/status');
    const done = messages.sent === orders && openWaits === 2 * orders;
    if (done && pendingEvents + outbox + messages.waiting === 0) return;
    const now = JSON.stringify([pendingEvents, outbox, openWaits, messages]);
    if (now !== last) still = 0;
    last = now;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

/** Counts what is stored; everything posted was accepted in the end, so all of it must be there, once. */
function report(): boolean {
  const sql = new DatabaseSync(join(folder, 'baton.db'));
  const rows = (prefix: string) =>
    sql
      .prepare("SELECT body FROM core WHERE sk LIKE ? || '%'")
      .all(prefix)
      .map(({ body }) => JSON.parse(String(body)));
  const events = rows('EVT#').filter(({ source }) => source === 'kill');
  const enrolments = rows('ENR#').filter(({ journey }) => journey === 'first-order-care');
  const sends = rows('SEND#');
  const waits = new Set(
    rows('WAIT#')
      .filter(({ status }) => status === 'OPEN')
      .map(({ holder }) => holder),
  );
  const orders = posted.filter(({ type }) => type === 'order.placed').length;
  const attempts = readFileSync(join(folder, 'outbox', 'attempts.log'), 'utf8')
    .trim()
    .split('\n');
  const distinct = (of: readonly JsonObject[], name: string) => new Set(of.map((row) => row[name])).size;
  const figures = {
    lost:
      posted.length -
      distinct(events, 'eventId') +
      (orders - distinct(enrolments, 'contactId')) +
      (orders - distinct(sends, 'contactId')),
    doubled:
      events.length -
      distinct(events, 'eventId') +
      (enrolments.length - distinct(enrolments, 'contactId')) +
      (sends.length - distinct(sends, 'contactId')) +
      (attempts.length - new Set(attempts).size),
    stuck:
      events.filter(({ pend }) => pend).length +
      rows('OUT#').length +
      sends.filter(({ status }) => status !== 'SENT').length +
      enrolments.filter(({ id, status }) => status === 'active' && !waits.has(id)).length,
  };
  sql.close();
  console.info(
    `${posted.length} events posted at ${Math.round((posted.length / upMs) * 1000)}/s while the host ran, ${orders} orders, ${kills} kills`,
  );
  console.info(`lost ${figures.lost}, doubled ${figures.doubled}, stuck ${figures.stuck}`);
  return figures.lost + figures.doubled + figures.stuck === 0;
}
