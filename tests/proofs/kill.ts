import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { olistFiles, olistPlan, olistPresent } from '../support/olist-replay.ts';
import { sliceOlist } from '../support/olist-slice.ts';
import { type Ended, replayToEnd, startReplay } from '../support/replay-process.ts';
import { diffFolders } from '../support/state-diff.ts';
import { seededRandom } from '../support/synthetic-events.ts';
import { sentIn } from '../support/synthetic-replay.ts';

/**
 * Kills the replay of the Olist files at random moments, runs it again each time, and holds state and messages against
 * those of a replay that nobody disturbed: `node tests/proofs/kill.ts [whole|slice] [SEED] [KILLS]`. Ends with 1 where
 * they differ.
 */
const [what = 'slice', seed = String(Date.now()), count = '20'] = process.argv.slice(2);
if (!olistPresent) {
  console.info(`The Olist files are not there (${olistFiles}): nothing is proved.`);
  process.exit(0);
}
const base = mkdtempSync(join(tmpdir(), 'baton-kill-'));
const [calm, killed, slice] = [join(base, 'calm'), join(base, 'killed'), join(base, 'slice')];
const random = seededRandom(seed);
/** How long the command takes before it plays anything, in seconds. */
const startUp = 1.5;

try {
  const files = what === 'slice' ? await prepareSlice() : olistFiles;
  const args = (folder: string) => [olistPlan, '--files', files, '--data', folder];
  console.info(`${what} of the files, seed ${seed}`);

  const begun = performance.now();
  const undisturbed = await replayToEnd(args(calm));
  const seconds = (performance.now() - begun) / 1000;
  console.info(`undisturbed: ${seconds.toFixed(1)} s, state ${undisturbed.stateHash}`);

  let ended: Ended | undefined;
  let kills = 0;
  while (kills < Number(count) && !ended) {
    ended = await killAfter(args(killed), startUp + random() * 2 * ((seconds - startUp) / Number(count)));
    if (!ended) console.info(`kill ${++kills} at ${moment(killed)}`);
  }
  ended ??= await replayToEnd(args(killed));

  const [expected, sent] = [sentIn(calm), sentIn(killed)];
  const twice = sent.length - new Set(sent).size;
  const same =
    ended.stateHash === undisturbed.stateHash && sent.toSorted().join() === expected.toSorted().join();
  console.info(
    `after ${kills} kills: state ${ended.stateHash}, ${sent.length} messages, ${twice} of them twice`,
  );
  console.info(same && twice === 0 ? 'the same state, no message twice' : 'DIFFERS');
  if (ended.stateHash !== undisturbed.stateHash) console.info(diffFolders(calm, killed).slice(0, 20));
  process.exitCode = same && twice === 0 ? 0 : 1;
} finally {
  rmSync(base, { recursive: true, force: true });
}

async function prepareSlice(): Promise<string> {
  mkdirSync(slice);
  await sliceOlist(olistFiles, slice);
  return slice;
}

/** Runs the command and kills it after some seconds; answers what it printed where it was faster than that. */
async function killAfter(args: string[], seconds: number): Promise<Ended | undefined> {
  const { child, over } = startReplay(args);
  const timer = setTimeout(() => child.kill('SIGKILL'), seconds * 1000);
  const { ended, signal, errors } = await over;
  clearTimeout(timer);
  if (!ended && signal !== 'SIGKILL') throw new Error(`the replay broke off: ${errors.slice(-2000)}`);
  return ended;
}

/** Where on virtual time the killed replay stands. */
function moment(folder: string): string {
  const file = join(folder, 'baton.db');
  if (!existsSync(file)) return 'before anything was written';
  const sql = new DatabaseSync(file);
  try {
    const row = sql.prepare('SELECT now, played FROM replay_progress').get();
    return row ? `${row.now}, ${row.played} events played` : 'before anything was played';
  } catch {
    return 'before anything was imported';
  } finally {
    sql.close();
  }
}
