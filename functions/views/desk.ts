import { shareSpent } from '@baton/rules/cases/clocks.ts';
import { businessHours } from '@baton/rules/time/business-time.ts';
import type { DeskLine, DeskView } from '../api/views.ts';
import type { Item, LiveLibrary, Ports, Store } from '../ports.ts';
import { getRow, parseRow } from '../repositories/read.ts';
import { CaseRow, HandoverRow, handoverKey, OwnerRow, TaskRow } from '../repositories/rows.ts';
import { readCursor, writeCursor } from './cursor.ts';
import { headsOf, nameAndTierOf } from './names.ts';
import { type Found, readPage, walk } from './page.ts';
import { openTasksOf, queuesOf } from './queues.ts';
import { taskTitle } from './tasks.ts';

export const deskOrders = ['due', 'value', 'sla'] as const;
type Order = (typeof deskOrders)[number];
/** `queue`: one or several, with commas between them. */
type Query = { queue?: string; order: Order; cursor?: string };

/** Most lines that are sorted by anything but when they are due, and most rows that are looked through for them. */
export const sortLimit = 1000;
const scanLimit = 5000;
const pageSize = 50;

/** From here on a promise is at risk. Service levels of the library warn at the same share. */
const riskShare = 0.8;

const openCases = 'CASE#open';

/**
 * Open tasks and cases of some queues or of all. Lists are kept by when they are due, so that order goes on for ever; by value
 * and by service level the lines that are due first are sorted, and it is said how many. Throws `Rejected` for a cursor it
 * did not give out.
 */
export async function deskView(
  { store, documents, clock }: Pick<Ports, 'store' | 'documents' | 'clock'>,
  query: Query,
): Promise<DeskView> {
  const live = await documents.live();
  const lineOf = lineReader(live, clock.now().toISOString(), queuesIn(query));
  if (query.order !== 'due') return sortedPage(store, live, lineOf, query);
  const start = readCursor(query.cursor, [listOf('due')]);
  const { lines, cursor } = await readPage(walk(store, listBy(live, query), start), lineOf);
  return { lines: await withOffers(store, await named(store, lines)), ...(cursor ? { cursor } : {}) };
}

const listOf = (order: Order): string => `desk-${order}`;

/** Nothing where all are asked for. A queue that is named twice is one. */
function queuesIn({ queue = '' }: Query): ReadonlySet<string> | undefined {
  const named = queue.split(',').filter((one) => one !== '');
  return named.length > 0 ? new Set(named) : undefined;
}

const listBy = (live: LiveLibrary, query: Query) => ({
  name: listOf(query.order),
  partitions: [...[...(queuesIn(query) ?? queuesOf(live))].map(openTasksOf), openCases],
  index: 'g1' as const,
  chunk: 100,
});

type ReadLine = (item: Item) => DeskLine | undefined;

/** Reads a row of either kind; cases of other queues stand in the same list and are passed over. */
function lineReader(live: LiveLibrary, now: string, queues: ReadonlySet<string> | undefined): ReadLine {
  return (item) => {
    if (item.g1pk !== openCases) return taskLine(parseRow(TaskRow, item), live, now);
    const row = parseRow(CaseRow, item);
    return queues && !queues.has(row.queue) ? undefined : caseLine(row, live, now);
  };
}

function taskLine(row: TaskRow, live: LiveLibrary, now: string): DeskLine {
  const { id, contactId, kind, queue, createdAt, dueAt } = row;
  const title = taskTitle(row, live);
  return { id, contactId, kind, queue, title, dueAt, sla: slaOf(shareOfWall(createdAt, dueAt, now)) };
}

/** A case of which no clock runs is paused; one whose service level was not there when it was opened has none, and is due by the wall. */
function caseLine(row: CaseRow, live: LiveLibrary, now: string): DeskLine {
  const { id, contactId, queue, title, dueAt, openedAt, person } = row;
  const level = live['service-levels'].get(row.serviceLevel);
  const hours = businessHours(live.calendars.get(level?.calendar ?? ''));
  const hasClocks = Object.keys(row.clocks).length > 0;
  const spent = hasClocks
    ? shareSpent({ ...row, countedTo: row.countedTo || openedAt }, hours, now)
    : shareOfWall(openedAt, dueAt, now);
  return {
    id,
    contactId,
    kind: 'case',
    queue,
    title,
    dueAt,
    sla: slaOf(spent),
    ...(person ? { person } : {}),
  };
}

