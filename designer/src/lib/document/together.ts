import type { DraftLine } from '@baton/functions/api/views.ts';
import { check } from '@baton/rules/check/check.ts';
import type { Problem } from '@baton/rules/check/problems.ts';
import type { DocumentKind, Library } from '@baton/rules/documents/index.ts';
import { parseDocument } from '@baton/rules/documents/parse.ts';
import { withoutDocument } from '@baton/rules/edit/retire.ts';
import { withDocument } from './with-document.ts';

/** What somebody has drafted; `retire`: the document is to be done away with. */
export type Drafted = {
  kind: DocumentKind;
  id: string;
  state: DraftLine['state'];
  document: unknown;
  retire: boolean;
};

/** What must go live with a draft, by `<kind>/<id>`, and what would be wrong even then. */
export type Needs = { together: string[]; problems: Problem[] };

export const placeOf = ({ kind, id }: { kind: string; id: string }): string => `${kind}/${id}`;

/** Where two drafts would do, the one that is nearer to being live is taken. */
const nearness: readonly DraftLine['state'][] = ['approved', 'scheduled', 'in-review', 'draft'];

/**
 * Which other drafts a draft needs to go live: each of them takes away an error that the host would refuse the publication
 * for, be it in the draft, in what it needs in turn, or in what is live and would break. A draft that mends nothing stays out.
 */
export function neededBy(first: Drafted, others: readonly Drafted[], live: Library): Needs {
  const before = new Set(errorsIn(live).map(nameOf));
  const newIn = (library: Library) => errorsIn(library).filter((found) => !before.has(nameOf(found)));
  let library = withDraft(live, first);
  let errors = newIn(library);
  let left = others.toSorted((one, other) => nearness.indexOf(one.state) - nearness.indexOf(other.state));
  const together: string[] = [];
  for (let found = true; found && errors.length > 0; ) {
    found = false;
    for (const draft of left) {
      const then = withDraft(library, draft);
      const errorsThen = newIn(then);
      const standing = new Set(errorsThen.map(wordingOf));
      if (errors.every((error) => standing.has(wordingOf(error)))) continue;
      [library, errors, found] = [then, errorsThen, true];
      left = left.filter((one) => one !== draft);
      together.push(placeOf(draft));
      if (errors.length === 0) break;
    }
  }
  return { together, problems: errors };
}

const errorsIn = (library: Library): Problem[] =>
  check(library).filter(({ severity }) => severity === 'error');

/** By this the host tells what a publication would bring from what was wrong before. */
const nameOf = ({ code, document, path }: Problem) => `${code} ${document} ${path}`;
/** In one place another name may be missing than before: that is another error. */
const wordingOf = (found: Problem) => `${nameOf(found)} ${found.message}`;

/** What is no document of its kind changes nothing. */
function withDraft(library: Library, { kind, id, document, retire }: Drafted): Library {
  if (retire) return withoutDocument(library, kind, id);
  const parsed = parseDocument(kind, document);
  return parsed.ok ? withDocument(library, kind, parsed.document) : library;
}
