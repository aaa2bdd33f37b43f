import { findProblems } from '#lib/document/check-beside.ts';
import { readLiveLibrary } from '#lib/document/live-library.svelte.ts';

/** How many errors stand in each live journey; empty where the library cannot be read. */
export async function problemsOfLive(): Promise<ReadonlyMap<string, number>> {
  const library = await readLiveLibrary();
  const counts = new Map<string, number>();
  for (const { severity, document } of library ? await findProblems(undefined, library) : []) {
    const [kind, id] = document.split('/');
    if (severity === 'error' && kind === 'journeys' && id) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}
