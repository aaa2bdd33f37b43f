import { joinProfiles } from '@baton/rules/contact/contact-state.ts';
import { type Key, type LiveLibrary, type Operation, type Ports, Rejected, Transient } from '../ports.ts';
import { getRow, presentHead, rowsOf } from '../repositories/read.ts';
import {
  CapRow,
  ConsentRow,
  capKey,
  consentKey,
  contactKey,
  contactOf,
  EventRow,
  type Exposure,
  type HeadRow,
  type MergeRow,
  mergeKey,
} from '../repositories/rows.ts';
import { outweighs } from './consent.ts';
import {
  addOperation,
  beginChange,
  type ContactChange,
  headOperation,
  listOwned,
  newHead,
  putRow,
} from './contact-change.ts';
import { layOverlay, leaveCycle, takeOverStage } from './cycle.ts';
import { areTwoPeople } from './identity.ts';
import { finishMerge, type MovePorts, moveRow } from './move-contact.ts';

const tries = 8;

/*
 * Makes one contact of two that were proved to be the same person. Nothing is lost and nothing destroyed:
 *
 * 1. One transaction decides. The contact that began earlier survives and takes over profile, consent, caps, cases and the
 *    further stage with its owner; the other is frozen (`merging`). Both heads change, so whoever was changing either decides
 *    again, and at no moment do two owners or none answer for the person.
 * 2. Then the rows move, each in a transaction of its own that puts it there and deletes it here, if it is as it was read. A
 *    repetition, by whoever comes next, finds what is left. Events of the survivor wait until all have come.
 * 3. A row whose place is taken, or that is for one contact only, is kept under `WAS#`.
 * 4. The frozen head stays for ever and leads to the survivor: machines, providers and people hold its id. An event that was
 *    recorded under it meanwhile follows when it is applied.
 * 5. While a contact takes in another it is not taken in itself, so no row can move to where nobody looks any more.
 */

/**
 * Brings an event that waits to who its contact is now, and first makes one contact of those that it proves to be the same.
 * Answers whose event it is then.
 */
export async function settleIdentity(ports: MovePorts, contactId: string, event: Key): Promise<string> {
  let present = (await settledHead(ports, contactId)).contactId;
  const row = await getRow(ports.store, await bring(ports, event, present), EventRow);
  const told = row ? [row.subject, ...(row.names ?? [])] : [];
  for (const other of row?.same ?? [])
    present = await mergeContacts(ports, [present, other], { by: event.sk, told });
  if (row?.same)
    await ports.store.transact([
      {
        kind: 'update',
        table: 'core',
        key: { pk: contactKey(present), sk: event.sk },
        remove: ['same'],
        if: { equals: { pend: 1 } },
      },
    ]);
  return present;
}

/** An event that was recorded under the former id while or after the rows moved follows them. */
async function bring(ports: MovePorts, event: Key, contactId: string): Promise<Key> {
  const there = { pk: contactKey(contactId), sk: event.sk };
  if (there.pk === event.pk) return there;
  const item = await ports.store.get('core', event);
  if (item) await moveRow(ports, { from: contactOf(event.pk), to: contactId }, item);
  return there;
}

/**
 * Answers who the first of the two is now. `by`: row of the event that proved it, `told`: the identifiers it named. Those
 * whom a system keeps under two numbers stay two, unless the event named both.
 */
async function mergeContacts(
  ports: MovePorts,
  [a, b]: readonly [string, string],
  { by, told }: { by: string; told: readonly string[] },
): Promise<string> {
  for (let attempt = 0; attempt < tries; attempt++) {
    const first = await settledHead(ports, a);
    const second = await settledHead(ports, b);
    if (first.contactId === second.contactId) return first.contactId;
    if (areTwoPeople([...first.identifiers, ...told], second.identifiers)) return first.contactId;
    const [survivor, other] = beganFirst(first, second) ? [first, second] : [second, first];
    if (!(await beginMerge(ports, survivor, other, by))) continue;
    await finishMerge(ports, { from: other.contactId, to: survivor.contactId });
    return survivor.contactId;
  }
  throw new Transient(`contacts ${a} and ${b} kept changing while they were merged`);
}

/** The head of who a contact is now, with no merge under way. */
async function settledHead(ports: MovePorts, contactId: string): Promise<HeadRow> {
  const head =
    (await presentHead(ports.store, contactId)) ?? newHead(contactId, ports.clock.now().toISOString());
  if (head.status === 'erasing') throw new Rejected(`contact ${contactId} is being erased`);
  if (head.into !== undefined) {
    await finishMerge(ports, { from: head.contactId, to: head.into });
    return settledHead(ports, head.into);
  }
  const [coming] = head.absorbing ?? [];
  if (coming === undefined) return head;
  await finishMerge(ports, { from: coming, to: head.contactId });
  return settledHead(ports, head.contactId);
}

/** Whether the first of the two began earlier; where both began at once, whether its id is the smaller. */
function beganFirst(a: HeadRow, b: HeadRow): boolean {
  const [left, right] = [beganAt(a), beganAt(b)];
  return left === right ? a.contactId < b.contactId : left < right;
}

