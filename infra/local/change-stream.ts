import type { Handler } from '@baton/functions/handlers/task.ts';
import type { Change, Clock, Key, Store } from '@baton/functions/ports.ts';
import * as z from 'zod';

/*
 * 1. Rows are delivered in the order in which they were inserted; a batch holds at most `batchSize`, which is few because
 *    a batch is one unit of work, and requests wait for its end.
 * 2. The list of what is to be delivered is in memory: every row it names is also in the store's sparse `due` index,
 *    so a restart fills the list from there (`recover`), and a row that fails again and again is left to the sweeper.
 * 3. A row that was put off is delivered again when it is due. On AWS that is the sweeper's to find.
 */
const batchSize = 10;
const attempts = 5;

type Pending = { key: Key; attempt: number; notBefore: number };

export type ChangeStream = {
  offer(changes: readonly Change[]): void;
  recover(store: Store, partitions: readonly string[]): Promise<number>;
  /** Delivers a batch; `wholeOnly`: none that could be larger. */
  step(wholeOnly?: boolean): Promise<boolean>;
  dueAt(): number | undefined;
  size(): number;
};

const Failures = z.object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })) });

/** The part of the core table's change stream that one function consumes: inserted rows by the beginning of their sort key. */
export function createChangeStream(options: {
  prefix: string;
  handler: Handler;
  clock: Clock;
}): ChangeStream {
  const { prefix, handler, clock } = options;
  let ready: Pending[] = [];
  let delayed: Pending[] = [];
  let sequence = 0;

  function wake(): void {
    if (delayed.length === 0) return;
    const now = clock.now().getTime();
    ready.push(...delayed.filter(({ notBefore }) => notBefore <= now));
    delayed = delayed.filter(({ notBefore }) => notBefore > now);
  }

  function retry(failed: Pending): void {
    if (failed.attempt >= attempts) return;
    const wait = 2 ** (failed.attempt - 1) * 1000;
    delayed.push({ key: failed.key, attempt: failed.attempt + 1, notBefore: clock.now().getTime() + wait });
  }

  return {
    offer(changes) {
      const now = clock.now().getTime();
      for (const change of changes) {
        const { table, kind, key } = change;
        if (table !== 'core' || kind === 'REMOVE' || !key.sk.startsWith(prefix)) continue;
        const notBefore = kind === 'MODIFY' ? putOffUntil(change.image?.duesk) : 0;
        if (kind === 'INSERT') ready.push({ key, attempt: 1, notBefore });
        else if (notBefore > now) delayed.push({ key, attempt: 1, notBefore });
      }
    },

    async recover(store, partitions) {
      const found: { key: Key; due: string }[] = [];
      for (const pk of partitions) {
        let cursor: string | undefined;
        do {
          const page = await store.query({ table: 'core', index: 'due', pk, limit: 1000, cursor });
          for (const item of page.items)
            found.push({ key: { pk: item.pk, sk: item.sk }, due: String(item.duesk) });
          cursor = page.cursor;
        } while (cursor);
      }
      found.sort((a, b) => compare(a.due, b.due) || compare(a.key.sk, b.key.sk));
      const now = clock.now().getTime();
      const pending = found.map(({ key, due }) => ({ key, attempt: 1, notBefore: putOffUntil(due) }));
      ready = pending.filter(({ notBefore }) => notBefore <= now);
      delayed = pending.filter(({ notBefore }) => notBefore > now);
      return pending.length;
    },

    async step(wholeOnly = false) {
      wake();
      if (wholeOnly && ready.length < batchSize) return false;
      const batch = ready.splice(0, batchSize);
      if (batch.length === 0) return false;

      const numbered = new Map(batch.map((pending) => [String(++sequence), pending]));
      const Records = [...numbered].map(([SequenceNumber, { key }]) => ({
        eventID: SequenceNumber,
        eventName: 'INSERT',
        eventSource: 'aws:dynamodb',
        dynamodb: { SequenceNumber, Keys: { pk: { S: key.pk }, sk: { S: key.sk } } },
      }));
      const { batchItemFailures } = Failures.parse(await handler({ Records }));
      for (const { itemIdentifier } of batchItemFailures) {
        const failed = numbered.get(itemIdentifier);
        if (failed) retry(failed);
      }
      return true;
    },

    dueAt: () => (delayed.length === 0 ? undefined : Math.min(...delayed.map(({ notBefore }) => notBefore))),
    size: () => ready.length + delayed.length,
  };
}

/** What is due at an instant has it as its whole sort key; other rows are due at once. */
const putOffUntil = (due: unknown): number =>
  typeof due === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(due) ? Date.parse(due) : 0;

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
