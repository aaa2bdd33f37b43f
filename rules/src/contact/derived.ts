import type { FactReference } from '../documents/common.ts';
import type { Source } from '../documents/facts.ts';
import type { Json } from '../json.ts';

/** Sources whose value follows from other facts. */
export type Derived = Extract<Source, { kind: 'formula' | 'bands' }>;

export const isDerived = (source: Source): source is Derived =>
  source.kind === 'formula' || source.kind === 'bands';

export function referencesOf(source: Derived): FactReference[] {
  if (source.kind === 'bands') return [source.of];
  return source.of.filter((operand) => typeof operand === 'object');
}

/** The value that follows from what `read` knows; absent where something it needs is absent or is no number. */
export function derivedValue(
  source: Derived,
  read: (reference: FactReference) => Json | undefined,
): Json | undefined {
  if (source.kind === 'bands') {
    const value = read(source.of);
    if (typeof value !== 'number') return undefined;
    return source.bands.find(({ from }) => value >= from)?.is ?? source.below;
  }
  const operands = source.of.map((operand) => (typeof operand === 'number' ? operand : read(operand)));
  const numbers = operands.filter((operand) => typeof operand === 'number');
  return numbers.length === operands.length ? calculated(source.operator, numbers) : undefined;
}

/** What is no number, such as a division by zero, is absent. */
function calculated(
  operator: Extract<Derived, { kind: 'formula' }>['operator'],
  [first = 0, ...others]: readonly number[],
): number | undefined {
  const result = others.reduce((value, other) => apply(operator, value, other), first);
  return Number.isFinite(result) ? result : undefined;
}

function apply(
  operator: Extract<Derived, { kind: 'formula' }>['operator'],
  value: number,
  other: number,
): number {
  switch (operator) {
    case 'add':
      return value + other;
    case 'subtract':
      return value - other;
    case 'multiply':
      return value * other;
    case 'divide':
      return value / other;
    case 'smallest':
      return Math.min(value, other);
    case 'largest':
      return Math.max(value, other);
  }
}
