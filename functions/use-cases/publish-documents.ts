import { check } from '@baton/rules/check/check.ts';
import { type Problem as DocumentProblem, problemCatalogue } from '@baton/rules/check/problems.ts';
import { type DocumentKind, documentKinds, type Library } from '@baton/rules/documents/index.ts';
import { type DocumentOf, parseDocument } from '@baton/rules/documents/parse.ts';
import * as z from 'zod';
import type { Problem, PublicationView } from '../api/views.ts';
import {
  changesSoFar,
  goLive,
  type LiveRow,
  livePointers,
  makeMachine,
  planRuns,
  putVersion,
  readVersion,
  togetherAtMost,
  type Version,
} from '../library/versions.ts';
import { type Key, type Manager, type Operation, type Ports, Rejected } from '../ports.ts';
import { digest, toItem } from '../repositories/rows.ts';

const Kind = z.custom<DocumentKind>(
  (value) => typeof value === 'string' && Object.hasOwn(documentKinds, value),
  `must be one of ${Object.keys(documentKinds).join(', ')}`,
);

/** Documents that go live together, and documents that decide nothing any more from then on. */
export const Publish = z
  .strictObject({
    documents: z.array(z.strictObject({ kind: Kind, document: z.json() })).default([]),
    retire: z.array(z.strictObject({ kind: Kind, id: z.string().max(80) })).default([]),
  })
  .refine(
    ({ documents, retire }) => documents.length + retire.length <= togetherAtMost,
    `one publication changes ${togetherAtMost} documents at most; publish the others after it`,
  );
export type Publish = z.infer<typeof Publish>;

/** The machine of every publication: `infra/workflows/publisher.asl.json`. */
const publisherMachine = 'publisher';

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
  await ports.documents.refresh();
  const live = await ports.documents.live();
  const problems = namedTwice(request);
  const library = merge(live, request, problems);
  if (problems.length === 0) problems.push(...newErrors(live, library));
  if (problems.length > 0) return { ok: false, conflict: false, problems };
  const pointers = new Map((await livePointers(ports)).map((pointer) => [pointer.sk, pointer]));
  const foreign = managedElsewhere(pointers, request, by);
  if (foreign.length > 0) return { ok: false, conflict: true, problems: foreign };
  const unclaimed = by === 'designer' ? unclaimedIn(request, library) : [];
  if (unclaimed.length > 0) return { ok: false, conflict: false, problems: unclaimed };

  const documents: Version[] = [];
  const wanted: Version[] = [];
  for (const { kind, id } of request.documents.map(placeOf)) {
    const document = library[kind].get(id);
    const version = document && (await putVersion(ports, kind, document));
    if (version) documents.push(version);
    wanted.push(version ?? { kind, id, version: pointers.get(`${kind}#${id}`)?.version ?? 0 });
  }
  const unwanted = request.retire.map(({ kind, id }) => ({ kind, id, of: pointers.get(`${kind}#${id}`) }));
  const retire = unwanted
    .filter(({ of }) => of !== undefined && !of.retired)
    .map(({ kind, id }) => ({ kind, id }));
  const id = digest(
    JSON.stringify(wanted),
    JSON.stringify(unwanted.map(({ kind, id, of }) => ({ kind, id, version: of?.version ?? 0 }))),
  );
  return { ok: true, publication: viewOf(await begin(ports, { id, documents, retire })) };
}

const DocumentId = z.object({ id: z.string() });
const placeOf = ({ kind, document }: Publish['documents'][number]): { kind: DocumentKind; id: string } => ({
  kind,
  id: DocumentId.safeParse(document).data?.id ?? '',
});

/** One document cannot change in two ways at once. */
function namedTwice(request: Publish): Problem[] {
  const named = new Set<string>();
  return [...request.documents.map(placeOf), ...request.retire].flatMap(({ kind, id }) => {
    const path = `${kind}/${id}`;
    if (!named.has(path)) {
      named.add(path);
      return [];
    }
    return [{ path, reason: 'this document stands twice in the publication', remedy: 'keep one of the two' }];
  });
}

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
  // What is live carries more than documents, and checks look at all that a library holds.
  const present = merge(live, { documents: [], retire: [] }, []);
  const known = new Set(check(present).map(nameOf));
  return check(library)
    .filter((found) => found.severity === 'error' && !known.has(nameOf(found)))
    .map((found) => told(found, found.document));
}

const told = ({ path, message, code }: DocumentProblem, place: string): Problem => ({
  path: path ? `${place}.${path}` : place,
  reason: message,
  remedy: problemCatalogue[code].remedy,
});

function managedElsewhere(pointers: ReadonlyMap<string, LiveRow>, request: Publish, by: Manager): Problem[] {
  return [...request.documents.map(placeOf), ...request.retire].flatMap(({ kind, id }) => {
    const live = pointers.get(`${kind}#${id}`);
    return !live || live.retired || live.managedBy === by ? [] : [foreign(`${kind}/${id}`, live.managedBy)];
  });
}

