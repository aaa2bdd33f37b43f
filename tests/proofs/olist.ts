import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  compareWithTallies,
  olistFiles,
  olistPlan,
  olistPresent,
  readOutcome,
} from '../support/olist-replay.ts';
import { tallyOlist } from '../support/olist-tallies.ts';
import { printComparisons } from '../support/print-comparisons.ts';
import { replayToEnd } from '../support/replay-process.ts';

/**
 * Replays all Olist files through the command line and holds the database against what the files say:
 * `node tests/proofs/olist.ts [FOLDER]`. Ends with 1 on any difference. Then the same command again, which must change
 * nothing.
 */
if (!olistPresent) {
  console.info(`The Olist files are not there (${olistFiles}): nothing is proved.`);
  process.exit(0);
}
const given = process.argv[2];
const folder = given ?? mkdtempSync(join(tmpdir(), 'baton-olist-'));
const args = [olistPlan, '--files', olistFiles, '--data', folder];
const outbox = () =>
  createHash('sha256')
    .update(readFileSync(join(folder, 'outbox.jsonl')))
    .digest('hex');

try {
  const first = await replayToEnd(args);
  console.info(
    `imported in ${first.importSeconds.toFixed(1)} s, replayed in ${first.replaySeconds.toFixed(1)} s, ${Math.round(first.peakMemoryMb)} MB at most`,
  );
  const comparisons = compareWithTallies(await readOutcome(folder), await tallyOlist(olistFiles), first.now);
  const sentAtFirst = outbox();

  const again = await replayToEnd(args);
  comparisons.push(
    { what: 'dead letters', expected: 0, found: first.deadLetters, strangers: [] },
    { what: 'events in quarantine', expected: 0, found: first.quarantined, strangers: [] },
    { what: 'rows after the same command again', expected: first.rows, found: again.rows, strangers: [] },
    {
      what: 'differences after the same command again',
      expected: 0,
      found: Number(again.stateHash !== first.stateHash) + Number(outbox() !== sentAtFirst),
      strangers: [],
    },
  );
  process.exitCode = printComparisons(comparisons) ? 0 : 1;
  console.info(`state ${first.stateHash}`);
} finally {
  if (given === undefined) rmSync(folder, { recursive: true, force: true });
}
