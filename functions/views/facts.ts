import { resolveReference } from '@baton/rules/conditions/path.ts';
import type { ContactView, FactView } from '../api/views.ts';
import type { Ports } from '../ports.ts';
import { factsAsOf } from '../use-cases/facts-as-of.ts';

/** The facts about a contact at an instant, by label; those without a value then are left out. */
export async function factsView(
  ports: Pick<Ports, 'store' | 'documents'>,
  contactId: string,
  at: string,
): Promise<ContactView['asOf']> {
  const facts = await factsAsOf(ports, contactId, at);
  if (!facts) return undefined;
  const { facts: catalogue } = await ports.documents.live();
  const views = [...catalogue.values()].flatMap(({ id: fact, facts: entries }) =>
    entries.flatMap(({ path, label, unit }): FactView[] => {
      const value = resolveReference({ fact, path }, facts);
      return value === undefined ? [] : [{ fact, path, label, ...(unit ? { unit } : {}), value }];
    }),
  );
  return { at, facts: views };
}
