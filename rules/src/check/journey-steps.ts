import type { FactReference } from '../documents/common.ts';
import type { Journey, Library } from '../documents/index.ts';
import type { EventMatch, Step, Timeout, WindowWait } from '../documents/journey.ts';
import { longestWaitDays } from '../journey/limits.ts';
import { makeWhole } from '../journey/shares.ts';
import { describeDuration, parseDuration } from '../time/duration.ts';
import { checkCondition, checkReference, type Place } from './conditions.ts';
import {
  checkAssignment,
  checkEvent,
  checkJourneyName,
  checkPriorityTable,
  checkServiceLevelName,
  checkStage,
  checkTableOutput,
} from './names.ts';
import { didYouMean } from './nearest.ts';
import { type Problem, type ProblemCode, problem } from './problems.ts';
import { type Scope, scopeOf } from './scope.ts';
import { checkLed, teamsOf } from './teams.ts';

/** What checking a journey's steps needs to know; `scope` holds the facts of an enrolment under way. */
export type Surroundings = { journey: Journey; library: Library; scope: Scope };

/** Checks what one step refers to, by kind. */
export function checkStep(step: Step, place: Place, around: Surroundings): Problem[] {
  const { library, scope } = around;
  const below = (path: string): Place => ({ ...place, path: `${place.path}.${path}` });
  switch (step.kind) {
    case 'send':
      return checkTemplate(step, below, library);
    case 'wait':
      return checkTimeout(step.wait, below('wait'), scope);
    case 'wait-for':
      return [
        ...(step.events.length === 0 && !step.facts
          ? [
              problem(
                'waits-for-nothing',
                place.document,
                place.path,
                'No event and no condition would end it.',
              ),
            ]
          : []),
        ...(step.facts ? checkCondition(step.facts.when, below('facts.when'), scope) : []),
        ...step.events.flatMap((event, index) => checkEventMatch(event, below(`events.${index}`), around)),
        ...checkTimeout(step.timeout, below('timeout'), scope),
      ];
    case 'branch':
      return step.cases.flatMap(({ when }, index) =>
        checkCondition(when, below(`cases.${index}.when`), scope),
      );
    case 'split':
      return checkShares(step.ways, below('ways'));
    case 'experiment':
      return [
        ...checkShares(step.arms, below('arms')),
        ...checkIds('arm', step.arms, below('arms')),
        ...checkEventMatch(step.success, below('success'), around),
        ...checkSpan(step.success.within, below('success.within')),
      ];
    case 'update':
      return checkUpdate(step, place, around);
    case 'task':
      return [
        ...checkQueue(step.queue, below('queue'), library),
        ...checkSpan(step.due, below('due')),
        ...checkIds('outcome', step.outcomes ?? [], below('outcomes')),
      ];
    case 'offer':
      return [
        ...checkName('unknown-table', 'table', step.table, below('table'), library.tables.keys()),
        ...checkQueue(step.queue, below('queue'), library),
        ...checkSpan(step.within, below('within')),
      ];
    case 'handover':
      return [
        ...checkName(
          'unknown-handover',
          'handover',
          step.handover,
          below('handover'),
          library.handovers.keys(),
        ),
        ...(step.offerTo
          ? checkLed(library.handovers.get(step.handover)?.to.team, below('offerTo'), library)
          : []),
        ...checkTimeout(step.timeout, below('timeout'), scope),
      ];
    case 'case':
      return checkCase(step, below, around);
    case 'emit':
      return checkEmit(step, below, around);
    case 'enrol':
      return [
        ...checkJourneyName(step.journey, below('journey'), library),
        ...(typeof step.key === 'object' ? checkReference(step.key, below('key'), scope) : []),
        ...(step.await ? checkTimeout(step.await.timeout, below('await.timeout'), scope) : []),
      ];
    case 'approve':
      return [...checkQueue(step.queue, below('queue'), library), ...checkSpan(step.within, below('within'))];
    case 'end':
      return [];
  }
}

