import { check } from '@baton/rules/check/check.ts';
import { type Problem as DocumentProblem, problemCatalogue } from '@baton/rules/check/problems.ts';
import { type DocumentKind, documentKinds, type Library } from '@baton/rules/documents/index.ts';
import { type DocumentOf, parseDocument } from '@baton/rules/documents/parse.ts';
import * as z from 'zod';
import type { Problem, PublicationView } from '../api/views.ts';
import {
  goLive,
  livePointers,
  makeMachine,
  putVersion,
  readVersion,
  type Version,
} from '../library/versions.ts';
import { type Key, type Manager, type Ports, Rejected } from '../ports.ts';
import { digest, toItem } from '../repositories/rows.ts';

const Kind = z.custom<DocumentKind>(
  (value) => typeof value === 'string' && Object.hasOwn(documentKinds, value),
  `must be one of ${Object.keys(documentKinds).join(', ')}`,
);
const atMost = 100;

/** Documents that go live together, and documents that decide nothing any more from then on. */
export const Publish = z.strictObject({
  documents: z
    .array(z.strictObject({ kind: Kind, document: z.json() }))
    .max(atMost)
    .default([]),
  retire: z
    .array(z.strictObject({ kind: Kind, id: z.string().max(64) }))
    .max(atMost)
    .default([]),
});
export type Publish = z.infer<typeof Publish>;

/** The machine of every publication: `infra/workflows/publisher.asl.json`. */
export const publisherMachine = 'publisher';

const Place = z.object({ kind: Kind, id: z.string() });
const PublicationRow = z.object({
  pk: z.string(),
  sk: z.literal('PUBLICATION'),
  id: z.string(),
  status: z.enum(['publishing', 'live', 'failed']),
  reason: z.string().optional(),
  tries: z.number(),
  documents: z.array(Place.extend({ version: z.number() })),
  retire: z.array(Place),
  requestedAt: z.string(),
});
type PublicationRow = z.infer<typeof PublicationRow>;

const publicationKey = (id: string): Key & { sk: 'PUBLICATION' } => ({ pk: `PUB#${id}`, sk: 'PUBLICATION' });

export type Publishing =
  | { ok: true; publication: PublicationView }
  | { ok: false; conflict: boolean; problems: Problem[] };

/**
 * Puts the versions and starts the publisher, which makes machines and flips the pointers. Everything is checked first,
 * together with what is live: nothing that does not fit is stored. Who manages a document alone publishes its next
 * version; a version may hand it over by naming the other manager. The same request again is the same publication.
 */
export async function publishDocuments(ports: Ports, request: Publish, by: Manager): Promise<Publishing> {
  const live = await ports.documents.live();
  const problems: Problem[] = [];
  const library = merge(live, request, problems);
  if (problems.length === 0) problems.push(...newErrors(live, library));
  if (problems.length > 0) return { ok: false, conflict: false, problems };
  const foreign = await managedElsewhere(ports, request, by);
  if (foreign.length > 0) return { ok: false, conflict: true, problems: foreign };

  const documents: Version[] = [];
  for (const { kind, id } of request.documents.map(placeOf)) {
    const document = library[kind].get(id);
    const version = document && (await putVersion(ports, kind, document));
    if (version) documents.push(version);
  }
  const retire = request.retire.filter(({ kind, id }) => live[kind].has(id));
  const id = digest(JSON.stringify(documents), JSON.stringify(retire));
  if (documents.length + retire.length === 0)
    return { ok: true, publication: { id, status: 'live', documents, retired: [] } };
  return { ok: true, publication: viewOf(await begin(ports, { id, documents, retire })) };
}

const DocumentId = z.object({ id: z.string() });
const placeOf = ({ kind, document }: Publish['documents'][number]): { kind: DocumentKind; id: string } => ({
  kind,
  id: DocumentId.safeParse(document).data?.id ?? '',
});

/** What is live together with what is to go live; `problems` gets what cannot be read. */
function merge(live: Library, request: Publish, problems: Problem[]): Library {
  const ofKind = <K extends DocumentKind>(
    kind: K,
    present: ReadonlyMap<string, DocumentOf<K>>,
  ): ReadonlyMap<string, DocumentOf<K>> => {
    const documents = new Map(present);
    for (const retired of request.retire) if (retired.kind === kind) documents.delete(retired.id);
    for (const [index, entry] of request.documents.entries()) {
      if (entry.kind !== kind) continue;
      const parsed = parseDocument(kind, entry.document);
      if (parsed.ok) documents.set(parsed.document.id, parsed.document);
      else problems.push(...parsed.problems.map((found) => told(found, `documents.${index}`)));
    }
    return documents;
  };
  return {
    facts: ofKind('facts', live.facts),
    events: ofKind('events', live.events),
    'best-practice': ofKind('best-practice', live['best-practice']),
    tables: ofKind('tables', live.tables),
    stages: ofKind('stages', live.stages),
    handovers: ofKind('handovers', live.handovers),
    journeys: ofKind('journeys', live.journeys),
    campaigns: ofKind('campaigns', live.campaigns),
    templates: ofKind('templates', live.templates),
  };
}

