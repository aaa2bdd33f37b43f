import { expect, test } from 'vitest';
import { createSession, type SignedIn } from '../../designer/src/lib/session/session.ts';

const minute = 60_000;

/**
 * A host that asks for tokens, as a page meets it. A token is taken for fifteen minutes by the clock of the test; the
 * cookie lives as long as `cookie` says.
 */
function aHost(own: { here?: string; asksForTokens?: boolean; hasSession?: boolean } = {}) {
  const state = {
    now: 0,
    here: own.here ?? '/contacts?stage=welcomed',
    cookie: true,
    takesTokens: true,
    tokens: 0,
  };
  const asked: string[] = [];
  const left: string[] = [];
  const shown: (SignedIn | undefined)[] = [];
  const next: Record<string, () => Response | Promise<Response>> = {};
  const ends = new Map<string, number>();

  async function fetch(address: string, request: RequestInit): Promise<Response> {
    const token = new Headers(request.headers).get('authorization')?.replace('Bearer ', '');
    asked.push(`${request.method ?? 'GET'} ${address}${token ? ` with ${token}` : ''}`);
    const planned = next[address];
    delete next[address];
    if (planned) return planned();
    if (address.startsWith('/auth/')) return answerAuth(address, new Headers(request.headers));
    const isTaken = state.takesTokens && state.now < (ends.get(token ?? '') ?? 0);
    return own.asksForTokens === false || isTaken ? Response.json({ ok: true }) : refused(401, 'no token');
  }

  function answerAuth(address: string, headers: Headers): Response {
    if (own.asksForTokens === false) return refused(405, 'no such address');
    if (headers.get('x-baton') !== '1') return refused(403, 'not from a page of Baton');
    if (address === '/auth/sign-out') return Response.json({ url: 'https://login.example/logout' });
    if (!state.cookie) return refused(401, 'no session');
    state.tokens += 1;
    const accessToken = `token-${state.tokens}`;
    ends.set(accessToken, state.now + 15 * minute);
    return Response.json({ accessToken, expiresInSeconds: 900, person: 'ana@example.com', roles: ['agent'] });
  }

  const session = createSession({
    fetch,
    now: () => state.now,
    here: () => state.here,
    go: (address) => left.push(address),
    onSignedIn: (who) => shown.push(who),
    hasSession: () => own.hasSession ?? false,
  });
  /** The status of an answer, or that the page is being left. */
  async function send(address: string, request: RequestInit = {}): Promise<number | 'leaving'> {
    const sent = await session.send(address, request);
    return sent.kind === 'answered' ? sent.response.status : sent.kind;
  }
  return { ...session, state, ends, asked, left, shown, next, send };
}

const refused = (status: number, error: string): Response =>
  Response.json({ error, problems: [] }, { status });

test('a host that asks for no token is asked for nothing but the page', async () => {
  const { send, asked, shown } = aHost({ asksForTokens: false });

  expect(await send('/api/home')).toBe(200);
  expect(await send('/api/tasks')).toBe(200);

  expect(asked).toEqual(['GET /api/home', 'GET /api/tasks']);
  expect(shown).toEqual([]);
});

test('where somebody has signed in, the token is there before the first request, which is not turned away', async () => {
  const { send, asked } = aHost({ hasSession: true });

  expect(await send('/api/home')).toBe(200);

  expect(asked).toEqual(['POST /auth/token', 'GET /api/home with token-1']);
});

test('the first request turned away fetches a token, is repeated with it, and those that follow bring it along', async () => {
  const { send, asked, shown } = aHost();
  const answer = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' };

  expect(await send('/api/home')).toBe(200);
  expect(await send('/api/tasks', answer)).toBe(200);

  expect(asked).toEqual([
    'GET /api/home',
    'POST /auth/token',
    'GET /api/home with token-1',
    'POST /api/tasks with token-1',
  ]);
  expect(shown).toEqual([{ person: 'ana@example.com', roles: ['agent'] }]);
});

test('requests at the same time share one renewal', async () => {
  const { send, asked } = aHost();

  const statuses = await Promise.all([send('/api/home'), send('/api/tasks'), send('/api/messages')]);

  expect(statuses).toEqual([200, 200, 200]);
  expect(asked.filter((line) => line === 'POST /auth/token')).toHaveLength(1);
});

test('a request that is turned away after another has brought a new token takes that one', async () => {
  const { send, asked, next } = aHost();
  let late: (response: Response) => void = () => {};
  next['/api/slow'] = () =>
    new Promise((resolve) => {
      late = resolve;
    });

  const slow = send('/api/slow');
  await send('/api/home');
  late(refused(401, 'no token'));

  expect(await slow).toBe(200);
  expect(asked.filter((line) => line === 'POST /auth/token')).toHaveLength(1);
  expect(asked.at(-1)).toBe('GET /api/slow with token-1');
});

