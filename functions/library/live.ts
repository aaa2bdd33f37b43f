import { describeKept, keptFor } from '@baton/rules/contact/kept.ts';
import type { BestPractice, HandoverDocument, Journey, Library } from '@baton/rules/documents/index.ts';
import type { LiveLibrary } from '../ports.ts';
import { digest } from '../repositories/rows.ts';

/** Indexes a library for deciding: by trigger event and stage, so that a decision sees only what may apply. */
export function indexLibrary(
  library: Library,
  versions: Pick<LiveLibrary, 'version' | 'machine'> & Partial<Pick<LiveLibrary, 'statusOf'>>,
): LiveLibrary {
  const rules = groupBy(library['best-practice'].values(), ({ trigger }) => trigger.events);
  const journeys = groupBy(library.journeys.values(), ({ trigger }) => (trigger ? [trigger.event] : []));
  const handovers = groupBy(library.handovers.values(), ({ trigger, from }) =>
    trigger.events.map((event) => `${from.stage} ${event}`),
  );
  const kept = keptFor(library.facts.values());
  return {
    ...library,
    statusOf: () => 'running',
    ...versions,
    rulesFor: (event): readonly BestPractice[] => rules.get(event) ?? [],
    journeysFor: (event): readonly Journey[] => journeys.get(event) ?? [],
    handoversFrom: (stage, event): readonly HandoverDocument[] => handovers.get(`${stage} ${event}`) ?? [],
    kept,
    keptName: digest(describeKept(kept)),
    overlay: [...library.stages.values()].find(({ overlay }) => overlay),
  };
}

function groupBy<T extends { id: string }>(
  entries: Iterable<T>,
  keys: (entry: T) => readonly string[],
): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const entry of [...entries].sort((a, b) => (a.id < b.id ? -1 : 1)))
    for (const key of keys(entry)) groups.set(key, [...(groups.get(key) ?? []), entry]);
  return groups;
}
