import { subtractDuration } from '@baton/rules/time/duration.ts';
import type { HomeView } from '../api/views.ts';
import type { LiveLibrary, Store } from '../ports.ts';
import { dueShards } from '../repositories/rows.ts';
import { rowsIn } from './page.ts';

/** Rows of a list. Lists sort by when they are due, so `before` counts what was due earlier. */
export function countList(store: Store, list: string, before?: string): Promise<number> {
  return store.count({ table: 'core', index: 'g1', pk: list, to: before });
}

export async function countLists(store: Store, lists: readonly string[]): Promise<number> {
  const counts = await Promise.all(lists.map((list) => countList(store, list)));
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Rows that the sweeper would look at, over all shards. */
export async function countDue(store: Store, kind: 'PEND' | 'OUT' | 'WAIT'): Promise<number> {
  const shards = Array.from({ length: dueShards }, (_, shard) => `${kind}#${shard}`);
  const counts = await Promise.all(shards.map((pk) => store.count({ table: 'core', index: 'due', pk })));
  return counts.reduce((sum, count) => sum + count, 0);
}

/** All contacts. One with an overlay counts in its own stage and in the overlay, but is one contact. */
export async function countContacts(
  store: Store,
  live: LiveLibrary,
  now: string,
  cases: readonly OpenCase[],
): Promise<Pick<HomeView, 'contacts' | 'stages' | 'outsideCycle'>> {
  const stages = await countStages(store, live, now, overlaysLaid(cases));
  const outsideCycle = await countList(store, 'STG#none');
  const inCycle = await countLists(
    store,
    stages.map(({ id }) => `STG#${id}`),
  );
  return { contacts: inCycle + outsideCycle, stages, outsideCycle };
}

/** Contacts by stage in the order of the cycle; overdue are those that have stayed longer than the stage's SLA. */
async function countStages(
  store: Store,
  live: LiveLibrary,
  now: string,
  laid: ReadonlyMap<string, string>,
): Promise<HomeView['stages']> {
  const stages = [...live.stages.values()].sort((a, b) => a.order - b.order || (a.id < b.id ? -1 : 1));
  return Promise.all(
    stages.map(async ({ id, title, order, owner, sla, overlay }) => {
      const since = sla && subtractDuration(now, sla.within);
      const count = await countList(store, `STG#${id}`);
      const overdue = since === undefined ? 0 : await countList(store, `STG#${id}`, since);
      const over = overlay ? countLaid(laid, since) : { count: 0, overdue: 0 };
      return {
        id,
        title,
        order,
        owner: owner.team,
        count: count + over.count,
        overdue: overdue + over.overdue,
      };
    }),
  );
}

function countLaid(
  laid: ReadonlyMap<string, string>,
  since: string | undefined,
): { count: number; overdue: number } {
  const overdue = [...laid.values()].filter((at) => since !== undefined && at < since).length;
  return { count: laid.size, overdue };
}

export type OpenCase = { contact: string; queue: string; openedAt: string };

export async function readOpenCases(store: Store): Promise<OpenCase[]> {
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  const cases: OpenCase[] = [];
  for await (const { pk, queue, openedAt } of rowsIn(store, { index: 'g1', pk: 'CASE#open' }, 1000))
    cases.push({ contact: pk, queue: text(queue), openedAt: text(openedAt) });
  return cases;
}

/**
 * Contacts with an overlay over their stage, with since when. It lasts from the first open case to the last, so the open
 * cases tell who they are; where an earlier case was closed already the overlay is a little older than the cases show.
 */
export function overlaysLaid(cases: readonly OpenCase[]): Map<string, string> {
  const opened = new Map<string, string>();
  for (const { contact, openedAt } of cases) {
    const earlier = opened.get(contact);
    if (earlier === undefined || openedAt < earlier) opened.set(contact, openedAt);
  }
  return opened;
}

/** Messages by what became of them; a permitted one waits until the provider has answered, a held one for its time. */
export const messageLists = {
  waiting: ['MSG#HELD', 'MSG#PERMITTED', 'MSG#ATTEMPT'],
  sent: ['MSG#SENT'],
  skipped: ['MSG#SKIPPED'],
  failed: ['MSG#FAILED'],
  unknown: ['MSG#UNKNOWN'],
} as const;
