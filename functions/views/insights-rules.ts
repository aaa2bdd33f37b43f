import type { InsightsView } from '../api/views.ts';
import type { LiveLibrary, Store } from '../ports.ts';
import { type CaseRow, EnrolmentRow, enrolmentList, TaskRow } from '../repositories/rows.ts';
import type { StaysRead } from './insights.ts';
import { latestIn, type Read } from './insights-lists.ts';
import { nameInWords } from './phrases.ts';
import { queuesOf } from './queues.ts';

/** Rows looked at of each of the many lists by journey and queue. */
const most = 500;

const entered = ['active', 'paused', 'completed', 'exited', 'failed'] as const;
const taskStates = ['open', 'done', 'expired'] as const;

/** What rules brought about in the period, by what they left behind, and what became of offers. */
export async function offersAndRules(
  store: Store,
  live: LiveLibrary,
  { since, stays, cases }: { since: string; stays: StaysRead; cases: Read<CaseRow> },
): Promise<Pick<InsightsView, 'rules' | 'offers'>> {
  const enrolments = await joined(
    [...live.journeys.keys()].flatMap((journey) => entered.map((state) => enrolmentList(journey, state))),
    (list) => latestIn(store, list, EnrolmentRow, { from: since, most }),
  );
  const tasks = await joined(
    queuesOf(live).flatMap((queue) => taskStates.map((state) => `TK#${queue}#${state}`)),
    (list) => latestIn(store, list, TaskRow, { from: since, most }),
  );
  const made = tasks.rows.filter(({ createdAt }) => createdAt >= since);
  const count = new Map<string, number>();
  const add = (rule: string | undefined) => {
    if (rule !== undefined) count.set(rule, (count.get(rule) ?? 0) + 1);
  };
  for (const { rule } of enrolments.rows) add(rule?.id);
  for (const { rule } of cases.rows) add(rule);
  for (const { kind, origin } of made) if (kind === 'task') add(after(origin, 'best-practice/'));
  for (const { rows } of stays.values()) for (const { by } of rows) add(after(by, 'rule '));
  const more = enrolments.more || tasks.more || cases.more || [...stays.values()].some((read) => read.more);
  return {
    rules: {
      lines: [...live['best-practice'].values()].map(({ id, title, event }) => ({
        ...{ id, title, action: event.type },
        // What sets a value stands with each contact alone, so how often cannot be told here.
        ...(event.type === 'contact.update' ? {} : { count: count.get(id) ?? 0 }),
      })),
      ...(more ? { more: true } : {}),
    },
    offers: { lines: offersBy(live, made), ...(tasks.more ? { more: true } : {}) },
  };
}

const after = (text: string, beginning: string): string | undefined =>
  text.startsWith(beginning) ? text.slice(beginning.length) : undefined;

/** An offer is a task of whoever makes it; its outcome is what the customer said. */
function offersBy(live: LiveLibrary, tasks: readonly TaskRow[]): InsightsView['offers']['lines'] {
  const lines = new Map<string, InsightsView['offers']['lines'][number]>();
  for (const { kind, origin, status, outcome } of tasks) {
    if (kind !== 'offer') continue;
    const id = after(origin, 'journeys/') ?? origin;
    const line = lines.get(id) ?? {
      ...{ id, title: live.journeys.get(id)?.title ?? nameInWords(id) },
      ...{ accepted: 0, declined: 0, expired: 0, open: 0 },
    };
    if (status === 'open') line.open += 1;
    else if (outcome === 'accepted' || outcome === 'declined') line[outcome] += 1;
    else line.expired += 1;
    lines.set(id, line);
  }
  return [...lines.values()].sort((a, b) => (a.title < b.title ? -1 : 1));
}

async function joined<T>(
  lists: readonly string[],
  read: (list: string) => Promise<Read<T>>,
): Promise<Read<T>> {
  const found: Read<T> = { rows: [], more: false };
  // A few at a time: the lists are many, and most of them are short.
  for (let from = 0; from < lists.length; from += 8)
    for (const { rows, more } of await Promise.all(lists.slice(from, from + 8).map(read))) {
      for (const row of rows) found.rows.push(row);
      found.more ||= more;
    }
  return found;
}
