import { BrokenCondition, evaluateAll, type Outcome } from '@baton/rules/conditions/evaluate.ts';
import { evaluateAllUntraced } from '@baton/rules/conditions/evaluator.ts';
import type { Decisions } from './random-decisions.ts';

/** What one evaluator said, without the trace that only json-rules-engine gives. */
type Said = { outcome: Outcome | 'broken'; missing: string[] };

export type Comparison = { authority: Said[]; compiled: Said[] };

/** Lets json-rules-engine and the compiled evaluator decide the same conditions on the same facts. */
export async function compareEvaluators({ roots, facts }: Decisions): Promise<Comparison> {
  return {
    authority: (await evaluateAll(roots, facts)).map(said),
    compiled: (await evaluateAllUntraced(roots, facts)).map(said),
  };
}

function said(verdict: Awaited<ReturnType<typeof evaluateAll>>[number]): Said {
  if (verdict instanceof BrokenCondition) return { outcome: 'broken', missing: [verdict.message] };
  return {
    outcome: verdict.outcome,
    missing: verdict.unknown.map(({ fact, path }) => `${fact} ${path}`),
  };
}
