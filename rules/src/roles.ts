/** Who may do what: every role with what it is for. The API, the user pool and the designer read this list. */
export const roles = [
  { id: 'viewer', title: 'Viewer', about: 'Sees figures and documents, no people.' },
  {
    id: 'agent',
    title: 'Agent',
    about: 'Works tasks, offers and handovers, and sees the history of contacts.',
  },
  { id: 'editor', title: 'Editor', about: 'Edits documents and tries them.' },
  { id: 'approver', title: 'Approver', about: 'Publishes documents and starts campaigns.' },
  { id: 'admin', title: 'Administrator', about: 'May do everything that people may do.' },
  { id: 'service', title: 'Service', about: 'A system: posts events and deploys documents.' },
] as const;

export type Role = (typeof roles)[number]['id'];
