import { untrack } from 'svelte';
import { startWorker } from '#lib/worker/start-worker.ts';
import { type Arrangement, arrange, large, type Unarranged } from './arrange.ts';
import workerAddress from './arrange-worker.ts?worker&url';

/**
 * Where boxes stand that nobody has placed. A small drawing is laid out at once and anew with every change; a large one beside
 * the page and once, so that nothing jumps while somebody works on it, until `again`.
 */
export function createArranging(unplaced: () => Unarranged | undefined) {
  let kept = $state.raw<Arrangement>();
  const isLarge = $derived((unplaced()?.boxes.length ?? 0) > large);
  const isMissing = $derived(isLarge && kept === undefined);
  const small = $derived.by(() => {
    const drawing = unplaced();
    return drawing && !isLarge ? arrange(drawing) : undefined;
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
  worker.addEventListener('error', () => answer(arrange(drawing)));
  worker.postMessage(drawing);
  return () => worker.terminate();
}
