import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSqliteStore } from '@baton/functions/adapters/sqlite/store.ts';
import { createFileOutbox } from '@baton/infra/local/channels/file-outbox.ts';
import { openDatabase } from '@baton/infra/local/database.ts';
import { createQueue, createQueueConsumer } from '@baton/infra/local/queue.ts';
import { systemClock } from '@baton/infra/local/virtual-clock.ts';

/** What the parts below the use cases do per second, each alone: `node tests/bench/store.ts [FOLDER]`. */
const folder = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'baton-bench-'));
const database = openDatabase({ folder });
const store = createSqliteStore(database, { onChange: () => {} });
const queue = createQueue({ database, clock: systemClock, name: 'bench' });
const consumer = createQueueConsumer({ queue, handler: async () => undefined });
const outbox = createFileOutbox({ folder: join(folder, 'outbox'), settle: () => database.durable() });

async function measure(what: string, count: number, act: (at: number) => Promise<unknown>): Promise<void> {
  const [start, cpu] = [performance.now(), process.cpuUsage()];
  for (let at = 0; at < count; at++) {
    await act(at);
    if (at % 1_000 === 0) await new Promise(setImmediate); // lets messages of the checkpoint thread in
  }
  const perSecond = Math.round((count / (performance.now() - start)) * 1_000);
  const { user, system } = process.cpuUsage(cpu);
  const each = `${Math.round((user + system) / count)} µs of processor each`;
  console.info(`${what.padEnd(50)} ${perSecond.toLocaleString('en').padStart(9)}/s  ${each}`);
}

const contact = (at: number) => `C#${(at * 7919) % 20_000}`;
const event = (at: number) => ({
  type: 'order.placed',
  amount: 12.5,
  data: { id: at, lines: [1, 2, 3], note: 'none' },
});

await measure('transactions of three operations', 60_000, (at) =>
  store.transact([
    {
      kind: 'put',
      table: 'core',
      item: { pk: contact(at), sk: `EVT#${at}`, tl: `2026#${at}`, ...event(at) },
      if: { absent: true },
    },
    {
      kind: 'update',
      table: 'core',
      key: { pk: contact(at), sk: 'HEAD' },
      set: { stage: 'won' },
      add: { rev: 1 },
    },
    {
      kind: 'put',
      table: 'core',
      item: { pk: contact(at), sk: `OUT#${at}`, duepk: 'due#1', duesk: `2026#${at}` },
    },
  ]),
);
await measure('get', 100_000, (at) => store.get('core', { pk: contact(at), sk: 'HEAD' }));
await measure('timeline query of ten rows', 20_000, (at) =>
  store.query({ table: 'core', index: 'tl', pk: contact(at), reverse: true, limit: 10 }),
);
await measure('write and wait for the disk, one by one', 500, async (at) => {
  await store.transact([{ kind: 'put', table: 'guard', item: { pk: 'one', sk: String(at) } }]);
  await store.durable();
});
await measure('write and wait for the disk, 100 at once (x100)', 100, (round) =>
  Promise.all(
    Array.from({ length: 100 }, async (_, at) => {
      await store.transact([{ kind: 'put', table: 'guard', item: { pk: `h${round}`, sk: String(at) } }]);
      await store.durable();
    }),
  ),
);
await measure('queue message sent and handled', 20_000, async (at) => {
  queue.send([JSON.stringify(event(at))]);
  await consumer.step();
});
await measure('mail to the file outbox', 3_000, (at) =>
  outbox.send({
    sendId: `s${at}`,
    contactId: 'c-1',
    channel: 'email',
    to: 'ada@example.org',
    subject: 'Ein Angebot für Sie',
    body: 'Guten Tag,\n\nwir freuen uns sehr.\n'.repeat(10),
    purpose: 'service',
    at: '2026-03-01T09:30:00.000Z',
  }),
);
database.close();
rmSync(folder, { recursive: true });
