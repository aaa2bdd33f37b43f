import type {
  AuditView,
  CampaignsView,
  ContactsView,
  ContactView,
  CycleView,
  DeadLettersView,
  DepartureView,
  DeskView,
  DocumentsView,
  DocumentView,
  DraftConflictView,
  DraftView,
  ErrorView,
  HomeView,
  ImportedView,
  InsightsView,
  JourneyContactsView,
  JourneyEntryView,
  JourneyNumbersView,
  JourneyView,
  LayoutView,
  LibraryView,
  MatchingView,
  MessagesView,
  MeView,
  OwnersView,
  PreviewView,
  PublicationView,
  QuarantineView,
  ReachView,
  RedrivenView,
  TasksView,
  VersionView,
} from '@baton/functions/api/views.ts';
import type { CloudEvent } from '@baton/functions/ports.ts';
import type { DocumentKind } from '@baton/rules/documents/index.ts';
import type { Json } from '@baton/rules/json.ts';
import type { Role } from '@baton/rules/roles.ts';
import { createSession } from './session/session.ts';
import { showSignedIn } from './session/signed-in.svelte.ts';

/** Why the host gave no answer that can be shown: `silent` means nobody answered, the others are its own words. */
export type Failure = {
  kind: 'silent' | 'refused' | 'missing' | 'signed-out';
  view: ErrorView;
  /** Where somebody else has changed the draft meanwhile: what is there instead; null where it is gone. */
  theirs?: DraftView | null;
};

export class HostError extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.view.error);
    this.failure = failure;
  }
}

export const readHome = (signal?: AbortSignal) => get<HomeView>('home', {}, signal);

export const readCycle = (signal?: AbortSignal) => get<CycleView>('cycle', {}, signal);

/** `days`: how far back. */
export const readInsights = (days: 30 | 90 | 365, signal?: AbortSignal) =>
  get<InsightsView>('insights', { days: String(days) }, signal);

export const readContacts = (query: { stage?: string; q?: string; cursor?: string }, signal?: AbortSignal) =>
  get<ContactsView>('contacts', query, signal);

export const readContact = (id: string, query: { timeline?: string; at?: string }, signal?: AbortSignal) =>
  get<ContactView>(`contacts/${encodeURIComponent(id)}`, query, signal);

export const readJourneyEntry = (contactId: string, journeyId: string) =>
  get<JourneyEntryView>(about(contactId, 'journeys', journeyId), {});

export const readTasks = (
  query: { queue?: string; overdue?: 'true'; kind?: string; cursor?: string },
  signal?: AbortSignal,
) => get<TasksView>('tasks', query, signal);

export const readDesk = (query: { queue?: string; order: string; cursor?: string }, signal?: AbortSignal) =>
  get<DeskView>('desk', query, signal);

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

/** One step in the life of a case; `rules/cases/life.ts` says which may follow which. */
export type CaseStep =
  | { change: 'accept'; person: string }
  | { change: 'answer' | 'wait' | 'resume' | 'confirm' | 'reopen' }
  | { change: 'solve'; resolution: 'solved' | 'no-fault-found'; summary?: string }
  | { change: 'close'; because: 'confirmed' | 'silence' | 'duplicate' };

export const changeCase = (contactId: string, caseId: string, step: CaseStep) =>
  post(`${about(contactId, 'cases', caseId)}/changes`, step);

export const runCampaign = (id: string) => post(`campaigns/${encodeURIComponent(id)}/runs`, {});

export const readLibrary = () => get<LibraryView>('library', {});

export const readMe = () => get<MeView>('me', {});

export const readDocuments = (signal?: AbortSignal) => get<DocumentsView>('documents', {}, signal);

export const readDocument = (kind: DocumentKind, id: string, signal?: AbortSignal) =>
  get<DocumentView>(ofDocument(kind, id), {}, signal);

export const readVersion = (kind: DocumentKind, id: string, version: number) =>
  get<VersionView>(`${ofDocument(kind, id)}/versions/${version}`, {});

export const saveDraft = (kind: DocumentKind, id: string, draft: { rev: number; document: unknown }) =>
  post<DraftView>(`${ofDocument(kind, id)}/draft`, draft);

/** A draft that says that the document goes. */
export const retireDocument = (kind: DocumentKind, id: string, rev: number) =>
  post<DraftView>(`${ofDocument(kind, id)}/draft`, { rev, retire: true });

export const removeDraft = (kind: DocumentKind, id: string, rev: number) =>
  post<{ rev: number }>(`${ofDocument(kind, id)}/draft/removal`, { rev });

export const sendForReview = (kind: DocumentKind, id: string, request: { rev: number; note: string }) =>
  post<DraftView>(`${ofDocument(kind, id)}/draft/review`, request);

