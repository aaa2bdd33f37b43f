import { isDocumentKind } from '@baton/rules/documents/index.ts';
import type { TasksView, TaskView } from '../api/views.ts';
import type { LiveLibrary, Ports } from '../ports.ts';
import { parseRow } from '../repositories/read.ts';
import { TaskRow } from '../repositories/rows.ts';
import { readCursor } from './cursor.ts';
import { factTitle } from './labels.ts';
import { namesAndTiersOf } from './names.ts';
import { readPage, walk } from './page.ts';
import { midSentence } from './phrases.ts';
import { openTasksOf, queuesOf } from './queues.ts';

const list = 'tasks';

/** Open tasks of one queue or of all, those due first in front. Throws `Rejected` for a cursor it did not give out. */
export async function tasksView(
  { store, documents, clock }: Pick<Ports, 'store' | 'documents' | 'clock'>,
  query: { queue?: string; overdue?: boolean; kind?: string; cursor?: string },
): Promise<TasksView> {
  const live = await documents.live();
  const queues = query.queue ? [query.queue] : queuesOf(live);
  const rows = walk(
    store,
    {
      name: list,
      partitions: queues.map(openTasksOf),
      index: 'g1',
      to: query.overdue ? clock.now().toISOString() : undefined,
      ...(query.kind ? { chunk: 500 } : {}),
    },
    readCursor(query.cursor, [list]),
  );
  const { lines, cursor } = await readPage(rows, (item) =>
    query.kind && item.kind !== query.kind ? undefined : taskView(parseRow(TaskRow, item), live),
  );
  const contacts = await namesAndTiersOf(
    store,
    lines.map(({ contactId }) => contactId),
  );
  const tasks = lines.map((task) => ({ ...task, ...contacts.get(task.contactId) }));
  return { tasks, ...(cursor ? { cursor } : {}) };
}

/** A task as people read it; one about unknown data names the fact and the document by what people call them. */
export function taskView(row: TaskRow, live: LiveLibrary): TaskView {
  const { id, contactId, kind, queue, status, dueAt, createdAt, outcomes, outcome, script } = row;
  const { title, instruction } = row.kind === 'data-quality' ? dataQualityInWords(row, live) : row;
  return {
    id,
    contactId,
    kind,
    queue,
    title,
    instruction,
    script,
    status,
    dueAt,
    createdAt,
    outcomes,
    outcome,
  };
}

/** The title alone, for lists that show no more. */
export const taskTitle = (row: TaskRow, live: LiveLibrary): string =>
  row.kind === 'data-quality' ? dataQualityInWords(row, live).title : row.title;

function dataQualityInWords(
  { title, instruction, fact, origin }: TaskRow,
  live: LiveLibrary,
): Pick<TaskRow, 'title' | 'instruction'> {
  const [kind = '', id = ''] = origin.split('/');
  const document = isDocumentKind(kind) ? live[kind].get(id) : undefined;
  return {
    title: fact === undefined ? title : `Find out: ${midSentence(factTitle(live, fact))}`,
    instruction: document ? `“${document.title}” could not decide because this is not known.` : instruction,
  };
}
