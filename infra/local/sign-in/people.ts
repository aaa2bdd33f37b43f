import { userInfo } from 'node:os';
import type { Store } from '@baton/functions/ports.ts';
import { toItem } from '@baton/functions/repositories/rows.ts';
import { Id } from '@baton/rules/documents/common.ts';
import { type Role, roles } from '@baton/rules/roles.ts';
import * as z from 'zod';

/** Who may sign in on this machine. On AWS they are kept in the user pool. */
const isRoleOfPeople = (value: unknown): boolean => roles.some(({ id }) => id === value && id !== 'service');
const PersonRole = z.custom<Exclude<Role, 'service'>>(isRoleOfPeople, {
  error: `must be one of ${roles.flatMap(({ id }) => (id === 'service' ? [] : [id])).join(', ')}`,
});

export const Person = z.strictObject({
  id: Id,
  name: z.string().trim().min(1).max(120),
  roles: z.array(PersonRole).max(roles.length),
  /** Signs in no more, and is signed out; what they did keeps their name. */
  left: z.literal(true).optional(),
});
export type Person = z.infer<typeof Person>;

const partition = 'PEOPLE';

export type People = {
  all(): Person[];
  get(id: string): Person | undefined;
  put(person: Person): Promise<void>;
};

/** Everybody, in memory and in the store; where nobody is known, whoever owns the data folder becomes the administrator. */
export async function openPeople(store: Store, others: readonly Person[] = []): Promise<People> {
  const { items } = await store.query({ table: 'design', pk: partition, limit: 1000 });
  const known = new Map(items.map(({ pk: _, sk, ...row }) => [sk, Person.parse(row)]));
  const put = async (person: Person) => {
    await store.transact([
      { kind: 'put', table: 'design', item: toItem({ pk: partition, sk: person.id, ...person }) },
    ]);
    await store.durable();
    known.set(person.id, person);
  };
  if (known.size === 0) for (const person of [owner(), ...others]) await put(person);
  return {
    all: () => [...known.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    get: (id) => known.get(id),
    put,
  };
}

/** Of the made-up company: one of each role, so that whoever looks around can be each of them. */
export const demoPeople: readonly Person[] = [
  { id: 'edda', name: 'Edda Lund (marketing)', roles: ['editor'] },
  { id: 'arno', name: 'Arno Weiss (process owner)', roles: ['editor', 'approver'] },
  { id: 'ines', name: 'Ines Vogt (inside sales)', roles: ['agent'] },
  { id: 'vera', name: 'Vera Braun (controller)', roles: ['viewer'] },
];

/** The first administrator. */
export const ownerId = 'owner';

const owner = (): Person => ({ id: ownerId, name: nameOfUser(), roles: ['admin'] });

function nameOfUser(): string {
  try {
    return userInfo().username;
  } catch {
    return 'Owner';
  }
}
