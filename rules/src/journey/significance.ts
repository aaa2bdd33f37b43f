/** How an arm of an experiment has done: contacts in it, and how many of them succeeded. */
export type ArmResult = { id: string; entered: number; succeeded: number };

export type Judgement = { look: number; winner?: string; p: number };

/**
 * Judges an experiment at its next planned look, if it is due; `undefined` where it is not.
 *
 * Results may be asked for at any time and still be wrong no more often than the confidence says: they are looked at
 * only when every arm holds `minimum`, 2 · `minimum`, 4 · `minimum`, … contacts, and look k may spend half of what is left of
 * the error probability, so that all looks together spend no more than all of it (alpha spending, by the union bound). The
 * best arm must differ from every other one; several comparisons share a look's part (Bonferroni). A comparison is the
 * two-sided z-test of two proportions with the pooled estimate.
 */
export function judge(
  arms: readonly ArmResult[],
  plan: { confidence: number; minimum: number; looks: number },
): Judgement | undefined {
  const smallest = Math.min(...arms.map(({ entered }) => entered));
  if (arms.length < 2 || smallest < plan.minimum * 2 ** plan.looks) return undefined;

  const look = Math.floor(Math.log2(smallest / plan.minimum)) + 1;
  const [best, ...others] = [...arms].sort((a, b) => rate(b) - rate(a));
  if (!best) return undefined;
  const p = Math.max(...others.map((other) => twoProportions(best, other)));
  const allowed = (1 - plan.confidence) / 2 ** look / others.length;
  return p < allowed ? { look, winner: best.id, p } : { look, p };
}

export const rate = ({ entered, succeeded }: ArmResult): number => (entered === 0 ? 0 : succeeded / entered);

/** Probability of a difference at least as large where both arms are equally good. */
export function twoProportions(a: ArmResult, b: ArmResult): number {
  const pooled = (a.succeeded + b.succeeded) / (a.entered + b.entered);
  const variance = pooled * (1 - pooled) * (1 / a.entered + 1 / b.entered);
  if (!(variance > 0)) return 1;
  return complementaryError(Math.abs(rate(a) - rate(b)) / Math.sqrt(variance) / Math.SQRT2);
}

/** erfc for x ≥ 0, absolute error below 1.5e-7: Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26. */
function complementaryError(x: number): number {
  const t = 1 / (1 + 0.3275911 * x);
  const series =
    ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  return series * Math.exp(-x * x);
}
