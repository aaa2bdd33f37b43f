import { type ParameterValue, Priority, type TableOutput } from '../documents/common.ts';
import type { Library } from '../documents/index.ts';
import { checkScalar, type Place } from './conditions.ts';
import { didYouMean } from './nearest.ts';
import { type Problem, problem } from './problems.ts';

export function checkEvent(type: string, place: Place, library: Library): Problem[] {
  if (library.events.has(type)) return [];
  return [unknownName('unknown-event', 'event type', type, place, library.events.keys())];
}

export function checkStage(stage: string, place: Place, library: Library): Problem[] {
  if (library.stages.has(stage)) return [];
  return [unknownName('unknown-stage', 'stage', stage, place, library.stages.keys())];
}

export function checkJourneyName(journey: string, place: Place, library: Library): Problem[] {
  if (library.journeys.has(journey)) return [];
  return [unknownName('unknown-journey', 'journey', journey, place, library.journeys.keys())];
}

export function checkServiceLevelName(level: string, place: Place, library: Library): Problem[] {
  const levels = library['service-levels'];
  if (levels.has(level)) return [];
  return [unknownName('unknown-service-level', 'service level', level, place, levels.keys())];
}

export function checkCalendarName(calendar: string, place: Place, library: Library): Problem[] {
  if (library.calendars.has(calendar)) return [];
  return [unknownName('unknown-calendar', 'calendar', calendar, place, library.calendars.keys())];
}

/** Checks a table that is asked how urgent a case is. */
export function checkPriorityTable(name: string, place: Place, library: Library): Problem[] {
  const { document } = place;
  const path = `${place.path}.table`;
  const table = library.tables.get(name);
  if (!table) return [unknownName('unknown-table', 'table', name, { document, path }, library.tables.keys())];
  const known: readonly string[] = table.outputs.find(({ param }) => param === 'priority')?.values ?? [];
  if (known.length > 0 && known.every((value) => Priority.safeParse(value).success)) return [];
  const what = `"${name}" does not say whether it is low, normal or high.`;
  return [problem('no-priority', document, path, what)];
}

/** Checks a table and the output of it that is asked for. */
export function checkTableOutput(
  { table: name, output }: TableOutput,
  place: Place,
  library: Library,
): Problem[] {
  const { document, path } = place;
  const table = library.tables.get(name);
  if (!table) {
    const at = { document, path: `${path}.table` };
    return [unknownName('unknown-table', 'table', name, at, library.tables.keys())];
  }
  const outputs = table.outputs.map(({ param }) => param);
  if (outputs.includes(output)) return [];
  const what = `"${name}" has no output "${output}".${didYouMean(output, outputs)}`;
  return [problem('unknown-output', document, `${path}.output`, what)];
}

function unknownName(
  code:
    | 'unknown-stage'
    | 'unknown-journey'
    | 'unknown-event'
    | 'unknown-service-level'
    | 'unknown-calendar'
    | 'unknown-table',
  noun: string,
  name: string,
  { document, path }: Place,
  candidates: Iterable<string>,
): Problem {
  return problem(code, document, path, `There is no ${noun} "${name}".${didYouMean(name, candidates)}`);
}

/**
 * Checks that a contact's attribute can take a value. Only attributes can be set; every other fact follows from what
 * happened. The place holds `attribute` and `value`.
 */
export function checkAssignment(
  attribute: string,
  value: ParameterValue | TableOutput,
  place: Place,
  library: Library,
): Problem[] {
  const facts = library.facts.get('contact')?.facts ?? [];
  const fact = facts.find(({ path }) => path === attribute);
  const at = `${place.path}.attribute`;
  if (!fact) {
    const meant = didYouMean(
      attribute,
      facts.map(({ path }) => path),
    );
    return [
      problem('unknown-fact', place.document, at, `The contact has no attribute "${attribute}".${meant}`),
    ];
  }
  if (fact.source.kind !== 'attribute')
    return [
      problem('not-an-attribute', place.document, at, `"${attribute}" is computed ("${fact.source.kind}").`),
    ];
  if (typeof value === 'object') return [];
  return checkScalar('update', value, fact, { ...place, path: `${place.path}.value` });
}
