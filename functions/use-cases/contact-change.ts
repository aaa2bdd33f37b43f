import { type Attribute, isLater } from '@baton/rules/contact/contact-state.ts';
import { factsAbout } from '@baton/rules/contact/facts-about.ts';
import { teamNamed } from '@baton/rules/cycle/teams.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import {
  type Item,
  type Key,
  type LiveLibrary,
  type Metrics,
  type Operation,
  type Ports,
  Transient,
} from '../ports.ts';
import {
  attributeKey,
  digest,
  duePartition,
  type HeadRow,
  headKey,
  type OutboxRow,
  ownedItem,
  ownedKey,
  pendingOrder,
  toItem,
} from '../repositories/rows.ts';

type OutboxEntry = OutboxRow extends infer Row
  ? Row extends OutboxRow
    ? Omit<Row, 'pk' | 'sk' | 'id' | 'contactId' | 'at' | 'duepk' | 'duesk'>
    : never
  : never;

/**
 * One change of one contact, gathered and then written in a single transaction that is guarded by the head's
 * revision: rows, head and outbox become visible together or not at all.
 */
export type ContactChange = {
  head: HeadRow;
  /** Who owned the contact in person when the change began. */
  readonly formerly: string | undefined;
  /** `cause` makes every id that the change gives out deterministic, so that a repetition gives the same rows. */
  readonly cause: string;
  readonly now: string;
  readonly live: LiveLibrary;
  readonly operations: Map<string, Operation>;
  /** What is to be counted once the change is written; a change that is lost counts nothing. */
  readonly happened: ((metrics: Metrics) => void)[];
  outboxed: number;
};

export function beginChange(head: HeadRow, cause: string, now: string, live: LiveLibrary): ContactChange {
  const formerly = head.owner?.person;
  return { head, formerly, cause, now, live, operations: new Map(), happened: [], outboxed: 0 };
}

/** Adds an operation. Storage allows one per row, so an update joins what the change already does to that row. */
export function addOperation(change: ContactChange, operation: Operation): void {
  const { pk, sk } = operation.kind === 'put' ? operation.item : operation.key;
  const place = `${operation.table}|${pk}|${sk}`;
  const present = change.operations.get(place);
  change.operations.set(place, present ? join(present, operation, place) : operation);
}

function join(present: Operation, added: Operation, place: string): Operation {
  if (added.kind === 'update' && present.kind === 'put')
    return { ...present, item: { ...present.item, ...added.set } };
  if (added.kind === 'update' && present.kind === 'update')
    return {
      ...present,
      ...(present.set || added.set ? { set: { ...present.set, ...added.set } } : {}),
      ...(present.add || added.add ? { add: sums(present.add, added.add) } : {}),
    };
  throw new Error(`${added.kind} after ${present.kind} on ${place} in one change`);
}

function sums(a: Record<string, number> = {}, b: Record<string, number> = {}): Record<string, number> {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return Object.fromEntries([...names].map((name) => [name, (a[name] ?? 0) + (b[name] ?? 0)]));
}

/** What the change does to a row so far. */
export const operationOn = (change: ContactChange, key: Key): Operation | undefined =>
  change.operations.get(`core|${key.pk}|${key.sk}`);

export const touches = (change: ContactChange, key: Key): boolean => operationOn(change, key) !== undefined;

export function putRow(change: ContactChange, row: Key & Record<string, unknown>, absent = false): void {
  const item: Item = toItem(row);
  addOperation(change, { kind: 'put', table: 'core', item, ...(absent ? { if: { absent: true } } : {}) });
}

export function addToOutbox(change: ContactChange, entry: OutboxEntry): void {
  const id = `${digest(change.cause, change.head.contactId)}-${String(change.outboxed++).padStart(3, '0')}`;
  putRow(change, {
    ...entry,
    pk: change.head.pk,
    sk: `OUT#${id}`,
    id,
    contactId: change.head.contactId,
    at: change.now,
    duepk: duePartition('OUT', id),
    duesk: change.now,
  });
}

/**
 * Sets an attribute that no event sets by itself, unless something that occurred later has set it. Either way a row says so
 * for ever: events keep what they set, and this is the rest of an attribute's history.
 */
