import * as z from 'zod';
import type {
  DocumentLine,
  DocumentsView,
  DocumentView,
  DraftLine,
  DraftView,
  LayoutView,
  VersionLine,
  VersionView,
} from '../api/views.ts';
import { type DraftRow, documentIn, openDrafts, type Place, readDraft } from '../library/drafts.ts';
import { readLayout } from '../library/layout.ts';
import {
  livePointer,
  livePointers,
  readVersion,
  VersionRow,
  versionsPartition,
} from '../library/versions.ts';
import { type Ports, Rejected } from '../ports.ts';

type Reading = Pick<Ports, 'store' | 'documents'>;

/** Every document that is live or worked on, by kind and id. */
export async function documentsView(ports: Reading): Promise<DocumentsView> {
  const live = await ports.documents.live();
  const drafts = new Map((await openDrafts(ports)).map((row) => [row.sk, row]));
  const lines: DocumentLine[] = [];
  for (const { sk, kind, id, version, hash, managedBy, retired } of await livePointers(ports)) {
    if (retired) continue;
    const draft = drafts.get(sk);
    drafts.delete(sk);
    lines.push({
      ...{ kind, id, ...headOf(live[kind].get(id), id), version, hash, managedBy },
      ...(draft ? { draft: draftLine(draft) } : {}),
    });
  }
  for (const draft of drafts.values()) {
    const { kind, id } = draft;
    const head = headOf(documentIn(draft.text), id);
    lines.push({ kind, id, ...head, version: 0, hash: '', managedBy: 'designer', draft: draftLine(draft) });
  }
  return { documents: lines.sort((a, b) => (`${a.kind} ${a.id}` < `${b.kind} ${b.id}` ? -1 : 1)) };
}

const Titled = z.object({ title: z.string() });
const Owned = z.object({ owner: z.object({ team: z.string() }) });

/** A draft need not be sound: what can be read of it is shown. */
const headOf = (document: unknown, id: string): { title: string; team: string } => ({
  title: Titled.safeParse(document).data?.title ?? id,
  team: Owned.safeParse(document).data?.owner.team ?? '',
});

const draftLine = ({ state, rev, base, editedBy, editedAt }: DraftRow): DraftLine => ({
  state: state === 'none' ? 'draft' : state,
  rev,
  base,
  editedBy,
  editedAt,
});

/** A draft as its editor sees it; nothing where there is none. `live`: what a draft that does away with it is about. */
export function draftView(row: DraftRow | undefined, live: unknown): DraftView | undefined {
  if (!row || row.state === 'none') return undefined;
  const { retire, sentBy, sentAt, note, answeredBy, answeredAt, answer, publication, startAt } = row;
  return {
    ...draftLine(row),
    document: retire ? live : documentIn(row.text),
    ...(retire ? { retire } : {}),
    ...withoutGaps({ sentBy, sentAt, note, answeredBy, answeredAt, answer, publication, startAt }),
  };
}

/** One document with what is live, what is worked on, and what was live before; `undefined` where nothing ever was. */
export async function documentView(ports: Reading, place: Place): Promise<DocumentView | undefined> {
  const { kind, id } = place;
  const pointer = await livePointer(ports, place);
  const present = pointer && !pointer.retired ? pointer : undefined;
  const body = present && (await readVersion(ports, present)).body;
  const row = await readDraft(ports, place);
  const draft = draftView(row, body);
  const versions = await versionLines(ports, place);
  if (!draft && versions.length === 0) return undefined;
  const layout: LayoutView | undefined = await readLayout(ports, place);
  return {
    kind,
    id,
    ...(present
      ? {
          live: {
            version: present.version,
            hash: present.hash,
            managedBy: present.managedBy,
            document: body,
          },
        }
      : {}),
    ...(draft ? { draft } : {}),
    // Whoever begins a draft anew after one that ended goes on counting.
    ...(row && !draft ? { rev: row.rev } : {}),
    versions,
    ...(layout ? { layout } : {}),
  };
}

const versionsAtMost = 100;

/** The latest versions, newest first. Mails of templates stand between them and are passed over. */
async function versionLines({ store }: Pick<Ports, 'store'>, place: Place): Promise<VersionLine[]> {
  const page = await store.query({
    ...{ table: 'design', pk: versionsPartition(place), prefix: 'V#', reverse: true },
    limit: versionsAtMost,
  });
  return page.items
    .filter(({ sk }) => sk.split('#').length === 2)
    .map((item) => lineOf(VersionRow.parse(item)));
}

const lineOf = ({ sk, publishedAt, by, note }: VersionRow): VersionLine => ({
  version: Number(sk.slice(2)),
  publishedAt,
  ...withoutGaps({ by, note }),
});

/** A version as it was; `undefined` where there is no such version. */
export async function versionView(
  ports: Pick<Ports, 'store'>,
  place: Place,
  version: number,
): Promise<VersionView | undefined> {
  try {
    const row = await readVersion(ports, { ...place, version });
    return { ...lineOf(row), document: row.body };
  } catch (error) {
    if (error instanceof Rejected) return undefined;
    throw error;
  }
}

/** What is not known is left out. */
function withoutGaps<T extends string, V>(entries: Record<T, V | undefined>): Partial<Record<T, V>> {
  const kept: Partial<Record<T, V>> = {};
  for (const name in entries) {
    const value = entries[name];
    if (value !== undefined) kept[name] = value;
  }
  return kept;
}
