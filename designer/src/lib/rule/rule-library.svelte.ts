import { readDocuments } from '#lib/api.ts';
import { liveLibrary, readLiveLibrary, whyNoLibrary } from '#lib/document/live-library.svelte.ts';
import { keepReading } from '#lib/reading/reading.svelte.ts';
import { rulesByStage } from './rule-lines.ts';

/** Every rule and table by stage, kept current; for the list of rules and for the rail beside one. */
export function keepReadingRules() {
  const reading = keepReading(readDocuments, () => 10_000);
  const sections = $derived.by(() => {
    const library = liveLibrary();
    return reading.value && library ? rulesByStage(reading.value.documents, library) : undefined;
  });
  return {
    reading,
    get sections() {
      return sections;
    },
    get whyNot() {
      return whyNoLibrary();
    },
    start() {
      void readLiveLibrary();
      return reading.start();
    },
  };
}
