import { openDatabase } from '@baton/infra/local/database.ts';
import { storedRows } from '@baton/infra/local/replay/state-hash.ts';
import { expect, test } from 'vitest';
import { replayOnDynamo } from '../support/aws-replay.ts';
import { startDynamo } from '../support/dynamo-server.ts';
import { olistFiles, olistPlan, olistPresent } from '../support/olist-replay.ts';
import { sliceOlist } from '../support/olist-slice.ts';
import { replayToEnd } from '../support/replay-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const server = await startDynamo();

test.skipIf(!olistPresent || !server)(
  'a replay of part of the Olist files ends in the same state on DynamoDB as on SQLite',
  async () => {
    if (!server) return;
    const [files, data, other] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
    await sliceOlist(olistFiles, files, { leads: 40, orders: 20 });
    const local = await replayToEnd([olistPlan, '--files', files, '--data', data]);

    const onDynamo = await replayOnDynamo({ from: data, to: other, until: local.now }, server);

    const database = openDatabase({ folder: data });
    const rows = [...storedRows(database)];
    database.close();
    expect(onDynamo.rows.length).toBe(rows.length);
    expect(onDynamo.hash).toBe(local.stateHash);
  },
);
