import type { ContactLine } from '@baton/functions/api/views.ts';
import { HostError, readContacts } from '#lib/api.ts';
import { asSentence } from '#lib/words/values.ts';

export type ContactSearch = {
  /** Who was found for what was typed last; undefined until there is an answer, and where too little was typed. */
  readonly found: readonly ContactLine[] | undefined;
  readonly isLooking: boolean;
  readonly hasMore: boolean;
  readonly problem: string;
  /** Looks once nobody has typed for a moment. */
  find(typed: string): void;
  again(): void;
};

const pause = 200;
const fewestLetters = 2;
const most = 6;

/** Contacts by name, mail address or telephone number, asked of the host while somebody types. */
export function createContactSearch(): ContactSearch {
  let found = $state.raw<readonly ContactLine[]>();
  let isLooking = $state(false);
  let hasMore = $state(false);
  let problem = $state('');
  let sought = '';
  let timer: ReturnType<typeof setTimeout> | undefined;
  let turn = new AbortController();

  $effect(() => () => {
    clearTimeout(timer);
    turn.abort();
  });

  function find(typed: string): void {
    sought = typed.trim();
    clearTimeout(timer);
    turn.abort();
    problem = '';
    isLooking = sought.length >= fewestLetters;
    if (isLooking) timer = setTimeout(ask, pause);
    else found = undefined;
  }

  async function ask(): Promise<void> {
    turn = new AbortController();
    const { signal } = turn;
    try {
      const { contacts, cursor } = await readContacts({ q: sought }, signal);
      if (signal.aborted) return;
      found = contacts.slice(0, most);
      hasMore = contacts.length > most || cursor !== undefined;
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof HostError)) throw error;
      found = undefined;
      problem = asSentence(error.failure.view.error);
    }
    isLooking = false;
  }

  return {
    get found() {
      return found;
    },
    get isLooking() {
      return isLooking;
    },
    get hasMore() {
      return hasMore;
    },
    get problem() {
      return problem;
    },
    find,
    again: () => find(sought),
  };
}
