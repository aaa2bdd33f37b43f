import type { OwnersView } from '../api/views.ts';
import type { LiveLibrary, Ports } from '../ports.ts';
import { ownedList } from '../repositories/rows.ts';

/**
 * Who owns contacts, and how many: the people of all teams as the settings name them, or `person` alone. The lists of what a
 * person owns are kept by name, so of somebody whom no setting names one has to ask.
 */
export async function ownersView(
  { store, documents }: Pick<Ports, 'store' | 'documents'>,
  { person }: { person?: string },
): Promise<OwnersView> {
  const people = person ? [person.trim()] : peopleOf(await documents.live());
  const owners = await Promise.all(
    people.map(async (person) => ({
      person,
      contacts: await store.count({ table: 'core', index: 'g1', pk: ownedList(person) }),
    })),
  );
  return { owners: owners.filter(({ contacts }) => contacts > 0) };
}

function peopleOf({ settings }: Pick<LiveLibrary, 'settings'>): string[] {
  const teams = [...settings.values()].flatMap(({ teams = [] }) => teams);
  return [...new Set(teams.flatMap(({ lead, members }) => [lead, ...members]))].sort();
}
