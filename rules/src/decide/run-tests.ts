import { evaluate } from '../conditions/evaluate.ts';
import { factsFrom } from '../conditions/path.ts';
import type { BestPractice } from '../documents/best-practice.ts';
import type { HandoverDocument } from '../documents/handover.ts';
import type { DecisionTable } from '../documents/table.ts';
import type { Json } from '../json.ts';
import { decideAction } from './action.ts';
import { decideHandover } from './handover.ts';
import { decideTable } from './table.ts';

/** One test of a document, run: `got` has the shape of `expected` and names only what the test asks about. */
export type TestResult = { name: string; passed: boolean; expected: Json; got: Json };

/** Runs a rule's own tests. Effective dates, rollout and holdout play no part: the tests are about the conditions. */
export async function runRuleTests(rule: BestPractice): Promise<TestResult[]> {
  return Promise.all(
    rule.tests.map(async ({ name, facts: values, expect }) => {
      const facts = factsFrom(values);
      const { outcome } = await evaluate(rule.conditions, facts);
      const act = outcome === 'true' ? decideAction(rule.event, facts) : undefined;
      const got = act && 'missing' in act ? 'unknown' : outcome;
      if (!expect.params) return compare(name, { outcome: expect.outcome }, { outcome: got });

      const params: Record<string, Json | undefined> = act && 'action' in act ? act.action.params : {};
      return compare(name, { ...expect }, { outcome: got, params: only(Object.keys(expect.params), params) });
    }),
  );
}

/** Runs a table's own tests. Of a collecting table `row` names all rows that fit, "r1, r3". */
export async function runTableTests(table: DecisionTable): Promise<TestResult[]> {
  return Promise.all(
    table.tests.map(async ({ name, facts, expect }) => {
      const decision = await decideTable(table, factsFrom(facts));
      const row = rowOf(decision);
      if (!expect.out) return compare(name, { row: expect.row }, { row });

      const out = decision.kind === 'row' ? decision.out : {};
      return compare(name, { ...expect }, { row, out: only(Object.keys(expect.out), out) });
    }),
  );
}

function rowOf(decision: Awaited<ReturnType<typeof decideTable>>): string | null {
  if (decision.kind === 'row') return decision.row;
  if (decision.kind === 'rows') return decision.rows.map(({ row }) => row).join(', ');
  return decision.kind === 'conflict' ? `conflict: ${decision.rows.join(', ')}` : null;
}

/** Runs a handover's own tests. "unknown" is a contact that stays because facts are unknown. */
export async function runHandoverTests(handover: HandoverDocument): Promise<TestResult[]> {
  return Promise.all(
    handover.tests.map(async ({ name, stage, milestones, facts, expect }) => {
      const decision = await decideHandover([handover], { stage, milestones }, factsFrom(facts));
      const kind = decision.kind === 'stay' && decision.unknown.length > 0 ? 'unknown' : decision.kind;
      if (!expect.missing) return compare(name, { kind: expect.kind }, { kind });
      return compare(
        name,
        { ...expect },
        { kind, missing: decision.kind === 'blocked' ? decision.missing : [] },
      );
    }),
  );
}

function only(
  keys: readonly string[],
  values: Readonly<Record<string, Json | undefined>>,
): Record<string, Json> {
  return Object.fromEntries(keys.map((key) => [key, values[key] ?? null]));
}

function compare(
  name: string,
  expected: { [key: string]: Json | undefined },
  got: { [key: string]: Json },
): TestResult {
  const wanted = only(Object.keys(got), expected);
  return { name, passed: sorted(wanted) === sorted(got), expected: wanted, got };
}

/** Equality that does not depend on the order of keys. */
function sorted(value: Json): string {
  return JSON.stringify(value, (_, part) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
