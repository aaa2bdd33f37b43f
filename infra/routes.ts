import { feedbackPatterns } from '@baton/functions/handlers/provider-feedback.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import type { Role } from '@baton/rules/roles.ts';

/**
 * What leads where, on every host: which events go to which queue, which changes wake which function, which functions
 * the machines call, what runs on a schedule, and what the API offers to whom. Both hosts read this and nothing else.
 */

/** EventBridge rules: every CloudEvent goes to the intake queue. */
export const busRules: readonly { name: string; pattern: JsonObject; queue: string }[] = [
  { name: 'intake', pattern: { detail: { specversion: ['1.0'] } }, queue: 'intake' },
];

/** Rules of the account's default bus, on which providers report what became of messages. The local host has no providers. */
export const providerRules = [
  { name: 'mail', pattern: feedbackPatterns.mail, handler: 'record-feedback' },
  { name: 'texts', pattern: feedbackPatterns.texts, handler: 'record-feedback' },
] as const;

/** Queues and their consumers. `maxReceives`: then the message goes to the dead letters. */
export const queues = [
  { name: 'intake', handler: 'record-event', batch: 10, visibilitySeconds: 60, maxReceives: 5 },
] as const;

/** Change stream of the core table: inserted rows by the beginning of their sort key. */
export const streams = [
  { prefix: 'EVT#', handler: 'apply-event' },
  { prefix: 'OUT#', handler: 'dispatch' },
] as const;

/** Functions that state machines call, by the name that stands in the definitions. */
export const workflowTasks = {
  RunStep: 'run-step',
  StayStep: 'stay-step',
  CaseStep: 'case-step',
  CampaignStep: 'campaign-step',
  PublishStep: 'publish-step',
} as const;

/** Machines that are there from the start; journeys publish theirs. */
export const workflows = ['contact-cycle', 'case', 'campaign', 'publisher'] as const;

export const schedules = [{ name: 'sweep', expression: 'rate(5 minutes)', handler: 'sweep' }] as const;

export type HttpRoute = {
  method: 'GET' | 'POST';
  path: string;
  handler: string;
  /** The function that answers it on AWS; a function answers what needs the same rights. */
  function:
    | 'api-read'
    | 'api-events'
    | 'api-answers'
    | 'api-runs'
    | 'api-documents'
    | 'api-admin'
    | 'auth'
    | 'unsubscribe'
    | 'segment';
  /**
   * Who gets in. Routes with the role `service` are for systems, which sign with credentials of their own; all others
   * are for people, who come with a token.
   */
  roles: readonly Role[];
};

/** Every role of people. */
const contactReaders = ['agent', 'editor', 'approver', 'admin'] as const;
const everybody = ['viewer', 'agent', 'editor', 'approver', 'admin'] as const;

