import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  compareWithTallies,
  olistFiles,
  olistPlan,
  olistPresent,
  readOutcome,
} from '../support/olist-replay.ts';
import { sliceOlist } from '../support/olist-slice.ts';
import { tallyOlist } from '../support/olist-tallies.ts';
import { replayToEnd } from '../support/replay-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

if (!olistPresent)
  console.warn('The Olist files are not there (../shared/data/olist): their replay is not tested.');

test.skipIf(!olistPresent)(
  'a replay of part of the Olist files comes to what the files say, and comes to it once',
  async () => {
    const [files, data] = [temporaryFolder(), temporaryFolder()];
    const args = [olistPlan, '--files', files, '--data', data];
    const outbox = () => readFileSync(join(data, 'outbox.jsonl'), 'utf8');
    await sliceOlist(olistFiles, files);
    const tallies = await tallyOlist(files);
    for (const cases of [tallies.deals, tallies.lateDeliveries, tallies.lowRatedOrders])
      expect(cases.length).toBeGreaterThan(10);

    const first = await replayToEnd(args);
    const comparisons = compareWithTallies(await readOutcome(data), tallies, first.now);
    const sent = outbox();
    const second = await replayToEnd(args);

    expect(comparisons.filter(({ expected, found }) => expected !== found)).toEqual([]);
    expect(first).toMatchObject({ deadLetters: 0, quarantined: 0 });
    expect({ hash: second.stateHash, rows: second.rows }).toEqual({
      hash: first.stateHash,
      rows: first.rows,
    });
    expect(outbox()).toBe(sent);
  },
);
