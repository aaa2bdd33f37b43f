import type { Json } from '@baton/rules/json.ts';
import type { CloudEvent, Ports } from '../ports.ts';
import { Rejected } from '../ports.ts';
import { digest, duePartition, eventKey, headKey, pendingOrder, toItem } from '../repositories/rows.ts';

export type Recorded = { kind: 'recorded' | 'duplicate'; contactId: string };

/**
 * Makes an accepted event part of its contact's history. One conditional put is the dedupe record, the timeline entry
 * and the outbox (`pend`) at once, so there is no moment at which an event is half recorded.
 */
export async function recordEvent(
  { store, identity, clock, metrics }: Pick<Ports, 'store' | 'identity' | 'clock' | 'metrics'>,
  event: CloudEvent,
): Promise<Recorded> {
  const contactId = await resolveContact({ store, identity }, event.subject);
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
        pend: 1,
      }),
    },
  ]);
  if (result.ok) {
    metrics.count('EventsAccepted');
    return { kind: 'recorded', contactId };
  }

  const present = await store.get('core', key);
  if (present && present.hash !== hash)
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
 * The contact that a subject names. A first-seen subject makes a contact whose id follows from the identity, so two
 * hosts that see it at the same moment agree. `contact:<id>` names a contact by its own id, which must exist.
 */
export async function resolveContact(
  { store, identity }: Pick<Ports, 'store' | 'identity'>,
  subject: string,
): Promise<string> {
  const [scheme, value] = splitSubject(subject);
  if (scheme === 'contact') {
    if (!(await store.get('core', headKey(value))))
      throw new Rejected(`subject: there is no contact ${value}`);
    return value;
  }

  const key = identityKey(identity, scheme, value);
  const known = await store.get('guard', key);
  if (typeof known?.contactId === 'string') return known.contactId;

  const contactId = digest('contact', key.pk);
  await store.transact([{ kind: 'put', table: 'guard', item: { ...key, contactId }, if: { absent: true } }]);
  const settled = await store.get('guard', key);
  return typeof settled?.contactId === 'string' ? settled.contactId : contactId;
}

export const identityKey = (identity: Ports['identity'], scheme: string, value: string) => ({
  pk: `ID#${scheme}#${identity.hmac(`${scheme}:${normalise(scheme, value)}`)}`,
  sk: 'ID',
});

/** E-mail addresses and phone numbers are compared without case and separators; other identifiers as they are. */
function normalise(scheme: string, value: string): string {
  if (scheme === 'email') return value.trim().toLowerCase();
  if (scheme === 'phone') return value.replace(/[^+0-9]/g, '');
  return value;
}

export function splitSubject(subject: string): [scheme: string, value: string] {
  const colon = subject.indexOf(':');
  return [subject.slice(0, colon), subject.slice(colon + 1)];
}
