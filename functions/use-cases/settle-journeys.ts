import { errorCode } from '../error-code.ts';
import { type LiveRow, livePointers } from '../library/versions.ts';
import type { Item, Key, Ports } from '../ports.ts';
import { aboutRow } from '../repositories/about-row.ts';
import { enrolmentList } from '../repositories/rows.ts';
import { goOn, leaveStopped, pausedMessage, releaseMessage } from './halt.ts';

/**
 * Carries out what follows when somebody lets a journey go on or stops it, a batch at a time: who was parked goes on, who
 * is inside leaves, messages that were held are dispatched.
 *
 * 1. Every row is changed on a condition and leaves its list with that, so an interruption loses and repeats nothing.
 * 2. A function may know the state of before for some seconds and let somebody in, or park somebody, meanwhile. So a
 *    journey is settled only by a look that finds nobody and began well after the change.
 */
export async function settleJourneys(ports: Ports, { budgetMs = 20_000 } = {}): Promise<number> {
  const end = ports.clock.now().getTime() + budgetMs;
  let done = 0;
  for (const pointer of await livePointers(ports)) {
    if (!pointer.state || pointer.state.settledAt !== undefined) continue;
    done += await settle(ports, pointer, end);
  }
  return done;
}

/** How old a change is when everybody knows of it: documents are read anew after 5 s, and no call takes longer than 60 s. */
const knownAfterMs = 120_000;
const atOnce = 25;

async function settle(ports: Ports, pointer: LiveRow, end: number): Promise<number> {
  const { id, state } = pointer;
  if (!state) return 0;
  const begun = ports.clock.now().getTime();
  const [active, paused] = [enrolmentList(id, 'active'), enrolmentList(id, 'paused')];
  const act = state.status === 'stopped' ? leaveStopped : goOn;
  let found = 0;
  for (const list of state.status === 'stopped' ? [active, paused] : [paused])
    found += await eachOf(ports, list, end, act);
  found += await eachOf(ports, 'MSG#PERMITTED', end, releaseMessage, isHeld(id));
  if (found === 0 && begun - Date.parse(state.since) >= knownAfterMs) await markSettled(ports, pointer);
  return found;
}

const isHeld = (id: string) => (item: Item) => item.journey === id && item.reason === pausedMessage;

/** Acts on every row of a list, some side by side, until the time is over. A row that fails does not hold up the others. */
async function eachOf(
  ports: Ports,
  list: string,
  end: number,
  act: (ports: Ports, key: Key) => Promise<void>,
  meant: (item: Item) => boolean = () => true,
): Promise<number> {
  let found = 0;
  let cursor: string | undefined;
  do {
    const page = await ports.store.query({ table: 'core', index: 'g1', pk: list, limit: 500, cursor });
    const rows = page.items.filter(meant);
    found += rows.length;
    for (let from = 0; from < rows.length; from += atOnce) {
      if (ports.clock.now().getTime() > end) return found;
      await Promise.all(rows.slice(from, from + atOnce).map((row) => attempt(ports, row, act)));
    }
    cursor = page.cursor;
  } while (cursor);
  return found;
}

async function attempt(
  ports: Ports,
  item: Item,
  act: (ports: Ports, key: Key) => Promise<void>,
): Promise<void> {
  try {
    await act(ports, { pk: item.pk, sk: item.sk });
  } catch (error) {
    ports.log.error('settling a journey failed', { ...aboutRow(item), reason: errorCode(error) });
  }
}

async function markSettled({ store, clock }: Ports, { pk, sk, state, stateChanges }: LiveRow): Promise<void> {
  if (!state) return;
  await store.transact([
    {
      kind: 'update',
      table: 'design',
      key: { pk, sk },
      set: { state: { ...state, settledAt: clock.now().toISOString() } },
      if: { equals: { stateChanges: stateChanges ?? null } },
    },
  ]);
}
