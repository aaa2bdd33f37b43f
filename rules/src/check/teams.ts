import { teamNamed } from '../cycle/teams.ts';
import type { Library, Settings } from '../documents/index.ts';
import type { Place } from './conditions.ts';
import { didYouMean } from './nearest.ts';
import { type Problem, problem } from './problems.ts';

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

/** Checks who leads: teams that own something, each once, and of teams that own a stage all, once any is named. */
export function checkTeams(library: Library): Problem[] {
  const settings = [...library.settings.values()];
  const named = settings.flatMap((document) => checkNamed(document, library));
  if (!settings.some(({ teams = [] }) => teams.length > 0)) return named;
  const stages = [...library.stages.values()].flatMap(({ id, owner }) =>
    checkLed(owner.team, { document: `stages/${id}`, path: 'owner.team' }, library),
  );
  return [...named, ...stages];
}

function checkNamed({ id, teams = [] }: Settings, library: Library): Problem[] {
  const document = `settings/${id}`;
  const known = teamsOf(library);
  return teams.flatMap(({ team, lead, members }, index) => {
    const path = `teams.${index}`;
    const problems: Problem[] = [];
    if (!known.has(team)) {
      const what = `There is no team "${team}".${didYouMean(team, known)}`;
      problems.push(problem('unknown-team', document, `${path}.team`, what));
    }
    if (teams.findIndex((other) => other.team === team) < index)
      problems.push(problem('entry-twice', document, `${path}.team`, `The team "${team}" stands twice.`));
    if (lead === '')
      problems.push(problem('no-person', document, `${path}.lead`, `Nobody is named to lead "${team}".`));
    return [...problems, ...checkMembers(members, { document, path: `${path}.members` })];
  });
}

function checkMembers(members: readonly string[], { document, path }: Place): Problem[] {
  return members.flatMap((person, index) => {
    const place = `${path}.${index}`;
    if (person === '') return [problem('no-person', document, place, 'A member of the team has no name.')];
    if (members.indexOf(person) === index) return [];
    return [problem('entry-twice', document, place, `"${person}" stands twice.`)];
  });
}

/** Checks that somebody is said to lead a team, where somebody may have to. */
export function checkLed(team: string | undefined, { document, path }: Place, library: Library): Problem[] {
  if (team === undefined || teamNamed(library.settings.values(), team)) return [];
  return [problem('no-lead', document, path, `No settings name the lead of "${team}".`)];
}
