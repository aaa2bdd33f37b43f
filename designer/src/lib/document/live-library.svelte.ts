import type { LibraryView } from '@baton/functions/api/views.ts';
import type { DocumentKind, Library } from '@baton/rules/documents/index.ts';
import { type DocumentOf, parseDocument } from '@baton/rules/documents/parse.ts';
import { type Failure, HostError, readLibrary } from '#lib/api.ts';

let library = $state.raw<Library>();
let failure = $state.raw<Failure>();
let asked: Promise<Library | undefined> | undefined;

/** Everything that is live; undefined until it has been read. Reading it in a component keeps the component current. */
export const liveLibrary = (): Library | undefined => library;
export const whyNoLibrary = (): Failure | undefined => failure;

/** Reads what is live, once for all pages; `anew` after something was published. */
export function readLiveLibrary(anew = false): Promise<Library | undefined> {
  if (anew) asked = undefined;
  asked ??= readLibrary().then(learn, (error: unknown) => {
    asked = undefined;
    if (!(error instanceof HostError)) throw error;
    failure = error.failure;
    return undefined;
  });
  return asked;
}

function learn(view: LibraryView): Library {
  failure = undefined;
  library = libraryOf(view);
  return library;
}

function libraryOf({ documents }: LibraryView): Library {
  const read = <K extends DocumentKind>(kind: K): ReadonlyMap<string, DocumentOf<K>> =>
    readKind(kind, documents);
  return {
    facts: read('facts'),
    events: read('events'),
    'best-practice': read('best-practice'),
    tables: read('tables'),
    stages: read('stages'),
    handovers: read('handovers'),
    journeys: read('journeys'),
    campaigns: read('campaigns'),
    templates: read('templates'),
    calendars: read('calendars'),
    'service-levels': read('service-levels'),
    settings: read('settings'),
    channels: read('channels'),
  };
}

function readKind<K extends DocumentKind>(
  kind: K,
  documents: LibraryView['documents'],
): ReadonlyMap<string, DocumentOf<K>> {
  const found = new Map<string, DocumentOf<K>>();
  for (const given of documents[kind] ?? []) {
    const parsed = parseDocument(kind, given);
    if (parsed.ok) found.set(parsed.document.id, parsed.document);
  }
  return found;
}
