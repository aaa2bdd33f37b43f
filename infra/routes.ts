import type { JsonObject } from '@baton/rules/json.ts';

/**
 * What leads where, on every host: which events go to which queue, which changes wake which function, which functions
 * the machines call, what runs on a schedule, and what the API offers to whom. Both hosts read this and nothing else.
 */

/** EventBridge rules: every CloudEvent goes to the intake queue. */
export const busRules: readonly { name: string; pattern: JsonObject; queue: string }[] = [
  { name: 'intake', pattern: { detail: { specversion: ['1.0'] } }, queue: 'intake' },
];

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
  CampaignStep: 'campaign-step',
  PublishStep: 'publish-step',
} as const;

/** Machines that are there from the start; journeys publish theirs. */
export const workflows = ['contact-cycle', 'campaign', 'publisher'] as const;

export const schedules = [{ name: 'sweep', expression: 'rate(5 minutes)', handler: 'sweep' }] as const;

type Role = 'viewer' | 'agent' | 'editor' | 'approver' | 'admin' | 'service';
export type HttpRoute = { method: 'GET' | 'POST'; path: string; handler: string; roles: readonly Role[] };

/** The API. A path parameter is `{name}`; nobody but the named roles gets in. */
export const httpRoutes: readonly HttpRoute[] = [
  { method: 'POST', path: '/api/events', handler: 'post-events', roles: ['service', 'admin'] },
  {
    method: 'GET',
    path: '/api/home',
    handler: 'get-home',
    roles: ['viewer', 'agent', 'editor', 'approver', 'admin'],
  },
  { method: 'GET', path: '/api/contacts', handler: 'get-contacts', roles: ['agent', 'admin'] },
  { method: 'GET', path: '/api/contacts/{contactId}', handler: 'get-contact', roles: ['agent', 'admin'] },
  { method: 'GET', path: '/api/tasks', handler: 'get-tasks', roles: ['agent', 'admin'] },
  { method: 'GET', path: '/api/messages', handler: 'get-messages', roles: ['agent', 'admin'] },
  {
    method: 'GET',
    path: '/api/campaigns',
    handler: 'get-campaigns',
    roles: ['viewer', 'editor', 'approver', 'admin'],
  },
  {
    method: 'GET',
    path: '/api/status',
    handler: 'get-status',
    roles: ['viewer', 'agent', 'editor', 'approver', 'admin'],
  },
  {
    method: 'POST',
    path: '/api/campaigns/{campaignId}/runs',
    handler: 'post-run',
    roles: ['approver', 'admin'],
  },
  {
    method: 'POST',
    path: '/api/contacts/{contactId}/tasks/{taskId}/completion',
    handler: 'post-completion',
    roles: ['agent', 'admin'],
  },
  {
    method: 'POST',
    path: '/api/contacts/{contactId}/offers/{offerId}/answer',
    handler: 'post-offer-answer',
    roles: ['agent', 'admin'],
  },
  {
    method: 'POST',
    path: '/api/contacts/{contactId}/handovers/{handoverId}/answer',
    handler: 'post-handover-answer',
    roles: ['agent', 'admin'],
  },
];
