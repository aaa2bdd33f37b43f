import type { Store } from '@baton/functions/ports.ts';
import { Crash } from './faulty-channel.ts';

export type Writing = 'works' | 'crash-before' | 'crash-after';

/** A store whose user dies at some of its writes, given in order, before or after the write took place. */
export function crashingStore(store: Store, schedule: readonly Writing[]): Store {
  const coming = [...schedule];
  return {
    ...store,
    transact: async (operations) => {
      const writing = coming.shift() ?? 'works';
      if (writing === 'crash-before') throw new Crash();
      const result = await store.transact(operations);
      if (writing === 'crash-after') throw new Crash();
      return result;
    },
  };
}
