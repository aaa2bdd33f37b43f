import type { JsonObject } from '@baton/rules/json.ts';
import { type Condition, type Item, type Key, type Operation, type Ports, Transient } from '../ports.ts';
import { getHead, getRow, rowsOf, waitsOf } from '../repositories/read.ts';
import {
  CapRow,
  contactKey,
  duePartition,
  EnrolmentLockRow,
  EnrolmentRow,
  EventRow,
  enrolmentKey,
  formerKey,
  type HeadRow,
  headKey,
  MergeRow,
  mergeKey,
  pendingOrder,
} from '../repositories/rows.ts';
import {
  addOperation,
  beginChange,
  type ContactChange,
  commitChange,
  headOperation,
} from './contact-change.ts';
import { leaveJourney } from './enrol.ts';
import { identityKey } from './identity.ts';
import { lookForAnswer } from './look-for-answer.ts';
import { profileFrom } from './profile.ts';
import { splitSubject } from './subject.ts';
import { signalItem } from './waits.ts';

export type MovePorts = Pick<Ports, 'store' | 'clock' | 'documents' | 'identity' | 'metrics'>;
type Way = { from: string; to: string };

const tries = 8;
/** Rows read at once. */
const page = 100;

/**
 * The rest of a merge that was decided: moves what is left, joins enrolments under one key, makes up for answers that
 * stood with the other contact, and then lets events go on. Repeating it, also by two at once, ends the same.
 */
export async function finishMerge(ports: MovePorts, way: Way): Promise<void> {
  // Waits go first: then nobody can claim one where it was, and an enrolment that follows is as its wait left it.
  // Messages go before what allows and counts them, so none leaves without it.
  for (const prefix of ['WAIT#', 'SEND#', '']) await moveRows(ports, way, prefix);
  for (const lock of await rowsOf(ports.store, way.from, 'ELK#', EnrolmentLockRow))
    await retried(() => joinLock(ports, way, lock));
  await answerWaits(ports, way.to);
  await retried(() => close(ports, way));
}

async function retried(act: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < tries; attempt++) if (await act()) return;
  throw new Transient('a contact kept changing while another one was merged into it');
}

/** Until a look finds nothing: events may still be recorded here while the others move. */
async function moveRows(ports: MovePorts, way: Way, prefix: string): Promise<void> {
  let found: boolean;
  do {
    found = false;
    for await (const item of rowsAt(ports.store, way.from, prefix)) {
      if (item.sk === 'HEAD' || item.sk.startsWith('ELK#')) continue;
      found = true;
      await moveRow(ports, way, item);
    }
  } while (found);
}

async function* rowsAt(store: Ports['store'], contactId: string, prefix: string): AsyncGenerator<Item> {
  let cursor: string | undefined;
  do {
    const read = await store.query({ table: 'core', pk: contactKey(contactId), prefix, limit: page, cursor });
    yield* read.items;
    cursor = read.cursor;
  } while (cursor);
}

/** Puts one row there and deletes it here; does nothing where it changed meanwhile or somebody else has moved it. */
export async function moveRow(ports: MovePorts, way: Way, item: Item): Promise<void> {
  const { store, clock } = ports;
  if (item.sk.startsWith('EVT#')) await repoint(ports, way, EventRow.parse(item));
  if (item.sk.startsWith('CAP#')) return moveCap(ports, way, item);
  const [put, ...more] = relocated(item, way, clock.now().toISOString());
  const leave: Operation = { kind: 'delete', table: 'core', key: keyOf(item), if: asRead(item) };
  const { ok } = await store.transact([
    { kind: 'put', table: 'core', item: put, if: { absent: true } },
    leave,
    ...more,
  ]);
  if (ok) return;
  const taken = await store.get('core', keyOf(put));
  if (!taken) return;
  await store.transact([...setAside(item, taken, way), leave]);
}

/** A message that was under way may have changed its slot since the caps were joined; so what is new there counts as well. */
async function moveCap({ store }: MovePorts, way: Way, item: Item): Promise<void> {
  const theirs = CapRow.parse(item);
  const key = { pk: contactKey(way.to), sk: item.sk };
  const own = await getRow(store, key, CapRow);
  const missing = theirs.sentAt.filter((at) => !own?.sentAt.includes(at));
  const joined = { ...key, rev: (own?.rev ?? 0) + 1, sentAt: [...(own?.sentAt ?? []), ...missing].sort() };
  const condition: Condition = own ? { equals: { rev: own.rev } } : { absent: true };
  await store.transact([
    { kind: 'put', table: 'core', item: former(item, way) },
    { kind: 'delete', table: 'core', key: keyOf(item), if: asRead(item) },
    ...(missing.length > 0 ? [{ kind: 'put', table: 'core', item: joined, if: condition } as const] : []),
  ]);
}

