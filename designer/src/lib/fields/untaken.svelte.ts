import { getContext, setContext, untrack } from 'svelte';

const key = Symbol('untaken');

/** Counts the texts of a page that its document cannot hold, for as long as each stands in its field. */
export type Untaken = { readonly count: number; add(): () => void };

export function keepUntaken(): Untaken {
  let count = $state(0);
  const untaken: Untaken = {
    get count() {
      return count;
    },
    add() {
      count += 1;
      return () => {
        count -= 1;
      };
    },
  };
  return setContext(key, untaken);
}

/** Counts while `isHeld` says so; on pages without a document nobody asks. */
export function countUntaken(isHeld: () => boolean): void {
  const untaken = getContext<Untaken | undefined>(key);
  const holds = $derived(isHeld());
  $effect(() => (holds ? untrack(() => untaken?.add()) : undefined));
}
