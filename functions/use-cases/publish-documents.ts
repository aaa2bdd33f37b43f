import { Instant } from '@baton/rules/documents/common.ts';
import type { DocumentKind, Library } from '@baton/rules/documents/index.ts';
import * as z from 'zod';
import type { Problem, PublicationView } from '../api/views.ts';
import { auditOperation } from '../library/audit.ts';
import { merge, newErrors, told } from '../library/changed-library.ts';
import {
  type DraftRow,
  documentIn,
  draftOperation,
  goesWithItsFile,
  noDraft,
  type Place,
  readDraft,
} from '../library/drafts.ts';
import {
  Kind,
  type PublicationRow,
  publicationKey,
  readPublication,
  viewOf,
} from '../library/publication.ts';
import {
  type LiveRow,
  livePointers,
  putVersion,
  readVersion,
  togetherAtMost,
  type Version,
} from '../library/versions.ts';
import type { Manager, Operation, Ports } from '../ports.ts';
import { digest, toItem } from '../repositories/rows.ts';

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

export type Publishing =
  | { ok: true; publication: PublicationView }
  | { ok: false; conflict: boolean; problems: Problem[] };

/** Approved drafts that go live together, now or at a time. */
export const PublishDrafts = z.strictObject({
  drafts: z
    .array(z.strictObject({ kind: Kind, id: z.string().max(80), rev: z.int() }))
    .min(1)
    // A transaction holds 100 rows: of each document its draft and its entry in the audit.
    .max(40),
  startAt: Instant.optional(),
});
export const RollBack = z.strictObject({ version: z.int().min(1), note: z.string().trim().min(1).max(2000) });

/** Who publishes what, and when; a document goes live at once where no time is named. */
type Publisher = {
  manager: Manager;
  by?: string;
  note?: string;
  startAt?: string;
  drafts?: readonly DraftRow[];
};

/**
 * Puts the versions and starts the publisher, which makes machines and flips the pointers. Everything is checked first,
 * together with what is live: nothing that does not fit is stored. Files alone publish the next version of what is
 * managed by code; a version may hand it over by naming the other manager. The same request again is the same publication.
 */
export async function publishDocuments(ports: Ports, request: Publish, by: Publisher): Promise<Publishing> {
  await ports.documents.refresh();
  const live = await ports.documents.live();
  const problems = namedTwice(request);
  const library = merge(live, request, problems);
  if (problems.length === 0)
    problems.push(...(await newErrors(live, library)), ...(await flawsOfTexts(request, library)));
  if (problems.length > 0) return { ok: false, conflict: false, problems };
  const pointers = new Map((await livePointers(ports)).map((pointer) => [pointer.sk, pointer]));
  const foreign =
    by.manager === 'code' ? managedByDesigner(pointers, request) : managedByCode(pointers, request, library);
  if (foreign.length > 0) return { ok: false, conflict: true, problems: foreign };

  const documents: Version[] = [];
  const wanted: Version[] = [];
  for (const { kind, id } of request.documents.map(placeOf)) {
    const document = library[kind].get(id);
    const version = document && (await putVersion(ports, kind, document, by));
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
    ...(by.startAt === undefined ? [] : [by.startAt]),
  );
  return { ok: true, publication: viewOf(await begin(ports, { id, documents, retire }, by)) };
}

/**
 * Publishes what was approved, as it was approved. What is managed by code is the designer's from then on: somebody
 * edited it and somebody else agreed, and files that are deployed leave it alone.
 */
export async function publishDrafts(
  ports: Ports,
  { drafts, startAt }: z.infer<typeof PublishDrafts>,
  by: string,
): Promise<Publishing> {
  const rows: DraftRow[] = [];
  const problems: Problem[] = [];
  for (const place of drafts) {
    const row = await readDraft(ports, place);
    const flaw = flawOfDraft(row, place.rev);
    if (flaw) problems.push({ path: `${place.kind}/${place.id}`, ...flaw });
    else if (row) rows.push(row);
  }
  if (startAt !== undefined && Date.parse(startAt) <= ports.clock.now().getTime())
    problems.push({
      path: 'startAt',
      reason: 'this time is over',
      remedy: 'name a later one, or none to publish now',
    });
  if (problems.length > 0) return { ok: false, conflict: true, problems };
  const notes = [...new Set(rows.flatMap(({ note }) => note ?? []))].join(' ');
  return publishDocuments(
    ports,
    {
      documents: rows.flatMap(({ kind, retire, text }) =>
        retire ? [] : [{ kind, document: documentIn(text) }],
      ),
      retire: rows.flatMap(({ kind, id, retire }) => (retire ? [{ kind, id }] : [])),
    },
    {
      manager: 'designer',
      by,
      drafts: rows,
      ...(notes ? { note: notes } : {}),
      ...(startAt ? { startAt: new Date(startAt).toISOString() } : {}),
    },
  );
}

