import type { Library } from '../documents/index.ts';
import type { SegmentEntry } from '../documents/settings.ts';
import { checkEvent } from './names.ts';
import { didYouMean } from './nearest.ts';
import { type Problem, problem } from './problems.ts';

/** Checks that messages of Segment clients become events that there are, with fields that they have. */
export function checkSegment(library: Library): Problem[] {
  return [...library.settings.values()].flatMap(({ id, segment }) =>
    (segment?.messages ?? []).flatMap((entry, index) =>
      checkEntry(entry, `settings/${id}`, `segment.messages.${index}`, library),
    ),
  );
}

function checkEntry(
  { type, data = {} }: SegmentEntry,
  document: string,
  path: string,
  library: Library,
): Problem[] {
  if (type === null) return [];
  const event = library.events.get(type);
  if (!event) return checkEvent(type, { document, path: `${path}.type` }, library);
  return Object.keys(data)
    .filter((field) => !Object.hasOwn(event.payload, field))
    .map((field) =>
      problem(
        'not-in-payload',
        document,
        `${path}.data.${field}`,
        `"${type}" has no field "${field}".${didYouMean(field, Object.keys(event.payload))}`,
      ),
    );
}