/** Errors that the change brings; one that stands in the library already is not this request's to mend. */
function newErrors(live: Library, library: Library): Problem[] {
  const nameOf = ({ code, document, path }: DocumentProblem) => `${code} ${document} ${path}`;
  const known = new Set(check(live).map(nameOf));
  return check(library)
    .filter((found) => found.severity === 'error' && !known.has(nameOf(found)))
    .map((found) => told(found, found.document));
}

const told = ({ path, message, code }: DocumentProblem, place: string): Problem => ({
  path: path ? `${place}.${path}` : place,
  reason: message,
  remedy: problemCatalogue[code].remedy,
});

async function managedElsewhere(ports: Ports, request: Publish, by: Manager): Promise<Problem[]> {
  const places = [...request.documents.map(placeOf), ...request.retire];
  const managers = new Map((await livePointers(ports)).map(({ sk, managedBy }) => [sk, managedBy]));
  return places.flatMap(({ kind, id }) => {
    const manager = managers.get(`${kind}#${id}`) ?? by;
    return manager === by ? [] : [foreign(`${kind}/${id}`, manager)];
  });
}

const foreign = (path: string, manager: Manager): Problem =>
  manager === 'code'
    ? {
        path,
        reason: 'this document is managed by code: its next version comes from the files that are deployed',
        remedy: 'change the file; to edit it here from then on, let the file say "managedBy": "designer"',
      }
    : {
        path,
        reason: 'this document is managed by the designer: a file would overwrite what was edited there',
        remedy: 'edit it in the designer; to manage it by files, publish it there with "managedBy": "code"',
      };

/** The row is written before the start, and the start is named after it: a repetition finds both. */
async function begin(
  { store, workflows, clock }: Ports,
  { id, documents, retire }: Pick<PublicationRow, 'id' | 'documents' | 'retire'>,
): Promise<PublicationRow> {
  const present = await readPublication({ store }, id);
  if (present?.status === 'live') return present;
  const tries = present?.status === 'failed' ? present.tries + 1 : (present?.tries ?? 1);
  const row: PublicationRow = {
    ...publicationKey(id),
    id,
    status: 'publishing',
    tries,
    documents,
    retire,
    requestedAt: clock.now().toISOString(),
  };
  await store.transact([{ kind: 'put', table: 'design', item: toItem(row) }]);
  await workflows.start({
    machine: publisherMachine,
    name: `publish-${id}-${tries}`,
    input: { publication: id },
  });
  return row;
}

async function readPublication(
  { store }: Pick<Ports, 'store'>,
  id: string,
): Promise<PublicationRow | undefined> {
  const item = await store.get('design', publicationKey(id));
  return item && PublicationRow.parse(item);
}

const viewOf = ({ id, status, reason, documents, retire }: PublicationRow): PublicationView => ({
  id,
  status,
  ...(reason === undefined ? {} : { reason }),
  documents,
  retired: retire,
});

export async function publicationView(
  ports: Pick<Ports, 'store'>,
  id: string,
): Promise<PublicationView | undefined> {
  const row = await readPublication(ports, id);
  return row && viewOf(row);
}

/** What the publisher asks. Ids only. */
export const PublishStep = z.strictObject({
  publication: z.string(),
  do: z.enum(['machines', 'go-live', 'give-up']),
  /** Name of the error, for `give-up`. */
  reason: z.string().max(200).optional(),
});
export type PublishStep = z.infer<typeof PublishStep>;

/** Machines made in one call: Step Functions takes about one a second. */
const machinesAtOnce = 5;

/** One step of a publication; each may be repeated. `left`: journeys whose machine is still to be made. */
export async function publishStep(ports: Ports, call: PublishStep): Promise<{ left: number }> {
  const row = await readPublication(ports, call.publication);
  if (!row) throw new Rejected(`no publication ${call.publication}`);
  switch (call.do) {
    case 'machines':
      return { left: await makeSome(ports, row) };
    case 'go-live':
      await goLive(ports, row.documents, row.retire);
      await settle(ports, row, { status: 'live' });
      return { left: 0 };
    case 'give-up':
      await settle(ports, row, { status: 'failed', reason: reasons[call.reason ?? ''] ?? reasons.other });
      ports.log.error('publication failed', { document: row.id, reason: call.reason ?? '' });
      return { left: 0 };
  }
}

const reasons: Record<string, string> & { other: string } = {
  Rejected:
    'a document was published by somebody else meanwhile, or a machine was refused; look at what is live, then publish again',
  Transient: 'storage or Step Functions could not be reached for too long; publish again',
  other: 'something in Baton went wrong; it is in the log. Publish again',
};

async function makeSome(ports: Ports, { documents }: PublicationRow): Promise<number> {
  const without: Version[] = [];
  for (const version of documents)
    if (version.kind === 'journeys' && (await readVersion(ports, version)).machine === undefined)
      without.push(version);
  for (const version of without.slice(0, machinesAtOnce)) await makeMachine(ports, version);
  return Math.max(0, without.length - machinesAtOnce);
}

async function settle(
  { store, metrics }: Ports,
  { id, status }: PublicationRow,
  set: Pick<PublicationRow, 'status' | 'reason'>,
): Promise<void> {
  await store.transact([{ kind: 'update', table: 'design', key: publicationKey(id), set }]);
  if (set.status !== status) metrics.count('PublishResult', 1, set.status);
}