function flawOfDraft(row: DraftRow | undefined, rev: number): Pick<Problem, 'reason' | 'remedy'> | undefined {
  if (!row || row.state === 'none')
    return { reason: 'there is no draft', remedy: 'look at the document as it is now' };
  if (row.rev !== rev)
    return {
      reason: `${row.editedBy} has changed it meanwhile`,
      remedy: 'look at it again before it goes live',
    };
  if (row.state !== 'approved')
    return {
      reason: `it is ${row.state}, and only what was approved goes live`,
      remedy: 'send it for review, and let somebody else approve it',
    };
  return undefined;
}

/** Makes the content of an earlier version live again, as a new version. It was approved when it first went live. */
export async function rollBack(
  ports: Ports,
  place: Place,
  { version, note }: z.infer<typeof RollBack>,
  by: string,
): Promise<Publishing> {
  const { body } = await readVersion(ports, { ...place, version });
  const why = `Back to version ${version}: ${note}`;
  return publishDocuments(
    ports,
    { documents: [{ kind: place.kind, document: body }], retire: [] },
    { manager: 'designer', by, note: why },
  );
}

/** Takes back a publication that waits for its time; its drafts are approved as before. */
export async function cancelPublication(ports: Ports, id: string, by: string): Promise<Publishing> {
  const row = await readPublication(ports, id);
  const problem = (reason: string, remedy: string): Publishing => ({
    ok: false,
    conflict: row !== undefined,
    problems: [{ path: 'publicationId', reason, remedy }],
  });
  if (!row)
    return problem(`there is no publication "${id}"`, 'take the id from the document that is scheduled');
  if (row.status !== 'scheduled')
    return problem(
      `it is ${row.status}, and only what is scheduled can be cancelled`,
      'roll back what is live, or draft anew',
    );
  const at = ports.clock.now().toISOString();
  const { ok } = await ports.store.transact([
    {
      kind: 'update',
      table: 'design',
      key: publicationKey(id),
      set: { status: 'cancelled' },
      if: { equals: { status: 'scheduled' } },
    },
    ...(await openedAgain(ports, row)),
    ...changesOf(row).map((about) =>
      auditOperation({ about, at, by, what: 'cancelled its publication' }, id),
    ),
  ]);
  if (!ok) return problem('it changed in the same moment', 'look at it again');
  return { ok: true, publication: viewOf({ ...row, status: 'cancelled' }) };
}

async function openedAgain(ports: Ports, { id, drafts }: PublicationRow): Promise<Operation[]> {
  const rows = await Promise.all(drafts.map((place) => readDraft(ports, place)));
  return rows.flatMap((row): Operation[] => {
    if (row?.state !== 'scheduled' || row.publication !== id) return [];
    const { publication: _, startAt: __, ...rest } = row;
    return [draftOperation({ ...rest, rev: row.rev + 1, state: 'approved' }, row)];
  });
}

