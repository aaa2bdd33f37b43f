import type { DocumentKind, Library } from '@baton/rules/documents/index.ts';
import { sayName } from '#lib/words/values.ts';

/** What one document of a kind is called within a sentence, and where it is edited. */
const kinds: Readonly<Record<DocumentKind, { one: string; folder: string }>> = {
  facts: { one: 'facts', folder: '/settings/facts' },
  events: { one: 'event', folder: '/settings/events' },
  'best-practice': { one: 'rule', folder: '/rules' },
  tables: { one: 'decision table', folder: '/tables' },
  stages: { one: 'stage', folder: '/cycle/stages' },
  handovers: { one: 'handover', folder: '/cycle/handovers' },
  journeys: { one: 'journey', folder: '/journeys' },
  campaigns: { one: 'campaign', folder: '/campaigns' },
  templates: { one: 'template', folder: '/templates' },
  calendars: { one: 'calendar', folder: '/settings/calendars' },
  'service-levels': { one: 'service level', folder: '/settings/service-levels' },
  settings: { one: 'settings', folder: '/settings/settings' },
  channels: { one: 'channel', folder: '/settings/channels' },
};

const isKind = (kind: string): kind is DocumentKind => Object.hasOwn(kinds, kind);

export const sayKind = (kind: string): string => (isKind(kind) ? kinds[kind].one : kind);

export function pageOf(kind: string, id: string): string | undefined {
  return isKind(kind) ? `${kinds[kind].folder}/${encodeURIComponent(id).replaceAll('.', '~')}` : undefined;
}

/** The id that the end of an address names. Behind a content network a dot there means a file; no id holds a tilde. */
export const idAt = (end: string): string => end.replaceAll('~', '.');

/** The document that is edited at an address; undefined where none is. */
export function documentAt(path: string): { kind: DocumentKind; id: string } | undefined {
  const cut = path.lastIndexOf('/');
  const id = idAt(decoded(path.slice(cut + 1)));
  const kind = Object.keys(kinds)
    .filter(isKind)
    .find((one) => kinds[one].folder === path.slice(0, cut));
  return kind && id ? { kind, id } : undefined;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return ''; // half a letter, typed by hand
  }
}

/** A document by the name that checks give it, `<kind>/<id>`, as people know it. `href`: where it is edited. */
export function knownAs(
  document: string,
  library: Library | undefined,
): { title: string; kind: string; href: string | undefined } {
  const [kind = '', ...rest] = document.split('/');
  const id = rest.join('/');
  const title = (isKind(kind) && library?.[kind].get(id)?.title) || id;
  return { title, kind: sayName(sayKind(kind)), href: pageOf(kind, id) };
}
