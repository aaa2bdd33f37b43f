import { type Problem as DocumentProblem, problemCatalogue } from '@baton/rules/check/problems.ts';
import type { DocumentKind, Library } from '@baton/rules/documents/index.ts';
import { type DocumentOf, parseDocument } from '@baton/rules/documents/parse.ts';
import type { Json } from '@baton/rules/json.ts';
import type { Problem } from '../api/views.ts';
import type { Retired } from './versions.ts';

/** Documents that go live together, and those that decide nothing any more from then on. */
type Changed = { documents: { kind: DocumentKind; document: Json }[]; retire: Retired[] };

/** What is live together with what is to go live; `problems` gets what cannot be read. */
export function merge(live: Library, request: Changed, problems: Problem[]): Library {
  const ofKind = <K extends DocumentKind>(
    kind: K,
    present: ReadonlyMap<string, DocumentOf<K>>,
  ): ReadonlyMap<string, DocumentOf<K>> => {
    const documents = new Map(present);
    for (const retired of request.retire) if (retired.kind === kind) documents.delete(retired.id);
    for (const [index, entry] of request.documents.entries()) {
      if (entry.kind !== kind) continue;
      const parsed = parseDocument(kind, entry.document);
      if (parsed.ok) documents.set(parsed.document.id, parsed.document);
      else problems.push(...parsed.problems.map((found) => told(found, `documents.${index}`)));
    }
    return documents;
  };
  return {
    facts: ofKind('facts', live.facts),
    events: ofKind('events', live.events),
    'best-practice': ofKind('best-practice', live['best-practice']),
    tables: ofKind('tables', live.tables),
    stages: ofKind('stages', live.stages),
    handovers: ofKind('handovers', live.handovers),
    journeys: ofKind('journeys', live.journeys),
    campaigns: ofKind('campaigns', live.campaigns),
    templates: ofKind('templates', live.templates),
    calendars: ofKind('calendars', live.calendars),
    'service-levels': ofKind('service-levels', live['service-levels']),
    settings: ofKind('settings', live.settings),
    channels: ofKind('channels', live.channels),
  };
}

/**
 * Errors that the change brings; one that stands in the library already is not this request's to mend. The checks are
 * loaded by whoever publishes: the same functions answer questions that need none of them.
 */
export async function newErrors(live: Library, library: Library): Promise<Problem[]> {
  const { check } = await import('@baton/rules/check/check.ts');
  const nameOf = ({ code, document, path }: DocumentProblem) => `${code} ${document} ${path}`;
  // What is live carries more than documents, and checks look at all that a library holds.
  const present = merge(live, { documents: [], retire: [] }, []);
  const known = new Set(check(present).map(nameOf));
  return check(library)
    .filter((found) => found.severity === 'error' && !known.has(nameOf(found)))
    .map((found) => told(found, found.document));
}

export const told = ({ path, message, code }: DocumentProblem, place: string): Problem => ({
  path: path ? `${place}.${path}` : place,
  reason: message,
  remedy: problemCatalogue[code].remedy,
});