/** Loads what compiles mail only where a template is among the documents. */
async function flawsOfTexts(request: Publish, library: Library): Promise<Problem[]> {
  const templates = request.documents
    .map(placeOf)
    .map(({ kind, id }) => (kind === 'templates' ? library.templates.get(id) : undefined))
    .filter((template) => template !== undefined);
  if (templates.length === 0) return [];
  const { checkTemplates } = await import('../templates/check-templates.ts');
  return (await checkTemplates(templates)).map((found) => told(found, found.document));
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

function managedByDesigner(pointers: ReadonlyMap<string, LiveRow>, request: Publish): Problem[] {
  return [...request.documents.map(placeOf), ...request.retire]
    .filter((place) => managerOf(pointers, place) === 'designer')
    .map(({ kind, id }) => ({
      path: `${kind}/${id}`,
      reason: 'this document is managed by the designer: a file would overwrite what was edited there',
      remedy: 'edit it in the designer; to manage it by files, publish it there with "managedBy": "code"',
    }));
}

/** What is taken over from code cannot say that code manages it; and a file that is still there would bring back what went. */
function managedByCode(
  pointers: ReadonlyMap<string, LiveRow>,
  request: Publish,
  library: Library,
): Problem[] {
  const handed = request.documents
    .map(placeOf)
    .filter(
      (place) =>
        library[place.kind].get(place.id)?.managedBy === 'code' && managerOf(pointers, place) !== 'designer',
    );
  return [
    ...handed.map(({ kind, id }) => ({
      path: `${kind}/${id}.managedBy`,
      reason: 'it says that it is managed by code, and what is edited here is managed by the designer',
      remedy: 'leave the field out; or change the file, and deploy it',
    })),
    ...request.retire.filter((place) => managerOf(pointers, place) === 'code').map(goesWithItsFile),
  ];
}

/** Nobody, where nothing is live. */
function managerOf(pointers: ReadonlyMap<string, LiveRow>, { kind, id }: Place): Manager | undefined {
  const live = pointers.get(`${kind}#${id}`);
  return live && !live.retired ? live.managedBy : undefined;
}

/** The row is written before the start, and the start is named after it: a repetition finds both. */
async function begin(
  ports: Ports,
  wanted: Pick<PublicationRow, 'id' | 'documents' | 'retire'>,
  by: Publisher,
): Promise<PublicationRow> {
  const now = ports.clock.now().toISOString();
  const present = await readPublication(ports, wanted.id);
  const row = present && isOnItsWay(present, now) ? present : await beginTry(ports, wanted, by, present);
  if (row.status === 'publishing' || row.status === 'scheduled')
    await ports.workflows.start({
      machine: publisherMachine,
      name: `publish-${row.id}-${row.tries}`,
      input: { publication: row.id, ...(row.startAt === undefined ? {} : { startAt: row.startAt }) },
    });
  return row;
}

/** A publisher takes minutes; after an hour its machine has ended without a word, and another one takes over. */
const patienceMs = 3_600_000;

const isOnItsWay = ({ status, requestedAt, startAt = requestedAt }: PublicationRow, now: string): boolean =>
  status === 'live' ||
  status === 'scheduled' ||
  (status === 'publishing' && Date.parse(now) - Date.parse(startAt) < patienceMs);

async function beginTry(
  { store, clock }: Ports,
  { id, documents, retire }: Pick<PublicationRow, 'id' | 'documents' | 'retire'>,
  { by, note, startAt, drafts = [] }: Publisher,
  present: PublicationRow | undefined,
): Promise<PublicationRow> {
  const at = clock.now().toISOString();
  const nothing = documents.length + retire.length === 0;
  const row: PublicationRow = {
    ...publicationKey(id),
    id,
    status: nothing ? 'live' : startAt === undefined ? 'publishing' : 'scheduled',
    tries: (present?.tries ?? 0) + 1,
    documents,
    retire,
    requestedAt: at,
    startAt,
    by,
    drafts: drafts.map(({ kind, id, rev }) => ({ kind, id, rev: rev + 1 })),
  };
  const what = startAt === undefined ? 'published it' : `scheduled it for ${startAt}`;
  const { ok } = await store.transact([
    {
      kind: 'put',
      table: 'design',
      item: toItem(row),
      if: present ? { equals: { status: present.status, tries: present.tries } } : { absent: true },
    },
    ...drafts.map((draft) => draftOperation(underWay(draft, row), draft)),
    ...(by === undefined
      ? []
      : changesOf(row).map((about) =>
          auditOperation({ about, at, by, what, ...(note ? { note } : {}) }, id),
        )),
  ]);
  // Somebody else began it in the same moment: theirs is ours.
  return ok ? row : ((await readPublication({ store }, id)) ?? row);
}

const changesOf = ({ documents, retire }: PublicationRow): Place[] => [
  ...documents.map(({ kind, id }) => ({ kind, id })),
  ...retire,
];

/** A draft is shut until its publication is live, has failed or was cancelled; where nothing changes it ends at once. */
const underWay = (draft: DraftRow, { id, status, startAt }: PublicationRow): DraftRow =>
  status === 'live'
    ? noDraft(draft)
    : { ...draft, rev: draft.rev + 1, state: 'scheduled', publication: id, ...(startAt ? { startAt } : {}) };
