import { parseInstant } from '../conditions/instant.ts';
import type { RuleParameter } from '../documents/best-practice.ts';
import type { BestPractice, Library } from '../documents/index.ts';
import { parseDuration } from '../time/duration.ts';
import { checkCondition, checkReference, type Place } from './conditions.ts';
import {
  checkAssignment,
  checkEvent,
  checkJourneyName,
  checkPriorityTable,
  checkServiceLevelName,
  checkStage,
} from './names.ts';
import { type Problem, problem } from './problems.ts';
import { type Scope, scopeOf } from './scope.ts';

export function checkRules(library: Library): Problem[] {
  const rules = [...library['best-practice'].values()];
  return [...rules.flatMap((rule) => checkRule(rule, library)), ...tiesIn(rules)];
}

function checkRule(rule: BestPractice, library: Library): Problem[] {
  const document = `best-practice/${rule.id}`;
  const scope = scopeOf(library, { events: rule.trigger.events });
  const stages = rule.stages.filter((stage) => stage !== 'any' && stage !== 'none');
  const problems = [
    ...rule.trigger.events.flatMap((type, index) =>
      checkEvent(type, { document, path: `trigger.events.${index}` }, library),
    ),
    ...stages.flatMap((stage) =>
      checkStage(stage, { document, path: `stages.${rule.stages.indexOf(stage)}` }, library),
    ),
    ...checkCondition(rule.conditions, { document, path: 'conditions' }, scope),
    ...checkAction(rule, { document, path: 'event.params' }, scope, library),
  ];
  const from = parseInstant(rule.effective?.from);
  const to = parseInstant(rule.effective?.to);
  if (from !== undefined && to !== undefined && from >= to)
    problems.push(
      problem(
        'empty-period',
        document,
        'effective',
        `The rule ends ${rule.effective?.to} and starts ${rule.effective?.from}.`,
      ),
    );
  if (!rule.tests.some(({ expect }) => expect.outcome !== 'true'))
    problems.push(problem('no-negative-test', document, 'tests', 'Every test expects the rule to fire.'));
  return problems;
}

function checkAction({ event }: BestPractice, place: Place, scope: Scope, library: Library): Problem[] {
  const at = (name: string): Place => ({ ...place, path: `${place.path}.${name}` });
  const parameters = Object.entries<RuleParameter | undefined>(event.params);
  const problems = parameters.flatMap(([name, value]) => {
    if (typeof value !== 'object') return [];
    return 'table' in value
      ? checkPriorityTable(value.table, at(name), library)
      : checkReference(value, at(name), scope);
  });
  if (event.type === 'journey.enrol')
    problems.push(...checkJourneyName(event.params.journey, at('journey'), library));
  if (event.type === 'case.open')
    problems.push(...checkServiceLevelName(event.params.serviceLevel, at('serviceLevel'), library));
  if (event.type === 'owner.assign' && parseDuration(event.params.due) === 0)
    problems.push(
      problem(
        'no-time',
        place.document,
        `${place.path}.due`,
        `"${event.params.due}" leaves the new owner no time: the task would be overdue as it is given.`,
      ),
    );
  if (event.type === 'stage.enter') problems.push(...checkStage(event.params.stage, at('stage'), library));
  if (event.type === 'contact.update')
    problems.push(...checkAssignment(event.params.attribute, event.params.value, place, library));
  return problems;
}

function tiesIn(rules: readonly BestPractice[]): Problem[] {
  return rules.flatMap((rule, index) => {
    const rival = rules.slice(0, index).find((other) => tie(rule, other));
    if (!rival) return [];
    const what = `"${rival.id}" has priority ${rule.priority} in group "${rule.conflictGroup}" too.`;
    return [problem('tie-in-conflict-group', `best-practice/${rule.id}`, 'priority', what)];
  });
}

function tie(a: BestPractice, b: BestPractice): boolean {
  if (a.conflictGroup === undefined || a.conflictGroup !== b.conflictGroup || a.priority !== b.priority)
    return false;
  const sameStage =
    a.stages.includes('any') ||
    b.stages.includes('any') ||
    a.stages.some((stage) => b.stages.includes(stage));
  return sameStage && a.trigger.events.some((type) => b.trigger.events.includes(type));
}
