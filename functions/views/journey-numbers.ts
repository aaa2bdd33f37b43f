import * as z from 'zod';
import type { JourneyContactsView, JourneyNumbersView } from '../api/views.ts';
import { type Ports, Rejected, type Store } from '../ports.ts';
import { stepThatFailed } from '../repositories/failed-at.ts';
import { getHead, parseRow } from '../repositories/read.ts';
import { EnrolmentRow, enrolmentList, insideLists } from '../repositories/rows.ts';
import { readCursor } from './cursor.ts';
import { nameOf } from './names.ts';
import { readPage, rowsIn, walk } from './page.ts';

/** Enrolments looked at of each state, the latest: enough for a picture, and soon read. */
const latest = 2000;

const endedLists = (journey: string): string[] =>
  (['completed', 'exited', 'failed'] as const).map((status) => enrolmentList(journey, status));

/** Where an enrolment has been: the steps it has gone on from, and the one where it is, or from which it left and why. */
type Way = { passed: string[]; at: string; left?: string };

function wayOf({ status, step, reason, entered = [step] }: EnrolmentRow): Way {
  if (status === 'active') return { passed: entered.filter((name) => name !== step), at: step };
  const at = (status === 'failed' ? stepThatFailed(reason) : undefined) ?? step;
  return { passed: entered.filter((name) => name !== at), at, left: reason ?? status };
}

/** Rows of before say where they are and not where they have been; who was just enrolled has been nowhere yet. */
const isUntraced = ({ entered, visit }: EnrolmentRow): boolean =>
  entered === undefined && visit !== undefined;

/** How many are in each step, how many have gone on from it, and how many left the journey there, by the reason. */
export async function journeyNumbersView(
  { store }: Pick<Ports, 'store'>,
  journey: string,
): Promise<JourneyNumbersView> {
  const [inside, ended] = await Promise.all(
    [insideLists(journey), endedLists(journey)].map((lists) => latestOf(store, lists)),
  );
  const rows = [...(inside?.rows ?? []), ...(ended?.rows ?? [])];
  const moreInside = inside?.more === true;
  return { ...counted(rows), more: moreInside || ended?.more === true, moreInside };
}

async function latestOf(
  store: Store,
  lists: readonly string[],
): Promise<{ rows: EnrolmentRow[]; more: boolean }> {
  const found: { rows: EnrolmentRow[]; more: boolean } = { rows: [], more: false };
  for (const pk of lists) {
    let taken = 0;
    for await (const item of rowsIn(store, { index: 'g1', pk, reverse: true }, 500)) {
      found.more ||= taken === latest;
      if (taken++ === latest) break;
      found.rows.push(parseRow(EnrolmentRow, item));
    }
  }
  return found;
}

/** Each enrolment counts once in every step that it has come to, as it stands with that step now. */
export function counted(rows: readonly EnrolmentRow[]): Omit<JourneyNumbersView, 'more' | 'moreInside'> {
  const numbers: ReturnType<typeof counted> = {
    of: rows.length,
    untraced: 0,
    inside: 0,
    steps: {},
    ends: {},
  };
  const come = (step: string) => {
    numbers.steps[step] ??= { inside: 0, entered: 0, passed: 0, left: {} };
    numbers.steps[step].entered++;
    return numbers.steps[step];
  };
  for (const row of rows) {
    const { passed, at, left } = wayOf(row);
    if (isUntraced(row)) numbers.untraced++;
    if (numbers.since === undefined || row.enteredAt < numbers.since) numbers.since = row.enteredAt;
    for (const step of passed) come(step).passed++;
    const here = come(at);
    if (left === undefined) {
      numbers.inside++;
      here.inside++;
    } else {
      here.left[left] = (here.left[left] ?? 0) + 1;
      numbers.ends[left] = (numbers.ends[left] ?? 0) + 1;
    }
  }
  return numbers;
}

const How = z.enum(['here', 'passed', 'left']);
type Asked = { step?: string; how: z.infer<typeof How>; reason?: string };

/** Whom a number of a journey counts, the latest first; all who are inside where nothing is asked for. */
export async function journeyContactsView(
  { store }: Pick<Ports, 'store'>,
  journey: string,
  { cursor, ...query }: { step?: string; how?: string; reason?: string; cursor?: string },
): Promise<JourneyContactsView> {
  const asked = readAsked(query);
  const name = [journey, asked.step ?? '', asked.how, asked.reason ?? ''].join(' ');
  const partitions = [
    ...(asked.how === 'left' ? [] : insideLists(journey)),
    ...(asked.how === 'here' ? [] : endedLists(journey)),
  ];
  const found = walk(store, { name, partitions, index: 'g1', reverse: true }, readCursor(cursor, [name]));
  const { lines, cursor: next } = await readPage(found, async (item) => {
    const row = parseRow(EnrolmentRow, item);
    const way = wayOf(row);
    if (!fits(way, asked)) return undefined;
    const head = await getHead(store, row.contactId);
    if (!head) return undefined;
    return {
      id: row.contactId,
      name: nameOf(head),
      enrolment: row.id,
      since: row.endedAt ?? row.enteredAt,
      version: row.version,
      step: way.at,
      ...(way.left === undefined ? {} : { reason: way.left }),
    };
  });
  return { contacts: lines, ...(next === undefined ? {} : { cursor: next }) };
}

function readAsked({ step, how, reason }: { step?: string; how?: string; reason?: string }): Asked {
  const known = How.safeParse(how ?? (reason === undefined ? 'here' : 'left'));
  if (!known.success) throw new Rejected(`how: "${how}" is none of them; write here, passed or left`);
  if (known.data === 'passed' && step === undefined)
    throw new Rejected('step: it is not said which step they have passed; name one');
  if (known.data !== 'left' && reason !== undefined)
    throw new Rejected('reason: only who left has one; leave it out, or ask with how=left');
  return { step, how: known.data, reason };
}

function fits({ passed, at, left }: Way, { step, how, reason }: Asked): boolean {
  if (how === 'passed') return step !== undefined && passed.includes(step);
  return (step === undefined || at === step) && (reason === undefined || left === reason);
}
