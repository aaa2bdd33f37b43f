import type { ReachView } from '@baton/functions/api/views.ts';
import type { Root } from '@baton/rules/conditions/condition.ts';
import type { LineReach } from '@baton/rules/conditions/reach.ts';
import { nameNodes } from '@baton/rules/conditions/walk.ts';
import { HostError, readReach } from '#lib/api.ts';
import { mayDo, whyNot } from '#lib/session/me.svelte.ts';

/** How many contacts a condition fits; `isStale` while the answer is for what stood there before. */
export type Reach = {
  readonly view: ReachView | undefined;
  readonly isStale: boolean;
  /** Why there is no answer. */
  readonly failure: string;
  /** What a line keeps out: contacts before and after it, by its names. */
  line(names: readonly string[]): LineReach | undefined;
};

/** Milliseconds of quiet before the host is asked again. */
const pause = 250;

/** Asks the host anew whenever the condition changes; an answer that was overtaken is not shown. */
export function keepReach(asked: () => { stages: readonly string[]; conditions: Root } | undefined): Reach {
  let view = $state.raw<ReachView>();
  let answered = $state('');
  let failure = $state('');
  const question = $derived.by(() => {
    const now = mayDo('see-reach') ? asked() : undefined;
    return now ? JSON.stringify({ stages: now.stages, conditions: nameNodes(now.conditions) }) : '';
  });

  $effect(() => {
    const text = question;
    if (text === '' || text === answered) return;
    const turn = new AbortController();
    const timer = setTimeout(() => ask(text, turn.signal), pause);
    return () => {
      clearTimeout(timer);
      turn.abort();
    };
  });

  async function ask(text: string, signal: AbortSignal): Promise<void> {
    try {
      const answer = await readReach(JSON.parse(text), signal);
      if (signal.aborted) return;
      view = answer;
      answered = text;
      failure = '';
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof HostError)) throw error;
      failure = error.failure.view.error;
    }
  }

  return {
    get view() {
      return view;
    },
    get isStale() {
      return view !== undefined && answered !== question;
    },
    get failure() {
      return whyNot('see-reach') || failure;
    },
    line(names) {
      return names.map((name) => view?.lines[name]).find((found) => found !== undefined);
    },
  };
}
