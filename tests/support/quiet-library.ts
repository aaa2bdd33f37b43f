import type { Journey, Library } from '@baton/rules/documents/index.ts';
import { aTemplate } from './publishing-host.ts';
import { shippedLibrary } from './shipped-library.ts';

/** The shipped catalogues and templates, and one named `hello`; nothing that does anything but these journeys. */
export async function quietLibrary(...journeys: Journey[]): Promise<Library> {
  const shipped = await shippedLibrary();
  return {
    ...shipped,
    stages: new Map(),
    'best-practice': new Map(),
    handovers: new Map(),
    campaigns: new Map(),
    templates: new Map([...shipped.templates, ['hello', aTemplate()]]),
    journeys: new Map(journeys.map((journey) => [journey.id, journey])),
  };
}
