import type { RuleAction } from '@baton/rules/documents/best-practice.ts';
import type { ParameterValue } from '@baton/rules/documents/common.ts';
import type { Library } from '@baton/rules/documents/index.ts';
import type { FactScope } from '../conditions/facts-in-scope.ts';

export const actionWords: Readonly<Record<RuleAction['type'], string>> = {
  'journey.enrol': 'Start a journey',
  'task.create': 'Give somebody a task',
  'case.open': 'Open a case',
  'stage.enter': 'Enter a stage',
  'owner.assign': 'Give the contact another owner',
  'contact.update': 'Change what is known',
};

export const actionTypes = [
  'journey.enrol',
  'task.create',
  'case.open',
  'stage.enter',
  'owner.assign',
  'contact.update',
] as const;

/** What a rule does, in a few words: "Start a journey: Welcome". */
export function sayAction(
  { type, params }: RuleAction,
  library: Library | undefined,
  scope: FactScope,
): string {
  const about = () => {
    switch (type) {
      case 'journey.enrol':
        return library?.journeys.get(params.journey)?.title ?? params.journey;
      case 'stage.enter':
        return library?.stages.get(params.stage)?.title ?? params.stage;
      case 'contact.update':
        return attributesIn(scope).find(({ path }) => path === params.attribute)?.label ?? params.attribute;
      default:
        return params.title;
    }
  };
  return `${actionWords[type]}: ${about()}`;
}

/** A first action of a kind, complete as far as the library can make it so. */
export function actionOf(
  type: RuleAction['type'],
  library: Library,
  scope: FactScope,
  team: string,
): RuleAction {
  const [attribute] = attributesIn(scope);
  switch (type) {
    case 'journey.enrol':
      return { type, params: { journey: first(library.journeys) } };
    case 'task.create':
      return { type, params: { queue: team, title: 'What is to be done', due: 'P1D' } };
    case 'case.open':
      return {
        type,
        params: {
          title: 'What is the matter',
          queue: team,
          priority: 'normal',
          serviceLevel: first(library['service-levels']),
          key: '',
        },
      };
    case 'stage.enter':
      return { type, params: { stage: first(library.stages) } };
    case 'owner.assign':
      return { type, params: { person: leadIn(library), title: 'You own this contact now', due: 'P1D' } };
    case 'contact.update':
      return { type, params: { attribute: attribute?.path ?? '$.name', value: '' } };
  }
}

/** The fact that names who leads the owner's team, where the library has one. */
function leadIn(library: Library): ParameterValue {
  for (const { id, facts } of library.facts.values()) {
    const found = facts.find(({ source }) => source.kind === 'team-lead');
    if (found) return { fact: id, path: found.path };
  }
  return '';
}

const first = (documents: ReadonlyMap<string, { id: string }>): string => [...documents.keys()][0] ?? '';

/** What a rule may set: attributes of the contact. */
export const attributesIn = (scope: FactScope) => scope.all.filter(({ fact }) => fact === 'contact');

/** Teams that own something, for queues. */
export function teamsIn(library: Library | undefined): string[] {
  if (!library) return [];
  const owners = Object.values(library).flatMap((documents) =>
    [...documents.values()].map(({ owner }: { owner: { team: string } }) => owner.team),
  );
  return [...new Set(owners)].sort();
}
