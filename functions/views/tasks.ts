import type { TasksView, TaskView } from '../api/views.ts';
import type { Ports } from '../ports.ts';
import { parseRow } from '../repositories/read.ts';
import { TaskRow } from '../repositories/rows.ts';
import { readCursor } from './cursor.ts';
import { namesOf } from './names.ts';
import { readPage, walk } from './page.ts';
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
    query.kind && item.kind !== query.kind ? undefined : taskView(parseRow(TaskRow, item)),
  );
  const names = await namesOf(
    store,
    lines.map(({ contactId }) => contactId),
  );
  const tasks = lines.map((task) => ({ ...task, contactName: names.get(task.contactId) }));
  return { tasks, ...(cursor ? { cursor } : {}) };
}

export function taskView(row: TaskRow): TaskView {
  const { id, contactId, kind, queue, title, instruction, status, dueAt, createdAt, outcomes, outcome } = row;
  return { id, contactId, kind, queue, title, instruction, status, dueAt, createdAt, outcomes, outcome };
}
