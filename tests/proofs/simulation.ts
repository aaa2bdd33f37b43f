import { parseArgs } from 'node:util';
import { startProgress } from '@baton/infra/local/cli/progress.ts';
import { reproduction, simulate } from '../simulation/simulation.ts';
import { shippedLibrary } from '../support/shipped-library.ts';

/**
 * Lets everything go wrong that may, once for each seed: `node tests/proofs/simulation.ts [--seeds 1000] [--from 1]`. Each
 * seed at which something is wrong is printed as the line that does the same again; `--seed N` prints its turns as well,
 * and `--until` stops at an instant of virtual time. Ends with 1 where something is wrong.
 */
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    until: { type: 'string' },
  },
});
const library = await shippedLibrary();

if (values.seed === undefined) await simulateMany(Number(values.from), Number(values.seeds));
else await simulateOne(values.seed, values.until === undefined ? undefined : Date.parse(values.until));

async function simulateOne(seed: string, until: number | undefined): Promise<void> {
  const { problems } = await simulate(library, seed, { until, onTurn: (turn) => console.info(turn) });
  for (const problem of problems) console.info(problem);
  console.info(problems.length === 0 ? 'nothing is wrong' : `${problems.length} things are wrong`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}

async function simulateMany(from: number, seeds: number): Promise<void> {
  const progress = startProgress('simulation');
  let events = 0;
  let turns = 0;
  let wrong = 0;
  for (let at = 0; at < seeds; at++) {
    const seed = String(from + at);
    const simulated = await simulate(library, seed);
    events += simulated.events;
    turns += simulated.turns;
    if (simulated.problems.length > 0) {
      wrong++;
      console.info(`${reproduction(seed)}\n  ${simulated.problems[0]}`);
    }
    progress.update(at + 1, seeds, `${turns} turns, ${wrong} wrong`);
  }
  progress.stop();
  console.info(`${seeds} seeds, ${events} events, ${turns} turns: ${wrong} wrong`);
  process.exitCode = wrong === 0 ? 0 : 1;
}
