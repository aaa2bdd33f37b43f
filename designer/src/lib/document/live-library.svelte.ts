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

async function learn(view: LibraryView): Promise<Library> {
  const read = await libraryOf(view);
  failure = undefined;
  library = read;
  return read;
}

async function libraryOf({ documents }: LibraryView): Promise<Library> {
  const read = <K extends DocumentKind>(kind: K): Promise<ReadonlyMap<string, DocumentOf<K>>> =>
    readKind(kind, documents[kind] ?? []);
  return {
    facts: await read('facts'),
    events: await read('events'),
    'best-practice': await read('best-practice'),
    tables: await read('tables'),
    stages: await read('stages'),
    handovers: await read('handovers'),
    journeys: await read('journeys'),
    campaigns: await read('campaigns'),
    templates: await read('templates'),
    calendars: await read('calendars'),
    'service-levels': await read('service-levels'),
    settings: await read('settings'),
    channels: await read('channels'),
  };
}

/** Milliseconds of reading in one go: a page that reads everything at once does not answer to whoever types meanwhile. */
const atOnce = 12;
let since = 0;

async function otherWorkFirst(): Promise<void> {
  if (performance.now() - since < atOnce) return;
  await new Promise((resolve) => setTimeout(resolve));
  since = performance.now();
}

async function readKind<K extends DocumentKind>(
  kind: K,
  given: readonly unknown[],
): Promise<ReadonlyMap<string, DocumentOf<K>>> {
  const found = new Map<string, DocumentOf<K>>();
  for (const one of given) {
    await otherWorkFirst();
    const parsed = parseDocument(kind, one);
    if (parsed.ok) found.set(parsed.document.id, parsed.document);
  }
  return found;
}
