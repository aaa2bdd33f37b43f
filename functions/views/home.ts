import type { HomeView } from '../api/views.ts';
import type { Item, LiveLibrary, Ports, Store } from '../ports.ts';
import { enrolmentList, insideLists } from '../repositories/rows.ts';
import {
  countContacts,
  countList,
  countLists,
  messageLists,
  type OpenCase,
  readOpenCases,
} from './counts.ts';
import { factTitle } from './labels.ts';
import { rowsIn } from './page.ts';
import { nameInWords } from './phrases.ts';
import { dataOwners, openTasksOf, queuesOf } from './queues.ts';

/** Data-quality tasks that home looks through; a fact's count is "at least" where there are more. */
export const dataQualityLimit = 4000;

/** What needs somebody and how much is under way. Everything is counted in the indexes; hardly a row is read. */
export async function homeView(
  { store, documents, clock }: Pick<Ports, 'store' | 'documents' | 'clock'>,
  extras: Pick<HomeView, 'clock' | 'deadLetters' | 'deadLettersPartial'>,
): Promise<HomeView> {
  const live = await documents.live();
  const now = clock.now().toISOString();
  const cases = await readOpenCases(store);
  return {
    now,
    clock: extras.clock,
    ...(await countContacts(store, live, now, cases)),
    journeys: await countJourneys(store, live),
    queues: await countQueues(store, live, now, cases),
    cases: { open: await countList(store, 'CASE#open'), overdue: await countList(store, 'CASE#open', now) },
    handovers: await countHandovers(store),
    messages: {
      sent: await countLists(store, messageLists.sent),
      skipped: await countLists(store, messageLists.skipped),
      waiting: await countLists(store, messageLists.waiting),
    },
    ...(await countDataQuality(store, live)),
    deadLetters: extras.deadLetters,
    deadLettersPartial: extras.deadLettersPartial,
  };
}

function countJourneys(store: Store, live: LiveLibrary): Promise<HomeView['journeys']> {
  return Promise.all(
    [...live.journeys.values()].map(async ({ id, title }) => ({
      id,
      title,
      count: await countLists(store, insideLists(id)),
      completed: await countList(store, enrolmentList(id, 'completed')),
      exited: await countList(store, enrolmentList(id, 'exited')),
    })),
  );
}

function countQueues(
  store: Store,
  live: LiveLibrary,
  now: string,
  cases: readonly OpenCase[],
): Promise<HomeView['queues']> {
  return Promise.all(
    queuesOf(live).map(async (queue) => ({
      id: queue,
      title: nameInWords(queue),
      count: await countList(store, openTasksOf(queue)),
      overdue: await countList(store, openTasksOf(queue), now),
      cases: cases.filter((one) => one.queue === queue).length,
    })),
  );
}

async function countHandovers(store: Store): Promise<HomeView['handovers']> {
  return {
    offered: await countList(store, 'HND#offered'),
    accepted: await countList(store, 'HND#accepted'),
    returned: await countList(store, 'HND#returned'),
    expired: await countList(store, 'HND#expired'),
  };
}

/** Unknown data by fact. The lists do not tell the fact, so rows are read here, queue by queue, up to a limit. */
async function countDataQuality(
  store: Store,
  live: LiveLibrary,
): Promise<Pick<HomeView, 'dataQuality' | 'dataQualityPartial'>> {
  const counts = new Map<string, { count: number; owner: string }>();
  let read = 0;
  for await (const { kind, fact, queue } of openTasks(store, dataOwners(live))) {
    if (read === dataQualityLimit) return { dataQuality: byCount(live, counts), dataQualityPartial: true };
    read++;
    if (kind !== 'data-quality' || typeof fact !== 'string' || typeof queue !== 'string') continue;
    const known = counts.get(fact);
    counts.set(fact, { count: (known?.count ?? 0) + 1, owner: known?.owner ?? queue });
  }
  return { dataQuality: byCount(live, counts) };
}

async function* openTasks(store: Store, queues: readonly string[]): AsyncGenerator<Item> {
  for (const queue of queues) yield* rowsIn(store, { index: 'g1', pk: openTasksOf(queue) }, 1000);
}

function byCount(
  live: LiveLibrary,
  counts: ReadonlyMap<string, { count: number; owner: string }>,
): HomeView['dataQuality'] {
  return [...counts]
    .map(([fact, { count, owner }]) => ({ id: fact, title: factTitle(live, fact), count, fact, owner }))
    .sort((a, b) => b.count - a.count || (a.id < b.id ? -1 : 1));
}
