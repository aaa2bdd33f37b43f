import type { Team } from '@baton/rules/documents/settings.ts';
import { HostError, readDocument } from '#lib/api.ts';
import { askWhoIAm, me } from './me.svelte.ts';
import { namesOfPerson, teamsThatName } from './my-teams.ts';
import { askNames, nameOf } from './names.svelte.ts';

/** Whose work somebody sees first. `whole`: why all queues are theirs to see, as a sentence; then there are no teams. */
export type MyWork = { teams: readonly string[]; names: readonly string[]; whole: string };

let told = $state.raw<MyWork>();
let asked: Promise<MyWork> | undefined;

/** Undefined until it is known. */
export const myWork = (): MyWork | undefined => told;

/**
 * Asks once which teams name whoever works here: settings/program says who is in a team, by the names that owners have. The
 * host keeps no other list of teams, so who stands in none of them works for all.
 */
export function askMyWork(): Promise<MyWork> {
  asked ??= findMyWork().then(
    (found) => {
      told = found;
      return found;
    },
    (error: unknown) => {
      asked = undefined; // a host that did not answer is asked again with the next reading
      throw error;
    },
  );
  return asked;
}

async function findMyWork(): Promise<MyWork> {
  await Promise.all([askWhoIAm(), askNames()]);
  const { person = '', roles = [] } = me() ?? {};
  const names = namesOfPerson(person, nameOf(person));
  if (roles.includes('admin'))
    return { teams: [], names, whole: 'You are an administrator, so all queues are shown.' };
  const teams = teamsThatName(await readTeams(), names);
  const whole =
    teams.length > 0 ? '' : 'No team of the program’s settings names you, so all queues are shown.';
  return { teams, names, whole };
}

/** Loads the schemas of documents only here: the first page of most people needs none. */
async function readTeams(): Promise<readonly Team[]> {
  try {
    const [{ live }, { hasShape }] = await Promise.all([
      readDocument('settings', 'program'),
      import('@baton/rules/documents/shape.ts'),
    ]);
    return live && hasShape('settings', live.document) ? (live.document.teams ?? []) : [];
  } catch (error) {
    if (error instanceof HostError && ['missing', 'refused'].includes(error.failure.kind)) return [];
    throw error;
  }
}
