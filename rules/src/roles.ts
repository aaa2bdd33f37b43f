/** Who may do what: every role with what it is for. The API, the user pool and the designer read this list. */
export const roles = [
  { id: 'viewer', title: 'Viewer', about: 'Sees figures and documents, no people.' },
  {
    id: 'agent',
    title: 'Agent',
    about: 'Works tasks, offers and handovers, and sees the history of contacts.',
  },
  {
    id: 'editor',
    title: 'Editor',
    about: 'Edits documents, tries them, and sees the contacts whom they concern.',
  },
  {
    id: 'approver',
    title: 'Approver',
    about: 'Publishes documents and starts campaigns, and sees the contacts whom they concern.',
  },
  { id: 'admin', title: 'Administrator', about: 'May do everything that people may do.' },
  { id: 'service', title: 'Service', about: 'A system: posts events and deploys documents.' },
] as const;

export type Role = (typeof roles)[number]['id'];

/**
 * What each role may do, as the designer shows it and hides what somebody may not use. `infra/routes.ts` says it for every
 * address of the API; a test holds the two to each other.
 */
export const rights = {
  'see-figures': {
    title: 'See figures and documents',
    roles: ['viewer', 'agent', 'editor', 'approver', 'admin'],
  },
  'see-reach': {
    title: 'See campaigns, and whom conditions reach',
    roles: ['viewer', 'editor', 'approver', 'admin'],
  },
  'see-contacts': {
    title: 'See contacts, their history and messages',
    roles: ['agent', 'editor', 'approver', 'admin'],
  },
  'import-contacts': { title: 'Import contacts from files', roles: ['editor', 'admin'] },
  'work-desk': { title: 'Work tasks, offers, handovers and cases', roles: ['agent', 'admin'] },
  'edit-documents': { title: 'Edit documents and send them for review', roles: ['editor', 'admin'] },
  'preview-templates': {
    title: 'See messages as they would be sent',
    roles: ['editor', 'approver', 'admin'],
  },
  'publish-documents': {
    title: 'Approve, publish and roll back documents',
    roles: ['approver', 'admin'],
  },
  'run-journeys': { title: 'Start campaigns; pause and stop journeys', roles: ['approver', 'admin'] },
  'see-audit': { title: 'See who changed what', roles: ['editor', 'approver', 'admin'] },
  'see-quarantine': { title: 'See what was not taken, and feed it in again', roles: ['admin'] },
  'report-departures': { title: 'Say that an owner has left or is away', roles: ['admin'] },
  'see-people': { title: 'See to people and their roles', roles: ['admin'] },
  'post-events': { title: 'Post events', roles: ['service'] },
  'deploy-documents': { title: 'Deploy documents from files', roles: ['service'] },
} as const satisfies Record<string, { title: string; roles: readonly Role[] }>;

export type Right = keyof typeof rights;

export const rolesThat = (right: Right): readonly Role[] => rights[right].roles;
