import type { DocumentKind, Library } from '@baton/rules/documents/index.ts';
import * as z from 'zod';
import type { Problem, PublicationView } from '../api/views.ts';
import { merge, newErrors, told } from '../library/changed-library.ts';
import {
  Kind,
  type PublicationRow,
  publicationKey,
  readPublication,
  viewOf,
} from '../library/publication.ts';
import { type LiveRow, livePointers, putVersion, togetherAtMost, type Version } from '../library/versions.ts';
import type { Manager, Ports } from '../ports.ts';
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
  if (problems.length === 0)
    problems.push(...(await newErrors(live, library)), ...(await flawsOfTexts(request, library)));
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
