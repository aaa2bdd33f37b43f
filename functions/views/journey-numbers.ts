import type { JourneyContactsView, JourneyNumbersView } from '../api/views.ts';
import type { Ports, Store } from '../ports.ts';
import { getHead, parseRow } from '../repositories/read.ts';
import { EnrolmentRow, enrolmentList, insideLists } from '../repositories/rows.ts';
import { readCursor } from './cursor.ts';
import { nameOf } from './names.ts';
import { readPage, rowsIn, walk } from './page.ts';

/** Enrolments looked at of each state, the latest: enough for a picture, and soon read. */
const latest = 2000;

const endedLists = (journey: string): string[] =>
  (['completed', 'exited', 'failed'] as const).map((status) => enrolmentList(journey, status));

/** How many are in each step, how many have come to it, and how they left. */
export async function journeyNumbersView(
  { store }: Pick<Ports, 'store'>,
  journey: string,
): Promise<JourneyNumbersView> {
  const numbers: JourneyNumbersView = { of: 0, more: false, inside: 0, steps: {}, ends: {} };
  for (const list of [...insideLists(journey), ...endedLists(journey)]) {
    const { rows, more } = await latestOf(store, list);
    numbers.more ||= more;
    numbers.of += rows.length;
    for (const row of rows) count(numbers, row);
  }
  return numbers;
}

async function latestOf(store: Store, list: string): Promise<{ rows: EnrolmentRow[]; more: boolean }> {
  const rows: EnrolmentRow[] = [];
  for await (const item of rowsIn(store, { index: 'g1', pk: list, reverse: true }, 500)) {
    if (rows.length === latest) return { rows, more: true };
    rows.push(parseRow(EnrolmentRow, item));
  }
  return { rows, more: false };
}

function count(numbers: JourneyNumbersView, { status, step, reason, entered = [step] }: EnrolmentRow): void {
  const at = (name: string) => {
    numbers.steps[name] ??= { inside: 0, entered: 0 };
    return numbers.steps[name];
  };
  for (const name of entered) at(name).entered++;
  if (status === 'active') {
    numbers.inside++;
    at(step).inside++;
  } else {
    const why = reason ?? status;
    numbers.ends[why] = (numbers.ends[why] ?? 0) + 1;
  }
}

/** Who is in a step (`step`) or left for a reason (`reason`), the latest first; all who are inside where neither is named. */
export async function journeyContactsView(
  { store }: Pick<Ports, 'store'>,
  journey: string,
  { step, reason, cursor }: { step?: string; reason?: string; cursor?: string },
): Promise<JourneyContactsView> {
  const name = `${journey} ${step ?? ''} ${reason ?? ''}`;
  const partitions = reason === undefined ? insideLists(journey) : endedLists(journey);
  const found = walk(store, { name, partitions, index: 'g1', reverse: true }, readCursor(cursor, [name]));
  const { lines, cursor: next } = await readPage(found, async (item) => {
    const row = parseRow(EnrolmentRow, item);
    if (step !== undefined && row.step !== step) return undefined;
    if (reason !== undefined && (row.reason ?? row.status) !== reason) return undefined;
    const head = await getHead(store, row.contactId);
    if (!head) return undefined;
    return {
      id: row.contactId,
      name: nameOf(head),
      since: row.endedAt ?? row.enteredAt,
      version: row.version,
    };
  });
  return { contacts: lines, ...(next === undefined ? {} : { cursor: next }) };
}
