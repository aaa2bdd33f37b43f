import type { Settings, Team } from '../documents/settings.ts';

/** Who may be asked of a team: the next of it, or whoever leads it. */
export type AskedOf = 'next-in-team' | 'team-lead';

/** The people of a team, as the settings of the program say it; `undefined` where they say nothing. */
export function teamNamed(settings: Iterable<Settings>, team: string | undefined): Team | undefined {
  for (const { teams = [] } of settings) {
    const found = teams.find((candidate) => candidate.team === team);
    if (found) return found;
  }
  return undefined;
}

/** The first of the team, in its own order, who was not asked yet; whoever leads it where all were. */
export function nextInTeam({ lead, members }: Team, asked: readonly string[]): string {
  return members.find((person) => !asked.includes(person)) ?? lead;
}
