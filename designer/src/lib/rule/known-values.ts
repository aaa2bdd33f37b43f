import { operatorsFor } from '@baton/rules/check/conditions.ts';
import type { FactScope } from '#lib/conditions/facts-in-scope.ts';

export const operators = [...new Set(Object.values(operatorsFor).flat())];

/** What may stand in the text of a condition and its schema cannot know: the facts that fit here. */
export function knownFacts(
  name: string | undefined,
  scope: FactScope,
): { value: string; about?: string }[] | undefined {
  if (name === 'fact') return [...new Set(scope.all.map(({ fact }) => fact))].map((value) => ({ value }));
  if (name === 'path') return scope.all.map(({ path, label }) => ({ value: path, about: label }));
  return undefined;
}
