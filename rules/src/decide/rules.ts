import * as z from 'zod';
import {
  BrokenCondition,
  type EvaluateAll,
  evaluateAll,
  type Facts,
  type Outcome,
  type TraceLine,
  type Verdict,
} from '../conditions/evaluate.ts';
import { parseInstant } from '../conditions/instant.ts';
import { BestPractice } from '../documents/best-practice.ts';
import type { FactReference } from '../documents/common.ts';
import { type DecidedAction, decideAction } from './action.ts';

/**
 * `masked`: another rule of its conflict group acts. `held-out`: would act, but the contact is kept for comparison.
 * `quarantined`: the document is broken; the other rules still decide.
 */
export type RuleVerdict =
  | 'fires'
  | 'masked'
  | 'held-out'
  | 'not-in-rollout'
  | 'no'
  | 'unknown'
  | 'quarantined';

export type RuleDecision = {
  rule: string;
  /** What the conditions gave; `verdict` is what follows from it. */
  outcome: Outcome;
  verdict: RuleVerdict;
  /** The rule that masks this one. */
  by?: string;
  reason?: string;
  action?: DecidedAction;
  trace: TraceLine[];
  unknown: FactReference[];
};

/** `dice` gives 0 up to, not including, 100, always the same for one contact and one salt. */
export type Occasion = { stage: string | null; now: string; dice: (salt: string) => number };

/**
 * Decides all rules on one snapshot, in order of precedence: highest priority first, then by id. Of a conflict group
 * only the first that acts does so. A held-out rule masks nothing: the comparison group must be treated as if the rule
 * did not exist.
 */
export async function decideRules(
  rules: readonly BestPractice[],
  facts: Facts,
  at: Occasion,
  decide: EvaluateAll = evaluateAll,
): Promise<RuleDecision[]> {
  const snapshot = { ...facts, clock: { now: at.now } };
  const broken = rules.filter((rule) => flawOf(rule) !== undefined);
  const sound = rules.filter((rule) => flawOf(rule) === undefined).sort(byPrecedence);
  const asked = sound.filter((rule) => notNow(rule, at) === undefined);
  const answers = await decide(
    asked.map((rule) => rule.conditions),
    snapshot,
  );
  const verdicts = new Map(asked.map((rule, index) => [rule, answers[index]]));

  const decisions = sound.map((rule) => decideRule(rule, verdicts.get(rule), snapshot, at));
  return [...maskConflicts(sound, decisions), ...broken.map((rule) => quarantine(rule, flawOf(rule)))];
}

/** Whether a rule is meant for contacts of a stage; `null` is a contact outside the cycle. */
export function appliesInStage(rule: BestPractice, stage: string | null): boolean {
  return rule.stages.includes('any') || rule.stages.includes(stage ?? 'none');
}

function byPrecedence(a: BestPractice, b: BestPractice): number {
  return b.priority - a.priority || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

function decideRule(
  rule: BestPractice,
  answer: Verdict | BrokenCondition | undefined,
  facts: Facts,
  at: Occasion,
): RuleDecision {
  if (answer instanceof BrokenCondition) return quarantine(rule, `conditions: ${answer.message}`);
  if (!answer)
    return {
      rule: rule.id,
      outcome: 'false',
      verdict: 'no',
      reason: notNow(rule, at),
      trace: [],
      unknown: [],
    };

  const decision = { rule: rule.id, ...answer };
  if (answer.outcome === 'false') return { ...decision, verdict: 'no' };
  if (!inRollout(rule, at)) return { ...decision, verdict: 'not-in-rollout' };
  if (answer.outcome === 'unknown') return { ...decision, verdict: 'unknown' };
  if (isHeldOut(rule, at)) return { ...decision, verdict: 'held-out' };

  const act = decideAction(rule.event, facts);
  if ('missing' in act)
    return {
      ...decision,
      verdict: 'unknown',
      reason: 'a value the action needs is unknown',
      unknown: act.missing,
    };
  return { ...decision, verdict: 'fires', action: act.action };
}

function maskConflicts(rules: readonly BestPractice[], decisions: readonly RuleDecision[]): RuleDecision[] {
  const winners = new Map<string, string>();
  return decisions.map((decision, index) => {
    const group = rules[index]?.conflictGroup;
    if (decision.verdict !== 'fires' || group === undefined) return decision;

    const by = winners.get(group);
    if (by === undefined) {
      winners.set(group, decision.rule);
      return decision;
    }
    const { action: _, ...rest } = decision;
    return { ...rest, verdict: 'masked', by };
  });
}

/** Why a sound rule does not take part at all. */
function notNow(rule: BestPractice, { stage, now }: Occasion): string | undefined {
  if (!appliesInStage(rule, stage)) return `does not apply in stage ${stage ?? 'none'}`;
  if (!rule.effective) return undefined;
  const at = parseInstant(now) ?? Number.NaN;
  const from = parseInstant(rule.effective.from);
  const to = parseInstant(rule.effective.to);
  if (from !== undefined && !(at >= from)) return `is effective from ${rule.effective.from}`;
  if (to !== undefined && !(at < to)) return `was effective until ${rule.effective.to}`;
  return undefined;
}

function inRollout({ rollout }: BestPractice, { dice }: Occasion): boolean {
  return !rollout || rollout.percent >= 100 || dice(rollout.salt) < rollout.percent;
}

/** Drawn apart from the rollout, so that widening the rollout moves nobody in or out of the holdout. */
function isHeldOut({ rollout }: BestPractice, { dice }: Occasion): boolean {
  return (
    rollout !== undefined &&
    rollout.holdoutPercent > 0 &&
    dice(`${rollout.salt} holdout`) < rollout.holdoutPercent
  );
}

function quarantine(rule: BestPractice, reason: string | undefined): RuleDecision {
  return {
    rule: String(rule.id),
    outcome: 'unknown',
    verdict: 'quarantined',
    reason,
    trace: [],
    unknown: [],
  };
}

const { id, stages, event, priority, conflictGroup, effective, rollout } = BestPractice.shape;
const Deciding = z.object({ id, stages, event, priority, conflictGroup, effective, rollout });
const flaws = new WeakMap<BestPractice, { flaw?: string }>();

/** What keeps a rule from deciding at all, found once per document object; its conditions are judged when compiled. */
function flawOf(rule: BestPractice): string | undefined {
  let found = flaws.get(rule);
  if (!found) {
    const issue = Deciding.safeParse(rule).error?.issues[0];
    found = issue ? { flaw: `${issue.path.join('.')}: ${issue.message}` } : {};
    flaws.set(rule, found);
  }
  return found.flaw;
}
