import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ContactsView, ContactView, StatusView } from '@baton/functions/api/views.ts';
import type { Json, JsonObject } from '@baton/rules/json.ts';
import { processOf, processorTimeOf } from '../support/processor-time.ts';
import { type RunningHost, startHost } from '../support/running-host.ts';

/**
 * Live intake of the real host, started as a process of its own: `npm run bench [FOLDER]`.
 *
 * Throughput: clients post as fast as they are answered. An event counts when it is acknowledged, and it is
 * acknowledged after its fsync; what follows from it (stage, journey, mail) is done by the same host meanwhile, and the
 * time until all of it is done is printed too, and the processor time that the host has spent on an event with everything
 * that follows from it. Few clients measure how long an answer takes, many how much is answered.
 *
 * Latency: one event every so often, as the reference case: a card customer asks about the interest rate. Measured from
 * sending the request until the offer is on the contact's page of the API; asked for often, so that figures are at most a
 * tenth too long.
 *
 * Not measured: networks, other machines, TLS, the browser. Clients run on the same processor and take their share.
 */
const folder = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'baton-intake-'));
const secondsEach = 8;
const eventsEach = 10_000;
const customers = 200;
const perSecond = 10;

const agent = new Agent({ keepAlive: true, maxSockets: 64 });
let host: RunningHost;
let events = 0;

function ask(method: 'GET' | 'POST', path: string, body?: Json): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const asked = request(
      host.url + path,
      { agent, method, headers: { 'content-type': 'application/json', authorization: host.authorization } },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
      },
    );
    asked.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body));
  });
}

async function view<T>(path: string): Promise<T> {
  const { status, text } = await ask('GET', path);
  if (status !== 200) throw new Error(`${path} answered ${status}: ${text}`);
  return JSON.parse(text);
}

async function post(body: Json): Promise<void> {
  const { status, text } = await ask('POST', '/api/events', body);
  if (status !== 202) throw new Error(`an event was not accepted: ${status} ${text}`);
}

const anEvent = (type: string, subject: string, data: JsonObject): JsonObject => ({
  specversion: '1.0',
  id: `bench-${++events}`,
  source: 'bench',
  type,
  time: new Date().toISOString(),
  subject,
  data,
});
/** Every fourth places an order, which enters a stage, begins a journey and sends a mail; the others look at pages. */
const mixed = (): JsonObject => {
  const subject = `email:buyer-${events % 5_000}@example.com`;
  return events % 4 === 0
    ? anEvent('order.placed', subject, { orderId: `o-${events}`, promisedAt: '2030-01-01T00:00:00Z' })
    : anEvent('page.viewed', subject, { page: 'credit-cards' });
};

const say = (what: string, figure: string) => console.info(`${what.padEnd(52)} ${figure.padStart(22)}`);
const whole = (value: number) => Math.round(value).toLocaleString('en');
const nth = (sorted: readonly number[], share: number) =>
  sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
const spread = (times: number[]) => {
  const sorted = times.toSorted((a, b) => a - b);
  return `${nth(sorted, 0.5).toFixed(0)} / ${nth(sorted, 0.99).toFixed(0)} / ${nth(sorted, 1).toFixed(0)} ms`;
};

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Asks again and again, ever more seldom, so that asking does not keep the host from its work. */
async function until(holds: () => Promise<boolean>): Promise<number> {
  const start = performance.now();
  while (!(await holds())) await pause(Math.max(2, (performance.now() - start) / 10));
  return performance.now() - start;
}

const last = { subject: 'email:last@example.com', id: '', orders: 0 };

/** An order placed now is worked on after all that came before it; when its mail is out, so is everything else. */
async function untilDone(): Promise<number> {
  const { subject } = last;
  const start = performance.now();
  last.orders++;
  await post(anEvent('order.placed', subject, { orderId: `last-${last.orders}` }));
  await until(async () => {
    last.id ||= await idOf(subject);
    return last.id !== '';
  });
  await until(async () => {
    const { messages } = await view<ContactView>(`/api/contacts/${last.id}`);
    return messages.filter(({ status }) => status === 'sent').length === last.orders;
  });
  await until(async () => {
    const { pendingEvents, outbox, messages } = await view<StatusView>('/api/status');
    return pendingEvents + outbox + messages.waiting === 0;
  });
  return (performance.now() - start) / 1000;
}

