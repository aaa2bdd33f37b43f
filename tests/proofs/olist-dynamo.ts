import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { replayOnDynamo } from '../support/aws-replay.ts';
import { openDynamo } from '../support/dynamo-server.ts';
import { olistFiles, olistPlan, olistPresent } from '../support/olist-replay.ts';
import { sliceOlist } from '../support/olist-slice.ts';
import { replayToEnd } from '../support/replay-process.ts';

/**
 * Replays the first leads of the Olist files with their deals on SQLite and, through the same handlers and inside the
 * walls of the functions' roles, on DynamoDB: `node tests/proofs/olist-dynamo.ts [LEADS] [ORDERS]`. Ends with 1 where the
 * two states differ.
 */
const [leads = 2000, orders = 0] = process.argv.slice(2).map(Number);
const server = olistPresent ? await openDynamo() : undefined;
if (!server) {
  console.info('The Olist files or the package @dynoxide/linux-x64 are not there: nothing is proved.');
  process.exit(0);
}
const folders = ['files', 'sqlite', 'dynamo'].map((name) => mkdtempSync(join(tmpdir(), `baton-${name}-`)));
const [files = '', data = '', other = ''] = folders;
try {
  await sliceOlist(olistFiles, files, { leads, orders, first: true });
  const local = await replayToEnd([olistPlan, '--files', files, '--data', data]);
  console.info(
    `SQLite:   ${local.events} events, ${local.rows} rows, ${local.replaySeconds.toFixed(1)} s, ${local.stateHash}`,
  );
  const begun = performance.now();
  const there = await replayOnDynamo({ from: data, to: other, until: local.now }, server);
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  console.info(`DynamoDB: ${local.events} events, ${there.rows.length} rows, ${seconds} s, ${there.hash}`);
  process.exitCode = there.hash === local.stateHash ? 0 : 1;
} finally {
  server.stop();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}
