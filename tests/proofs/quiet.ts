import { attemptAroundChanges } from '../support/quiet-attempts.ts';

/**
 * Asks for marketing around every change of every zone's offset from 2024 to 2030 at random instants and quiet hours, and
 * holds each answer against another implementation of the zones: `node tests/proofs/quiet.ts [SEED]`. Ends with 1 where
 * something was sent inside quiet hours, or held without need.
 */
const seed = Number(process.argv[2] ?? Date.now() % 1_000_000);
const begun = performance.now();
const { zones, changes, attempts, sent, held, violations } = await attemptAroundChanges({
  perChange: 60,
  seed,
});
const seconds = ((performance.now() - begun) / 1000).toFixed(0);
console.info(
  `seed ${seed}: ${zones} zones, ${changes} changes, ${attempts} attempts: ${sent} sent, ${held} held, ${violations.length} violations, ${seconds} s`,
);
for (const violation of violations.slice(0, 10)) console.info(violation);
process.exitCode = violations.length > 0 ? 1 : 0;
