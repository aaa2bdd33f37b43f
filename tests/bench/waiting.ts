import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { StatusView } from '@baton/functions/api/views.ts';
import { sweep } from '@baton/functions/use-cases/sweep.ts';
import { startProgress } from '@baton/infra/local/cli/progress.ts';
import { Journey } from '@baton/rules/documents/journey.ts';
import { longestRunDays } from '@baton/rules/journey/limits.ts';
import { processOf, processorTimeOf } from '../support/processor-time.ts';
import { startHost } from '../support/running-host.ts';
import { addWaiting, comparable, copierOf, tracesOf, type Waiting } from '../support/waiting-folder.ts';
import { openWaitingHost } from '../support/waiting-host.ts';

/**
 * A folder in which many enrolments wait: `npm run bench:waiting [WAITS] [DUE AT ONCE] [FOLDER]`.
 *
 * The real host makes one; the rest are the same rows with other names, which is checked on three more that the host
 * makes. Every wait is as it stands when the sweeper has looked at it once. Each enrolment is of a contact of its own, whose
 * only event began it.
 *
 * Restart: `baton start` with the shipped library, from the start of the process to the first answer, which is the page
 * of one of the contacts. Memory: resident, after that answer.
 *
 * Wake rate: time is moved to the instant at which some thousand waits run out together, in this process, with the fsyncs
 * of the real host. An enrolment counts as woken when its machine waits in the next step with row, token and timer, and all
 * of that is on disk. `timers taken` counts less: each of them has left its wait, durably, and the machine will go on.
 *
 * Not measured: messages, rules, and a history of events; a folder that has grown row by row, whose pages are less full.
 */
const [waits = 1_000_000, dueAtOnce = 20_000] = process.argv.slice(2, 4).map(Number);
const root = mkdtempSync(join(process.argv[4] ?? tmpdir(), 'baton-waiting-'));
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const spans = { wait: 14 * dayMs, run: longestRunDays * dayMs };
/** Yesterday on the hour, so that everything is due in the future of the real host too. */
const begun = Math.floor((Date.now() - dayMs) / hourMs) * hourMs;

const waitFor = (title: string, onTimeout: string) => ({
  title,
  kind: 'wait-for',
  events: [
    {
      event: 'order.delivered',
      match: [{ path: '$.orderId', equals: 'enrolment-key' }],
      next: 'delivered',
    },
  ],
  timeout: { after: 'P14D' },
  onTimeout,
});
const twice = Journey.parse({
  id: 'twice-patient',
  title: 'Wait for the delivery, twice',
  why: 'To wait is what most enrolments do most of the time.',
  owner: { team: 'order-desk' },
  trigger: { event: 'order.placed' },
  key: '$.orderId',
  reEntry: { policy: 'never' },
  exits: [],
  start: 'first',
  steps: {
    first: waitFor('Wait for the delivery', 'second'),
    second: waitFor('Go on waiting', 'given-up'),
    delivered: { title: 'Delivered', kind: 'end', reason: 'delivered', goal: true },
    'given-up': { title: 'Given up', kind: 'end', reason: 'given-up' },
  },
  tests: [
    {
      name: 'never delivered',
      facts: {},
      events: [{ at: 'PT0S', type: 'order.placed', data: { orderId: 'order-1' } }],
      expect: { effects: [], end: { at: 'P28D', reason: 'given-up' } },
    },
  ],
});

const iso = (at: number) => new Date(at).toISOString();
const say = (what: string, figure: string) => console.info(`${what.padEnd(52)} ${figure.padStart(26)}`);
const whole = (value: number) => Math.round(value).toLocaleString('en');
const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;

/** The first ones are due together; the others one by one over ten days from the next. */
const waitingAt = (at: number): Waiting => ({
  order: `order-${at}`,
  at: begun + (at < dueAtOnce ? 0 : hourMs + Math.floor((at / waits) * 22 * hourMs)),
});

/** Lets the real host make some enrolments; answers what names them. */
async function made(folder: string, all: readonly Waiting[]) {
  const host = await openWaitingHost(folder, iso(begun - 1000), twice);
  for (const { order, at } of all) {
    host.clock.moveTo(at);
    await host.happens('order.placed', [order]);
  }
  await sweep(host.ports, iso(host.clock.now().getTime()));
  await host.close();
  return { journey: twice.id, identity: host.ports.identity, spans };
}

async function build(folder: string): Promise<void> {
  const [first = waitingAt(0), ...rest] = Array.from({ length: waits }, (_, at) => waitingAt(at));
  const about = await made(folder, [first]);
  const traces = tracesOf(folder, first, about);
  const copier = copierOf(first, traces, about);
  const progress = startProgress('building');
  const start = performance.now();
  addWaiting(folder, rest, traces, copier, (done) => progress.update(done, waits, whole(done)));
  progress.stop();
  say(`${whole(waits)} enrolments wait, built in`, seconds(performance.now() - start));
  await compareWithReal(folder, [1, dueAtOnce, waits - 1].map(waitingAt));
}

