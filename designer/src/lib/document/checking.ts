import { check } from '@baton/rules/check/check.ts';
import { failedTests } from '@baton/rules/check/document-tests.ts';
import type { Problem } from '@baton/rules/check/problems.ts';
import type { DocumentKind, Library } from '@baton/rules/documents/index.ts';
import { type DocumentOf, parseDocument } from '@baton/rules/documents/parse.ts';
import { missedBy } from '@baton/rules/edit/retire.ts';
import { withDocument } from './with-document.ts';

/** What was wrong with a library before anything was edited; looked at once for each library. */
const known = new WeakMap<Library, ReadonlySet<string>>();

const nameOf = ({ document, path, code, message }: Problem) => `${document} ${path} ${code} ${message}`;

function problemsBefore(library: Library): ReadonlySet<string> {
  const found = known.get(library) ?? new Set(check(library).map(nameOf));
  known.set(library, found);
  return found;
}

/** What would be wrong without a document: who names it, and where. */
const problemsWithout = (kind: DocumentKind, id: string, library: Library | undefined): Problem[] =>
  library ? missedBy(library, kind, id) : [];

/** A document that is worked on; `isGoing`: it is to be done away with. */
export type Checked = {
  kind: DocumentKind;
  id: string;
  document: DocumentOf<DocumentKind>;
  isGoing: boolean;
};

/**
 * Everything that keeps a document from going live, its own tests among it, and what may stay; errors come first. Without a
 * document: what is wrong with the library as it is. What only wants a document that is drafted itself keeps nobody from going on
 * (`coming`: the library with those), and is said.
 */
export async function problemsOf(
  checked: Checked | undefined,
  library: Library | undefined,
  coming?: Library,
): Promise<Problem[]> {
  if (!checked || !coming || checked.isGoing) return problemsNow(checked, library);
  const found = await problemsNow(checked, coming);
  const known = new Set(found.map(nameOf));
  const waiting = problemsWith(checked.kind, checked.document, library).filter(
    (problem) => problem.severity === 'error' && !known.has(nameOf(problem)),
  );
  return [
    ...found,
    ...waiting.map(
      (problem): Problem => ({
        ...problem,
        severity: 'warning',
        message: `${problem.message.replace(/^(There is no [^.]+)\..*$/, '$1 that is live.')} It is drafted, and must go live before this, or together with it.`,
      }),
    ),
  ];
}

async function problemsNow(checked: Checked | undefined, library: Library | undefined): Promise<Problem[]> {
  if (!checked) return library ? check(library) : [];
  const { kind, id, document, isGoing } = checked;
  if (isGoing) return problemsWithout(kind, id, library);
  const found = problemsWith(kind, document, library);
  // A document that is not sound cannot be played.
  if (!library || found.some(({ severity }) => severity === 'error')) return found;
  return [...(await failedTests(kind, id, withDocument(library, kind, document))), ...found];
}

/**
 * What is wrong with a document, and what it would break elsewhere, if it were live together with everything that is.
 * Errors come first. Without a library only the document by itself is looked at.
 */
function problemsWith<K extends DocumentKind>(
  kind: K,
  document: DocumentOf<K>,
  library: Library | undefined,
): Problem[] {
  const parsed = parseDocument(kind, document);
  if (!parsed.ok) return parsed.problems;
  if (!library) return [];
  const before = problemsBefore(library);
  const own = `${kind}/${document.id}`;
  return check(withDocument(library, kind, parsed.document))
    .filter((problem) => problem.document === own || !before.has(nameOf(problem)))
    .sort((a, b) => Number(a.severity === 'warning') - Number(b.severity === 'warning'));
}
