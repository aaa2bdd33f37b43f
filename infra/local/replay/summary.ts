import type { Ports, Query } from '@baton/functions/ports.ts';
import { parseRow } from '@baton/functions/repositories/read.ts';
import { HandoverRow, insideLists, SendRow, TaskRow } from '@baton/functions/repositories/rows.ts';
import { queuesOf } from '@baton/functions/views/queues.ts';
import type * as z from 'zod';

/** What a replay came to. Every number is counted from what is stored at the end. */
export type Summary = {
  contacts: number;
  stages: Record<string, number>;
  journeys: Record<string, { entries: number; active: number; exits: Record<string, number> }>;
  messages: Record<
    string,
    { sent: number; waiting: number; failed: number; skipped: Record<string, number> }
  >;
  handovers: Record<string, { offered: number; accepted: number; returned: number; expired: number }>;
  tasks: Record<string, { open: number; done: number; expired: number }>;
  cases: { open: number; closed: number };
  dataQuality: Record<string, number>;
};

export async function summarise({ store, documents }: Pick<Ports, 'store' | 'documents'>): Promise<Summary> {
  const live = await documents.live();
  const list = (pk: string) => ({ table: 'core', index: 'g1', pk }) as const;
  const summary: Summary = {
    contacts: 0,
    stages: {},
    journeys: {},
    messages: {},
    handovers: {},
    tasks: {},
    cases: { open: await store.count(list('CASE#open')), closed: await store.count(list('CASE#closed')) },
    dataQuality: {},
  };
  for (const stage of [
    ...[...live.stages.values()].sort((a, b) => a.order - b.order).map(({ id }) => id),
    'none',
  ]) {
    const count = await store.count(list(`STG#${stage}`));
    summary.contacts += count;
    if (count > 0) summary.stages[stage] = count;
  }
  for (const journey of live.journeys.keys()) {
    const exits: Record<string, number> = {};
    const inside = await Promise.all(insideLists(journey).map((name) => store.count(list(name))));
    const active = inside.reduce((sum, count) => sum + count, 0);
    let left = 0;
    for (const status of ['completed', 'exited', 'failed'])
      for await (const item of rowsIn(store, list(`JV#${journey}#${status}`))) {
        left++;
        bump(exits, String(item.reason ?? status));
      }
    if (active + left > 0) summary.journeys[journey] = { entries: active + left, active, exits };
  }
  for (const status of ['SENT', 'PERMITTED', 'ATTEMPT', 'FAILED', 'SKIPPED', 'UNKNOWN'])
    for await (const send of parsed(store, list(`MSG#${status}`), SendRow)) countMessage(summary, send);
  for (const status of ['offered', 'accepted', 'returned', 'expired'] as const)
    for await (const handover of parsed(store, list(`HND#${status}`), HandoverRow)) {
      const counts = entry(summary.handovers, handover.handover, {
        offered: 0,
        accepted: 0,
        returned: 0,
        expired: 0,
      });
      counts.offered++;
      if (status !== 'offered') counts[status]++;
    }
  for (const queue of queuesOf(live))
    for (const status of ['open', 'done', 'expired'] as const)
      for await (const task of parsed(store, list(`TK#${queue}#${status}`), TaskRow)) {
        const counts = entry(summary.tasks, `${task.queue}: ${task.kind}`, { open: 0, done: 0, expired: 0 });
        counts[status]++;
        if (task.kind === 'data-quality' && task.fact) bump(summary.dataQuality, task.fact);
      }
  return summary;
}

function countMessage(summary: Summary, { channel, status, reason }: SendRow): void {
  const counts = entry(summary.messages, channel, { sent: 0, waiting: 0, failed: 0, skipped: {} });
  if (status === 'SENT') counts.sent++;
  else if (status === 'SKIPPED') bump(counts.skipped, reason ?? 'without reason');
  else if (status === 'FAILED') counts.failed++;
  else counts.waiting++;
}

/** The entry of that name, made where it is absent. */
function entry<T>(entries: Record<string, T>, name: string, fresh: T): T {
  const present = entries[name] ?? fresh;
  entries[name] = present;
  return present;
}

function bump(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}

async function* rowsIn(store: Ports['store'], query: Query) {
  let cursor: string | undefined;
  do {
    const page = await store.query({ ...query, limit: 1000, cursor });
    yield* page.items;
    cursor = page.cursor;
  } while (cursor);
}

async function* parsed<T>(store: Ports['store'], query: Query, schema: z.ZodType<T>): AsyncGenerator<T> {
  for await (const item of rowsIn(store, query)) yield parseRow(schema, item);
}
