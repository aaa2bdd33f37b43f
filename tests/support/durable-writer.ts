import { createSqliteStore } from '@baton/functions/adapters/sqlite/store.ts';
import { openDatabase } from '@baton/infra/local/database.ts';

/** Run as a process of its own, to be killed: writes pairs of rows and prints a number once its pair is durable. */
const [folder = '', from = '0', writers = '4'] = process.argv.slice(2);
const store = createSqliteStore(openDatabase({ folder }));
let next = Number(from);

async function write() {
  for (;;) {
    const at = next++;
    await store.transact([
      { kind: 'put', table: 'core', item: { pk: 'acknowledged', sk: String(at), filler: 'x'.repeat(500) } },
      { kind: 'put', table: 'guard', item: { pk: 'acknowledged', sk: String(at) } },
    ]);
    await store.durable();
    process.stdout.write(`${at}\n`);
  }
}

for (let writer = 0; writer < Number(writers); writer++) void write();
