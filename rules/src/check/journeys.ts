import type { Journey, Library } from '../documents/index.ts';
import { compile } from '../journey/compile.ts';
import { checkCondition } from './conditions.ts';
import { checkGraph } from './journey-graph.ts';
import {
  awaitedEvents,
  checkEventMatch,
  checkPayload,
  checkStep,
  type Surroundings,
} from './journey-steps.ts';
import { checkEvent } from './names.ts';
import { type Problem, problem } from './problems.ts';
import { scopeOf } from './scope.ts';

/**
 * Step Functions takes state machines of up to a megabyte of text, placeholders filled. With that many arrows astray nobody
 * reads on. https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
 */
const most = { steps: 1000, bytes: 1_048_576, problems: 200 } as const;

/** How long the ARN of a function can be that a host puts in the place of its name: a partition, a region, 64 letters. */
const longestArn = 123;

/** Checks every journey: its graph, and that whatever it names exists and fits. */
export function checkJourneys(library: Library): Problem[] {
  return [
    ...[...library.journeys.values()].flatMap((journey) => checkJourney(journey, library)),
    ...checkCircles(library),
  ];
}

/** A journey that comes back to itself by way of others could enrol a contact for ever without any time passing. */
function checkCircles({ journeys }: Library): Problem[] {
  const from = (id: string) =>
    Object.entries(journeys.get(id)?.steps ?? {}).flatMap(([step, { kind, ...rest }]) =>
      kind === 'enrol' && 'journey' in rest ? [{ step, to: rest.journey }] : [],
    );
  const leads = (start: string) => {
    const met = new Set([start]);
    for (const id of met) for (const { to } of from(id)) met.add(to);
    return met;
  };
  return [...journeys.keys()].flatMap((id) =>
    from(id)
      .filter(({ to }) => leads(to).has(id))
      .map(({ step, to }) =>
        problem(
          'enrols-in-circle',
          `journeys/${id}`,
          `steps.${step}.journey`,
          `"${to}" leads back to "${id}".`,
        ),
      ),
  );
}

function checkJourney(journey: Journey, library: Library): Problem[] {
  const document = `journeys/${journey.id}`;
  const count = Object.keys(journey.steps).length;
  // Nothing else is looked at: what follows takes time by the number of steps.
  if (count > most.steps)
    return [problem('journey-too-large', document, 'steps', `The journey has ${count} steps.`)];
  const scope = scopeOf(library, {
    events: startingEvents(journey, library),
    answers: awaitedEvents(journey),
  });
  const around: Surroundings = { journey, library, scope };
  const { goal, exits, steps } = journey;
  const graph = checkGraph(journey);
  if (graph.length > most.problems) return graph.slice(0, most.problems);
  return [
    ...graph,
    ...checkSize(journey, graph),
    ...checkTrigger(journey, library),
    ...checkKey(journey, library),
    ...(goal ? checkEventMatch(goal, { document, path: 'goal' }, around) : []),
    ...exits.flatMap((exit, index) => checkEventMatch(exit, { document, path: `exits.${index}` }, around)),
    ...Object.entries(steps).flatMap(([id, step]) =>
      checkStep(step, { document, path: `steps.${id}` }, around),
    ),
    ...(journey.tests.length > 0 ? checkTests(journey, library) : [untested(document)]),
  ];
}

const untested = (document: string) =>
  problem('untested', document, 'tests', 'No test says what the journey does.');

/**
 * Types of event that start a journey: its trigger, what triggers the rules that enrol into it, and what starts the
 * journeys that do; a step that enrols hands on the event that its own journey was started by.
 */
function startingEvents(
  { id, trigger }: Journey,
  library: Library,
  met: ReadonlySet<string> = new Set([id]),
): string[] {
  const rules = rulesThatEnrol(id, library).flatMap((rule) => rule.trigger.events);
  const parents = [...library.journeys.values()].filter(
    (other) =>
      !met.has(other.id) &&
      Object.values(other.steps).some((step) => step.kind === 'enrol' && step.journey === id),
  );
  const handedOn = parents.flatMap((parent) => startingEvents(parent, library, new Set([...met, parent.id])));
  return [...new Set([...(trigger ? [trigger.event] : []), ...rules, ...handedOn])];
}

function rulesThatEnrol(journey: string, library: Library) {
  return [...library['best-practice'].values()].filter(
    ({ event }) => event.type === 'journey.enrol' && event.params.journey === journey,
  );
}

function checkSize(journey: Journey, graph: readonly Problem[]): Problem[] {
  const document = `journeys/${journey.id}`;
  if (graph.length > 0) return [];
  const bytes = bytesOf(JSON.stringify(compile(journey, { version: 999_999 })));
  if (bytes <= most.bytes) return [];
  return [problem('journey-too-large', document, 'steps', `Its state machine can take ${bytes} bytes.`)];
}

const placeholder = /\$\{\w+\}/g;

function bytesOf(definition: string): number {
  const { length } = new TextEncoder().encode(definition.replace(placeholder, ''));
  return length + longestArn * (definition.match(placeholder)?.length ?? 0);
}

function checkTrigger({ id, trigger }: Journey, library: Library): Problem[] {
  if (!trigger) return [];
  const document = `journeys/${id}`;
  const problems = checkEvent(trigger.event, { document, path: 'trigger.event' }, library);
  if (!trigger.when || problems.length > 0) return problems;
  return checkCondition(
    trigger.when,
    { document, path: 'trigger.when' },
    scopeOf(library, { events: [trigger.event] }),
  );
}

/** Whatever starts the journey must carry its key; a rule may state the key itself. */
function checkKey(journey: Journey, library: Library): Problem[] {
  const { id, key, trigger } = journey;
  if (key === undefined) return [];
  const byRules = rulesThatEnrol(id, library).flatMap(({ event, trigger: { events } }) =>
    event.type === 'journey.enrol' && event.params.key === undefined ? events : [],
  );
  const types = [...(trigger ? [trigger.event] : []), ...byRules].filter((type) => library.events.has(type));
  return [...new Set(types)].flatMap((type) =>
    checkPayload(
      key,
      type,
      { document: `journeys/${id}`, path: 'key' },
      scopeOf(library, { events: [type] }),
    ),
  );
}

function checkTests({ id, steps, tests }: Journey, library: Library): Problem[] {
  const document = `journeys/${id}`;
  return tests.flatMap(({ events, expect }, index) => [
    ...events.flatMap(({ type }, event) =>
      checkEvent(type, { document, path: `tests.${index}.events.${event}.type` }, library),
    ),
    ...expect.effects.flatMap(({ step }, effect) =>
      Object.hasOwn(steps, step)
        ? []
        : [
            problem(
              'no-such-step',
              document,
              `tests.${index}.expect.effects.${effect}.step`,
              `There is no step "${step}".`,
            ),
          ],
    ),
  ]);
}
