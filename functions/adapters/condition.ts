import type { Condition, Item } from '../ports.ts';

/** Whether a condition holds for what is stored; an absent item has no attributes. */
export function holds(condition: Condition | undefined, item: Item | undefined): boolean {
  if (!condition) return true;
  if ('absent' in condition) return item === undefined;
  if (condition.present && !item) return false;
  const { equals, oneOf, below } = condition;
  return (
    every(equals, (attribute, value) =>
      value === null ? !has(item, attribute) : own(item, attribute) === value,
    ) &&
    every(oneOf, (attribute, values) => values.some((value) => own(item, attribute) === value)) &&
    every(below, (attribute, bound) => !has(item, attribute) || isBelow(own(item, attribute), bound))
  );
}

function isBelow(value: unknown, bound: number): boolean {
  return typeof value === 'number' && value < bound;
}

function every<T>(
  parts: Record<string, T> | undefined,
  test: (attribute: string, part: T) => boolean,
): boolean {
  if (!parts) return true;
  for (const attribute of Object.keys(parts)) {
    const part = parts[attribute];
    if (part !== undefined && !test(attribute, part)) return false;
  }
  return true;
}

function has(item: Item | undefined, attribute: string): boolean {
  return item !== undefined && Object.hasOwn(item, attribute);
}

function own(item: Item | undefined, attribute: string): unknown {
  return item && Object.hasOwn(item, attribute) ? item[attribute] : undefined;
}
