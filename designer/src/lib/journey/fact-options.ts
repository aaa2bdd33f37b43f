import { awaitedEvents } from '@baton/rules/check/journey-steps.ts';
import { type KnownFact, scopeOf } from '@baton/rules/check/scope.ts';
import type { FactReference } from '@baton/rules/documents/common.ts';
import type { Journey, Library } from '@baton/rules/documents/index.ts';
import { type FactScope, factsInScope, keyOf } from '#lib/conditions/facts-in-scope.ts';

/** A fact that can be chosen in one place of a document. */
export type FactOption = {
  key: string;
  reference: FactReference;
  label: string;
  group: string;
  unit?: string;
  known: KnownFact;
};
/** What can be chosen in that place, and what is known of each. */
export type FactChoice = {
  options: FactOption[];
  inScope: FactScope;
  byKey: ReadonlyMap<string, FactOption>;
};

export const factKey = keyOf;

/** `event` is the payload of these types, `answer` of those. */
function factChoice(library: Library, events: readonly string[], answers: readonly string[]): FactChoice {
  const scope = scopeOf(library, { events, answers });
  const inScope = factsInScope(library, { events, answers });
  const options = inScope.all.flatMap(({ fact, path, label, group, unit }): FactOption[] => {
    const reference = { fact, path };
    const known = scope.find(reference);
    return known
      ? [{ key: factKey(reference), reference, label, group, known, ...(unit ? { unit } : {}) }]
      : [];
  });
  return { options, inScope, byKey: new Map(options.map((option) => [option.key, option])) };
}

/** Types of event by which contacts come into a journey: its own, and those of rules that enrol into it. */
export function startingEvents({ id, trigger }: Journey, library: Library): string[] {
  const byRules = [...library['best-practice'].values()].flatMap(({ event, trigger: { events } }) =>
    event.type === 'journey.enrol' && event.params.journey === id ? events : [],
  );
  return [...new Set([...(trigger ? [trigger.event] : []), ...byRules])];
}

/** What a step of a journey can read. */
export const stepFacts = (journey: Journey, library: Library): FactChoice =>
  factChoice(library, startingEvents(journey, library), awaitedEvents(journey));

/** What a column of a decision table can read; a table may serve several journeys. */
export const tableFacts = (library: Library): FactChoice =>
  factChoice(library, [...library.events.keys()], []);

/** What a condition on an arriving event can read. */
export const eventFacts = (journey: Journey, library: Library, event: string): FactChoice =>
  factChoice(library, [event], awaitedEvents(journey));