/** The API. A path parameter is `{name}`; nobody but the named roles gets in. */
export const httpRoutes: readonly HttpRoute[] = [
  { method: 'POST', path: '/api/events', handler: 'post-events', function: 'api-events', roles: ['service'] },
  // Contacts from a file, in batches; what a person may bring in is narrower than what a system may tell.
  {
    method: 'POST',
    path: '/api/imports/contacts',
    handler: 'post-contact-import',
    function: 'api-events',
    roles: ['editor', 'admin'],
  },
  {
    method: 'GET',
    path: '/api/home',
    handler: 'get-home',
    function: 'api-read',
    roles: everybody,
  },
  // Figures only, no people.
  {
    method: 'GET',
    path: '/api/cycle',
    handler: 'get-cycle',
    function: 'api-read',
    roles: everybody,
  },
  {
    method: 'GET',
    path: '/api/insights',
    handler: 'get-insights',
    function: 'api-admin',
    roles: everybody,
  },
  {
    method: 'GET',
    path: '/api/contacts',
    handler: 'get-contacts',
    function: 'api-read',
    roles: contactReaders,
  },
  // Whom a condition fits, by name: a question that changes nothing, and too long for an address.
  {
    method: 'POST',
    path: '/api/contacts/matching',
    handler: 'post-matching',
    function: 'api-admin',
    roles: contactReaders,
  },
  {
    method: 'GET',
    path: '/api/contacts/{contactId}',
    handler: 'get-contact',
    function: 'api-read',
    roles: contactReaders,
  },
  {
    method: 'GET',
    path: '/api/contacts/{contactId}/journeys/{journeyId}',
    handler: 'get-journey-entry',
    function: 'api-read',
    roles: contactReaders,
  },
  {
    method: 'GET',
    path: '/api/tasks',
    handler: 'get-tasks',
    function: 'api-read',
    roles: ['agent', 'admin'],
  },
  {
    method: 'GET',
    path: '/api/desk',
    handler: 'get-desk',
    function: 'api-admin',
    roles: ['agent', 'admin'],
  },
  {
    method: 'GET',
    path: '/api/messages',
    handler: 'get-messages',
    function: 'api-read',
    roles: contactReaders,
  },
  {
    method: 'GET',
    path: '/api/campaigns',
    handler: 'get-campaigns',
    function: 'api-read',
    roles: ['viewer', 'editor', 'approver', 'admin'],
  },
  {
    method: 'GET',
    path: '/api/status',
    handler: 'get-status',
    function: 'api-read',
    roles: everybody,
  },
  {
    method: 'POST',
    path: '/api/campaigns/{campaignId}/runs',
    handler: 'post-run',
    function: 'api-runs',
    roles: ['approver', 'admin'],
  },
  {
    method: 'POST',
    path: '/api/contacts/{contactId}/tasks/{taskId}/completion',
    handler: 'post-completion',
    function: 'api-answers',
    roles: ['agent', 'admin'],
  },
  {
    method: 'POST',
    path: '/api/contacts/{contactId}/offers/{offerId}/answer',
    handler: 'post-offer-answer',
    function: 'api-answers',
    roles: ['agent', 'admin'],
  },
  {
    method: 'POST',
    path: '/api/contacts/{contactId}/cases/{caseId}/changes',
    handler: 'post-case-change',
    function: 'api-answers',
    roles: ['agent', 'admin'],
  },
  {
    method: 'POST',
    path: '/api/contacts/{contactId}/handovers/{handoverId}/answer',
    handler: 'post-handover-answer',
    function: 'api-answers',
    roles: ['agent', 'admin'],
  },
  {
    method: 'GET',
    path: '/api/journeys/{journeyId}',
    handler: 'get-journey',
    function: 'api-read',
    roles: everybody,
  },
  {
    method: 'GET',
    path: '/api/journeys/{journeyId}/numbers',
    handler: 'get-journey-numbers',
    function: 'api-read',
    roles: everybody,
  },
  {
    method: 'GET',
    path: '/api/journeys/{journeyId}/contacts',
    handler: 'get-journey-contacts',
    function: 'api-read',
    roles: contactReaders,
  },
  {
    method: 'GET',
    path: '/api/library',
    handler: 'get-library',
    function: 'api-read',
    roles: everybody,
  },
  // Figures only, no people: a question that changes nothing, and too long for an address.
  {
    method: 'POST',
    path: '/api/reach',
    handler: 'post-reach',
    function: 'api-read',
    roles: ['viewer', 'editor', 'approver', 'admin'],
  },
  {
    method: 'GET',
    path: '/api/openapi.json',
    handler: 'get-openapi',
    function: 'api-read',
    roles: everybody,
  },
  {
    method: 'GET',
    path: '/api/me',
    handler: 'get-me',
    function: 'api-read',
    roles: everybody,
  },
  {
    method: 'POST',
    path: '/api/journeys/{journeyId}/state',
    handler: 'post-journey-state',
    function: 'api-documents',
    roles: ['approver', 'admin'],
  },
  {
    method: 'GET',
    path: '/api/documents',
    handler: 'get-documents',
    function: 'api-documents',
    roles: everybody,
  },
  {
    method: 'GET',
    path: '/api/documents/{kind}/{documentId}',
    handler: 'get-document',
    function: 'api-documents',
    roles: everybody,
  },
  {
    method: 'GET',
    path: '/api/documents/{kind}/{documentId}/versions/{version}',
    handler: 'get-version',
    function: 'api-documents',
    roles: everybody,
  },
  {
    method: 'POST',
    path: '/api/documents/{kind}/{documentId}/draft',
    handler: 'post-draft',
    function: 'api-documents',
    roles: ['editor', 'admin'],
  },
  {
    method: 'POST',
    path: '/api/documents/{kind}/{documentId}/draft/removal',
    handler: 'post-draft-removal',
    function: 'api-documents',
    roles: ['editor', 'admin'],
  },
  {
    method: 'POST',
    path: '/api/documents/{kind}/{documentId}/draft/review',
    handler: 'post-review',
    function: 'api-documents',
    roles: ['editor', 'admin'],
  },
  {
    method: 'POST',
    path: '/api/documents/{kind}/{documentId}/draft/answer',
    handler: 'post-review-answer',
    function: 'api-documents',
    roles: ['approver', 'admin'],
  },
  {
    method: 'POST',
    path: '/api/documents/{kind}/{documentId}/rollback',
    handler: 'post-rollback',
    function: 'api-documents',
    roles: ['approver', 'admin'],
  },
  {
    method: 'POST',
    path: '/api/documents/{kind}/{documentId}/layout',
    handler: 'post-layout',
    function: 'api-documents',
    roles: ['editor', 'admin'],
  },
  {
    method: 'POST',
    path: '/api/templates/preview',
    handler: 'post-template-preview',
    function: 'api-documents',
    roles: ['editor', 'approver', 'admin'],
  },
  {
    method: 'GET',
    path: '/api/audit',
    handler: 'get-audit',
    function: 'api-documents',
    roles: ['editor', 'approver', 'admin'],
  },
  {
    method: 'POST',
    path: '/api/publications',
    handler: 'post-publication',
    function: 'api-documents',
    roles: ['approver', 'admin'],
  },
  {
    method: 'POST',
    path: '/api/publications/{publicationId}/cancellation',
    handler: 'post-cancellation',
    function: 'api-documents',
    roles: ['approver', 'admin'],
  },
  {
    method: 'GET',
    path: '/api/publications/{publicationId}',
    handler: 'get-publication',
    function: 'api-documents',
    roles: everybody,
  },
  // An owner has left or is away: each of their contacts is told.
  {
    method: 'POST',
    path: '/api/departures',
    handler: 'post-departure',
    function: 'api-admin',
    roles: ['admin'],
  },
  {
    method: 'GET',
    path: '/api/owners',
    handler: 'get-owners',
    function: 'api-admin',
    roles: ['admin'],
  },
  // What could not be taken: it quotes what was sent, so it is for administrators only.
  {
    method: 'GET',
    path: '/api/quarantine',
    handler: 'get-quarantine',
    function: 'api-admin',
    roles: ['admin'],
  },
  {
    method: 'POST',
    path: '/api/quarantine/{quarantineId}/redrive',
    handler: 'post-redrive',
    function: 'api-admin',
    roles: ['admin'],
  },
  {
    method: 'GET',
    path: '/api/dead-letters',
    handler: 'get-dead-letters',
    function: 'api-admin',
    roles: ['admin'],
  },
  {
    method: 'POST',
    path: '/api/dead-letters/redrive',
    handler: 'post-dead-letters-redrive',
    function: 'api-admin',
    roles: ['admin'],
  },
  // What a developer does from a checkout: the same, for documents that are managed by code.
  {
    method: 'GET',
    path: '/api/code/documents',
    handler: 'get-documents',
    function: 'api-documents',
    roles: ['service'],
  },
  {
    method: 'GET',
    path: '/api/code/library',
    handler: 'get-library',
    function: 'api-read',
    roles: ['service'],
  },
  {
    method: 'POST',
    path: '/api/code/publications',
    handler: 'post-publication-by-code',
    function: 'api-documents',
    roles: ['service'],
  },
  {
    method: 'GET',
    path: '/api/code/publications/{publicationId}',
    handler: 'get-publication',
    function: 'api-documents',
    roles: ['service'],
  },
];

