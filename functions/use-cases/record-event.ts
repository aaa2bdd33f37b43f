import type { EventDocument } from '@baton/rules/documents/index.ts';
import type { Json } from '@baton/rules/json.ts';
import * as z from 'zod';
import { type CloudEvent, type Key, type Operation, type Ports, Rejected, Transient } from '../ports.ts';
import { presentHead } from '../repositories/read.ts';
import { digest, duePartition, eventKey, headKey, pendingOrder, toItem } from '../repositories/rows.ts';
import { areTwoPeople, identifiersIn, identityKey, isNumber } from './identity.ts';
import { splitSubject } from './subject.ts';

export type Recorded = { kind: 'recorded' | 'duplicate'; contactId: string };

const tries = 8;

/**
 * Makes an accepted event part of its contact's history. One conditional put is the dedupe record, the timeline entry
 * and the outbox (`pend`) at once, so there is no moment at which an event is half recorded. Identifiers that are new
 * become the contact's in the same transaction. Where they lead to other contacts too, the row says so (`same`): whoever
 * applies it makes one contact of them first.
 */
export async function recordEvent(
  ports: Pick<Ports, 'store' | 'identity' | 'clock' | 'metrics'>,
  event: CloudEvent,
  document?: EventDocument,
): Promise<Recorded> {
  for (let attempt = 0; attempt < tries; attempt++) {
    const recorded = await recordOnce(ports, event, identifiersIn(event.data, document));
    if (recorded) return recorded;
  }
  throw new Transient('identifiers of an event kept changing hands while it was recorded');
}

/** `undefined`: an identifier was taken by somebody else meanwhile. */
async function recordOnce(
  { store, identity, clock, metrics }: Pick<Ports, 'store' | 'identity' | 'clock' | 'metrics'>,
  event: CloudEvent,
  names: readonly string[],
): Promise<Recorded | undefined> {
  const { contactId, same, claims } = await identify({ store, identity }, event.subject, names);
  const hash = contentHash(event);
  const key = eventKey(contactId, event.source, event.id);
  const receivedAt = clock.now().toISOString();
  const at = new Date(event.time).toISOString();

  const result = await store.transact([
    {
      kind: 'put',
      table: 'core',
      if: { absent: true },
      item: toItem({
        ...key,
        tl: `${at}#${key.sk}`,
        duepk: duePartition('PEND', contactId),
        duesk: pendingOrder(contactId, at, event.id),
        eventId: event.id,
        source: event.source,
        type: event.type,
        at,
        receivedAt,
        subject: event.subject,
        data: event.data,
        hash,
        history: event.history,
        names: names.length > 0 ? names : undefined,
        same: same.length > 0 ? same : undefined,
        pend: 1,
      }),
    },
    ...claims,
  ]);
  if (result.ok) {
    metrics.count('EventsAccepted');
    return { kind: 'recorded', contactId };
  }

  const present = await store.get('core', key);
  if (!present) return undefined;
  if (present.hash !== hash)
    throw new Rejected(
      `id: "${event.id}" of source "${event.source}" was already used by a different event; give every event an id of its own`,
    );
  metrics.count('EventsDuplicate');
  return { kind: 'duplicate', contactId };
}

/**
 * What makes two events with one id the same event. The time does not: a producer that sends none gets a new one each try.
 * Nor does the order of fields, which storage does not keep.
 */
export const contentHash = ({ type, subject, data }: CloudEvent): string =>
  digest(type, subject, JSON.stringify(inOrder(data)));

function inOrder(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(inOrder);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, inner]) => [name, inOrder(inner)]));
}

/**
 * The contact that a subject and further identifiers name. Who is first seen gets an id that follows from the first
 * identifier, so two hosts that see it at the same moment agree. `contact:<id>` names a contact by its own id, which
 * must exist. An address that the event's contact only shares with somebody else is passed over. `same`: other contacts
 * that the identifiers lead to; `claims`: what is to be written about the identifiers.
 */