test('a token is renewed a minute before its end', async () => {
  const { send, state, asked } = aHost();
  await send('/api/home');

  state.now = 14 * minute - 1;
  await send('/api/before');
  state.now = 14 * minute;
  await send('/api/after');

  expect(asked.slice(3)).toEqual([
    'GET /api/before with token-1',
    'POST /auth/token',
    'GET /api/after with token-2',
  ]);
});

test('a token that ended unnoticed in the middle is replaced, and the request repeated', async () => {
  const { send, ends, asked } = aHost();
  await send('/api/home');

  ends.clear();

  expect(await send('/api/tasks')).toBe(200);
  expect(asked.slice(3)).toEqual([
    'GET /api/tasks with token-1',
    'POST /auth/token',
    'GET /api/tasks with token-2',
  ]);
});

test('while a token still counts, a renewal that fails does no harm', async () => {
  const { send, state, asked, next } = aHost();
  await send('/api/home');

  state.now = 14 * minute;
  next['/auth/token'] = () => Promise.reject(new TypeError('no network'));
  expect(await send('/api/tasks')).toBe(200);
  next['/auth/token'] = () => refused(503, 'later');
  expect(await send('/api/tasks')).toBe(200);

  expect(asked.slice(-1)).toEqual(['GET /api/tasks with token-1']);
});

test.each([401, 404])(
  'where the session is over (%i), the page is left to sign in and come back',
  async (status) => {
    const { send, left, next } = aHost();
    next['/auth/token'] = () => refused(status, 'no session');

    expect(await send('/api/home')).toBe('leaving');

    expect(left).toEqual(['/auth/sign-in?to=%2Fcontacts%3Fstage%3Dwelcomed']);
  },
);

test('the page is left once, and asks for nothing more meanwhile', async () => {
  const { send, state, left, asked } = aHost();
  state.cookie = false;

  expect(await Promise.all([send('/api/home'), send('/api/tasks')])).toEqual(['leaving', 'leaving']);
  const before = asked.length;
  expect(await send('/api/home')).toBe('leaving');

  expect(left).toHaveLength(1);
  expect(asked).toHaveLength(before);
});

test('a session that ends while its token still counts is noticed at the next renewal', async () => {
  const { send, state, left } = aHost();
  await send('/api/home');

  state.cookie = false;
  state.now = 14 * minute;

  expect(await send('/api/tasks')).toBe('leaving');
  expect(left).toHaveLength(1);
});

test('a new token that is not taken either is shown, not tried again', async () => {
  const { send, state, asked, left } = aHost();
  state.takesTokens = false;

  expect(await send('/api/home')).toBe(401);

  expect(asked).toEqual(['GET /api/home', 'POST /auth/token', 'GET /api/home with token-1']);
  expect(left).toEqual([]);
});

test('where signing in does not work just now, its reason is the answer', async () => {
  const { send, next, left } = aHost();
  next['/auth/token'] = () => refused(503, 'later');

  expect(await send('/api/home')).toBe(503);

  expect(left).toEqual([]);
});

test('a host without sign-in that turns somebody away says so itself', async () => {
  const { send, next, left } = aHost({ asksForTokens: false });
  next['/api/home'] = () => refused(401, 'open the printed link');

  expect(await send('/api/home')).toBe(401);

  expect(left).toEqual([]);
});

test('a page under /auth is not left for another', async () => {
  const { send, state, left } = aHost({ here: '/auth/sign-in?to=%2F' });
  state.cookie = false;

  expect(await send('/api/home')).toBe(401);

  expect(left).toEqual([]);
});

test('what is forbidden is the answer, without another try', async () => {
  const { send, next, asked } = aHost();
  await send('/api/home');
  next['/api/contacts'] = () => refused(403, 'your roles do not allow this');

  expect(await send('/api/contacts')).toBe(403);

  expect(asked.slice(3)).toEqual(['GET /api/contacts with token-1']);
});

test('signing out leaves for where the provider ends its session, and nothing is asked after it', async () => {
  const { send, signOut, left, shown, asked } = aHost();
  await send('/api/home');

  expect(await signOut()).toBeUndefined();

  expect(left).toEqual(['https://login.example/logout']);
  expect(shown.at(-1)).toBeUndefined();
  expect(await send('/api/home')).toBe('leaving');
  expect(asked.at(-1)).toBe('POST /auth/sign-out');
});

test('whoever could not be signed out stays, and hears why', async () => {
  const { send, signOut, left, next } = aHost();
  await send('/api/home');
  next['/auth/sign-out'] = () => refused(503, 'later');

  expect((await signOut())?.status).toBe(503);

  expect(left).toEqual([]);
  expect(await send('/api/home')).toBe(200);
});
