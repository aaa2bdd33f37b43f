import type { Library } from '@baton/rules/documents/index.ts';
import type { Step } from '@baton/rules/documents/journey.ts';
import { describe } from '@baton/rules/journey/step-kinds.ts';
import { saySentence } from '#lib/words/values.ts';

/** What a step does, in one sentence; a step in the middle of being edited may not be able to say. */
export function sentenceOf(step: Step): string {
  try {
    return describe(step);
  } catch {
    return 'Something is still missing here.';
  }
}

/** A label that is a title needs no quotation marks. */
export const bare = (text: string): string => text.replace(/^“([^”]*)”$/, '$1');

const quoted = /"([a-z0-9-]+)"/g;
const eventType = /\b[a-z][a-z0-9-]*\.[a-z][a-z0-9-]*\b/g;
const named = ['templates', 'tables', 'handovers', 'journeys', 'stages'] as const;

/** A sentence of the rules with names of documents and events turned into what people call them. */
export const sayWith =
  (library: Library | undefined) =>
  (text: string): string =>
    saySentence(
      text
        .replace(quoted, (whole, id: string) => {
          const title = named.map((kind) => library?.[kind].get(id)?.title).find((one) => one !== undefined);
          return title ? `“${title}”` : whole;
        })
        .replace(eventType, (type) => {
          const title = library?.events.get(type)?.title;
          return title ? `“${title}”` : type;
        }),
    );
