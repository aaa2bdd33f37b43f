import type { Store } from '../ports.ts';
import { headKey } from '../repositories/rows.ts';

/** A stored head: heads that are only named or searched are not parsed whole. */
type Named = Readonly<Record<string, unknown>>;

/** The contact's name; without one its first identifier without the scheme, else its id. */
export function nameOf(head: Named): string {
  return attribute(head, '$.name') || withoutScheme(identifiersOf(head)[0]) || String(head.contactId);
}

/** The texts by which a contact is looked for. */
export function textsOf(head: Named): string[] {
  return [attribute(head, '$.name'), attribute(head, '$.email'), ...identifiersOf(head)];
}

/** Names of contacts by id; who does not exist any more has none. */
export async function namesOf(store: Store, contactIds: Iterable<string>): Promise<Map<string, string>> {
  const heads = await headsOf(store, contactIds);
  return new Map([...heads].map(([contactId, head]) => [contactId, nameOf(head)]));
}

/** The name of each contact and, where it is known, what the contact is worth to us. */
export async function namesAndTiersOf(
  store: Store,
  contactIds: Iterable<string>,
): Promise<Map<string, { contactName: string; valueTier?: string }>> {
  const heads = await headsOf(store, contactIds);
  return new Map([...heads].map(([contactId, head]) => [contactId, nameAndTierOf(head)]));
}

export function nameAndTierOf(head: Named): { contactName: string; valueTier?: string } {
  const valueTier = attribute(head, '$.valueTier');
  return { contactName: nameOf(head), ...(valueTier ? { valueTier } : {}) };
}

export async function headsOf(store: Store, contactIds: Iterable<string>): Promise<Map<string, Named>> {
  const heads = new Map<string, Named>();
  await Promise.all(
    [...new Set(contactIds)].map(async (contactId) => {
      const head = await store.get('core', headKey(contactId));
      if (head) heads.set(contactId, head);
    }),
  );
  return heads;
}

function identifiersOf({ identifiers }: Named): string[] {
  return Array.isArray(identifiers) ? identifiers.filter((entry) => typeof entry === 'string') : [];
}

const withoutScheme = (identifier: string | undefined): string =>
  identifier?.slice(identifier.indexOf(':') + 1) ?? '';

function attribute({ attributes }: Named, path: string): string {
  if (!isRecord(attributes) || !Object.hasOwn(attributes, path)) return '';
  const entry = attributes[path];
  return isRecord(entry) && typeof entry.value === 'string' ? entry.value.trim() : '';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
