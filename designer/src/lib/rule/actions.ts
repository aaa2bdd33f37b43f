import type { RuleAction } from '@baton/rules/documents/best-practice.ts';
import type { Library } from '@baton/rules/documents/index.ts';
import type { FactScope } from '../conditions/facts-in-scope.ts';

export const actionWords: Readonly<Record<RuleAction['type'], string>> = {
  'journey.enrol': 'Start a journey',
  'task.create': 'Give somebody a task',
  'case.open': 'Open a case',
  'stage.enter': 'Enter a stage',
  'contact.update': 'Change what is known',
};

export const actionTypes = [
  'journey.enrol',
  'task.create',
  'case.open',
  'stage.enter',
  'contact.update',
] as const;

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
    case 'contact.update':
      return { type, params: { attribute: attribute?.path ?? '$.name', value: '' } };
  }
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
