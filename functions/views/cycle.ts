import { subtractDuration } from '@baton/rules/time/duration.ts';
import type { CycleView } from '../api/views.ts';
import type { Item, LiveLibrary, Ports, Store } from '../ports.ts';
import { parseRow } from '../repositories/read.ts';
import { HandoverRow, TaskRow } from '../repositories/rows.ts';
import { countContacts, overlaysLaid, readOpenCases } from './counts.ts';
import { rowsIn } from './page.ts';
import { openTasksOf } from './queues.ts';

/** Rows looked at of each list: enough for a picture, and soon read. */
const most = 1000;
/** Days back from now for which it is counted what became of handovers. */
const days = 30;

type Numbers = CycleView['handovers'][string];

/** How the contact cycle goes: who is where and for how long, and what becomes of the handovers. Figures, no people. */
export async function cycleView({
  store,
  documents,
  clock,
}: Pick<Ports, 'store' | 'documents' | 'clock'>): Promise<CycleView> {
  const live = await documents.live();
  const now = clock.now().toISOString();
  const cases = await readOpenCases(store);
  const laid = [...overlaysLaid(cases).values()].sort().reverse();
  const { stages, ...counted } = await countContacts(store, live, now, cases);
  const timed = stages.map(async ({ id, count, overdue }) => {
    const isOver = live.stages.get(id)?.overlay;
    const newest = isOver ? laid : await stagesEntered(store, id, Math.min(middleOf(count) + 1, most));
    const median = medianOf(count, newest, now);
    return [id, { count, overdue, ...(median ? { median } : {}) }] as const;
  });
  return {
    ...counted,
    days,
    stages: Object.fromEntries(await Promise.all(timed)),
    ...(await handoverNumbers(store, live, now)),
  };
}

/**
 * How long half of those who are in a stage have been in it, at the least. Rows are read from the newest up to the
 * middle; where the middle lies further back than is read, the time is longer than what is said.
 */
function medianOf(
  count: number,
  newest: readonly string[],
  now: string,
): { seconds: number; atLeast?: true } | undefined {
  const middle = middleOf(count);
  const at = newest[Math.min(middle, newest.length - 1)];
  if (at === undefined) return undefined;
  const seconds = Math.max(0, Math.round((Date.parse(now) - Date.parse(at)) / 1000));
  return { seconds, ...(middle >= newest.length ? { atLeast: true as const } : {}) };
}

const middleOf = (count: number): number => Math.floor((count - 1) / 2);

/** When the last who came into a stage did so; contacts stand in their list by that. */
async function stagesEntered(store: Store, stage: string, wanted: number): Promise<string[]> {
  const { items } = await upTo(store, { pk: `STG#${stage}`, reverse: true }, wanted);
  return items.map(({ stageSince }) => (typeof stageSince === 'string' ? stageSince : ''));
}

async function handoverNumbers(
  store: Store,
  live: LiveLibrary,
  now: string,
): Promise<Pick<CycleView, 'handovers' | 'more'>> {
  const handovers: Record<string, Numbers> = {};
  for (const id of live.handovers.keys())
    handovers[id] = { ready: 0, blocked: 0, overdue: 0, accepted: 0, returned: 0, expired: 0 };
  const answered = await countAnswers(store, handovers, now);
  const waiting = await countTasks(store, live, handovers);
  return { handovers, ...(answered || waiting ? { more: true } : {}) };
}

/** What is offered now, and what became of offers lately. `true`: there are more than were looked at. */
async function countAnswers(
  store: Store,
  handovers: Readonly<Record<string, Numbers>>,
  now: string,
): Promise<boolean> {
  const since = subtractDuration(now, `P${days}D`);
  let isMore = false;
  for (const status of ['offered', 'accepted', 'returned', 'expired'] as const) {
    // Sorted by when an answer was due, which is never before it was given; so none that was given lately is missing.
    const from = status === 'offered' ? {} : { from: since };
    const { items, more } = await upTo(store, { pk: `HND#${status}`, reverse: true, ...from }, most);
    isMore ||= more;
    for (const row of items.map((item) => parseRow(HandoverRow, item))) {
      const numbers = handovers[row.handover];
      if (!numbers) continue;
      if (status !== 'offered') numbers[status] += (row.settledAt ?? '') >= since ? 1 : 0;
      else if (row.acceptBy < now) numbers.overdue++;
      else numbers.ready++;
    }
  }
  return isMore;
}

/**
 * Handovers that lack what somebody must find out are blocked; those that lapsed without an answer, and that nobody has
 * seen to since, are overdue. Both are open tasks of the teams concerned.
 */
async function countTasks(
  store: Store,
  live: LiveLibrary,
  handovers: Readonly<Record<string, Numbers>>,
): Promise<boolean> {
  const queues = [...live.handovers.values()].flatMap(({ from, escalation }) => [
    from.team,
    live.stages.get(from.stage)?.owner.team ?? from.team,
    escalation.to,
  ]);
  let isMore = false;
  for (const queue of new Set(queues)) {
    const { items, more } = await upTo(store, { pk: openTasksOf(queue) }, most);
    isMore ||= more;
    for (const { id, origin } of items.map((item) => parseRow(TaskRow, item))) {
      const numbers = handovers[origin.replace(/^handovers\//, '')];
      if (numbers && id.startsWith('complete-')) numbers.blocked++;
      if (numbers && id.startsWith('expired-')) numbers.overdue++;
    }
  }
  return isMore;
}

async function upTo(
  store: Store,
  query: { pk: string; reverse?: boolean; from?: string },
  wanted: number,
): Promise<{ items: Item[]; more: boolean }> {
  const items: Item[] = [];
  for await (const item of rowsIn(store, { index: 'g1', ...query }, Math.min(wanted + 1, 500))) {
    if (items.length === wanted) return { items, more: true };
    items.push(item);
  }
  return { items, more: false };
}
