import type { Team } from '@baton/rules/documents/settings.ts';

/** The names by which documents and records may mean somebody: the id, the name, and the name without the remark in brackets. */
export const namesOfPerson = (id: string, name: string): string[] => [
  ...new Set([id, name, name.replace(/\s*\([^()]*\)$/, '')].filter((one) => one !== '')),
];

/** The teams that name somebody, as their lead or as a member. */
export const teamsThatName = (teams: readonly Team[], names: readonly string[]): string[] =>
  teams
    .filter(({ lead, members }) => [lead, ...members].some((person) => names.includes(person)))
    .map(({ team }) => team);