/** Checks an event that a journey waits for, and what ties it to this enrolment. */
export function checkEventMatch(
  { event, match = [], when }: EventMatch,
  place: Place,
  { journey, library, scope }: Surroundings,
): Problem[] {
  const { document, path } = place;
  const unknown = checkEvent(event, { document, path: `${path}.event` }, library);
  if (unknown.length > 0) return unknown;

  const arriving = scopeOf(library, { events: [event] });
  const problems = match.flatMap((entry, index) => {
    const at = `${path}.match.${index}`;
    const found = checkPayload(entry.path, event, { document, path: `${at}.path` }, arriving);
    if (entry.equals !== 'enrolment-key') {
      found.push(...checkReference(entry.equals, { document, path: `${at}.equals` }, scope));
    } else if (journey.key === undefined) {
      found.push(problem('no-enrolment-key', document, `${at}.equals`, 'The journey names no key.'));
    }
    return found;
  });
  if (match.length === 0 && journey.key !== undefined && carries(arriving, journey.key))
    problems.push(
      problem(
        'match-missing',
        document,
        path,
        `${event} of another ${journey.key.slice(2)} would count too.`,
      ),
    );
  const hearing = scopeOf(library, { events: [event], answers: awaitedEvents(journey) });
  if (when) problems.push(...checkCondition(when, { document, path: `${path}.when` }, hearing));
  return problems;
}

/** Types of event that may be an enrolment's `answer`. */
export function awaitedEvents({ steps }: Journey): string[] {
  const types = Object.values(steps).flatMap((step) => {
    if (step.kind === 'wait-for') return step.events.map(({ event }) => event);
    if (step.kind === 'offer') return ['offer.accepted', 'offer.declined'];
    if (step.kind === 'handover') return ['handover.accepted', 'handover.returned'];
    if (step.kind === 'case') return step.await ? ['case.closed'] : [];
    if (step.kind === 'approve') return ['task.completed'];
    if (step.kind === 'enrol') return step.await ? ['journey.ended'] : [];
    return step.kind === 'task' && step.outcomes ? ['task.completed'] : [];
  });
  return [...new Set(types)];
}

/** Checks that an event carries a value, because a key or a match reads it there. */
export function checkPayload(path: string, event: string, place: Place, arriving: Scope): Problem[] {
  if (carries(arriving, path)) return [];
  const names = [...arriving.names()]
    .filter((name) => name.startsWith('event '))
    .map((name) => name.slice(6));
  return [
    problem(
      'not-in-payload',
      place.document,
      place.path,
      `${event} carries no "${path}".${didYouMean(path, names)}`,
    ),
  ];
}

function carries(arriving: Scope, path: string): boolean {
  return arriving.find({ fact: 'event', path }) !== undefined;
}

function checkTimeout(timeout: Timeout | WindowWait, { document, path }: Place, scope: Scope): Problem[] {
  if ('window' in timeout)
    return timeout.after ? checkSpan(timeout.after, { document, path: `${path}.after` }) : [];
  if ('after' in timeout) return checkSpan(timeout.after, { document, path: `${path}.after` });
  const place = { document, path: `${path}.until` };
  return [
    ...checkDate(timeout.until, place, scope),
    ...(timeout.offset ? checkSpan(timeout.offset, { document, path: `${path}.offset` }) : []),
    ...(timeout.before ? checkSpan(timeout.before, { document, path: `${path}.before` }) : []),
  ];
}

function checkSpan(span: string, { document, path }: Place): Problem[] {
  if (parseDuration(span) <= longestWaitDays * 86_400_000) return [];
  const what = `${describeDuration(span)} is more than ${longestWaitDays} days.`;
  return [problem('wait-too-long', document, path, what)];
}

function checkDate(reference: FactReference, place: Place, scope: Scope): Problem[] {
  const known = scope.find(reference);
  if (!known) return checkReference(reference, place, scope);
  if (known.type === 'date') return [];
  const what = `${reference.fact} ${reference.path} is of type ${known.type}.`;
  return [problem('not-a-date', place.document, place.path, what)];
}

type Below = (path: string) => Place;

