import { readDesk, readDocuments } from '#lib/api.ts';
import { keepReading } from '#lib/reading/reading.svelte.ts';
import { mayDo } from '#lib/session/me.svelte.ts';
import { askMyWork } from '#lib/session/my-work.svelte.ts';

export type NeedsMe = ReturnType<typeof keepNeedsMe>;

/** What waits for whoever works here, as far as they may see it. */
export function keepNeedsMe() {
  const documents = keepReading(readDocuments);
  const waiting = keepReading(async (signal) => {
    const { teams } = await askMyWork();
    return readDesk({ queue: teams.join(), order: 'due' }, signal);
  });

  const decides = $derived(mayDo('edit-documents') || mayDo('publish-documents'));
  const works = $derived(mayDo('work-desk'));
  const wanted = $derived([...(decides ? [documents] : []), ...(works ? [waiting] : [])]);

  return {
    documents,
    waiting,
    get decides() {
      return decides;
    },
    get works() {
      return works;
    },
    /** Whether all of it is there or known to be missing, so that what is drawn below it does not jump. */
    get isRead() {
      return wanted.every(({ value, failure }) => value !== undefined || failure !== undefined);
    },
    start(): () => void {
      const stops = wanted.map((reading) => reading.start());
      return () => {
        for (const stop of stops) stop();
      };
    },
  };
}
