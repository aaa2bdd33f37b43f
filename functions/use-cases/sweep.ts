import type { Item, Ports } from '../ports.ts';
import { getRow, parseRow } from '../repositories/read.ts';
import { contactOf, dueShards, EnrolmentRow, enrolmentKey, WaitRow } from '../repositories/rows.ts';
import { applyEvents } from './apply-event.ts';
import { dispatch } from './dispatch.ts';
import { lookForAnswer } from './run-step.ts';

export type Swept = { applied: number; dispatched: number; signalled: number; paired: number };

/**
 * The safety net, and part of the wait protocol: what was recorded but not applied, put into the outbox but not acted
 * on, claimed but not signalled, or waiting although its event is stored, is found here and finished. `before`: only
 * what has been due for that long; at the start of a host everything is looked at.
 */
export async function sweep(ports: Ports, before: string): Promise<Swept> {
  const swept: Swept = { applied: 0, dispatched: 0, signalled: 0, paired: 0 };
  for (let shard = 0; shard < dueShards; shard++) {
    for await (const item of dueRows(ports, `PEND#${shard}`)) {
      if (String(item.receivedAt) > before) continue;
      await applyEvents(ports, { contactId: contactOf(item.pk), event: { pk: item.pk, sk: item.sk } });
      swept.applied++;
    }
    for await (const item of dueRows(ports, `OUT#${shard}`, before)) {
      await dispatch(ports, { pk: item.pk, sk: item.sk });
      swept.dispatched++;
    }
    for await (const item of dueRows(ports, `WAIT#${shard}`, before)) await settleWait(ports, item, swept);
  }
  return swept;
}

async function* dueRows({ store }: Ports, pk: string, before?: string): AsyncGenerator<Item> {
  let cursor: string | undefined;
  do {
    const page = await store.query({ table: 'core', index: 'due', pk, to: before, limit: 500, cursor });
    for (const { pk, sk } of page.items) {
      const current = await store.get('core', { pk, sk });
      if (current?.duepk) yield current;
    }
    cursor = page.cursor;
  } while (cursor);
}

async function settleWait({ store, workflows, ...ports }: Ports, item: Item, swept: Swept): Promise<void> {
  const wait = parseRow(WaitRow, item);
  if (wait.claim) {
    await workflows.succeed(wait.token, { to: wait.claim.to });
    await store.transact([
      { kind: 'delete', table: 'core', key: item, if: { equals: { token: wait.token } } },
    ]);
    swept.signalled++;
    return;
  }
  if (wait.kind !== 'enrolment') return;
  const row = await getRow(store, enrolmentKey(contactOf(item.pk), wait.holder), EnrolmentRow);
  if (row?.status !== 'active') return;
  const answer = await lookForAnswer({ store, workflows, ...ports }, row, wait.events);
  if (!answer) return;
  await workflows.succeed(wait.token, answer);
  swept.paired++;
}