function checkTemplate(step: Extract<Step, { kind: 'send' }>, below: Below, library: Library): Problem[] {
  const template = library.templates.get(step.template);
  if (!template)
    return checkName(
      'unknown-template',
      'template',
      step.template,
      below('template'),
      library.templates.keys(),
    );
  if (template.channel === step.channel) return [];
  const { document, path } = below('channel');
  return [
    problem('channel-differs', document, path, `"${template.id}" is a template for ${template.channel}.`),
  ];
}

function checkCase(
  step: Extract<Step, { kind: 'case' }>,
  below: Below,
  { journey, library, scope }: Surroundings,
): Problem[] {
  const { queue, serviceLevel, priority, key } = step;
  const place = below('key');
  return [
    ...checkQueue(queue, below('queue'), library),
    ...checkServiceLevelName(serviceLevel, below('serviceLevel'), library),
    ...checkPriority(priority, below('priority'), library, scope),
    ...(typeof key === 'object' ? checkReference(key, place, scope) : []),
    ...(step.await ? checkTimeout(step.await.timeout, below('await.timeout'), scope) : []),
    ...(key === undefined && journey.key === undefined
      ? [
          problem(
            'no-enrolment-key',
            place.document,
            place.path,
            'Neither the step nor the journey names a key.',
          ),
        ]
      : []),
  ];
}

function checkPriority(
  priority: Extract<Step, { kind: 'case' }>['priority'],
  place: Place,
  library: Library,
  scope: Scope,
): Problem[] {
  if (typeof priority === 'string') return [];
  if ('fact' in priority) return checkReference(priority, place, scope);
  return checkPriorityTable(priority.table, place, library);
}

function checkEmit(
  step: Extract<Step, { kind: 'emit' }>,
  below: Below,
  { library, scope }: Surroundings,
): Problem[] {
  const unknown = checkEvent(step.event, below('event'), library);
  const payload = scopeOf(library, { events: [step.event] });
  return [
    ...unknown,
    ...Object.entries(step.data).flatMap(([name, value]) => [
      ...(unknown.length === 0 ? checkPayload(`$.${name}`, step.event, below(`data.${name}`), payload) : []),
      ...(typeof value === 'object' ? checkReference(value, below(`data.${name}`), scope) : []),
    ]),
  ];
}

function checkIds(noun: string, entries: readonly { id: string }[], { document, path }: Place): Problem[] {
  return entries.flatMap(({ id }, index) =>
    entries.findIndex((other) => other.id === id) < index
      ? [problem('duplicate-id', document, `${path}.${index}.id`, `The ${noun} "${id}" stands twice.`)]
      : [],
  );
}

function checkShares(entries: readonly { share: number }[], { document, path }: Place): Problem[] {
  if (makeWhole(entries)) return [];
  const sum = entries.reduce((whole, { share }) => whole + share, 0);
  return [problem('shares-not-whole', document, path, `They make ${Number(sum.toFixed(6))} %.`)];
}

function checkUpdate(
  { attribute, value, stage }: Extract<Step, { kind: 'update' }>,
  place: Place,
  { library, scope }: Surroundings,
): Problem[] {
  const at = (path: string): Place => ({ ...place, path: `${place.path}.${path}` });
  if (stage !== undefined) {
    const overlay = library.stages.get(stage)?.overlay;
    const what = `"${stage}" is an overlay.`;
    return [
      ...checkStage(stage, at('stage'), library),
      ...(overlay ? [problem('stage-is-overlay', place.document, at('stage').path, what)] : []),
    ];
  }
  if (attribute === undefined || value === undefined) return [];
  return [
    ...checkAssignment(attribute, value, place, library),
    ...(typeof value !== 'object'
      ? []
      : 'table' in value
        ? checkTableOutput(value, at('value'), library)
        : checkReference(value, at('value'), scope)),
  ];
}

function checkQueue(queue: string, place: Place, library: Library): Problem[] {
  return checkName('unknown-queue', 'team', queue, place, teamsOf(library));
}

function checkName(
  code: ProblemCode,
  noun: string,
  name: string,
  { document, path }: Place,
  candidates: Iterable<string>,
): Problem[] {
  const known = [...candidates];
  if (known.includes(name)) return [];
  return [problem(code, document, path, `There is no ${noun} "${name}".${didYouMean(name, known)}`)];
}
