import { readDocuments, readTasks } from '#lib/api.ts';
import { keepReading } from '#lib/reading/reading.svelte.ts';
import { mayDo } from '#lib/session/me.svelte.ts';

export type NeedsMe = ReturnType<typeof keepNeedsMe>;

/** What waits for whoever works here, as far as they may see it. */
export function keepNeedsMe() {
  const documents = keepReading(readDocuments);
  const overdue = keepReading((signal) => readTasks({ overdue: 'true' }, signal));
  const soon = keepReading((signal) => readTasks({}, signal));

  const decides = $derived(mayDo('edit-documents') || mayDo('publish-documents'));
  const works = $derived(mayDo('work-desk'));
  const wanted = $derived([...(decides ? [documents] : []), ...(works ? [overdue, soon] : [])]);

  return {
    documents,
    overdue,
    soon,
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
