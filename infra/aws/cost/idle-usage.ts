import type { Assumptions } from './assumptions.ts';
import { idleOf, NotCalculated } from './resource-types.ts';
import { Template } from './template.ts';
import { addUsage, type Usage } from './usage.ts';

export type IdleUsage = {
  usage: Usage;
  resources: number;
  free: Record<string, { count: number; why: string }>;
};

/** What the stacks use in a month in which nothing happens. Refuses, by name, what it does not know. */
export function idleUsage(templates: readonly unknown[], given: Assumptions): IdleUsage {
  const parsed = templates.map((template) => Template.parse(template));
  refuseUnknown(parsed);
  const found: IdleUsage = { usage: {}, resources: 0, free: {} };
  for (const template of parsed)
    for (const [id, resource] of Object.entries(template.Resources)) {
      const idle = idleOf(resource.Type);
      found.resources++;
      if (idle?.bills) found.usage = addUsage(found.usage, idle.usage({ id, resource, template, given }));
      else if (idle)
        found.free[resource.Type] = { count: (found.free[resource.Type]?.count ?? 0) + 1, why: idle.why };
    }
  return found;
}

function refuseUnknown(templates: readonly Template[]): void {
  const types = templates.flatMap(({ Resources }) => Object.values(Resources).map(({ Type }) => Type));
  const unknown = [...new Set(types)].filter((type) => !idleOf(type)).sort();
  if (unknown.length === 0) return;
  throw new NotCalculated(
    `nobody has said whether ${unknown.join(', ')} bills while idle; look it up and add it to infra/aws/cost/resource-types.ts`,
  );
}