/** Signing in where people have tokens. Open to anybody, because nobody has one yet. */
export const authRoutes: readonly HttpRoute[] = [
  { method: 'GET', path: '/auth/sign-in', handler: 'sign-in', function: 'auth', roles: [] },
  { method: 'GET', path: '/auth/callback', handler: 'callback', function: 'auth', roles: [] },
  { method: 'POST', path: '/auth/token', handler: 'token', function: 'auth', roles: [] },
  { method: 'POST', path: '/auth/sign-out', handler: 'sign-out', function: 'auth', roles: [] },
];

/** Links in messages. Open to anybody: the link itself is the right to use it. */
export const openRoutes: readonly HttpRoute[] = [
  { method: 'GET', path: '/u/{token}', handler: 'show-unsubscribe', function: 'unsubscribe', roles: [] },
  { method: 'POST', path: '/u/{token}', handler: 'unsubscribe', function: 'unsubscribe', roles: [] },
  {
    method: 'POST',
    path: '/u/{token}/undo',
    handler: 'undo-unsubscribe',
    function: 'unsubscribe',
    roles: [],
  },
];

/**
 * The tracking API of Segment, under the addresses that its clients know. Open to no one without the write key, which the
 * function itself asks for: those clients can neither sign nor get a token.
 */
export const segmentRoutes: readonly HttpRoute[] = [
  'identify',
  'track',
  'page',
  'screen',
  'group',
  'alias',
  'batch',
  'import',
].map((call) => ({
  method: 'POST',
  path: `/v1/${call}`,
  handler: `segment-${call}`,
  function: 'segment',
  roles: [],
}));

/** What Segment asks of clients too: requests a second, and how many at once. */
export const segmentThrottle = { rate: 50, burst: 100 } as const;

/** What API Gateway calls a route. */
export const routeKeyOf = ({ method, path }: HttpRoute): string => `${method} ${path}`;

/** Routes as the API's handler takes them. */
export const byRouteKey = (routes: readonly HttpRoute[]) =>
  new Map(routes.map((route) => [routeKeyOf(route), { endpoint: route.handler, roles: route.roles }]));
