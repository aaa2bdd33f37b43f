import { type DocumentKind, isDocumentKind, type Library } from '@baton/rules/documents/index.ts';
import { parseDocument } from '@baton/rules/documents/parse.ts';
import { HostError, readDocument, readDocuments } from '#lib/api.ts';
import { mayI } from '#lib/session/me.svelte.ts';
import { liveLibrary } from './live-library.svelte.ts';
import { withDocument } from './with-document.ts';

type Coming = { kind: DocumentKind; document: unknown };

/** Of so many new documents the text is read; where more are drafted at once, the others cannot be chosen before they are live. */
const readAtMost = 30;

let drafted = $state.raw<readonly Coming[]>([]);

const library = $derived.by(() => {
  const live = liveLibrary();
  return live && drafted.length > 0 ? drafted.reduce(withComing, live) : live;
});

/**
 * What is live, and what is drafted for the first time: a journey may name a template that is drafted beside it, and both go for
 * review one after the other, and live in one step. Undefined until what is live has been read.
 */
export const comingLibrary = (): Library | undefined => library;

/** Reads what is drafted, for whoever edits or approves; a host that does not answer leaves what is live to choose from. */
export async function readComing(): Promise<void> {
  if (!mayI('editor', 'approver')) return;
  try {
    const { documents } = await readDocuments();
    const fresh = documents.flatMap(({ kind, id, version, draft }) =>
      draft && version === 0 && isDocumentKind(kind) ? [{ kind, id }] : [],
    );
    drafted = await Promise.all(
      fresh.slice(0, readAtMost).map(async ({ kind, id }) => {
        const { draft } = await readDocument(kind, id);
        return { kind, document: draft?.document };
      }),
    );
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
  }
}

/** What is half written yet is nothing to build on. */
function withComing(base: Library, { kind, document }: Coming): Library {
  const parsed = parseDocument(kind, document);
  return parsed.ok && !base[kind].has(parsed.document.id) ? withDocument(base, kind, parsed.document) : base;
}