export const answerReview = (
  kind: DocumentKind,
  id: string,
  request: { rev: number; answer: 'approved' | 'returned'; note: string },
) => post<DraftView>(`${ofDocument(kind, id)}/draft/answer`, request);

export const publishDrafts = (request: {
  drafts: { kind: DocumentKind; id: string; rev: number }[];
  startAt?: string;
}) => post<PublicationView>('publications', request);

export const readPublication = (id: string) =>
  get<PublicationView>(`publications/${encodeURIComponent(id)}`, {});

export const cancelPublication = (id: string) =>
  post<PublicationView>(`publications/${encodeURIComponent(id)}/cancellation`, {});

export const rollBack = (kind: DocumentKind, id: string, request: { version: number; note: string }) =>
  post<PublicationView>(`${ofDocument(kind, id)}/rollback`, request);

export const keepLayout = (kind: DocumentKind, id: string, layout: LayoutView) =>
  post<LayoutView>(`${ofDocument(kind, id)}/layout`, layout);

export const readAudit = (query: { cursor?: string }, signal?: AbortSignal) =>
  get<AuditView>('audit', query, signal);

export const readQuarantine = (query: { cursor?: string }, signal?: AbortSignal) =>
  get<QuarantineView>('quarantine', query, signal);

export const redriveQuarantined = (id: string) => post(`quarantine/${encodeURIComponent(id)}/redrive`, {});

export const readDeadLetters = (signal?: AbortSignal) => get<DeadLettersView>('dead-letters', {}, signal);

export const redriveDeadLetters = () => post<RedrivenView>('dead-letters/redrive', {});

/** Who owns contacts; with `person` that one alone, whom no setting need name. */
export const readOwners = (person?: string, signal?: AbortSignal) =>
  get<OwnersView>('owners', { person }, signal);

export const reportDeparture = (departure: { person: string; reason: 'left' | 'absent'; until?: string }) =>
  post<DepartureView>('departures', departure);

/** Somebody who may sign in. Kept by a host on one machine; on AWS they stand in the user pool. */
export type PersonView = { id: string; name: string; roles: Role[]; left?: true };
/** What people are called, by the ids that records name. */
export const readNames = () => get<{ names: Record<string, string> }>('people/names', {});

export const readPeople = (signal?: AbortSignal) => get<{ people: PersonView[] }>('people', {}, signal);

export const savePerson = ({ id, ...person }: PersonView) =>
  post<PersonView>(`people/${encodeURIComponent(id)}`, person);

export const linkForPerson = (id: string) =>
  post<{ url: string; expiresAt: string }>(`people/${encodeURIComponent(id)}/link`, {});

export const readJourney = (id: string, signal?: AbortSignal) =>
  get<JourneyView>(`journeys/${encodeURIComponent(id)}`, {}, signal);

export const readJourneyNumbers = (id: string, signal?: AbortSignal) =>
  get<JourneyNumbersView>(`journeys/${encodeURIComponent(id)}/numbers`, {}, signal);

export const readJourneyContacts = (
  id: string,
  query: { step?: string; how?: 'here' | 'passed' | 'left'; reason?: string; cursor?: string },
  signal?: AbortSignal,
) => get<JourneyContactsView>(`journeys/${encodeURIComponent(id)}/contacts`, query, signal);

/** Contacts whom a condition fits, page by page. */
export const readMatching = (
  question: { stages: readonly string[]; q: string; conditions: unknown; after?: string },
  signal?: AbortSignal,
) => post<MatchingView>('contacts/matching', question, signal);

/** Takes what a file of contacts says; 500 events at most. */
export const importContacts = (events: readonly CloudEvent[]) =>
  post<ImportedView>('imports/contacts', events);

/** Whom a condition fits, line by line. */
export const readReach = (
  question: { stages: readonly string[]; conditions: unknown },
  signal?: AbortSignal,
) => post<ReachView>('reach', question, signal);

/** A message as it would be sent with these values. */
export const previewTemplate = (
  question: { template: unknown; values: Record<string, Json>; language?: string },
  signal?: AbortSignal,
) => post<PreviewView>('templates/preview', question, signal);

function ofDocument(kind: DocumentKind, id: string): string {
  return `documents/${kind}/${encodeURIComponent(id)}`;
}

function about(contactId: string, kind: string, id: string): string {
  return `contacts/${encodeURIComponent(contactId)}/${kind}/${encodeURIComponent(id)}`;
}

function get<T>(path: string, query: Record<string, string | undefined>, signal?: AbortSignal): Promise<T> {
  const given = Object.entries(query).filter((entry): entry is [string, string] => !!entry[1]);
  const search = new URLSearchParams(given).toString();
  return ask<T>(search ? `${path}?${search}` : path, signal ? { signal } : {});
}

