import type { HandoverDocument, Library, Stage } from '../documents/index.ts';
import { checkCondition, checkReference } from './conditions.ts';
import { checkCalendarName, checkEvent, checkStage } from './names.ts';
import { didYouMean } from './nearest.ts';
import { type Problem, problem } from './problems.ts';
import { scopeOf } from './scope.ts';

/** Checks the contact cycle: stages with their milestones, and the handovers between them. */
export function checkCycle(library: Library): Problem[] {
  const stages = [...library.stages.values()];
  const handovers = [...library.handovers.values()];
  return [
    ...stages.flatMap((stage) => checkStageDocument(stage, library)),
    ...stages.flatMap((stage, index) => {
      const rival = stages.slice(0, index).find(({ order }) => order === stage.order);
      return rival
        ? [
            problem(
              'duplicate-order',
              `stages/${stage.id}`,
              'order',
              `"${rival.id}" has place ${stage.order} too.`,
            ),
          ]
        : [];
    }),
    ...handovers.flatMap((handover) => checkHandover(handover, library)),
    ...handovers.flatMap((handover, index) => {
      const rival = handovers
        .slice(0, index)
        .find((other) => other.from.stage === handover.from.stage && other.priority === handover.priority);
      return rival
        ? [
            problem(
              'equal-priority',
              `handovers/${handover.id}`,
              'priority',
              `"${rival.id}" leads from "${handover.from.stage}" with priority ${handover.priority} too.`,
            ),
          ]
        : [];
    }),
  ];
}

function checkStageDocument(stage: Stage, library: Library): Problem[] {
  const document = `stages/${stage.id}`;
  const problems = stage.sla?.calendar
    ? checkCalendarName(stage.sla.calendar, { document, path: 'sla.calendar' }, library)
    : [];
  return [...problems, ...checkStageMilestones(stage, document, library)];
}

function checkStageMilestones(stage: Stage, document: string, library: Library): Problem[] {
  return stage.milestones.flatMap(({ id, reachedBy }, index) => {
    const path = `milestones.${index}`;
    const problems = checkEvent(reachedBy.event, { document, path: `${path}.reachedBy.event` }, library);
    if (reachedBy.when)
      problems.push(
        ...checkCondition(
          reachedBy.when,
          { document, path: `${path}.reachedBy.when` },
          scopeOf(library, { events: [reachedBy.event] }),
        ),
      );
    if (stage.milestones.findIndex((other) => other.id === id) < index)
      problems.push(problem('duplicate-id', document, `${path}.id`, `The milestone "${id}" stands twice.`));
    return problems;
  });
}

function checkHandover(handover: HandoverDocument, library: Library): Problem[] {
  const document = `handovers/${handover.id}`;
  const { from, to, trigger, entry, requiredFacts, carry } = handover;
  const scope = scopeOf(library, { events: trigger.events });
  const problems = [
    ...trigger.events.flatMap((type, index) =>
      checkEvent(type, { document, path: `trigger.events.${index}` }, library),
    ),
    ...checkStage(from.stage, { document, path: 'from.stage' }, library),
    ...checkStage(to.stage, { document, path: 'to.stage' }, library),
    ...checkOwner(from, { document, path: 'from.team' }, library),
    ...checkOwner(to, { document, path: 'to.team' }, library),
    ...checkCondition(entry, { document, path: 'entry' }, scope),
    ...checkMilestones(handover, library),
    ...requiredFacts.flatMap(({ when }, index) =>
      checkCondition(when, { document, path: `requiredFacts.${index}.when` }, scope),
    ),
    ...carry.flatMap((reference, index) =>
      checkReference(reference, { document, path: `carry.${index}` }, scope),
    ),
  ];
  const { calendar } = handover.acceptance;
  if (calendar !== undefined)
    problems.push(...checkCalendarName(calendar, { document, path: 'acceptance.calendar' }, library));
  if (to.person) problems.push(...checkReference(to.person, { document, path: 'to.person' }, scope));
  if (from.stage === to.stage)
    problems.push(problem('same-stage', document, 'to.stage', `Both stages are "${to.stage}".`));
  for (const [index, { id, label }] of requiredFacts.entries())
    if (requiredFacts.findIndex((other) => other.id === id || other.label === label) < index)
      problems.push(
        problem('duplicate-id', document, `requiredFacts.${index}`, `"${id}" (${label}) stands twice.`),
      );
  return problems;
}

function checkOwner(
  side: { stage: string; team: string },
  { document, path }: { document: string; path: string },
  library: Library,
): Problem[] {
  const owner = library.stages.get(side.stage)?.owner.team;
  if (owner === undefined || owner === side.team) return [];
  return [
    problem(
      'owner-differs',
      document,
      path,
      `Stage "${side.stage}" belongs to "${owner}", not to "${side.team}".`,
    ),
  ];
}

function checkMilestones({ id, from, milestones }: HandoverDocument, library: Library): Problem[] {
  const known = library.stages.get(from.stage)?.milestones.map((milestone) => milestone.id);
  if (!known) return [];
  return milestones.flatMap((milestone, index) =>
    known.includes(milestone)
      ? []
      : [
          problem(
            'unknown-milestone',
            `handovers/${id}`,
            `milestones.${index}`,
            `Stage "${from.stage}" has no milestone "${milestone}".${didYouMean(milestone, known)}`,
          ),
        ],
  );
}
