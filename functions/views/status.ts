import { documentKinds, isDocumentKind } from '@baton/rules/documents/index.ts';
import type { StatusView } from '../api/views.ts';
import type { LiveLibrary, Ports, Store } from '../ports.ts';
import { insideLists } from '../repositories/rows.ts';
import { countContacts, countDue, countList, countLists, messageLists, readOpenCases } from './counts.ts';
import { openTasksOf, queuesOf } from './queues.ts';

/** What a host holds and what it still has to do; counted, and only open cases are read, which tell whom an overlay lies over. */
export async function statusView(
  { store, documents, clock }: Pick<Ports, 'store' | 'documents' | 'clock'>,
  extras: Pick<StatusView, 'clock' | 'deadLetters' | 'deadLettersPartial'> &
    Partial<Pick<StatusView, 'counts'>>,
): Promise<StatusView> {
  const live = await documents.live();
  const now = clock.now().toISOString();
  const { contacts, stages, outsideCycle } = await countContacts(
    store,
    live,
    now,
    await readOpenCases(store),
  );
  return {
    now,
    clock: extras.clock,
    contacts,
    stages: stages.map(({ id, title, count }) => ({ id, title, count })),
    outsideCycle,
    activeEnrolments: await countLists(store, [...live.journeys.keys()].flatMap(insideLists)),
    openWaits: await countDue(store, 'WAIT'),
    openTasks: await countLists(store, queuesOf(live).map(openTasksOf)),
    openCases: await countList(store, 'CASE#open'),
    messages: await countMessages(store),
    pendingEvents: await countDue(store, 'PEND'),
    outbox: await countDue(store, 'OUT'),
    deadLetters: extras.deadLetters,
    deadLettersPartial: extras.deadLettersPartial,
    documents: countDocuments(live),
    counts: extras.counts ?? {},
  };
}

async function countMessages(store: Store): Promise<StatusView['messages']> {
  return {
    waiting: await countLists(store, messageLists.waiting),
    sent: await countLists(store, messageLists.sent),
    skipped: await countLists(store, messageLists.skipped),
    failed: await countLists(store, messageLists.failed),
    unknown: await countLists(store, messageLists.unknown),
  };
}

function countDocuments(live: LiveLibrary): Record<string, number> {
  const kinds = Object.keys(documentKinds).filter(isDocumentKind);
  return Object.fromEntries(kinds.map((kind) => [kind, live[kind].size]));
}
