import { createHash } from 'node:crypto';
import { canonicalText } from '@baton/rules/documents/canonical.ts';
import {
  type DocumentKind,
  documentKinds,
  type Journey,
  type Library,
} from '@baton/rules/documents/index.ts';
import { type DocumentOf, parseDocument } from '@baton/rules/documents/parse.ts';
import { compile } from '@baton/rules/journey/compile.ts';
import type { Json } from '@baton/rules/json.ts';
import { type Documents, type Key, type LiveLibrary, type Ports, Rejected, Transient } from '../ports.ts';
import { journeyMachine } from '../use-cases/enrol.ts';
import { indexLibrary } from './live.ts';

const documentPartition = (kind: DocumentKind, id: string): string => `DOC#${kind}#${id}`;
const versionKey = (kind: DocumentKind, id: string, version: number): Key => ({
  pk: documentPartition(kind, id),
  sk: `V#${String(version).padStart(6, '0')}`,
});
const liveKey = (kind: DocumentKind, id: string): Key => ({ pk: documentPartition(kind, id), sk: 'LIVE' });

export type Published = { kind: DocumentKind; id: string; version: number };

/**
 * Makes a library live. Versions are immutable and numbered; a document whose content has not changed keeps its
 * version. A journey's machine exists before its version goes live, and the live pointer is flipped last, so an
 * interrupted publication is finished by repeating it.
 */
export async function publishLibrary(
  { store, workflows, clock }: Pick<Ports, 'store' | 'workflows' | 'clock'>,
  library: Library,
): Promise<Published[]> {
  const published: Published[] = [];
  for (const kind of kinds()) {
    for (const document of library[kind].values()) {
      const text = canonicalText(kind, document);
      const hash = createHash('sha256').update(text).digest('hex');
      const live = await store.get('design', liveKey(kind, document.id));
      if (live?.hash === hash && live.retired !== true) continue;

      const version = await freeVersion(store, kind, document.id, hash, live?.version);
      const key = versionKey(kind, document.id, version);
      const body: Json = JSON.parse(text);
      await store.transact([
        {
          kind: 'put',
          table: 'design',
          item: { ...key, hash, body, publishedAt: clock.now().toISOString() },
        },
      ]);
      const journey = kind === 'journeys' ? library.journeys.get(document.id) : undefined;
      if (journey)
        await workflows.publish(journeyMachine(journey.id, version), compile(journey, { version }));
      const flipped = await store.transact([
        {
          kind: 'put',
          table: 'design',
          item: {
            ...liveKey(kind, document.id),
            g1pk: 'LIVE',
            g1sk: `${kind}#${document.id}`,
            kind,
            id: document.id,
            version,
            hash,
          },
          if: live ? { equals: { version: live.version as number } } : { absent: true },
        },
      ]);
      if (!flipped.ok) throw new Transient(`${kind}/${document.id} was published by somebody else meanwhile`);
      published.push({ kind, id: document.id, version });
    }
  }
  await retireOthers(store, library);
  return published;
}

/** The next version; an interrupted publication of the same content is finished, one of other content keeps its number. */
async function freeVersion(
  store: Ports['store'],
  kind: DocumentKind,
  id: string,
  hash: string,
  live: Json | undefined,
): Promise<number> {
  for (let version = (typeof live === 'number' ? live : 0) + 1; ; version++) {
    const present = await store.get('design', versionKey(kind, id, version));
    if (!present || present.hash === hash) return version;
  }
}

/** What the library no longer holds decides nothing any more; its versions stay for those who are inside them. */
async function retireOthers(store: Ports['store'], library: Library): Promise<void> {
  for (const { kind, id } of await storedDocuments(store)) {
    if (library[kind].has(id)) continue;
    const key = liveKey(kind, id);
    await store.transact([
      { kind: 'update', table: 'design', key, set: { retired: true }, remove: ['g1pk', 'g1sk'] },
    ]);
  }
}

const kinds = (): DocumentKind[] =>
  Object.keys(documentKinds).filter((kind): kind is DocumentKind => kind in documentKinds);

/** The live documents out of storage. `refresh` reads anew after a publication. */
export async function createDocuments({
  store,
  log,
}: Pick<Ports, 'store' | 'log'>): Promise<Documents & { refresh(): Promise<void> }> {
  const journeys = new Map<string, Journey>();
  let live = await readLive({ store, log });
  return {
    live: async () => live,
    refresh: async () => {
      live = await readLive({ store, log });
    },
    journey: async (id, version) => {
      const known = journeys.get(`${id}#${version}`);
      if (known) return known;
      const item = await store.get('design', versionKey('journeys', id, version));
      if (!item) throw new Rejected(`no version ${version} of journey ${id}`);
      const journey = documentKinds.journeys.parse(item.body);
      journeys.set(`${id}#${version}`, journey);
      return journey;
    },
  };
}

/**
 * Everything live, checked again as it is read: a document that does not fit any more is left out and reported, and the
 * others go on deciding.
 */
async function readLive({ store, log }: Pick<Ports, 'store' | 'log'>): Promise<LiveLibrary> {
  const stored = await storedDocuments(store);
  const ofKind = <K extends DocumentKind>(kind: K): ReadonlyMap<string, DocumentOf<K>> => {
    const documents = new Map<string, DocumentOf<K>>();
    for (const { id, body } of stored.filter((entry) => entry.kind === kind)) {
      const parsed = parseDocument(kind, body, { file: `${id}.json` });
      if (parsed.ok) documents.set(id, parsed.document);
      else
        log.error('document left out', {
          document: `${kind}/${id}`,
          reason: parsed.problems[0]?.message ?? '',
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
  };
  const versions = new Map(stored.map(({ kind, id, version }) => [`${kind}#${id}`, version]));
  return indexLibrary(library, (kind, id) => versions.get(`${kind}#${id}`) ?? 0);
}

type Stored = { kind: DocumentKind; id: string; version: number; body: Json };

async function storedDocuments(store: Ports['store']): Promise<Stored[]> {
  const documents: Stored[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.query({ table: 'design', index: 'g1', pk: 'LIVE', limit: 500, cursor });
    for (const { kind: name, id, version } of page.items) {
      const kind = kinds().find((known) => known === name);
      if (!kind || typeof id !== 'string' || typeof version !== 'number') continue;
      const item = await store.get('design', versionKey(kind, id, version));
      if (!item) throw new Rejected(`live version ${version} of ${kind}/${id} is not stored`);
      documents.push({ kind, id, version, body: item.body ?? null });
    }
    cursor = page.cursor;
  } while (cursor);
  return documents;
}
