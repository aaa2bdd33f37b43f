import { untrack } from 'svelte';
import { startWorker } from '#lib/worker/start-worker.ts';
import workerAddress from './arrange-worker.ts?worker&url';
import { type Arrangement, large, type Unarranged } from './arrangement.ts';

/**
 * Where boxes stand that nobody has placed. A small drawing is laid out at once and anew with every change; a large one beside
 * the page and once, so that nothing jumps while somebody works on it, until `again`. What lays it out is fetched meanwhile.
 */
export function createArranging(unplaced: () => Unarranged | undefined) {
  let kept = $state.raw<Arrangement>();
  let arrange = $state.raw<(drawing: Unarranged) => Arrangement>();
  void import('./arrange.ts').then((found) => {
    arrange = found.arrange;
  });
  const isLarge = $derived((unplaced()?.boxes.length ?? 0) > large);
  const isMissing = $derived(isLarge && kept === undefined);
  const small = $derived.by(() => {
    const drawing = unplaced();
    return drawing && !isLarge ? arrange?.(drawing) : undefined;
  });

  $effect(() => {
    const drawing = isMissing ? untrack(unplaced) : undefined;
    if (!drawing) return;
    return arrangeBeside(drawing, (arrangement) => {
      kept = arrangement;
    });
  });

  return {
    get arrangement(): Arrangement | undefined {
      return isLarge ? kept : small;
    },
    again(): void {
      kept = undefined;
    },
  };
}

/** Answers later; what it returns lets go of the question. */
function arrangeBeside(drawing: Unarranged, answer: (arrangement: Arrangement) => void): () => void {
  const worker = startWorker(workerAddress);
  worker.addEventListener('message', ({ data }: MessageEvent<Arrangement>) => answer(data));
  // A browser without workers draws it all the same, only not beside the page.
  worker.addEventListener('error', async () => answer((await import('./arrange.ts')).arrange(drawing)));
  worker.postMessage(drawing);
  return () => worker.terminate();
}
