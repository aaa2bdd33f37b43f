import type { EventDocument } from '@baton/rules/documents/index.ts';
import type { Json } from '@baton/rules/json.ts';
import { type CloudEvent, type Key, type Operation, type Ports, Rejected, Transient } from '../ports.ts';
import { presentHead } from '../repositories/read.ts';
import { digest, duePartition, eventKey, headKey, pendingOrder, toItem } from '../repositories/rows.ts';
import { identifiersIn, identityKey, splitSubject } from './identity.ts';

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
 * must exist. `same`: other contacts that the identifiers lead to; `claims`: identifiers that are still to be taken.
 */
async function identify(
  { store, identity }: Pick<Ports, 'store' | 'identity'>,
  subject: string,
  names: readonly string[],
): Promise<{ contactId: string; same: string[]; claims: Operation[] }> {
  const [scheme, value] = splitSubject(subject);
  const own = scheme === 'contact' ? await existing(store, value) : undefined;
  const keys = distinctKeys(identity, own === undefined ? [subject, ...names] : names);
  const holders = await Promise.all(keys.map((key) => holderOf(store, key)));
  const known = [own, ...holders].filter((holder) => holder !== undefined);
  const contactId = known[0] ?? digest('contact', keys[0]?.pk ?? '');
  const claims = keys
    .filter((_, index) => holders[index] === undefined)
    .map(
      (key): Operation => ({
        kind: 'put',
        table: 'guard',
        item: { ...key, contactId },
        if: { absent: true },
      }),
    );
  return { contactId, same: [...new Set(known)].filter((other) => other !== contactId), claims };
}

function distinctKeys(identity: Ports['identity'], names: readonly string[]): Key[] {
  const keys = names.map((name) => identityKey(identity, ...splitSubject(name)));
  return [...new Map(keys.map((key) => [key.pk, key])).values()];
}

async function holderOf(store: Ports['store'], key: Key): Promise<string | undefined> {
  const known = await store.get('guard', key);
  return typeof known?.contactId === 'string' ? known.contactId : undefined;
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
