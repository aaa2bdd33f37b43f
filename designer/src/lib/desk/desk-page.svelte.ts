import type { DeskLine } from '@baton/functions/api/views.ts';
import { createContext } from 'svelte';
import { readDesk } from '#lib/api.ts';
import { keepReadingPages } from '#lib/reading/pages.svelte.ts';
import { askMyWork, myWork } from '#lib/session/my-work.svelte.ts';
import { byContact, forMe } from './whose.ts';

export type Order = 'due' | 'value' | 'sla';
export type DeskPage = ReturnType<typeof createDeskPage>;

/** The choice of one's own work among the queues; no queue is called so. */
export const mine = '@mine';

const orders: readonly Order[] = ['due', 'value', 'sla'];

/** What waits at the desk, in the order in which somebody wants to work it, and where they are in it. */
export function createDeskPage() {
  let queue = $state(kept('queue') ?? mine);
  let order = $state<Order>(orders.find((one) => one === kept('order')) ?? 'due');
  let hasKeys = $state(kept('keys') !== 'off');

  let isWithOthers = $state(false);

  let reach = $state.raw<{ sorted: number; more: boolean }>();

  const waiting = keepReadingPages(async (cursor, signal) => {
    const { teams } = await askMyWork();
    const answer = await readDesk({ queue: queue === mine ? teams.join() : queue, order, cursor }, signal);
    reach = answer.sorted === undefined ? undefined : { sorted: answer.sorted, more: answer.more === true };
    return { lines: answer.lines, cursor: answer.cursor };
  });
  const work = $derived(myWork());
  const isMine = $derived(queue === mine && work !== undefined && work.teams.length > 0);
  const all = $derived(waiting.value?.lines ?? []);
  const own = $derived(isMine && work ? forMe(all, work.names) : { lines: all, withOthers: 0 });
  const shown = $derived(byContact(isWithOthers ? all : own.lines));

  return {
    waiting,
    /** Over how many lines the host has made the order; nothing where the list is kept in it. */
    get reach() {
      return reach;
    },
    get shown() {
      return shown;
    },
    /** Who stands in no team has no choice of their own. */
    get queue() {
      return queue === mine && work?.teams.length === 0 ? '' : queue;
    },
    /** Whether the list is what concerns this person. */
    get isMine() {
      return isMine;
    },
    /** Of what was read: lines of the same queues that somebody else has. */
    get withOthers() {
      return own.withOthers;
    },
    get isWithOthers() {
      return isWithOthers;
    },
    set isWithOthers(next: boolean) {
      isWithOthers = next;
    },
    set queue(next: string) {
      queue = next;
      keep('queue', next);
      void waiting.again();
    },
    get order() {
      return order;
    },
    set order(next: Order) {
      order = next;
      keep('order', next);
      void waiting.again();
    },
    /** Whether single letters are commands; whoever dictates or types by accident turns them off. */
    get hasKeys() {
      return hasKeys;
    },
    set hasKeys(next: boolean) {
      hasKeys = next;
      keep('keys', next ? 'on' : 'off');
    },
    /** What leads the contact before or behind the one that is open. */
    beside(contactId: string | undefined, by: -1 | 1): DeskLine | undefined {
      const at = shown.findIndex(({ lead }) => lead.contactId === contactId);
      return shown[at + by]?.lead;
    },
    start: waiting.start,
  };
}

/** How somebody works the desk stays with this browser; one that forbids the store forgets it with the page. */
function kept(what: 'queue' | 'order' | 'keys'): string | null {
  try {
    return localStorage.getItem(`baton.desk.${what}`);
  } catch {
    return null;
  }
}
function keep(what: 'queue' | 'order' | 'keys', value: string): void {
  try {
    localStorage.setItem(`baton.desk.${what}`, value);
  } catch {
    // Then it holds until the page is left.
  }
}

export const [getDeskPage, setDeskPage] = createContext<DeskPage>();
