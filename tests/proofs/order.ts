import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { olistFiles, olistPlan, olistPresent } from '../support/olist-replay.ts';
import { type Ended, replayToEnd } from '../support/replay-process.ts';
import { sentIn } from '../support/synthetic-replay.ts';

/**
 * Delivers every event of the Olist files ten times and in random order, among those of a day and among all, and holds
 * the state against that of one delivery in order: `node tests/proofs/order.ts [SEED …]`. Ends with 1 on a difference.
 */
const given = process.argv.slice(2);
const seeds = given.length > 0 ? given : ['one', 'two'];
if (!olistPresent) {
  console.info(`The Olist files are not there (${olistFiles}): nothing is proved.`);
  process.exit(0);
}

let differences = 0;
for (const window of ['P1D', 'all']) {
  const once = await replay('--window', window);
  console.info(`${window}: once, in order: state ${once.stateHash}, ${once.messages} messages`);
  for (const seed of seeds) {
    const again = await replay('--window', window, '--times', '10', '--shuffle', seed);
    const same = again.stateHash === once.stateHash && again.messages === once.messages;
    if (!same) differences++;
    console.info(
      `${window}: ten times, order ${seed}: state ${again.stateHash}, ${again.messages} messages, ${again.replaySeconds.toFixed(0)} s: ${same ? 'the same' : 'DIFFERS'}`,
    );
  }
}
process.exitCode = differences > 0 ? 1 : 0;

async function replay(...args: string[]): Promise<Ended & { messages: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'baton-order-'));
  try {
    const ended = await replayToEnd([olistPlan, '--files', olistFiles, '--data', folder, ...args]);
    return { ...ended, messages: new Set(sentIn(folder)).size };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
