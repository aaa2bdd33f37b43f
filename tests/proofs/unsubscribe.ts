import { tryAlteredTokens } from '../support/altered-tokens.ts';

/** Alters 100,000 unsubscribe links and more: `node tests/proofs/unsubscribe.ts [SEED]`. Ends with 1 where one is accepted. */
const seed = Number(process.argv[2] ?? Date.now() % 1_000_000);
const begun = performance.now();
const { tokens, altered, accepted } = tryAlteredTokens(200_000, seed);
const seconds = ((performance.now() - begun) / 1000).toFixed(1);
console.info(
  `seed ${seed}: ${altered} altered of ${tokens} tokens: ${accepted.length} accepted, ${seconds} s`,
);
for (const token of accepted.slice(0, 10)) console.info(token);
process.exitCode = accepted.length > 0 ? 1 : 0;
