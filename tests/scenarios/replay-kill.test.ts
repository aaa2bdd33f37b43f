import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { seededRandom, syntheticEvents } from '../support/synthetic-events.ts';
import { replaySynthetic, sentIn } from '../support/synthetic-replay.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const [seed, contacts, until] = ['kill', 80, '2026-10-01T00:00:00Z'];
const events = syntheticEvents(seed, contacts);

test('a replay killed again and again ends in the same state, and no message leaves twice', async () => {
  const random = seededRandom('when to kill');
  const whole = await replaySynthetic({ folder: temporaryFolder(), events, until });

  const folder = temporaryFolder();
  const kills: number[] = [];
  for (const share of [0.2, 0.5, 0.8]) {
    kills.push(await playAndKill(folder, Math.floor((share + random() * 0.15) * events.length)));
    expect(underWay(folder)).toEqual({ inQueue: 0, notApplied: 0, notDispatched: 0, running: 0 });
  }
  const resumed = await replaySynthetic({ folder, events, until });

  expect(kills.every((played) => played < events.length)).toBe(true);
  expect(resumed.hash).toBe(whole.hash);
  expect(sentIn(folder).toSorted()).toEqual(whole.messages.toSorted());
  expect(new Set(whole.messages).size).toBe(whole.messages.length);
});

/** Lets a process of its own replay until it has played that many events, kills it, and says how far it came. */
function playAndKill(folder: string, enough: number): Promise<number> {
  const script = join(import.meta.dirname, '../support/replay-child.ts');
  const args = [script, folder, seed, String(contacts), until];
  const child = spawn(process.execPath, ['--no-warnings', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((resolve, reject) => {
    let played = 0;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      played = Number(text.trimEnd().split('\n').at(-1));
      if (played >= enough) child.kill('SIGKILL');
    });
    child.on('error', reject);
    child.on('close', (_code, signal) => {
      if (signal === 'SIGKILL') resolve(played);
      else reject(new Error(`the replay was to be killed and ended by itself after ${played} events`));
    });
  });
}

/** What a killed replay has left half done; it writes to disk only when nothing is. */
function underWay(folder: string) {
  const sql = new DatabaseSync(join(folder, 'baton.db'));
  const count = (from: string) => Number(sql.prepare(`SELECT count(*) AS n FROM ${from}`).get()?.n);
  const found = {
    inQueue: count('q_message'),
    notApplied: count("core WHERE duepk LIKE 'PEND#%'"),
    notDispatched: count("core WHERE duepk LIKE 'OUT#%'"),
    running: count("sm_frame WHERE status IN ('ready', 'running')"),
  };
  sql.close();
  return found;
}
