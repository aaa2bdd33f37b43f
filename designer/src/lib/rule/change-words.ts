import type { Leaf } from '@baton/rules/conditions/condition.ts';
import type { Outcome, TraceLine } from '@baton/rules/conditions/evaluate.ts';
import type { FactChange } from '@baton/rules/conditions/smallest-change.ts';
import { type FactScope, labelOf } from '../conditions/facts-in-scope.ts';
import { sayDemand } from '../words/conditions.ts';
import { sayUnit, sayValue } from '../words/values.ts';

/** "To fire, Days since the last order would have to be at least 60 (now 52)." */
export function sayChanges(
  changes: readonly FactChange[],
  outcome: Outcome,
  trace: readonly TraceLine[],
  scope: FactScope,
): string {
  const parts = changes.map((change) => sayChange(change, outcome, trace, scope));
  const lead = outcome === 'true' ? 'It would not fire if ' : 'To fire, ';
  return `${lead}${parts.join(' and ')}.`;
}

function sayChange(
  change: FactChange,
  outcome: Outcome,
  trace: readonly TraceLine[],
  scope: FactScope,
): string {
  const unit = scope.find(change)?.unit;
  const now = change.from === undefined ? 'not known now' : `now ${sayValue(change.from)}`;
  const must = outcome === 'true' ? 'were' : 'would have to be';
  const asked = outcome === 'true' ? undefined : demandOf(change, trace);
  const to = asked ?? `${sayTo(change)}${sayUnit(unit, change.to)}`;
  return `${labelOf(change, scope)} ${must} ${to} (${now})`;
}

/** Where one line alone asks for another value, its words say more than the value: "at least 60" and not "60". */
function demandOf(change: FactChange, trace: readonly TraceLine[]): string | undefined {
  const about = trace.filter(({ fact, path }) => fact === change.fact && path === change.path);
  const [line, ...others] = about;
  if (!line || others.length > 0 || line.outcome === 'true') return undefined;
  const words = sayDemand(line.operator, line.value);
  return /^is (?!known)/.test(words) && typeof line.value !== 'object'
    ? words.slice(3)
    : rangeOf(line, words);
}

const rangeOf = (
  line: Pick<Leaf, 'operator'> & Pick<TraceLine, 'value'>,
  words: string,
): string | undefined => (Array.isArray(line.value) && /^is /.test(words) ? words.slice(3) : undefined);

function sayTo({ to }: FactChange): string {
  if (to === undefined) return 'unknown';
  return sayValue(to);
}
