import { addDuration } from '@baton/rules/time/duration.ts';
import type { Store } from '../ports.ts';
import { getRow } from '../repositories/read.ts';
import {
  deskSource,
  digest,
  type EventRow,
  pick,
  type TaskRow,
  TaskRow as TaskSchema,
  taskKey,
} from '../repositories/rows.ts';
import { addOperation, type ContactChange, putRow, touches } from './contact-change.ts';

type NewTask = Pick<TaskRow, 'id' | 'kind' | 'queue' | 'title' | 'dueAt' | 'origin'> &
  Partial<Pick<TaskRow, 'instruction' | 'script' | 'outcomes' | 'fact' | 'role'>>;

const done = [{ id: 'done', title: 'Done' }];

/**
 * Opens a piece of human work. The id is the identity: the same id never opens twice, except for a fact that somebody was
 * to find out and that is unknown again.
 */
export async function openTask(store: Store, change: ContactChange, task: NewTask): Promise<boolean> {
  const key = taskKey(change.head.contactId, task.id);
  if (touches(change, key)) return false;
  const present = await store.get('core', key);
  const again = task.kind === 'data-quality' && present !== undefined && present.status !== 'open';
  if (present && !again) return false;
  putRow(
    change,
    {
      ...key,
      tl: `${change.now}#${key.sk}`,
      ...openList(task.queue, task.dueAt, task.id),
      ...task,
      outcomes: task.outcomes?.length ? task.outcomes : done,
      contactId: change.head.contactId,
      status: 'open',
      createdAt: change.now,
    },
    !again,
  );
  return true;
}

const openList = (queue: string, dueAt: string, id: string) => ({
  g1pk: `TK#${queue}#open`,
  g1sk: `${dueAt}#${id}`,
});

/**
 * Whether an event may answer what it names. What a role must decide is decided at the desk, where it is known who has
 * which role; whoever may only report events cannot decide it.
 */
export async function mayAnswer(
  store: Store,
  contactId: string,
  { type, source, data }: Pick<EventRow, 'type' | 'source' | 'data'>,
): Promise<boolean> {
  if (type !== 'task.completed' || source === deskSource) return true;
  const task = await getRow(store, taskKey(contactId, pick(data, 'taskId') ?? ''), TaskSchema);
  return task?.role === undefined;
}

/** Takes a task off its queue; `false` when it was not open any more. */
export async function closeTask(
  store: Store,
  change: ContactChange,
  taskId: string,
  status: 'done' | 'expired',
  outcome?: string,
): Promise<boolean> {
  const key = taskKey(change.head.contactId, taskId);
  const task = await getRow(store, key, TaskSchema);
  if (task?.status !== 'open' || touches(change, key)) return false;
  addOperation(change, {
    kind: 'update',
    table: 'core',
    key,
    set: { status, g1pk: `TK#${task.queue}#${status}`, ...(outcome ? { outcome } : {}) },
    if: { equals: { status: 'open' } },
  });
  return true;
}

/**
 * Unknown data is somebody's task: one per contact and fact, for the team that owns the fact. While one is open no
 * second is made.
 */
export async function raiseDataQuality(
  store: Store,
  change: ContactChange,
  unknown: readonly { fact: string; path: string }[],
  origin: string,
): Promise<void> {
  for (const { fact, path } of unknown) {
    const described = change.live.facts.get(fact)?.facts.find((entry) => entry.path === path);
    await openTask(store, change, {
      id: `data-quality-${digest(change.head.contactId, fact, path)}`,
      kind: 'data-quality',
      queue: described?.owner ?? change.live.facts.get('contact')?.owner.team ?? 'data',
      title: `Find out: ${described?.label ?? `${fact} ${path.slice(2)}`}`,
      instruction: `${origin} could not decide because this is not known.`,
      dueAt: addDuration(change.now, 'P7D'),
      origin,
      fact: `${fact}.${path.slice(2)}`,
    });
  }
}
