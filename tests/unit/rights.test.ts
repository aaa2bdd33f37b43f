import { httpRoutes } from '@baton/infra/routes.ts';
import { type Right, rights, roles, rolesThat } from '@baton/rules/roles.ts';
import { expect, test } from 'vitest';

/** The addresses that a right is about, by what answers there. Those of people are the local host's own. */
const addresses: Record<Exclude<Right, 'see-people'>, string[]> = {
  'see-figures': [
    'get-home',
    'get-cycle',
    'get-insights',
    'get-status',
    'get-journey',
    'get-journey-numbers',
    'get-library',
    'get-me',
    'get-documents',
    'get-document',
    'get-version',
    'get-publication',
    'get-openapi',
  ],
  'see-reach': ['get-campaigns', 'post-reach'],
  'see-contacts': [
    'get-contacts',
    'post-matching',
    'get-contact',
    'get-journey-entry',
    'get-messages',
    'get-journey-contacts',
  ],
  'import-contacts': ['post-contact-import'],
  'work-desk': [
    'get-tasks',
    'get-desk',
    'post-completion',
    'post-offer-answer',
    'post-case-change',
    'post-handover-answer',
  ],
  'edit-documents': ['post-draft', 'post-draft-removal', 'post-review', 'post-layout'],
  'preview-templates': ['post-template-preview'],
  'publish-documents': ['post-review-answer', 'post-rollback', 'post-publication', 'post-cancellation'],
  'run-journeys': ['post-run', 'post-journey-state'],
  'see-audit': ['get-audit'],
  'report-departures': ['post-departure', 'get-owners'],
  'see-quarantine': ['get-quarantine', 'post-redrive', 'get-dead-letters', 'post-dead-letters-redrive'],
  'post-events': ['post-events'],
  'deploy-documents': ['get-documents', 'get-library', 'post-publication-by-code', 'get-publication'],
};

const isOfSystems = (path: string) => path.startsWith('/api/code/') || path === '/api/events';

test('the table of roles says of every address what the API does there', () => {
  const said = Object.entries(addresses).flatMap(([right, handlers]) =>
    handlers.map((handler) => {
      const isSystem = right === 'post-events' || right === 'deploy-documents';
      const route = httpRoutes.find((one) => one.handler === handler && isOfSystems(one.path) === isSystem);
      return [`${right}: ${handler}`, route?.roles];
    }),
  );
  const expected = Object.entries(addresses).flatMap(([right, handlers]) =>
    handlers.map((handler) => [
      `${right}: ${handler}`,
      Object.entries(rights).find(([id]) => id === right)?.[1].roles,
    ]),
  );

  expect(Object.fromEntries(said)).toEqual(Object.fromEntries(expected));
});

test('no address is without a line in the table', () => {
  const listed = new Set(Object.values(addresses).flat());

  expect(httpRoutes.filter(({ handler }) => !listed.has(handler)).map(({ path }) => path)).toEqual([]);
});

test('administrators may do whatever people may do', () => {
  const ofPeople = Object.keys(rights).filter(
    (right) => !['post-events', 'deploy-documents'].includes(right),
  );

  expect(ofPeople.filter((right) => isRight(right) && !rolesThat(right).includes('admin'))).toEqual([]);
  expect(roles.map(({ id }) => id)).toContain('admin');
});

const isRight = (text: string): text is Right => text in rights;
