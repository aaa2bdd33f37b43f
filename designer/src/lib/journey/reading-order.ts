import type { Journey } from '@baton/rules/documents/journey.ts';
import { successors } from '@baton/rules/journey/step-kinds.ts';

/** Steps in the order in which a contact would come to them, first ways first; then those that nobody comes to. */
export function readingOrder({ start, steps }: Journey): { met: string[]; unmet: string[] } {
  const met = new Set<string>();
  const open = [start];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const step = Object.hasOwn(steps, id) ? steps[id] : undefined;
    if (!step || met.has(id)) continue;
    met.add(id);
    open.push(...successors(step).toReversed());
  }
  return { met: [...met], unmet: Object.keys(steps).filter((id) => !met.has(id)) };
}
