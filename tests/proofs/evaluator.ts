import { isDeepStrictEqual } from 'node:util';
import { spanText, startProgress } from '@baton/infra/local/cli/progress.ts';
import fc from 'fast-check';
import { type Comparison, compareEvaluators } from '../support/compare-evaluators.ts';
import { decisions, rootsEach } from '../support/random-decisions.ts';

/**
 * Lets json-rules-engine and the compiled evaluator decide random conditions on random facts and holds outcomes and
 * lists of unknown facts against each other: `node tests/proofs/evaluator.ts [CASES] [SEED]`. Ctrl+C ends it early with
 * what was compared so far. Ends with 1 on any difference; the smallest that shows it is printed.
 */
const total = Number(process.argv[2] ?? 1_000_000);
const seed = Number(process.argv[3] ?? Date.now() % 2 ** 31);
const batch = 2000;
const shownAtMost = 3;

const outcomes = { true: 0, false: 0, unknown: 0, broken: 0 };
let [cases, missing, differences, shown] = [0, 0, 0, 0];
let interrupted = false;
process.once('SIGINT', () => {
  interrupted = true;
});

console.info(`seed ${seed}: a case is one random condition on one random snapshot of facts`);
const begun = performance.now();
const progress = startProgress('evaluator');
for (let drawn = 0; cases < total && !interrupted; drawn++) {
  const before = differences;
  const settings = { numRuns: Math.min(batch, Math.ceil((total - cases) / rootsEach)), seed: seed + drawn };
  await fc.check(
    fc.asyncProperty(decisions, async (each) => count(await compareEvaluators(each))),
    settings,
  );
  if (differences > before && shown < shownAtMost) await showSmallest(settings);
  progress.update(cases, total, `${cases.toLocaleString('en')} cases, ${differences} differences`);
  await new Promise(setImmediate); // lets Ctrl+C in
}
progress.stop();

const { true: yes, false: no, unknown, broken } = outcomes;
console.info(
  `${cases.toLocaleString('en')} cases in ${spanText(performance.now() - begun)}${interrupted ? ' (interrupted)' : ''}: ` +
    `${yes} true, ${no} false, ${unknown} unknown for ${missing} absent facts, ${broken} broken`,
);
console.info(`differences: ${differences}`);
process.exitCode = differences > 0 || broken > 0 ? 1 : interrupted ? 130 : 0;

function count({ authority, compiled }: Comparison): void {
  for (const [index, said] of authority.entries()) {
    cases += 1;
    outcomes[said.outcome] += 1;
    missing += said.missing.length;
    if (!isDeepStrictEqual(said, compiled[index])) differences += 1;
  }
}

/** Draws the batch again and shrinks the first that differs. */
async function showSmallest(settings: { numRuns: number; seed: number }): Promise<void> {
  shown += 1;
  const differs = fc.asyncProperty(decisions, async (each) => {
    const { authority, compiled } = await compareEvaluators(each);
    return isDeepStrictEqual(authority, compiled);
  });
  const { counterexample } = await fc.check(differs, settings);
  console.error(`DIFFERS (seed ${settings.seed}): ${JSON.stringify(counterexample)}`);
}
