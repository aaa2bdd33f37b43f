import type { DocumentKind, Journey, Library } from '@baton/rules/documents/index.ts';
import { documentKinds } from '@baton/rules/documents/index.ts';
import { type DocumentOf, readDocument } from '@baton/rules/documents/read.ts';
import type { Json } from '@baton/rules/json.ts';
import type { Documents, LiveLibrary, Ports } from '../ports.ts';
import { indexLibrary } from './live.ts';
import { changesSoFar, type LiveRow, livePointers, readHtml, readVersion } from './versions.ts';

/** How many versions are read side by side. */
const atOnce = 25;

/**
 * The live documents out of storage. What was read is used for `freshMs`; after that one small read says whether
 * anything has been published since. Versions never change, so a body is read once.
 */
export async function createDocuments(
  { store, log, clock }: Pick<Ports, 'store' | 'log' | 'clock'>,
  { freshMs = Number.POSITIVE_INFINITY }: { freshMs?: number } = {},
): Promise<Documents> {
  const bodies = new Map<string, Json>();
  const journeys = new Map<string, Journey>();
  const mails = new Map<string, string | undefined>();
  let changes = await changesSoFar({ store });
  let live = await readLive({ store, log }, bodies);
  let lookedAt = clock.now().getTime();

  async function refresh(): Promise<void> {
    const at = clock.now().getTime();
    const now = await changesSoFar({ store });
    if (now !== changes) live = await readLive({ store, log }, bodies);
    changes = now;
    lookedAt = at;
  }

  return {
    refresh,
    live: async () => {
      if (clock.now().getTime() - lookedAt > freshMs) await refresh();
      return live;
    },
    journey: async (id, version) => {
      const name = `${id}#${version}`;
      const known = journeys.get(name);
      if (known) return known;
      const { body } = await readVersion({ store }, { kind: 'journeys', id, version });
      const journey = documentKinds.journeys.parse(body);
      journeys.set(name, journey);
      return journey;
    },
    html: async (id, version, language) => {
      const name = `${id}#${version}#${language}`;
      if (!mails.has(name))
        mails.set(name, await readHtml({ store }, { kind: 'templates', id, version }, language));
      return mails.get(name);
    },
  };
}

/**
 * Everything live, checked again as it is read: a document that does not fit any more is left out and reported, and the
 * others go on deciding.
 */
async function readLive(
  { store, log }: Pick<Ports, 'store' | 'log'>,
  bodies: Map<string, Json>,
): Promise<LiveLibrary> {
  const all = await livePointers({ store });
  const pointers = all.filter(({ retired }) => !retired);
  const bodyOf = async (pointer: LiveRow): Promise<Json> => {
    const name = `${pointer.sk}#${pointer.version}`;
    const body = bodies.get(name) ?? (await readVersion({ store }, pointer)).body;
    bodies.set(name, body);
    return body;
  };
  const stored: { pointer: LiveRow; body: Json }[] = [];
  for (let from = 0; from < pointers.length; from += atOnce)
    stored.push(
      ...(await Promise.all(
        pointers
          .slice(from, from + atOnce)
          .map(async (pointer) => ({ pointer, body: await bodyOf(pointer) })),
      )),
    );

  const ofKind = <K extends DocumentKind>(kind: K): ReadonlyMap<string, DocumentOf<K>> => {
    const documents = new Map<string, DocumentOf<K>>();
    for (const { pointer, body } of stored) {
      if (pointer.kind !== kind) continue;
      const read = readDocument(kind, body, { file: `${pointer.id}.json` });
      if (read.ok) documents.set(pointer.id, read.document);
      else
        log.error('document left out', {
          document: `${kind}/${pointer.id}`,
          reason: read.complaints[0]?.code ?? '',
        });
    }
    return documents;
  };
  const library: Library = {
    facts: ofKind('facts'),
    events: ofKind('events'),
    'best-practice': ofKind('best-practice'),
    tables: ofKind('tables'),
    stages: ofKind('stages'),
    handovers: ofKind('handovers'),
    journeys: ofKind('journeys'),
    campaigns: ofKind('campaigns'),
    templates: ofKind('templates'),
    calendars: ofKind('calendars'),
    'service-levels': ofKind('service-levels'),
    settings: ofKind('settings'),
    channels: ofKind('channels'),
  };
  const live = new Map(pointers.map((pointer) => [pointer.sk, pointer]));
  // Also of journeys that are retired: some are still inside.
  const states = new Map(all.map(({ sk, state }) => [sk, state?.status]));
  return indexLibrary(library, {
    version: (kind, id) => live.get(`${kind}#${id}`)?.version ?? 0,
    machine: (journey) => live.get(`journeys#${journey}`)?.machine ?? '',
    statusOf: (journey) => states.get(`journeys#${journey}`) ?? 'running',
  });
}
