import type { TraceLine } from '@baton/rules/conditions/evaluate.ts';
import type { TraceView } from '../api/views.ts';
import type { LiveLibrary } from '../ports.ts';
import { midSentence, nameInWords } from './phrases.ts';

type Catalogue = Pick<LiveLibrary, 'facts' | 'events'>;

/**
 * What people call a value: the catalogue's label, or for an event's value its payload field's. Without the event's type
 * any event that has such a field gives the label.
 */
export function labelOf(
  { facts, events }: Catalogue,
  fact: string,
  path: string,
  eventType?: string,
): string {
  const described = facts.get(fact)?.facts.find((entry) => entry.path === path);
  if (described) return described.label;

  const name = path.slice(2);
  if (fact === 'event' || fact === 'answer') {
    const known = eventType === undefined ? [...events.values()] : [events.get(eventType)];
    const field = known.find((event) => event?.payload[name]?.label)?.payload[name];
    const label = field?.label ?? nameInWords(name);
    return fact === 'answer' ? `Answer: ${midSentence(label)}` : label;
  }
  return nameInWords(facts.has(fact) ? name : `${fact} ${name}`);
}

/** The label of a fact that a row names as `contact.valueTier`. */
export function factTitle(live: Catalogue, fact: string): string {
  const dot = fact.indexOf('.');
  return labelOf(live, fact.slice(0, dot), `$.${fact.slice(dot + 1)}`);
}

/** The lines of a decision with the labels people know; positions inside the condition are left out. */
export function traceViews(live: Catalogue, lines: readonly TraceLine[], eventType?: string): TraceView[] {
  return lines.map(({ fact, path, operator, value, seen, outcome }) => ({
    fact,
    path,
    label: labelOf(live, fact, path, eventType),
    operator,
    value,
    ...(seen === undefined ? {} : { seen }),
    outcome,
  }));
}

/** The title of a document, or its id in words where it is no longer live. */
export function titleOf(documents: ReadonlyMap<string, { title: string }>, id: string): string {
  return documents.get(id)?.title ?? nameInWords(id);
}

export function stageTitle(live: Pick<LiveLibrary, 'stages'>, stage: string | null): string {
  return stage === null ? 'Outside the cycle' : titleOf(live.stages, stage);
}