async function identify(
  { store, identity }: Pick<Ports, 'store' | 'identity'>,
  subject: string,
  names: readonly string[],
): Promise<{ contactId: string; same: string[]; claims: Operation[] }> {
  const [scheme, value] = splitSubject(subject);
  const own = scheme === 'contact' ? await existing(store, value) : undefined;
  const all = own === undefined ? [subject, ...names] : names;
  const numbers = all.filter(isNumber);
  const beside = Object.fromEntries(
    numbers.map((number) => [splitSubject(number)[0], identityKey(identity, ...splitSubject(number)).pk]),
  );
  const found = await Promise.all(
    distinctKeys(identity, all).map(async ({ key, name }) => {
      const row = HolderRow.optional().parse(await store.get('guard', key));
      return { key, name, row, shared: await isShared(store, { name, row }, numbers, beside) };
    }),
  );
  const mine = found.filter(({ shared }) => !shared);
  const known = [own, ...mine.map(({ row }) => row?.contactId)].filter((holder) => holder !== undefined);
  const contactId = known[0] ?? digest('contact', (mine[0] ?? found[0])?.key.pk ?? '');
  const claims = mine.flatMap(({ key, name, row }) =>
    claim(key, row, contactId, isNumber(name) ? {} : beside),
  );
  return { contactId, same: [...new Set(known)].filter((other) => other !== contactId), claims };
}

/** Row of Guard behind an identifier. `beside`: by scheme, the number under which its contact was told to have it. */
const HolderRow = z.object({ contactId: z.string(), beside: z.record(z.string(), z.string()).optional() });
type HolderRow = z.infer<typeof HolderRow>;

/**
 * Whether an address belongs to somebody else as well. Two numbers that one system gave are two people there, whatever
 * telephone or mailbox they share: a household, an office, a shop that types its own number in.
 */
async function isShared(
  store: Ports['store'],
  { name, row }: { name: string; row: HolderRow | undefined },
  numbers: readonly string[],
  beside: Readonly<Record<string, string>>,
): Promise<boolean> {
  if (!row || isNumber(name) || numbers.length === 0) return false;
  const known = Object.entries(beside).filter(([scheme]) => row.beside?.[scheme] !== undefined);
  if (known.some(([scheme, key]) => row.beside?.[scheme] !== key)) return true;
  if (known.length === Object.keys(beside).length) return false;
  const head = await presentHead(store, row.contactId);
  return areTwoPeople(numbers, head?.identifiers ?? []);
}

function claim(
  key: Key,
  row: HolderRow | undefined,
  contactId: string,
  beside: Readonly<Record<string, string>>,
): Operation[] {
  const more = Object.keys(beside).some((scheme) => row?.beside?.[scheme] === undefined);
  if (row && !more) return [];
  return [
    {
      kind: 'put',
      table: 'guard',
      item: {
        ...key,
        contactId: row?.contactId ?? contactId,
        ...(more ? { beside: { ...beside, ...row?.beside } } : {}),
      },
      if: row ? { equals: { contactId: row.contactId } } : { absent: true },
    },
  ];
}

function distinctKeys(identity: Ports['identity'], names: readonly string[]): { key: Key; name: string }[] {
  const keys = names.map((name) => ({ key: identityKey(identity, ...splitSubject(name)), name }));
  return [...new Map(keys.map((entry) => [entry.key.pk, entry])).values()];
}

/** Who the contact of an id is now; while it becomes part of another, what happens is that one's already. */
async function existing(store: Ports['store'], contactId: string): Promise<string> {
  const head = await store.get('core', headKey(contactId));
  if (!head) throw new Rejected(`subject: there is no contact ${contactId}`);
  return typeof head.into === 'string' ? existing(store, head.into) : contactId;
}

/** The contact that a subject names; one that is first seen is made. */
export async function resolveContact(
  { store, identity }: Pick<Ports, 'store' | 'identity'>,
  subject: string,
): Promise<string> {
  const { contactId, claims } = await identify({ store, identity }, subject, []);
  if (claims.length > 0 && !(await store.transact(claims)).ok)
    return resolveContact({ store, identity }, subject);
  return (await presentHead(store, contactId))?.contactId ?? contactId;
}