export function setAttribute(change: ContactChange, name: string, attribute: Attribute): void {
  const { attributes, pk } = change.head;
  putRow(change, { ...attributeKey(pk, name, attribute), name, ...attribute });
  if (isLater(attribute, attributes[name]))
    change.head = { ...change.head, attributes: { ...attributes, [name]: attribute } };
}

/**
 * Records something that Baton itself saw happen as an event of the contact, in the same transaction as what happened.
 * Its identity follows from the change, so a repetition records it once.
 */
export function raiseEvent(change: ContactChange, type: string, data: JsonObject): void {
  const { contactId, pk } = change.head;
  const eventId = digest(change.cause, contactId, type, JSON.stringify(data));
  const sk = `EVT#${digest('baton', eventId)}`;
  putRow(change, {
    pk,
    sk,
    tl: `${change.now}#${sk}`,
    duepk: duePartition('PEND', contactId),
    duesk: pendingOrder(contactId, change.now, eventId),
    eventId,
    source: 'baton',
    type,
    at: change.now,
    receivedAt: change.now,
    subject: `contact:${contactId}`,
    data,
    hash: '',
    pend: 1,
  });
}

/** Writes a head that nobody has changed since it was read. Contacts that became part of others stand in no list. */
export function headOperation(head: HeadRow): Operation {
  const listed =
    head.status === 'merging' || head.status === 'merged'
      ? { g1pk: undefined, g1sk: undefined }
      : {
          g1pk: `STG#${head.stage ?? 'none'}`,
          g1sk: `${head.stageSince ?? head.lastEventAt}#${head.contactId}`,
        };
  return {
    kind: 'put',
    table: 'core',
    item: toItem({ ...head, ...headKey(head.contactId), rev: head.rev + 1, ...listed }),
    if: head.rev === 0 ? { absent: true } : { equals: { rev: head.rev } },
  };
}

/** Puts the contact into the list of what its new owner owns, where that is another person than before. */
export function listOwned(change: ContactChange): void {
  const { contactId, owner } = change.head;
  if (owner?.person === change.formerly) return;
  if (owner?.person === undefined)
    addOperation(change, { kind: 'delete', table: 'core', key: ownedKey(contactId) });
  else addOperation(change, { kind: 'put', table: 'core', item: ownedItem(contactId, owner.person) });
}

/** Writes the change; `false` when somebody else changed the contact first and everything must be decided again. */
export async function commitChange(
  { store, metrics }: Pick<Ports, 'store' | 'metrics'>,
  change: ContactChange,
): Promise<boolean> {
  const { head } = change;
  if (head.into !== undefined) throw new Transient(`contact ${head.contactId} is being merged`);
  listOwned(change);
  const result = await store.transact([headOperation(head), ...change.operations.values()]);
  if (result.ok) for (const count of change.happened) count(metrics);
  return result.ok;
}

/** Facts by head: heads are replaced, never changed, and one change asks several times. */
const remembered = new WeakMap<
  HeadRow,
  { now: string; live: LiveLibrary; facts: Record<string, JsonObject> }
>();

/** Facts about the contact as the change has left it so far. */
export function factsOf({
  head,
  live,
  now,
}: Pick<ContactChange, 'head' | 'live' | 'now'>): Record<string, JsonObject> {
  const present = remembered.get(head);
  if (present?.now === now && present.live === live) return present.facts;
  const lead = teamNamed(live.settings.values(), head.owner?.team)?.lead;
  const place = { ...head, overlay: head.overlay?.stage ?? null, lead };
  const facts = factsAbout(head, place, live.facts.values(), now);
  remembered.set(head, { now, live, facts });
  return facts;
}

export function newHead(contactId: string, now: string): HeadRow {
  return {
    ...headKey(contactId),
    contactId,
    rev: 0,
    status: 'active',
    identifiers: [],
    attributes: {},
    seen: {},
    stage: null,
    stay: 0,
    stays: 0,
    stageSince: null,
    owner: null,
    overlay: null,
    milestones: {},
    openCases: 0,
    active: [],
    offers: {},
    fired: {},
    exposures: [],
    lastEventAt: now,
  };
}
