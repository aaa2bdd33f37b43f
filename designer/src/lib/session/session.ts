import type { SessionView, SignedOutView } from '@baton/functions/api/views.ts';

/** Who is signed in, as the shell shows it. */
export type SignedIn = Pick<SessionView, 'person' | 'roles'>;

/** What became of a request: an answer, or the page is on its way to where people sign in. */
type Sent = { kind: 'answered'; response: Response } | { kind: 'leaving' };

export type Session = {
  send(address: string, request: RequestInit): Promise<Sent>;
  /** Signs out and leaves the page; the answer that prevented it, where something did. */
  signOut(): Promise<Response | undefined>;
};

export type Surroundings = {
  fetch(address: string, request: RequestInit): Promise<Response>;
  /** Epoch milliseconds. */
  now(): number;
  /** The path of the page, to come back to. */
  here(): string;
  /** Leaves the page for an address. */
  go(address: string): void;
  onSignedIn(signedIn: SignedIn | undefined): void;
  /** Whether somebody has signed in here, so that the first request need not be turned away to learn it. */
  hasSession?(): boolean;
};

type Token = { value: string; renewAt: number };
type Renewal = { kind: 'token'; token: Token } | { kind: 'leaving' } | { kind: 'failed'; response: Response };

/** How long before its end a token is renewed, in milliseconds. */
const ahead = 60_000;
/** A page of another origin cannot send it without asking first, so a request that has it is ours. */
const ours = { 'x-baton': '1' };

/**
 * The session of a person who signed in at a host that asks for tokens.
 *
 * 1. A host that asks for none never answers 401; then nothing here does anything.
 * 2. The token is kept in this closure and nowhere else, and requests that need a new one share one renewal.
 * 3. A request is repeated once. A new token that the host does not take either is a fault to show, not to try again.
 * 4. A page that is being left asks for nothing more: a second start of signing in would undo the first.
 */
export function createSession({ fetch, now, here, go, onSignedIn, hasSession }: Surroundings): Session {
  let token: Token | undefined;
  let renewal: Promise<Renewal> | undefined;
  let left = false;

  async function send(address: string, request: RequestInit): Promise<Sent> {
    if (left) return { kind: 'leaving' };
    const used = await current();
    if (left) return { kind: 'leaving' };
    const response = await fetch(address, withToken(request, used));
    if (response.status !== 401) return { kind: 'answered', response };

    const renewed = token && token !== used ? { kind: 'token' as const, token } : await renew();
    if (renewed.kind === 'leaving') return renewed;
    if (renewed.kind === 'failed')
      return { kind: 'answered', response: isReason(renewed.response) ? renewed.response : response };
    return { kind: 'answered', response: await fetch(address, withToken(request, renewed.token)) };
  }

  /** The token, renewed shortly before its end. Where that fails the old one may still do. */
  async function current(): Promise<Token | undefined> {
    if (token ? now() < token.renewAt : !hasSession?.()) return token;
    const renewed = await renew().catch(() => undefined);
    return renewed?.kind === 'token' ? renewed.token : token;
  }

  function renew(): Promise<Renewal> {
    renewal ??= ask().finally(() => {
      renewal = undefined;
    });
    return renewal;
  }

  async function ask(): Promise<Renewal> {
    const response = await fetch('/auth/token', { method: 'POST', headers: ours });
    const view: unknown = response.ok ? await response.json().catch(() => undefined) : undefined;
    if (left) return { kind: 'leaving' };
    if (isSession(view)) {
      token = { value: view.accessToken, renewAt: now() + view.expiresInSeconds * 1000 - ahead };
      onSignedIn({ person: view.person, roles: view.roles });
      return { kind: 'token', token };
    }
    const isOver = response.status === 401 || response.status === 404;
    if (!isOver || here().startsWith('/auth/')) return { kind: 'failed', response };
    leave(`/auth/sign-in?to=${encodeURIComponent(here())}`);
    return { kind: 'leaving' };
  }

  function leave(address: string): void {
    left = true;
    token = undefined;
    go(address);
  }

  async function signOut(): Promise<Response | undefined> {
    const response = await fetch('/auth/sign-out', { method: 'POST', headers: ours });
    const view: unknown = await response
      .clone()
      .json()
      .catch(() => undefined);
    if (!isAddress(view)) return response;
    onSignedIn(undefined);
    leave(view.url);
    return undefined;
  }

  return { send, signOut };
}

function withToken(request: RequestInit, token: Token | undefined): RequestInit {
  if (!token) return request;
  const headers = new Headers(request.headers);
  headers.set('authorization', `Bearer ${token.value}`);
  return { ...request, headers };
}

/** Signing in is there and says why it does not work; a host without it answers that there is no such address. */
const isReason = ({ status }: Response): boolean => status === 403 || status >= 500;

function isSession(view: unknown): view is SessionView {
  return (
    isRecord(view) &&
    typeof view.accessToken === 'string' &&
    typeof view.expiresInSeconds === 'number' &&
    typeof view.person === 'string' &&
    Array.isArray(view.roles)
  );
}

const isAddress = (view: unknown): view is SignedOutView =>
  isRecord(view) && typeof view.url === 'string' && /^(https:\/\/|\/auth\/)/.test(view.url);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;
