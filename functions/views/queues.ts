import type { LiveLibrary } from '../ports.ts';

/** Every queue that work can land in: what the live documents name, and where data-quality tasks without an owner go. */
export function queuesOf(live: LiveLibrary): string[] {
  return [...new Set(['data', ...dataOwners(live), ...desks(live)])].sort();
}

/** The teams that answer for data: only their queues hold data-quality tasks. */
export function dataOwners({ facts }: Pick<LiveLibrary, 'facts'>): string[] {
  const owners = [...facts.values()].flatMap((document) => [
    document.owner.team,
    ...document.facts.map(({ owner }) => owner),
  ]);
  return [...new Set(['data', ...owners])].sort();
}

function* desks(live: LiveLibrary): Generator<string> {
  for (const { owner, sla } of live.stages.values()) {
    yield owner.team;
    if (sla) yield sla.escalateTo;
  }
  for (const { from, to, escalation } of live.handovers.values()) yield* [from.team, to.team, escalation.to];
  for (const { event } of live['best-practice'].values())
    if (event.type === 'task.create' || event.type === 'case.open') yield event.params.queue;
  for (const { steps } of live.journeys.values())
    for (const step of Object.values(steps))
      if (step.kind === 'task' || step.kind === 'offer' || step.kind === 'approve' || step.kind === 'case')
        yield step.queue;
}

export const openTasksOf = (queue: string): string => `TK#${queue}#open`;