async function idOf(subject: string): Promise<string> {
  const { contacts } = await view<ContactsView>(`/api/contacts?q=${subject.slice('email:'.length)}`);
  return contacts[0]?.id ?? '';
}

async function throughput(clients: number, batch: number): Promise<void> {
  const answered: number[] = [];
  let acknowledged = 0;
  const pid = processOf(folder);
  const before = processorTimeOf(pid);
  const start = performance.now();
  const client = async () => {
    while (performance.now() - start < secondsEach * 1000 && acknowledged < eventsEach) {
      const sent = performance.now();
      await post(batch === 1 ? mixed() : Array.from({ length: batch }, mixed));
      answered.push(performance.now() - sent);
      acknowledged += batch;
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  const seconds = (performance.now() - start) / 1000;
  say(
    `${clients} clients, ${batch === 1 ? 'single events' : `batches of ${batch}`}: acknowledged`,
    `${whole(acknowledged / seconds)}/s`,
  );
  say('  answer: p50 / p99 / longest', spread(answered));
  const behind = await untilDone();
  say('  all their effects done', `${behind.toFixed(1)} s later`);
  say('  taken and done', `${whole(acknowledged / (seconds + behind))}/s`);
  const spent = (processorTimeOf(pid) - before) / acknowledged;
  say('  processor time of the host for an event', `${spent.toFixed(2)} ms`);
}

/** Customers of the account owners with a credit card: who asks about the rate gets an offer. */
async function makeCustomers(): Promise<string[]> {
  for (let at = 0; at < customers; at += 50)
    await post(
      Array.from({ length: 50 }, (_, index) => `email:customer-${at + index}@example.com`).flatMap(
        (subject) => [
          anEvent('contact.updated', subject, { productsOwned: ['credit-card'], valueTier: 'a' }),
          anEvent('order.placed', subject, { orderId: `first-${subject}` }),
          anEvent('order.delivered', subject, { orderId: `first-${subject}` }),
          anEvent('review.received', subject, {
            orderId: `first-${subject}`,
            reviewId: `r-${subject}`,
            stars: 5,
          }),
        ],
      ),
    );
  await untilDone();
  const { contacts, stages } = await view<StatusView>('/api/status');
  if (stages.find(({ id }) => id === 'developed')?.count !== customers)
    throw new Error(`of ${contacts} contacts not every customer reached the stage`);
  const ids: string[] = [];
  for (let at = 0; at < customers; at++) ids.push(await idOf(`email:customer-${at}@example.com`));
  return ids;
}

async function latency(): Promise<void> {
  const ids = await makeCustomers();
  const [toAnswer, toEffect]: [number[], number[]] = [[], []];
  const enquire = async (at: number) => {
    const enquiry = { enquiryId: `enquiry-${at}`, topic: 'interest-rate', channel: 'phone' };
    const sent = performance.now();
    await post(anEvent('interaction.enquiry', `email:customer-${at}@example.com`, enquiry));
    toAnswer.push(performance.now() - sent);
    await until(async () => {
      const { offers } = await view<ContactView>(`/api/contacts/${ids[at]}`);
      return offers.some(({ status }) => status === 'presented');
    });
    toEffect.push(performance.now() - sent);
  };
  const running: Promise<void>[] = [];
  const start = performance.now();
  for (let at = 0; at < customers; at++) {
    const due = start + (at * 1000) / perSecond;
    await pause(Math.max(0, due - performance.now()));
    running.push(enquire(at));
  }
  await Promise.all(running);
  say(`${perSecond} enquiries a second: answer, p50 / p99 / longest`, spread(toAnswer));
  say('  offer on the page of the API, p50 / p99 / longest', spread(toEffect));
}

host = await startHost(folder, { empty: true });
try {
  console.info(
    `${cpus().length} processors, ${cpus()[0]?.model.trim()}; folder ${folder}; load ${loadavg().map((load) => load.toFixed(1))}`,
  );
  await latency();
  await throughput(8, 1);
  await throughput(64, 1);
  await throughput(8, 50);
  const status = await view<StatusView>('/api/status');
  say(
    'contacts / journeys under way / messages sent',
    `${[status.contacts, status.activeEnrolments, status.messages.sent].map(whole).join(' / ')}`,
  );
  if (status.deadLetters > 0) throw new Error(`${status.deadLetters} events ended as dead letters`);
} finally {
  process.stderr.write(host.stderr());
  agent.destroy();
  await host.stop();
  rmSync(folder, { recursive: true, force: true });
}
