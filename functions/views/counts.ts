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
): Promise<Pick<HomeView, 'contacts' | 'stages' | 'outsideCycle'>> {
  const stages = await countStages(store, live, now);
  const outsideCycle = await countList(store, 'STG#none');
  const inCycle = await countLists(
    store,
    stages.map(({ id }) => `STG#${id}`),
  );
  return { contacts: inCycle + outsideCycle, stages, outsideCycle };
}

/** Contacts by stage in the order of the cycle; overdue are those that have stayed longer than the stage's SLA. */
async function countStages(store: Store, live: LiveLibrary, now: string): Promise<HomeView['stages']> {
  const stages = [...live.stages.values()].sort((a, b) => a.order - b.order || (a.id < b.id ? -1 : 1));
  return Promise.all(
    stages.map(async ({ id, title, order, owner, sla, overlay }) => {
      const since = sla && subtractDuration(now, sla.within);
      const count = await countList(store, `STG#${id}`);
      const overdue = since === undefined ? 0 : await countList(store, `STG#${id}`, since);
      const laid = overlay ? await countLaid(store, since) : { count: 0, overdue: 0 };
      return {
        id,
        title,
        order,
        owner: owner.team,
        count: count + laid.count,
        overdue: overdue + laid.overdue,
      };
    }),
  );
}

async function countLaid(
  store: Store,
  since: string | undefined,
): Promise<{ count: number; overdue: number }> {
  const laid = [...(await overlaysLaid(store)).values()];
  const overdue = laid.filter((at) => since !== undefined && at < since).length;
  return { count: laid.length, overdue };
}

/**
 * Contacts with an overlay over their stage, with since when. It lasts from the first open case to the last, so the open
 * cases tell who they are; where an earlier case was closed already the overlay is a little older than the cases show.
 */
export async function overlaysLaid(store: Store): Promise<Map<string, string>> {
  const opened = new Map<string, string>();
  for await (const { pk, openedAt } of rowsIn(store, { index: 'g1', pk: 'CASE#open' }, 1000)) {
    const at = typeof openedAt === 'string' ? openedAt : '';
    const earlier = opened.get(pk);
    if (earlier === undefined || at < earlier) opened.set(pk, at);
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
