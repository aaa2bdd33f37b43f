import { errorCode } from '../error-code.ts';
import type { Item, Ports } from '../ports.ts';
import { aboutRow } from '../repositories/about-row.ts';
import { getRow, parseRow } from '../repositories/read.ts';
import { contactOf, dueShards, EnrolmentRow, enrolmentKey, WaitRow } from '../repositories/rows.ts';
import { dispatch } from './dispatch.ts';
import { decideExperiments } from './experiments.ts';

/** What decides is a large part, and most rounds find nothing to decide. */
const deciding = {
  applying: () => import('./apply-event.ts'),
  looking: () => import('./look-for-answer.ts'),
};

export type Swept = {
  applied: number;
  dispatched: number;
  signalled: number;
  paired: number;
  /** Experiments that found their winner. */
  decided: number;
  failed: number;
};

/**
 * The safety net, and part of the wait protocol: what was recorded but not applied, put into the outbox but not acted on,
 * claimed but not signalled, or waiting although its event is stored, is found here and finished. `before`: only what
 * has been due for that long. An open wait is due from its beginning: the look that its opening may not have come to is
 * made up for once, and again at its deadline. A row that fails is reported and does not hold up the others.
 */
export async function sweep(ports: Ports, before: string): Promise<Swept> {
  const swept: Swept = { applied: 0, dispatched: 0, signalled: 0, paired: 0, decided: 0, failed: 0 };
  const attempt = async (item: Item, act: () => Promise<keyof Swept | undefined>) => {
    try {
      const done = await act();
      if (!done) return;
      swept[done]++;
      if (!wasPutOff(item)) ports.metrics.count('Swept');
    } catch (error) {
      swept.failed++;
      ports.log.error('sweeping failed', { ...aboutRow(item), reason: errorCode(error) });
    }
  };
  for (let shard = 0; shard < dueShards; shard++) {
    for await (const item of dueRows(ports, `PEND#${shard}`))
      if (String(item.receivedAt) <= before) await attempt(item, () => apply(ports, item));
    for await (const item of dueRows(ports, `OUT#${shard}`, before))
      await attempt(item, () => act(ports, item));
    for await (const item of dueRows(ports, `WAIT#${shard}`, before))
      await attempt(item, () => settleWait(ports, item));
  }
  swept.decided = await decideExperiments(ports);
  return swept;
}

/** Nothing was forgotten about an outbox row that was put off until it is worth another look. */
const wasPutOff = ({ at, duesk }: Item): boolean =>
  typeof at === 'string' && typeof duesk === 'string' && at < duesk;

async function apply(ports: Ports, { pk, sk }: Item): Promise<'applied'> {
  const { applyEvents } = await deciding.applying();
  await applyEvents(ports, { contactId: contactOf(pk), event: { pk, sk } });
  return 'applied';
}

async function act(ports: Ports, { pk, sk }: Item): Promise<'dispatched'> {
  await dispatch(ports, { pk, sk });
  return 'dispatched';
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

async function settleWait(ports: Ports, item: Item): Promise<'signalled' | 'paired' | undefined> {
  const { store, workflows } = ports;
  const wait = parseRow(WaitRow, item);
  const key = { pk: wait.pk, sk: wait.sk };
  if (wait.claim) {
    await workflows.succeed(wait.token, wait.claim.output);
    await store.transact([{ kind: 'delete', table: 'core', key, if: { equals: { token: wait.token } } }]);
    return 'signalled';
  }
  if (wait.kind !== 'enrolment') return undefined;
  const row = await getRow(store, enrolmentKey(contactOf(item.pk), wait.holder), EnrolmentRow);
  const { lookForAnswer } = await deciding.looking();
  if (row?.status === 'active' && (await lookForAnswer(ports, row, wait))) return 'paired';
  if (wait.duesk !== wait.until)
    await store.transact([
      { kind: 'update', table: 'core', key, set: { duesk: wait.until }, if: { equals: { status: 'OPEN' } } },
    ]);
  return undefined;
}
