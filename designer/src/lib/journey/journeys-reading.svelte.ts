import type { DocumentLine, JourneyView } from '@baton/functions/api/views.ts';
import { HostError, readDocuments, readJourney } from '#lib/api.ts';
import { keepReading } from '#lib/reading/reading.svelte.ts';

export type JourneyLine = DocumentLine & { state?: JourneyView['state'] };

/** States are asked for one by one; of more journeys than this nobody reads them all anyway. */
const statesAtMost = 60;

/** Every journey that is live or drafted, with whether it runs. */
export const keepReadingJourneys = () =>
  keepReading(
    async (signal) => {
      const { documents } = await readDocuments(signal);
      const journeys = documents.filter(({ kind }) => kind === 'journeys');
      const live = journeys.filter(({ version }) => version > 0).slice(0, statesAtMost);
      const states = new Map(
        await Promise.all(live.map(async ({ id }) => [id, await stateOf(id, signal)] as const)),
      );
      return journeys.map((line): JourneyLine => ({ ...line, state: states.get(line.id) }));
    },
    () => 8000,
  );

async function stateOf(id: string, signal: AbortSignal): Promise<JourneyView['state'] | undefined> {
  try {
    return (await readJourney(id, signal)).state;
  } catch (error) {
    if (error instanceof HostError) return undefined; // the list is worth reading without it
    throw error;
  }
}
