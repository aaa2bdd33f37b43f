import type { Library } from '../documents/index.ts';

/** Every team that the library holds responsible for something; each has a queue of its name. */
export function teamsOf(library: Library): Set<string> {
  const teams = Object.values(library).flatMap((documents: Library[keyof Library]) =>
    [...documents.values()].map(({ owner }) => owner.team),
  );
  const stages = [...library.stages.values()].flatMap(({ sla }) => (sla ? [sla.escalateTo] : []));
  const handovers = [...library.handovers.values()].flatMap(({ from, to, escalation }) => [
    from.team,
    to.team,
    escalation.to,
  ]);
  const levels = [...library['service-levels'].values()].flatMap(({ warnings }) =>
    warnings.map(({ escalateTo }) => escalateTo),
  );
  const data = [...library.facts.values()].flatMap(({ facts }) => facts.map(({ owner }) => owner));
  return new Set([...teams, ...stages, ...handovers, ...levels, ...data]);
}
