import type {
  CampaignsView,
  ContactsView,
  ContactView,
  ErrorView,
  HomeView,
  MessagesView,
  SessionView,
  SignedOutView,
  TasksView,
} from '@baton/functions/api/views.ts';
import { dropToken, heldToken, holdToken, isEnding } from '#lib/shell/session.svelte.ts';

/** Why the host gave no answer that can be shown: `silent` means nobody answered, the others are its own words. */
export type Failure = { kind: 'silent' | 'refused' | 'missing' | 'signed-out'; view: ErrorView };

export class HostError extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.view.error);
    this.failure = failure;
  }
}

export const readHome = (signal?: AbortSignal) => get<HomeView>('home', {}, signal);

export const readContacts = (query: { stage?: string; q?: string; cursor?: string }, signal?: AbortSignal) =>
  get<ContactsView>('contacts', query, signal);

export const readContact = (id: string, query: { timeline?: string }, signal?: AbortSignal) =>
  get<ContactView>(`contacts/${encodeURIComponent(id)}`, query, signal);

export const readTasks = (
  query: { queue?: string; overdue?: 'true'; kind?: string; cursor?: string },
  signal?: AbortSignal,
) => get<TasksView>('tasks', query, signal);

export const readMessages = (query: { status?: string; cursor?: string }, signal?: AbortSignal) =>
  get<MessagesView>('messages', query, signal);

export const readCampaigns = (signal?: AbortSignal) => get<CampaignsView>('campaigns', {}, signal);

export const completeTask = (
  contactId: string,
  taskId: string,
  completion: { outcome: string; note?: string },
) => post(`${about(contactId, 'tasks', taskId)}/completion`, completion);

export const answerOffer = (
  contactId: string,
  offerId: string,
  answer: { answer: 'accepted' | 'declined'; reason?: string },
) => post(`${about(contactId, 'offers', offerId)}/answer`, answer);

export const answerHandover = (
  contactId: string,
  handoverId: string,
  answer: { answer: 'accepted' | 'returned'; person?: string; reason?: string },
) => post(`${about(contactId, 'handovers', handoverId)}/answer`, answer);

export const runCampaign = (id: string) => post(`campaigns/${encodeURIComponent(id)}/runs`, {});

function about(contactId: string, kind: string, id: string): string {
  return `contacts/${encodeURIComponent(contactId)}/${kind}/${encodeURIComponent(id)}`;
}

function get<T>(path: string, query: Record<string, string | undefined>, signal?: AbortSignal): Promise<T> {
  const given = Object.entries(query).filter((entry): entry is [string, string] => !!entry[1]);
  const search = new URLSearchParams(given).toString();
  return ask<T>(search ? `${path}?${search}` : path, signal ? { signal } : {});
}

function post(path: string, body: Record<string, unknown>): Promise<unknown> {
  return ask(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

/**
 * Asks the API. Where it wants to know who asks, a token is fetched and the question repeated; a token that ends within
 * a minute is renewed before it is used. Locally nobody is asked, and there is no token.
 */
async function ask<T>(path: string, request: RequestInit): Promise<T> {
  if (isEnding()) await renewToken(heldToken());
  const used = heldToken();
  const response = await reach(`/api/${path}`, withToken(request, used));
  if (response.status !== 401 || !(await renewToken(used))) return answerOf<T>(response);
  return answerOf<T>(await reach(`/api/${path}`, withToken(request, heldToken())));
}

function withToken(request: RequestInit, token: string | undefined): RequestInit {
  return token ? { ...request, headers: { ...request.headers, authorization: `Bearer ${token}` } } : request;
}

let renewal: Promise<boolean> | undefined;

/** Gets another token than the one that was used: once for all who ask for it at the same time. */
function renewToken(used: string | undefined): Promise<boolean> {
  if (heldToken() !== used) return Promise.resolve(true);
  renewal ??= fetchToken().finally(() => {
    renewal = undefined;
  });
  return renewal;
}

/** `false` where the host knows no signing in. */
async function fetchToken(): Promise<boolean> {
  const response = await reach('/auth/token', fromThisPage);
  if (response.status === 404 || response.status === 405) return false;
  if (response.status === 401) {
    const { pathname, search, hash } = location;
    return leaveFor(`/auth/sign-in?to=${encodeURIComponent(pathname + search + hash)}`);
  }
  holdToken(await answerOf<SessionView>(response));
  return true;
}

export async function signOut(): Promise<void> {
  const { url } = await answerOf<SignedOutView>(await reach('/auth/sign-out', fromThisPage));
  await leaveFor(url);
}

/** No page of another site can send this header. */
const fromThisPage: RequestInit = { method: 'POST', headers: { 'x-baton': '1' } };

const forGood = new Promise<never>(() => {});
let isLeaving = false;

/** Goes to another site. Nothing is asked or shown any more; whoever comes back by "Back" gets the page anew. */
function leaveFor(url: string): Promise<never> {
  isLeaving = true;
  dropToken();
  addEventListener('pageshow', () => location.reload());
  location.assign(url);
  return forGood;
}

async function reach(address: string, request: RequestInit): Promise<Response> {
  const response = await fetch(address, request).catch((error: unknown) => {
    if (request.signal?.aborted) throw error;
    throw new HostError(silent);
  });
  return isLeaving ? forGood : response;
}

async function answerOf<T>(response: Response): Promise<T> {
  const body: unknown = await response.json().catch(() => undefined);
  if (response.ok && body !== undefined) return body as T;
  throw new HostError(failureOf(response.status, body));
}

const silent: Failure = { kind: 'silent', view: { error: 'The host does not answer.', problems: [] } };

function failureOf(status: number, body: unknown): Failure {
  const view = isErrorView(body)
    ? body
    : { error: `The host answered ${status} without a reason.`, problems: [] };
  if (status === 401) return { kind: 'signed-out', view };
  if (status === 404) return { kind: 'missing', view };
  return { kind: 'refused', view };
}

function isErrorView(body: unknown): body is ErrorView {
  return typeof body === 'object' && body !== null && 'error' in body && 'problems' in body;
}