function shareOfWall(from: string, to: string, now: string): number {
  const span = Math.max(1, Date.parse(to) - Date.parse(from));
  return (Date.parse(now) - Date.parse(to)) / span + 1;
}

function slaOf(share: number | undefined): DeskLine['sla'] {
  if (share === undefined) return { state: 'paused' };
  const state = share > 1 ? 'breached' : share >= riskShare ? 'at-risk' : 'met';
  return { state, spent: Math.max(0, Math.floor(share * 100)) };
}

async function sortedPage(
  store: Store,
  live: LiveLibrary,
  lineOf: ReadLine,
  query: Query,
): Promise<DeskView> {
  const list = listOf(query.order);
  const start = readCursor(query.cursor, [list]);
  const { lines, more } = await dueFirst(walk(store, listBy(live, query)), lineOf);
  const all = query.order === 'value' ? await named(store, lines) : lines;
  const inOrder = all
    .map((line) => ({ line, at: places[query.order](line) }))
    .sort((a, b) => (a.at < b.at ? -1 : 1));
  const left = start ? inOrder.filter(({ at }) => at > start.at) : inOrder;
  const page = left.slice(0, pageSize);
  const last = page.at(-1);
  const shown = page.map(({ line }) => line);
  return {
    lines: await withOffers(store, query.order === 'value' ? shown : await named(store, shown)),
    ...(last && left.length > page.length ? { cursor: writeCursor({ list, at: last.at, past: 1 }) } : {}),
    sorted: inOrder.length,
    ...(more ? { more } : {}),
  };
}

async function dueFirst(
  rows: AsyncIterable<Found>,
  lineOf: ReadLine,
): Promise<{ lines: DeskLine[]; more?: true }> {
  const lines: DeskLine[] = [];
  let scanned = 0;
  for await (const { item } of rows) {
    if (scanned === scanLimit) return { lines, more: true };
    scanned++;
    const line = lineOf(item);
    if (line && lines.length === sortLimit) return { lines, more: true };
    if (line) lines.push(line);
  }
  return { lines };
}

const states: readonly DeskLine['sla']['state'][] = ['breached', 'at-risk', 'met', 'paused'];

/** Where a line stands, as a text that sorts and that no two lines share. */
const places: Readonly<Record<Order, (line: DeskLine) => string>> = {
  due: ({ dueAt, contactId, id }) => `${dueAt}#${contactId}#${id}`,
  /** The better customer first, of equal ones what is due first. */
  value: (line) => `${line.valueTier ?? '~'}#${places.due(line)}`,
  sla: (line) => `${states.indexOf(line.sla.state)}#${places.due(line)}`,
};

/** So many contacts are read at once, so that a store in the cloud is not asked a thousand times in one instant. */
const atOnce = 100;

async function named(store: Store, lines: readonly DeskLine[]): Promise<DeskLine[]> {
  const told: DeskLine[] = [];
  for (let from = 0; from < lines.length; from += atOnce) {
    const some = lines.slice(from, from + atOnce);
    const heads = await headsOf(
      store,
      some.map(({ contactId }) => contactId),
    );
    told.push(...some.map((line) => tellOf(line, heads.get(line.contactId))));
  }
  return told;
}

function tellOf(line: DeskLine, head: Parameters<typeof nameAndTierOf>[0] | undefined): DeskLine {
  const { data: owner } = OwnerRow.safeParse(head?.owner);
  const person = line.kind === 'case' || owner?.team !== line.queue ? line.person : owner.person;
  return { ...line, ...(head ? nameAndTierOf(head) : {}), ...(person ? { person } : {}) };
}

/** What is offered is with whom it is offered to, whoever owns the contact until then. */
function withOffers(store: Store, lines: readonly DeskLine[]): Promise<DeskLine[]> {
  return Promise.all(
    lines.map(async ({ person, ...line }) => {
      if (line.kind !== 'handover') return { ...line, ...(person ? { person } : {}) };
      const offer = await getRow(store, handoverKey(line.contactId, offerOf(line.id)), HandoverRow);
      return { ...line, ...(offer?.to.person ? { person: offer.to.person } : {}) };
    }),
  );
}

/** The task of an offer is named after it. */
const offerOf = (taskId: string): string => taskId.replace(/^accept-/, '');
