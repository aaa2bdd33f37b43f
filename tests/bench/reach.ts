import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSqliteStore } from '@baton/functions/adapters/sqlite/store.ts';
import { loadLibrary } from '@baton/functions/library/load.ts';
import { toItem } from '@baton/functions/repositories/rows.ts';
import { newHead } from '@baton/functions/use-cases/contact-change.ts';
import { startProgress } from '@baton/infra/local/cli/progress.ts';
import { openDatabase } from '@baton/infra/local/database.ts';
import { openHost } from '@baton/infra/local/host.ts';
import { createReach } from '@baton/infra/local/reach/reach.ts';
import { systemClock } from '@baton/infra/local/virtual-clock.ts';
import { quickRandom } from '../support/quick-random.ts';

/**
 * How soon it is known whom a condition fits: `node tests/bench/reach.ts [CONTACTS]`. Measured is the answer to one question
 * of five lines, after the contacts were read once; how long that takes is printed beside it. Not measured: HTTP.
 */
const contacts = Number(process.argv[2] ?? 100_000);
const folder = mkdtempSync(join(tmpdir(), 'baton-reach-'));
try {
  await makeContacts();
  const { reach, close } = createReach(join(folder, 'baton.db'));
  const first = performance.now();
  const { of } = await reach(question(0));
  console.info(`${of} contacts read in ${Math.round(performance.now() - first)} ms`);
  const times: number[] = [];
  for (let round = 1; round <= 50; round++) {
    const begun = performance.now();
    await reach(question(round));
    times.push(performance.now() - begun);
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(share * (times.length - 1))]?.toFixed(1);
  console.info(`50 questions of five lines: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`);
  close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function makeContacts(): Promise<void> {
  const { library } = await loadLibrary(join(import.meta.dirname, '../../rules/library'));
  const host = await openHost({
    folder,
    clock: { ...systemClock, kind: 'system' },
    library,
    log: console,
    channel: () => ({ send: async () => ({ kind: 'sent' }) }),
  });
  await host.close();
  const database = openDatabase({ folder });
  const store = createSqliteStore(database);
  const random = quickRandom(1);
  const progress = startProgress('contacts');
  const now = new Date().toISOString();
  const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString();
  for (let at = 0; at < contacts; at++) {
    const contactId = `c-${at}`;
    const ordered = day(random() * 400);
    const told = (value: string | number) => ({ value, at: ordered, eventId: 'e-1' });
    const head = {
      ...newHead(contactId, now),
      rev: 1,
      stage: 'developed',
      stageSince: ordered,
      g1pk: 'STG#developed',
      g1sk: `${ordered}#${contactId}`,
      attributes: {
        '$.email': told(`c-${at}@example.com`),
        '$.valueTier': told(['a', 'b', 'c'][Math.floor(random() * 3)] ?? 'a'),
        '$.city': told(random() < 0.5 ? 'Lund' : 'Ystad'),
      },
      seen: { 'order.placed': { count: Math.ceil(random() * 9), first: day(500), last: ordered } },
    };
    await store.transact([{ kind: 'put', table: 'core', item: toItem(head) }]);
    if (at % 1000 === 0) progress.update(at, contacts, '');
  }
  progress.stop();
  await database.durable();
  database.close();
}

/** Another each time, so that nothing is remembered. */
function question(round: number) {
  const line = (fact: string, path: string, operator: string, value: string | number | boolean) => ({
    fact,
    path,
    operator,
    value,
  });
  return {
    stages: ['developed'],
    conditions: {
      all: [
        line('contact', '$.valueTier', 'known:notEqual', 'c'),
        line('history', '$.orders', 'known:greaterThan', 1 + (round % 5)),
        {
          any: [
            line('contact', '$.city', 'known:equal', 'Lund'),
            line('contact', '$.valueTier', 'known:equal', 'a'),
          ],
        },
        line('contact', '$.email', 'isKnown', true),
      ],
    },
  };
}
