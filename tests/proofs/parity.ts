import { startProgress } from '@baton/infra/local/cli/progress.ts';
import { compare, playOf } from '../simulation/parity.ts';

/**
 * Random journeys with random histories, played by the simulator and by a host: `node tests/proofs/parity.ts [PLAYS] [SEED]
 * [FROM]`. Both take the same steps at the same instants, do the same and come to the same ends. Each difference is printed
 * with the line that shows it again. Ends with 1 where there is one.
 */
const [count = '10000', givenSeed = '1', from = '0'] = process.argv.slice(2);
const [most, seed, first] = [Number(count), Number(givenSeed), Number(from)];
const progress = startProgress('parity');
const kinds: Record<string, number> = {};
const cuts: Record<string, number> = {};
let [events, trips, steps, wrong] = [0, 0, 0, 0];

for (let at = 0; at < most; at++) {
  const index = first + at;
  const compared = await compare(playOf(seed, index));
  events += compared.events;
  trips += compared.trips;
  steps += compared.steps;
  for (const kind of compared.kinds) kinds[kind] = (kinds[kind] ?? 0) + 1;
  if (compared.cut) cuts[compared.cut] = (cuts[compared.cut] ?? 0) + 1;
  if (compared.difference) {
    wrong++;
    console.info(`npm run prove:parity -- 1 ${seed} ${index}\n  ${compared.difference}`);
  }
  progress.update(at + 1, most, `${steps} steps, ${wrong} differ`);
}
progress.stop();
const listed = (tally: Record<string, number>) =>
  Object.entries(tally)
    .sort(([, a], [, b]) => b - a)
    .map(([name, number]) => `${name} ${number}`)
    .join(', ');
console.info(`plays with steps of a kind: ${listed(kinds)}`);
console.info(`compared up to an instant only: ${listed(cuts) || 'none'}`);
console.info(
  `${most} plays, ${events} events, ${trips} trips, ${steps} steps: ${wrong === 0 ? 'simulator and host agree on all' : `they differ on ${wrong}`}`,
);
process.exitCode = wrong === 0 ? 0 : 1;