const keyOf = ({ pk, sk }: Key): Key => ({ pk, sk });

/** What may change in a row without its contact's head changing; a row that moves must be as it was read. */
const changing = [
  'status',
  'rev',
  'pend',
  'parked',
  'token',
  'duesk',
  'outcome',
  'createdAt',
  'held',
  'reason',
  'until',
  'slotAt',
  'attempts',
  'attemptedAt',
  'repeatedAt',
  'sentAt',
  'deliveredAt',
  'complainedAt',
  'bouncedAt',
  'bounce',
] as const;

function asRead(item: Item) {
  const equals: Record<string, string | number | boolean | null> = {};
  for (const name of changing) {
    const value = item[name] ?? null;
    if (typeof value !== 'object' || value === null) equals[name] = value;
  }
  return { present: true as const, equals };
}

/** One of these is enough for a contact. What they say was taken over when the merge was decided. */
const single = ['CNS', 'CAP', 'STAY', 'OWN'];

/** The row as it stands with the survivor, and what goes with it. */
function relocated(item: Item, { from, to }: Way, now: string): [Item, ...Operation[]] {
  const kind = item.sk.split('#')[0] ?? '';
  if (single.includes(kind)) return [former(item, { from, to })];
  const moved: Item = { ...item, pk: contactKey(to) };
  if ('contactId' in item) moved.contactId = to;
  if (kind === 'EVT' && item.pend) {
    moved.duepk = duePartition('PEND', to);
    moved.duesk = pendingOrder(to, String(item.at), String(item.eventId));
  }
  if (kind === 'OUT' && typeof item.wait === 'string') moved.wait = waitName(item.wait, from);
  if (kind === 'WAIT') moved.sk = waitName(item.sk, from);
  return kind === 'WAIT' && item.kind === 'stay' && item.status === 'OPEN'
    ? released(moved, to, now)
    : [moved];
}

/** Stays are counted by contact, so those of the other one get its name. */
const waitName = (sk: string, from: string): string =>
  sk.startsWith('WAIT#stay-') ? `WAIT#${from}.${sk.slice('WAIT#'.length)}` : sk;

/** A stay of the other contact that began to wait when it was over already: its machine is told so. */
function released(wait: Item, contactId: string, now: string): [Item, ...Operation[]] {
  const output = { to: 'left', seconds: 1 };
  const claim = { to: 'left', eventId: wait.sk, output };
  return [
    { ...wait, status: 'CLAIMED', claim, duesk: now },
    { kind: 'put', table: 'core', item: signalItem(wait, contactId, output, now) },
  ];
}

/** A row out of the way: in no list, and of the timeline only where the contact stood. */
function former({ g1pk, g1sk, duepk, duesk, tl, ...item }: Item, { from, to }: Way): Item {
  const { sk } = item;
  const kept: Item = { ...item, ...formerKey(to, from, sk) };
  return sk.startsWith('STAY#') && tl !== undefined ? { ...kept, tl } : kept;
}

/** The place of a row is taken. Events of one identity are one event; everything else is kept beside. */
function setAside(item: Item, taken: Item, way: Way): Operation[] {
  const keep: Operation = { kind: 'put', table: 'core', item: former(item, way) };
  if (!item.sk.startsWith('EVT#')) return [keep];
  const key = keyOf(taken);
  const operations: Operation[] = item.hash === taken.hash ? [] : [keep];
  if (item.pend) return operations;
  if (taken.pend && item.hash === taken.hash)
    return [
      {
        kind: 'update',
        table: 'core',
        key,
        remove: ['pend', 'duepk', 'duesk'],
        if: { equals: { pend: 1 } },
      },
    ];
  const doubled: Operation = {
    kind: 'update',
    table: 'core',
    key: mergeKey(way.to, way.from),
    set: { doubled: true },
  };
  return [...operations, doubled];
}