/** What was built must be what the host itself writes for the same orders, times and key. */
async function compareWithReal(folder: string, some: readonly Waiting[]): Promise<void> {
  const real = join(root, 'real');
  mkdirSync(real);
  cpSync(join(folder, 'identity.key'), join(real, 'identity.key'));
  const about = await made(real, some);
  for (const waiting of some) {
    const [built, written] = [folder, real].map((place) => comparable(tracesOf(place, waiting, about)));
    if (isDeepStrictEqual(built, written)) continue;
    writeFileSync(join(root, 'built.json'), JSON.stringify(built, null, 1));
    writeFileSync(join(root, 'written.json'), JSON.stringify(written, null, 1));
    throw new Error(
      `${waiting.order}: what was built is not what the host writes; compare the files in ${root}`,
    );
  }
  say('  compared with what the host itself writes', `${some.length} the same`);
}

const library = join(root, 'library');
function makeLibrary(): void {
  cpSync(join(import.meta.dirname, '../../rules/library'), library, { recursive: true });
  writeFileSync(join(library, 'journeys', `${twice.id}.json`), JSON.stringify(twice));
}

/** Starts the real host and asks it for something; answers the times. */
async function restart(folder: string, what: string): Promise<void> {
  const start = performance.now();
  const host = await startHost(folder, { empty: true, args: ['--library', library] });
  const listening = performance.now() - start;
  try {
    await host.view('/api/contacts?q=order-1');
    const answered = performance.now() - start;
    say(`restart, ${what}: listens / has answered`, `${seconds(listening)} / ${seconds(answered)}`);
    const pid = processOf(folder);
    say('  processor time until then', seconds(processorTimeOf(pid)));
    say('  resident memory', `${whole(residentOf(pid) / 1024)} MB`);
    const views = { status: 0, home: 0 };
    for (const view of ['status', 'home'] as const) {
      const asked = performance.now();
      await host.view(`/api/${view}`);
      views[view] = performance.now() - asked;
    }
    const { openWaits, activeEnrolments } = await host.view<StatusView>('/api/status');
    say('  /api/status / /api/home', `${whole(views.status)} / ${whole(views.home)} ms`);
    say('  waits / enrolments that it tells', `${whole(openWaits)} / ${whole(activeEnrolments)}`);
  } finally {
    await host.stop();
  }
}

/** In KB. */
function residentOf(pid: number): number {
  return Number(spawnSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }).stdout);
}

async function wake(folder: string): Promise<void> {
  const opening = performance.now();
  const host = await openWaitingHost(folder, iso(Date.now()), twice);
  say('opened in this process, nothing due', seconds(performance.now() - opening));
  await host.settle();
  await oneEvent(host);

  const due = begun + spans.wait;
  const left = host.database.sql.prepare('SELECT 1 FROM sm_frame WHERE due <= ? LIMIT 1');
  const stillDue = () => left.get(due) !== undefined;
  host.clock.moveTo(due);
  const start = performance.now();
  const cpu = process.cpuUsage();
  while (stillDue()) await host.step();
  await host.ports.store.durable();
  const taken = performance.now() - start;
  await host.settle();
  await host.ports.store.durable();
  const woken = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);

  const second = host.database.sql.prepare('SELECT count(*) AS waiting FROM sm_frame WHERE due = ?');
  const waiting = Number(second.get(due + spans.wait)?.waiting);
  if (waiting !== dueAtOnce - 1) throw new Error(`${waiting} of ${dueAtOnce - 1} wait in the next step`);
  say(`${whole(dueAtOnce)} due at once: timers taken`, `${whole(dueAtOnce / (taken / 1000))}/s`);
  say('  woken and waiting in the next step', `${whole(dueAtOnce / (woken / 1000))}/s`);
  say('  processor time of a wake-up', `${((user + system) / dueAtOnce / 1000).toFixed(2)} ms`);
  await host.close();
}

/** An event for one of them ends that one and no other; it is among those that would have been due. */
async function oneEvent(host: Awaited<ReturnType<typeof openWaitingHost>>): Promise<void> {
  const before = await host.count('active');
  const start = performance.now();
  await host.happens('order.delivered', ['order-7']);
  const took = performance.now() - start;
  const [active, completed] = [await host.count('active'), await host.count('completed')];
  if (before !== waits || active !== waits - 1 || completed !== 1)
    throw new Error(`of ${before} one was answered; ${active} wait and ${completed} are done`);
  say('an event wakes its own alone, on disk after', `${took.toFixed(1)} ms`);
}

try {
  const folder = join(root, 'folder');
  say(
    'load of the machine',
    loadavg()
      .map((load) => load.toFixed(1))
      .join(' '),
  );
  await build(folder);
  const bytes = statSync(join(folder, 'baton.db')).size;
  say('  on disk', `${whole(bytes / 2 ** 20)} MB, ${whole(bytes / waits)} B each`);
  makeLibrary();
  await restart(folder, 'publishing the library');
  for (let time = 0; time < 3; time++) await restart(folder, 'as it was');
  await wake(folder);
  say(
    'load of the machine',
    loadavg()
      .map((load) => load.toFixed(1))
      .join(' '),
  );
} finally {
  if (!process.env.KEEP) rmSync(root, { recursive: true, force: true });
}
