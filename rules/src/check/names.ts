import type { ParameterValue } from '../documents/common.ts';
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

function unknownName(
  code: 'unknown-stage' | 'unknown-journey' | 'unknown-event' | 'unknown-service-level' | 'unknown-calendar',
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
  value: ParameterValue,
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
