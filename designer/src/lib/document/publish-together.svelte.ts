import type { DocumentLine, DocumentView, DraftView } from '@baton/functions/api/views.ts';
import type { Problem } from '@baton/rules/check/problems.ts';
import { type DocumentKind, isDocumentKind, type Library } from '@baton/rules/documents/index.ts';
import { readDocument, readDocuments } from '#lib/api.ts';
import { keepReading, type Reading } from '#lib/reading/reading.svelte.ts';
import { findNeeds } from './check-beside.ts';
import { readLiveLibrary } from './live-library.svelte.ts';
import { type Drafted, placeOf } from './together.ts';

/** A draft that another one needs to go live; `live`: the document as it is live, if it is. */
type Companion = { kind: DocumentKind; id: string; title: string; draft: DraftView; live?: unknown };

/** `problems`: what the host would refuse even so; `unread`: drafts that were too many to be looked at. */
export type Together = { companions: Companion[]; problems: Problem[]; unread: number };

/** The document that is open. */
type Open = { readonly kind: DocumentKind; readonly id: string; readonly view: DocumentView | undefined };

/** So many drafts are looked at, the latest first, and so many are asked for in one instant. */
const readAtMost = 60;
const atOnce = 6;

/**
 * Keeps looking for what must go live with the draft of a document, while somebody is about to publish it. Most drafts stand
 * by themselves; only for the others are all drafts read, each once for as long as it stays the same.
 */
export function keepTogether(editing: () => Open): Reading<Together> {
  const texts = new Map<string, Companion>();
  let versions = '';
  let known: { state: string; together: Together } | undefined;

  return keepReading(async (signal) => {
    const { documents } = await readDocuments(signal);
    const found = documents.map((line) => `${placeOf(line)} ${line.hash}`).join();
    const drafts = documents.map(({ draft }) => `${draft?.rev} ${draft?.state}`).join();
    const live = await readLiveLibrary(found !== versions);
    versions = found;
    const { kind, id, view } = editing();
    if (!live || !view?.draft) return nothing;
    // Where nothing has changed since, nothing is checked again.
    const state = `${found} ${drafts} ${view.draft.rev}`;
    if (known?.state !== state)
      known = {
        state,
        together: await look({ kind, id, title: '', draft: view.draft }, { documents, live, signal }),
      };
    return known.together;
  });

  async function look(
    own: Companion,
    { documents, live, signal }: { documents: readonly DocumentLine[]; live: Library; signal: AbortSignal },
  ): Promise<Together> {
    const alone = await findNeeds(asDrafted(own), [], live);
    if (alone.problems.length === 0) return nothing;
    const { drafts, unread } = await readOthers(
      documents.filter((line) => placeOf(line) !== placeOf(own)),
      signal,
    );
    const { together, problems } = await findNeeds(asDrafted(own), drafts.map(asDrafted), live);
    return {
      companions: together.flatMap((place) => drafts.filter((one) => placeOf(one) === place)),
      problems,
      unread,
    };
  }

  async function readOthers(
    lines: readonly DocumentLine[],
    signal: AbortSignal,
  ): Promise<{ drafts: Companion[]; unread: number }> {
    const others = lines
      .filter(({ draft }) => draft)
      .sort((one, other) => (other.draft?.editedAt ?? '').localeCompare(one.draft?.editedAt ?? ''));
    const drafts: Companion[] = [];
    for (let from = 0; from < Math.min(others.length, readAtMost); from += atOnce) {
      const some = others.slice(from, Math.min(from + atOnce, readAtMost));
      drafts.push(...(await Promise.all(some.map((line) => readOne(line, signal)))).flat());
    }
    return { drafts, unread: Math.max(0, others.length - readAtMost) };
  }

  async function readOne(line: DocumentLine, signal: AbortSignal): Promise<Companion[]> {
    if (!isDocumentKind(line.kind)) return [];
    const name = `${placeOf(line)} ${line.draft?.rev} ${line.hash}`;
    const known = texts.get(name);
    if (known) return [known];
    const { draft, live } = await readDocument(line.kind, line.id, signal);
    if (!draft) return []; // published or put away meanwhile
    const read = { kind: line.kind, id: line.id, title: line.title, draft, live: live?.document };
    texts.set(name, read);
    return [read];
  }
}

const nothing: Together = { companions: [], problems: [], unread: 0 };

const asDrafted = ({ kind, id, draft }: Companion): Drafted => ({
  kind,
  id,
  state: draft.state,
  document: draft.document,
  retire: draft.retire === true,
});
