import { startProgress } from '@baton/infra/local/cli/progress.ts';
import { raceTrack } from '../simulation/races.ts';
import { quickRandom } from '../support/quick-random.ts';

/**
 * Races of an event against the timeout of the wait that it answers, a millisecond before, in the same one and after:
 * `node tests/proofs/races.ts [RACES] [SEED]`. Each has one outcome, and both sides agree on it. Ends with 1 otherwise.
 */
const [count = '100000', seed = '1'] = process.argv.slice(2);
const races = Number(count);
const random = quickRandom(Number(seed));
const race = await raceTrack();
const progress = startProgress('races');
const tally: Record<string, number> = {};
let wrong = 0;

for (let at = 1; at <= races; at++) {
  const { outcome, offsetMs, problem } = await race(random);
  const what = `${offsetMs > 0 ? '+' : ''}${offsetMs} ms: ${outcome}`;
  tally[what] = (tally[what] ?? 0) + 1;
  if (problem) {
    wrong++;
    console.info(`race ${at}, ${what}: ${problem}`);
  }
  if (at % 100 === 0) progress.update(at, races, `${wrong} wrong`);
}
progress.stop();
for (const [what, number] of Object.entries(tally).sort()) console.info(`${what}: ${number}`);
console.info(`${races} races: ${wrong} without exactly one outcome that both sides agree on`);
process.exitCode = wrong === 0 ? 0 : 1;
