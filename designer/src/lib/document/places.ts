import { isDocumentKind, type Library } from '@baton/rules/documents/index.ts';
import { creatableKinds } from '@baton/rules/edit/new-document.ts';
import { sayName } from '#lib/words/values.ts';
import { kindWords } from './new-document.ts';

/** A document by the name that checks give it, `<kind>/<id>`, as people know it. `href`: where it is edited, if it has a page. */
export function placeOf(
  document: string,
  library: Library | undefined,
): { title: string; kind: string; href?: string } {
  const [kind = '', ...rest] = document.split('/');
  const id = rest.join('/');
  const title = (isDocumentKind(kind) && library?.[kind].get(id)?.title) || id;
  const own = creatableKinds.find((one) => one === kind);
  return own
    ? { title, kind: sayName(kindWords[own].one), href: kindWords[own].href(encodeURIComponent(id)) }
    : { title, kind: sayName(kind) };
}