/** Identifiers that led to the other contact lead to the survivor. */
async function repoint({ store, identity }: MovePorts, { from, to }: Way, row: EventRow): Promise<void> {
  for (const name of [row.subject, ...(row.names ?? [])]) {
    if (name.startsWith('contact:')) continue;
    const key = identityKey(identity, ...splitSubject(name));
    const held = await store.get('guard', key);
    if (held?.contactId !== from) continue;
    await store.transact([
      { kind: 'update', table: 'guard', key, set: { contactId: to }, if: { equals: { contactId: from } } },
    ]);
  }
}

/** One lock per journey and key: where both are inside, the enrolment that began later ends. */
async function joinLock(ports: MovePorts, way: Way, theirs: EnrolmentLockRow): Promise<boolean> {
  const { store, clock, documents } = ports;
  const item = await store.get('core', keyOf(theirs));
  if (!item) return true;
  const key = { pk: contactKey(way.to), sk: theirs.sk };
  const own = await getRow(store, key, EnrolmentLockRow);
  const head = await getHead(store, way.to);
  if (!head) return true;
  const change = beginChange(
    head,
    `merge#${way.from}#${theirs.sk}`,
    clock.now().toISOString(),
    await documents.live(),
  );
  const active = await oneOf(ports, change, own?.active ?? null, theirs.active);
  const endedAt = latest(own?.endedAt, theirs.endedAt);
  const joined: JsonObject = {
    active,
    entries: (own?.entries ?? 0) + theirs.entries,
    lastEnteredAt: latest(own?.lastEnteredAt, theirs.lastEnteredAt) ?? theirs.lastEnteredAt,
    ...(endedAt === undefined ? {} : { endedAt }),
  };
  addOperation(change, { kind: 'update', table: 'core', key, set: joined });
  addOperation(change, { kind: 'put', table: 'core', item: former(item, way) });
  addOperation(change, { kind: 'delete', table: 'core', key: keyOf(theirs), if: { present: true } });
  return commitChange(ports, change);
}

const latest = (a: string | undefined, b: string | undefined): string | undefined =>
  [a, b]
    .filter((at) => at !== undefined)
    .sort()
    .at(-1);

/** Of two enrolments under one key the elder goes on. */
async function oneOf(
  { store }: MovePorts,
  change: ContactChange,
  a: string | null,
  b: string | null,
): Promise<string | null> {
  if (a === null || b === null) return a ?? b;
  const { contactId } = change.head;
  const rows = await Promise.all(
    [a, b].map((id) => getRow(store, enrolmentKey(contactId, id), EnrolmentRow)),
  );
  const [elder, younger] = rows
    .filter((row) => row !== undefined)
    .sort((x, y) =>
      x.enteredAt === y.enteredAt ? (x.id < y.id ? -1 : 1) : x.enteredAt < y.enteredAt ? -1 : 1,
    );
  if (younger) await leaveJourney(store, change, younger, { status: 'exited', reason: 'merged' });
  return elder?.id ?? null;
}

/** An answer may have stood with the one contact while the wait stood with the other. */
async function answerWaits(ports: MovePorts, contactId: string): Promise<void> {
  for (const wait of await waitsOf(ports.store, contactId)) {
    if (wait.kind !== 'enrolment' || wait.status !== 'OPEN') continue;
    const row = await getRow(ports.store, enrolmentKey(contactId, wait.holder), EnrolmentRow);
    if (row?.status === 'active') await lookForAnswer(ports, row, wait);
  }
}

/** All rows have come: events of the survivor go on. */
async function close({ store, documents }: MovePorts, { from, to }: Way): Promise<boolean> {
  const head = await getHead(store, to);
  if (!head?.absorbing?.includes(from)) return true;
  const record = await getRow(store, mergeKey(to, from), MergeRow);
  const { absorbing, ...settled } = head;
  const others = absorbing.filter((id) => id !== from);
  const next: HeadRow = others.length > 0 ? { ...settled, absorbing: others } : settled;
  if (record?.doubled) next.seen = (await profileFrom(store, to, await documents.live())).seen;
  const { ok } = await store.transact([
    headOperation(next),
    {
      kind: 'update',
      table: 'core',
      key: headKey(from),
      set: { status: 'merged' },
      if: { equals: { status: 'merging' } },
    },
    { kind: 'update', table: 'core', key: mergeKey(to, from), set: { status: 'done' } },
  ]);
  return ok;
}
