import type { DocumentView } from '@baton/functions/api/views.ts';
import { hasShape } from '@baton/rules/documents/shape.ts';
import { readDocument, readDocuments } from '#lib/api.ts';
import { keepReading } from '#lib/reading/reading.svelte.ts';
import type { Shown } from './cycle-page.svelte.ts';

/** What becomes of a document of the cycle if its draft goes live. */
export type Worked = 'new' | 'changed' | 'going';

/** Of so many drafts the text is read; a cycle in which more is worked on at once shows the first. */
const readAtMost = 30;

/** What people work on in the cycle: stages and handovers that are not live yet are shown on the map beside those that are. */
export function keepReadingDrafts() {
  const reading = keepReading(readWorkedOn, () => 10_000);
  const worked = $derived(
    new Map((reading.value ?? []).map((view) => [`${view.kind}/${view.id}`, workOf(view)])),
  );
  const added = $derived((reading.value ?? []).flatMap(shownOf));
  return {
    get added() {
      return added;
    },
    of: (document: string) => worked.get(document),
    start: () => reading.start(),
  };
}

async function readWorkedOn(signal: AbortSignal): Promise<DocumentView[]> {
  const { documents } = await readDocuments(signal);
  const open = documents.flatMap(({ kind, id, draft }) =>
    draft && (kind === 'stages' || kind === 'handovers') ? [{ kind, id } as const] : [],
  );
  return Promise.all(open.slice(0, readAtMost).map(({ kind, id }) => readDocument(kind, id, signal)));
}

const workOf = ({ live, draft }: DocumentView): Worked =>
  draft?.retire ? 'going' : live ? 'changed' : 'new';

function shownOf({ kind, live, draft }: DocumentView): Shown[] {
  if (live || !draft) return [];
  if (kind === 'stages' && hasShape('stages', draft.document))
    return [{ kind: 'stages', document: draft.document }];
  if (kind === 'handovers' && hasShape('handovers', draft.document))
    return [{ kind: 'handovers', document: draft.document }];
  return [];
}
