import type { Facts } from '../conditions/evaluate.ts';
import { type FactReference, Priority } from '../documents/common.ts';
import type { DecisionTable } from '../documents/table.ts';
import { decideTable } from './table.ts';

/** How urgent a table calls a case. What it cannot judge is a normal one; `unknown` are the facts it missed. */
export async function priorityByTable(
  table: DecisionTable,
  facts: Facts,
): Promise<{ priority: Priority; unknown: FactReference[] }> {
  const decision = await decideTable(table, facts);
  const out = decision.kind === 'row' ? decision.out : undefined;
  const judged = Priority.safeParse(out?.priority);
  return {
    priority: judged.success ? judged.data : 'normal',
    unknown: 'unknown' in decision ? decision.unknown : [],
  };
}