function post<T>(
  path: string,
  body: Record<string, unknown> | readonly unknown[],
  signal?: AbortSignal,
): Promise<T> {
  return ask<T>(path, {
    ...(signal ? { signal } : {}),
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

const session = createSession({
  fetch: (address, request) => fetch(address, request),
  now: () => Date.now(),
  here: () => location.pathname + location.search,
  go: (address) => location.replace(address), // the way back shall not lead to a page that was left
  onSignedIn: showSignedIn,
  hasSession: () => document.cookie.includes('baton-signed-in='),
});

/**
 * Tells each time that something changed at the host, for as long as it is connected; `false` where it is not. Resolves when the
 * connection is over. A host that cannot tell (API Gateway answers whole requests only) says so by 404, and is not asked again.
 */
export async function hearChanges(
  onChange: () => void,
  onConnected: (connected: boolean) => void,
  signal: AbortSignal,
): Promise<'over' | 'never'> {
  try {
    const sent = await session.send('/api/changes', { signal });
    if (sent.kind === 'leaving') return 'never';
    const { body, ok, status } = sent.response;
    if (!ok || !body) return status === 404 ? 'never' : 'over';
    onConnected(true);
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read())
      if (part.value.includes('event: changed')) onChange();
  } catch {
    // The host is gone, or the page is: what is read next says which.
  } finally {
    onConnected(false);
  }
  return 'over';
}

/** Signs out and leaves the page; throws `HostError` where that cannot be done. */
export async function signOut(): Promise<void> {
  const answer = await session.signOut().catch(() => {
    throw new HostError(silent);
  });
  if (answer) throw new HostError(failureOf(answer.status, await answer.json().catch(() => undefined)));
}

async function ask<T>(path: string, request: RequestInit): Promise<T> {
  if (request.method !== undefined) ahead.clear(); // what was read before a change tells of the past
  const sent = await (answerAhead(path, request) ?? session.send(`/api/${path}`, request)).catch(
    (error: unknown) => {
      if (request.signal?.aborted) throw error;
      throw new HostError(silent);
    },
  );
  if (sent.kind === 'leaving') throw new HostError(leaving);
  const { response } = sent;
  const body: unknown = await response.json().catch(() => undefined);
  if (response.ok && body !== undefined) return body as T;
  throw new HostError(failureOf(response.status, body));
}

/** Answers asked for while the script of the page that shows them is still being fetched; each is taken once, and only while it is new. */
const ahead = new Map<string, { until: number; answer: ReturnType<typeof session.send> }>();
const newFor = 10_000;
/** What pages have asked for themselves by then: an answer that comes after theirs would be taken for the next one. */
const asked = new Set<string>();

/** Begins to read a document, and what is live beside it, for a page that will ask for them in a moment. */
export function askAheadOf(kind: DocumentKind, id: string): void {
  for (const path of [ofDocument(kind, id), 'library'].filter((one) => !asked.has(one))) {
    const answer = session.send(`/api/${path}`, {});
    answer.catch(() => undefined); // whoever takes it is told
    ahead.set(path, { until: Date.now() + newFor, answer });
  }
}

function answerAhead(path: string, { method }: RequestInit): ReturnType<typeof session.send> | undefined {
  if (method !== undefined) return undefined;
  if (performance.now() < newFor) asked.add(path);
  const found = ahead.get(path);
  ahead.delete(path);
  return found && Date.now() < found.until ? found.answer : undefined;
}

const silent: Failure = { kind: 'silent', view: { error: 'The host does not answer.', problems: [] } };
const leaving: Failure = {
  kind: 'signed-out',
  view: { error: 'You are being taken to where people sign in.', problems: [] },
};

/** API Gateway turns callers away in words of its own. */
const withoutReason: Readonly<Record<number, string>> = {
  401: 'You are not signed in.',
  403: 'Your account may not use Baton.',
};

function failureOf(status: number, body: unknown): Failure {
  const view = isErrorView(body)
    ? body
    : { error: withoutReason[status] ?? `The host answered ${status} without a reason.`, problems: [] };
  if (status === 401) return { kind: 'signed-out', view };
  if (status === 404) return { kind: 'missing', view };
  if (isConflict(view)) return { kind: 'refused', view, theirs: view.draft };
  return { kind: 'refused', view };
}

function isConflict(view: ErrorView): view is DraftConflictView {
  return 'draft' in view;
}

function isErrorView(body: unknown): body is ErrorView {
  return typeof body === 'object' && body !== null && 'error' in body && 'problems' in body;
}
