import type { TaskView } from '@baton/functions/api/views.ts';
import { createContext } from 'svelte';
import { readTasks } from '#lib/api.ts';
import { keepReadingPages } from '#lib/reading/pages.svelte.ts';
import { hostNow } from '#lib/time/host-clock.svelte.ts';
import { type Order, sorted } from './order.ts';

export type DeskPage = ReturnType<typeof createDeskPage>;

const storedKeys = 'baton.desk.keys';

/** What waits at the desk, in the order in which somebody wants to work it, and where they are in it. */
export function createDeskPage() {
  let queue = $state('');
  let order = $state<Order>('due');
  let hasKeys = $state(readKeys());

  const tasks = keepReadingPages(async (cursor, signal) => {
    const answer = await readTasks({ queue, cursor }, signal);
    return { lines: answer.tasks, cursor: answer.cursor };
  });
  const shown = $derived(sorted(tasks.value?.lines ?? [], order, hostNow()));

  return {
    tasks,
    get shown() {
      return shown;
    },
    get queue() {
      return queue;
    },
    set queue(next: string) {
      queue = next;
      void tasks.again();
    },
    get order() {
      return order;
    },
    set order(next: Order) {
      order = next;
    },
    /** Whether single letters are commands; whoever dictates or types by accident turns them off. */
    get hasKeys() {
      return hasKeys;
    },
    set hasKeys(next: boolean) {
      hasKeys = next;
      keepKeys(next);
    },
    /** The task before or behind the one of a contact that is open. */
    beside(contactId: string | undefined, by: -1 | 1): TaskView | undefined {
      const places = shown.flatMap((task, index) => (task.contactId === contactId ? [index] : []));
      const from = by > 0 ? (places.at(-1) ?? -1) : (places[0] ?? 0);
      return shown[from + by];
    },
    start: tasks.start,
  };
}

function readKeys(): boolean {
  try {
    return localStorage.getItem(storedKeys) !== 'off';
  } catch {
    return true;
  }
}
function keepKeys(on: boolean): void {
  try {
    localStorage.setItem(storedKeys, on ? 'on' : 'off');
  } catch {
    // A browser may forbid the store; then it holds until the page is left.
  }
}

export const [getDeskPage, setDeskPage] = createContext<DeskPage>();