const beganAt = ({ seen }: HeadRow): string =>
  Object.values(seen)
    .map(({ first }) => first)
    .sort()[0] ?? '9999';

/** The transaction that decides; `false` when either contact changed meanwhile. */
async function beginMerge(ports: MovePorts, survivor: HeadRow, other: HeadRow, by: string): Promise<boolean> {
  const { store, clock, documents } = ports;
  const live = await documents.live();
  const now = clock.now().toISOString();
  const leaving = beginChange(other, `merge#${survivor.contactId}#${other.rev}`, now, live);
  await leaveCycle(store, leaving);
  const staying = beginChange(survivor, `merge#${other.contactId}#${survivor.rev}`, now, live);
  await takeOver(store, staying, other);
  putRow(staying, {
    ...mergeKey(survivor.contactId, other.contactId),
    from: other.contactId,
    at: now,
    by,
    status: 'moving',
  } satisfies MergeRow);
  const frozen: HeadRow = { ...leaving.head, status: 'merging', into: survivor.contactId };
  listOwned(staying);
  const { ok } = await store.transact([
    headOperation(frozen),
    ...leaving.operations.values(),
    headOperation(staying.head),
    ...staying.operations.values(),
  ]);
  return ok;
}

async function takeOver(store: Ports['store'], change: ContactChange, other: HeadRow): Promise<void> {
  if (isFurther(other, change.head, change.live)) await takeOverStage(store, change, other);
  if (other.overlay) layOverlay(change, `merge ${other.contactId}`);
  await joinConsents(store, change, other.contactId);
  await joinCaps(store, change, other.contactId);
  const { head } = change;
  change.head = {
    ...head,
    ...joinProfiles(head, other, change.live.kept),
    absorbing: [other.contactId],
    // Where the two were kept for different facts, the survivor is counted anew when its next event is applied.
    kept: head.kept === other.kept ? head.kept : undefined,
    identifiers: [...new Set([...head.identifiers, ...other.identifiers])].sort(),
    milestones: head.stage === other.stage ? earliest(head.milestones, other.milestones) : head.milestones,
    openCases: head.openCases + other.openCases,
    active: [...head.active, ...other.active],
    offers: latest(head.offers, other.offers),
    fired: latest(head.fired, other.fired),
    exposures: onceEach([...head.exposures, ...other.exposures]),
    lastEventAt: later(head.lastEventAt, other.lastEventAt),
  };
}

function isFurther(other: HeadRow, head: HeadRow, { stages }: LiveLibrary): boolean {
  const place = ({ stage }: HeadRow) => (stage === null ? -1 : (stages.get(stage)?.order ?? 0));
  return place(other) > place(head);
}

const later = (a: string, b: string): string => (a > b ? a : b);

function latest(a: Record<string, string>, b: Record<string, string>): Record<string, string> {
  const joined = { ...a };
  for (const [name, at] of Object.entries(b)) joined[name] = later(at, joined[name] ?? '');
  return joined;
}

/** Success counts once for each experiment, in the arm that the person came into first. */
function onceEach(exposures: readonly Exposure[]): Exposure[] {
  const first = new Map<string, Exposure>();
  for (const exposure of exposures.toSorted((a, b) => (a.at < b.at ? -1 : 1)))
    if (!first.has(exposure.experiment)) first.set(exposure.experiment, exposure);
  return [...first.values()];
}

function earliest(a: Record<string, string>, b: Record<string, string>): Record<string, string> {
  const joined = { ...a };
  for (const [name, at] of Object.entries(b)) {
    const own = joined[name];
    if (own === undefined || at < own) joined[name] = at;
  }
  return joined;
}

/** The customer's last word counts, whichever of the two it was said to; an older yes never outweighs a later no. */
async function joinConsents(store: Ports['store'], change: ContactChange, from: string): Promise<void> {
  for (const theirs of await rowsOf(store, from, 'CNS#', ConsentRow)) {
    const key = consentKey(change.head.contactId, theirs.channel, theirs.purpose);
    const own = await getRow(store, key, ConsentRow);
    if (outweighs(theirs, own)) putRow(change, { ...theirs, ...key });
  }
}

/** What was sent to either was sent to the person. */
async function joinCaps(store: Ports['store'], change: ContactChange, from: string): Promise<void> {
  for (const theirs of await rowsOf(store, from, 'CAP#', CapRow)) {
    const key = capKey(change.head.contactId, theirs.sk.slice('CAP#'.length));
    const own = await getRow(store, key, CapRow);
    const sentAt = [...(own?.sentAt ?? []), ...theirs.sentAt].sort();
    const operation: Operation = {
      kind: 'put',
      table: 'core',
      item: { ...key, rev: (own?.rev ?? 0) + theirs.rev, sentAt },
      if: own ? { equals: { rev: own.rev } } : { absent: true },
    };
    addOperation(change, operation);
  }
}