/** A document that says nothing is managed by code: the designer would lose it by publishing it. */
function unclaimedIn(request: Publish, library: Library): Problem[] {
  return request.documents.map(placeOf).flatMap(({ kind, id }) =>
    library[kind].get(id)?.managedBy !== undefined
      ? []
      : [
          {
            path: `${kind}/${id}.managedBy`,
            reason:
              'a document that does not say who manages it is managed by code, which retires it if no file holds it',
            remedy: 'say "designer"; or "code" to hand the document over to the files that are deployed',
          },
        ],
  );
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
  ports: Ports,
  wanted: Pick<PublicationRow, 'id' | 'documents' | 'retire'>,
): Promise<PublicationRow> {
  const now = ports.clock.now().toISOString();
  const present = await readPublication(ports, wanted.id);
  const row = present && isOnItsWay(present, now) ? present : await beginTry(ports, wanted, present);
  if (row.status === 'publishing')
    await ports.workflows.start({
      machine: publisherMachine,
      name: `publish-${row.id}-${row.tries}`,
      input: { publication: row.id },
    });
  return row;
}

/** A publisher takes minutes; after an hour its machine has ended without a word, and another one takes over. */
const patienceMs = 3_600_000;

const isOnItsWay = ({ status, requestedAt }: PublicationRow, now: string): boolean =>
  status === 'live' || (status === 'publishing' && Date.parse(now) - Date.parse(requestedAt) < patienceMs);

async function beginTry(
  { store, clock }: Ports,
  { id, documents, retire }: Pick<PublicationRow, 'id' | 'documents' | 'retire'>,
  present: PublicationRow | undefined,
): Promise<PublicationRow> {
  const row: PublicationRow = {
    ...publicationKey(id),
    id,
    status: documents.length + retire.length === 0 ? 'live' : 'publishing',
    tries: (present?.tries ?? 0) + 1,
    documents,
    retire,
    requestedAt: clock.now().toISOString(),
  };
  const { ok } = await store.transact([
    {
      kind: 'put',
      table: 'design',
      item: toItem(row),
      if: present ? { equals: { status: present.status, tries: present.tries } } : { absent: true },
    },
  ]);
  // Somebody else began it in the same moment: theirs is ours.
  return ok ? row : ((await readPublication({ store }, id)) ?? row);
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
      if (row.status !== 'live') await bringLive(ports, row);
      await planRuns(ports, [...row.documents, ...row.retire]);
      return { left: 0 };
    case 'give-up':
      await giveUp(ports, row, call.reason ?? '');
      return { left: 0 };
  }
}

/**
 * What was checked at the request is checked again on what is live now, and goes live only on that: two publications
 * that fit alone may not fit together.
 */
async function bringLive(ports: Ports, row: PublicationRow): Promise<void> {
  const changes = await changesSoFar(ports);
  await ports.documents.refresh();
  const live = await ports.documents.live();
  const documents: Publish['documents'] = [];
  for (const version of row.documents)
    documents.push({ kind: version.kind, document: (await readVersion(ports, version)).body });
  const [problem] = newErrors(live, merge(live, { documents, retire: row.retire }, []));
  if (problem) throw new Rejected(`${problem.path}: ${problem.reason}; ${problem.remedy}`);
  await goLive(ports, {
    versions: row.documents,
    retire: row.retire,
    along: settled(row, { status: 'live' }),
    changes,
  });
  ports.metrics.count('PublishResult', 1, 'live');
}

/** What is live stays so: then only the planning after it has failed. */
async function giveUp({ store, log, metrics }: Ports, row: PublicationRow, error: string): Promise<void> {
  if (row.status === 'failed') return;
  const reason = reasons[error] ?? reasons.other;
  const { ok } = await store.transact([
    { ...settled(row, { status: 'failed', reason }), if: { equals: { status: 'publishing' } } },
  ]);
  log.error(ok ? 'publication failed' : 'runs of a publication were not planned', {
    document: row.id,
    reason: error,
  });
  if (ok) metrics.count('PublishResult', 1, 'failed');
  else await store.transact([settled(row, { reason: reasons.notPlanned })]);
}

const reasons: Record<string, string> & { other: string; notPlanned: string } = {
  Rejected:
    'a machine was refused, or it does not fit what was published by somebody else meanwhile; look at what is live, then publish again',
  Transient: 'storage or Step Functions could not be reached for too long; publish again',
  notPlanned:
    'everything is live, but the run of a campaign could not be planned; give the campaign another time and publish it again',
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

const settled = (
  { id }: PublicationRow,
  set: Partial<Pick<PublicationRow, 'status' | 'reason'>>,
): Extract<Operation, { kind: 'update' }> => ({
  kind: 'update',
  table: 'design',
  key: publicationKey(id),
  set,
});
