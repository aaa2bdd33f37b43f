import type { PreviewView } from '@baton/functions/api/views.ts';
import type { Template } from '@baton/rules/documents/template.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import { untrack } from 'svelte';
import { HostError, previewTemplate } from '#lib/api.ts';
import { mayDo, whyNot } from '#lib/session/me.svelte.ts';
import { asSentence } from '#lib/words/values.ts';

/** Milliseconds without a letter typed, after which the host is asked. */
const pause = 300;

type Question = { template: Template; values: JsonObject; language?: string };

/** What a message becomes, asked of the host after each change; the last answer stays until the next. */
export function keepPreview(question: () => Question | undefined) {
  let view = $state.raw<PreviewView>();
  let failure = $state('');
  let isAsking = $state(false);

  $effect(() => {
    const asked = mayDo('preview-templates') ? question() : undefined;
    if (!asked) return;
    isAsking = true;
    const turn = new AbortController();
    const timer = setTimeout(() => ask(asked, turn.signal), untrack(() => view) ? pause : 0);
    return () => {
      clearTimeout(timer);
      turn.abort();
    };
  });

  async function ask(asked: Question, signal: AbortSignal): Promise<void> {
    try {
      view = await previewTemplate(asked, signal);
      failure = '';
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof HostError)) throw error;
      failure = asSentence(error.failure.view.problems[0]?.reason ?? error.failure.view.error);
    }
    isAsking = false;
  }

  return {
    get view() {
      return view;
    },
    get failure() {
      return whyNot('preview-templates') || failure;
    },
    get isAsking() {
      return isAsking;
    },
  };
}
