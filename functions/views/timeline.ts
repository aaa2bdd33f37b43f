import type { ContactView, TimelineLine } from '../api/views.ts';
import type { Item, Ports, Store } from '../ports.ts';
import { getRow, parseRow } from '../repositories/read.ts';
import {
  CaseRow,
  contactKey,
  DecisionRow,
  EnrolmentRow,
  EventRow,
  HandoverRow,
  OfferRow,
  SendRow,
  StayRow,
  TaskRow,
} from '../repositories/rows.ts';
import { readCursor } from './cursor.ts';
import { decisionInWords, decisionView, journeysInWords } from './decision.ts';
import { eventDetail, eventInWords, said } from './event-line.ts';
import type { History } from './history.ts';
import { titleOf } from './labels.ts';
import {
  caseLine,
  enrolmentLine,
  handoverLine,
  messageLine,
  offerLine,
  stayLine,
  taskLine,
} from './lines.ts';
import { readPage, walk } from './page.ts';

/**
 * One page of everything that happened, the newest first. A decision stands on the line of its event; the task of an
 * offer or a handover is told by that offer or handover. Throws `Rejected` for a cursor of another contact.
 */
export async function timelineOf(
  { store }: Pick<Ports, 'store'>,
  history: History,
  given: string | undefined,
): Promise<Pick<ContactView, 'timeline' | 'timelineCursor'>> {
  const { contactId } = history.head;
  const list = `timeline ${contactId}`;
  const rows = walk(
    store,
    { name: list, partitions: [contactKey(contactId)], index: 'tl', reverse: true },
    readCursor(given, [list]),
  );
  const { lines, cursor } = await readPage(rows, (item) => lineOf(store, item, history));
  return { timeline: lines.sort(inOrder), ...(cursor ? { timelineCursor: cursor } : {}) };
}

/** What follows from what, for lines of one moment: an event, the stay it led to, the journey, the work. */
const sequence = ['EVT', 'DEC', 'HND', 'CASE', 'WAS', 'STAY', 'ENR', 'OFR', 'TSK', 'SEND'];

function inOrder(a: TimelineLine, b: TimelineLine): number {
  if (a.at !== b.at) return a.at < b.at ? 1 : -1;
  return sequence.indexOf(kindOf(b.id)) - sequence.indexOf(kindOf(a.id));
}

const kindOf = (sk: string): string => sk.split('#')[0] ?? '';
// Stays of a contact that became part of this one stand under `WAS#`; nothing else that does is told.

async function lineOf(store: Store, item: Item, history: History): Promise<TimelineLine | undefined> {
  const line = await rowLine(store, item, history);
  return line && { id: item.sk, ...line };
}

async function rowLine(
  store: Store,
  item: Item,
  history: History,
): Promise<Omit<TimelineLine, 'id'> | undefined> {
  switch (kindOf(item.sk)) {
    case 'EVT':
      return eventLine(store, parseRow(EventRow, item), history);
    case 'DEC':
      return decisionLine(store, parseRow(DecisionRow, item), history);
    case 'SEND':
      return messageLine(parseRow(SendRow, item), history);
    case 'TSK': {
      const task = parseRow(TaskRow, item);
      return task.kind === 'offer' || task.kind === 'handover' ? undefined : taskLine(task, history);
    }
    case 'CASE':
      return caseLine(parseRow(CaseRow, item), history);
    case 'HND':
      return handoverLine(parseRow(HandoverRow, item), history);
    case 'WAS':
      return item.sk.includes('#STAY#') ? stayLine(parseRow(StayRow, item), history) : undefined;
    case 'STAY':
      return stayLine(parseRow(StayRow, item), history);
    case 'ENR':
      return enrolmentLine(parseRow(EnrolmentRow, item), history);
    case 'OFR':
      return offerLine(parseRow(OfferRow, item), history);
    default:
      return undefined;
  }
}

/** Baton's own reports of what has a line already; they are told again only where something was decided on them. */
const echoes = ['stage.entered', 'case.opened'];

async function eventLine(
  store: Store,
  row: EventRow,
  history: History,
): Promise<Omit<TimelineLine, 'id'> | undefined> {
  const { live } = history;
  const decision = await getRow(store, { pk: row.pk, sk: `DEC#${row.sk.slice(4)}` }, DecisionRow);
  if (!decision && row.source === 'baton' && echoes.includes(row.type)) return undefined;
  const journeys = decision ? journeysInWords(decision, live) : [];
  return {
    at: row.at,
    kind: live.events.get(row.type)?.interaction ? 'interaction' : 'event',
    title: titleOf(live.events, row.type),
    text: eventInWords(row, history),
    event: { type: row.type, data: row.data },
    detail: { ...eventDetail(row, history), ...(journeys.length > 0 ? { Journeys: journeys } : {}) },
    ...(decision ? { decision: decisionView(decision, live) } : {}),
  };
}

async function decisionLine(
  store: Store,
  row: DecisionRow,
  { live }: History,
): Promise<Omit<TimelineLine, 'id'> | undefined> {
  if (await store.get('core', { pk: row.pk, sk: `EVT#${row.sk.slice(4)}` })) return undefined;
  return {
    at: row.at,
    kind: 'decision',
    title: `Decided on “${titleOf(live.events, row.eventType)}”`,
    text: said([decisionInWords(row, live), ...journeysInWords(row, live)]),
    decision: decisionView(row, live),
  };
}
