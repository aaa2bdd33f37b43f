import { awaitedEvents } from '@baton/rules/check/journey-steps.ts';
import { type KnownFact, type Scope, scopeOf } from '@baton/rules/check/scope.ts';
import type { FactReference } from '@baton/rules/documents/common.ts';
import type { Journey, Library } from '@baton/rules/documents/index.ts';
import { sayName } from '#lib/words/values.ts';

/** A fact that can be chosen in one place of a document. */
type FactOption = {
  key: string;
  reference: FactReference;
  label: string;
  group: string;
  unit?: string;
  known: KnownFact;
};
/** What can be chosen in that place, and what is known of each. */
export type FactChoice = { options: FactOption[]; scope: Scope; byKey: ReadonlyMap<string, FactOption> };

export const factKey = ({ fact, path }: FactReference): string => `${fact} ${path}`;

/** `event` is the payload of these types, `answer` of those. */
function factChoice(library: Library, events: readonly string[], answers: readonly string[]): FactChoice {
  const scope = scopeOf(library, { events, answers });
  const options: FactOption[] = [];
  for (const key of scope.names()) {
    const [fact = '', path = ''] = key.split(' ');
    const known = scope.find({ fact, path });
    if (known)
      options.push({
        key,
        reference: { fact, path },
        ...wordsFor(library, fact, path, events, answers),
        known,
      });
  }
  return { options, scope, byKey: new Map(options.map((option) => [option.key, option])) };
}

function wordsFor(
  library: Library,
  fact: string,
  path: string,
  events: readonly string[],
  answers: readonly string[],
): Pick<FactOption, 'label' | 'group' | 'unit'> {
  const name = path.slice(2);
  const spoken = { label: sayName(name) };
  if (fact === 'clock') return { label: 'Now', group: 'Clock' };
  if (fact === 'event' || fact === 'answer') {
    const types = fact === 'event' ? events : answers;
    const field = types
      .map((type) => library.events.get(type)?.payload[name])
      .find((one) => one !== undefined);
    const group = fact === 'event' ? `Event ${types.length === 1 ? types[0] : ''}`.trim() : 'Last answer';
    return { label: field?.label ?? spoken.label, group, ...(field?.unit ? { unit: field.unit } : {}) };
  }
  const document = library.facts.get(fact);
  const known = document?.facts.find((one) => one.path === path);
  return {
    label: known?.label ?? spoken.label,
    group: document?.title ?? sayName(fact),
    ...(known?.unit ? { unit: known.unit } : {}),
  };
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

/** What a condition on an arriving event can read. */
export const eventFacts = (journey: Journey, library: Library, event: string): FactChoice =>
  factChoice(library, [event], awaitedEvents(journey));
