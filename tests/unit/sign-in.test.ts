import { createLogger, logOn } from '@baton/functions/adapters/aws/log.ts';
import { AuthConfig, authHandler } from '@baton/functions/handlers/auth.ts';
import { returnPath } from '@baton/functions/sign-in/return-path.ts';
import { authRoutes, byRouteKey } from '@baton/infra/routes.ts';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { printedWhile } from '../support/printed-lines.ts';
import { expectRefusal } from '../support/refusals.ts';
import { createUserPool, textOf } from '../support/user-pool.ts';

const origin = 'https://crm.example.com';
const ana = { email: 'ana@example.com', groups: ['agent', 'service', 'else'] };
const fromPage = { 'x-baton': '1' };

const Answer = z.object({
  statusCode: z.number(),
  headers: z.record(z.string(), z.string()),
  cookies: z.array(z.string()),
  body: z.string(),
});

/** The handler with a user pool behind it, and a browser in front that keeps cookies as it is told. */
function aBrowser(pool = createUserPool(), first = 0) {
  const jar = new Map<string, string>();
  let now = Date.parse('2026-03-02T08:00:00.000Z');
  let made = first;
  const handler = authHandler(
    AuthConfig.parse({ AUTH_DOMAIN: pool.domain, AUTH_CLIENT_ID: pool.clientId, AUTH_ORIGIN: origin }),
    {
      fetch: pool.fetch,
      clock: { now: () => new Date(now) },
      random: (bytes) => {
        made += 1;
        return new Uint8Array(bytes).fill(made);
      },
      log: logOn(createLogger('auth')),
    },
    byRouteKey(authRoutes),
  );

  async function ask(route: string, query = '', headers: Record<string, string> = {}) {
    const event = {
      version: '2.0',
      routeKey: route,
      rawQueryString: query,
      headers,
      cookies: jar.size > 0 ? [...jar].map(([name, value]) => `${name}=${value}`) : undefined,
      isBase64Encoded: false,
    };
    const answer = Answer.parse(await handler(event));
    for (const cookie of answer.cookies) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (cookie.includes('Max-Age=0')) jar.delete(name);
      else jar.set(name, value);
    }
    return { ...answer, status: answer.statusCode, location: answer.headers.location ?? '' };
  }

  const begin = (to = '') => ask('GET /auth/sign-in', to ? `to=${encodeURIComponent(to)}` : '');
  const comeBack = (address: string) => ask('GET /auth/callback', new URL(address).search.slice(1));
  return {
    pool,
    jar,
    ask,
    begin,
    comeBack,
    token: (headers: Record<string, string> = fromPage) => ask('POST /auth/token', '', headers),
    signOut: (headers: Record<string, string> = fromPage) => ask('POST /auth/sign-out', '', headers),
    signIn: async (to = '') => comeBack(pool.signIn((await begin(to)).location, ana)),
    wait: (seconds: number) => {
      now += seconds * 1000;
    },
  };
}

const body = (answer: { status: number; body: string }) => ({
  status: answer.status,
  body: JSON.parse(answer.body),
});

describe('signing in', () => {
  test('leads to the sign-in page, with a state and a challenge of its own', async () => {
    const browser = aBrowser();

    const { status, location } = await browser.begin('/contacts/c-1?timeline=x');

    const { origin: place, pathname, searchParams } = new URL(location);
    expect([status, place, pathname]).toEqual([302, 'https://baton.auth.example.com', '/oauth2/authorize']);
    expect(Object.fromEntries(searchParams)).toEqual({
      response_type: 'code',
      client_id: 'client1',
      redirect_uri: 'https://crm.example.com/auth/callback',
      scope: 'openid email baton/api',
      state: Buffer.alloc(32, 1).toString('base64url'),
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
    });
    expect((await browser.begin()).location).not.toContain(searchParams.get('state'));
  });

  test('returns to the page it began at, and gives that page a token', async () => {
    const browser = aBrowser();

    const back = await browser.signIn('/contacts/c-1?timeline=x');
    const session = body(await browser.token());

    expect([back.status, back.location]).toEqual([302, `${origin}/contacts/c-1?timeline=x`]);
    expect(session).toEqual({
      status: 200,
      body: {
        accessToken: expect.stringMatching(/^[\w-]+\.[\w-]+\.signature-\d+\.secret$/),
        expiresInSeconds: 900,
        person: 'ana@example.com',
        roles: ['agent'],
      },
    });
  });

  test('keeps what it needs in cookies with exactly these attributes', async () => {
    const browser = aBrowser();

    const begun = await browser.begin('/tasks');
    const back = await browser.comeBack(browser.pool.signIn(begun.location, ana));
    const out = await browser.signOut();

    expect(begun.cookies).toEqual([
      expect.stringMatching(
        /^__Host-baton-sign-in=[\w-]+; Path=\/; Secure; HttpOnly; SameSite=Lax; Max-Age=600$/,
      ),
    ]);
    expect(back.cookies).toEqual([
      '__Host-baton=refresh-2.secret; Path=/; Secure; HttpOnly; SameSite=Strict',
      '__Host-baton-sign-in=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0',
    ]);
    expect(out.cookies).toEqual(['__Host-baton=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0']);
  });

  test('never lets an answer be kept by a cache', async () => {
    const browser = aBrowser();

    const answers = [
      await browser.begin(),
      await browser.signIn(),
      await browser.token(),
      await browser.comeBack(origin),
    ];

    for (const { headers } of answers)
      expect(headers).toMatchObject({
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
      });
  });
});

describe('a sign-in that does not hold', () => {
  const refused = (answer: Awaited<ReturnType<ReturnType<typeof aBrowser>['ask']>>, status: number) => {
    expect(answer.status).toBe(status);
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
    expect(answer.cookies.filter((cookie) => cookie.startsWith('__Host-baton='))).toEqual([]);
    return answer.body;
  };

  test('a forged state is refused before the code is looked at', async () => {
    const browser = aBrowser();
    const address = new URL(browser.pool.signIn((await browser.begin('/tasks')).location, ana));
    const asked = browser.pool.asked.length;

    for (const state of ['', 'forged', `${address.searchParams.get('state')}x`]) {
      address.searchParams.set('state', state);
      expect(refused(await browser.comeBack(address.href), 400)).toContain('another sign-in');
    }

    expect(browser.pool.asked).toHaveLength(asked);
  });

  test('the browser of somebody else, who never began, is refused', async () => {
    const [attacker, victim] = [aBrowser(), aBrowser()];
    const address = attacker.pool.signIn((await attacker.begin()).location, ana);

    expect(refused(await victim.comeBack(address), 400)).toContain('not begun in this browser');
    expect(victim.pool.asked).toEqual([]);
  });

  test.each([
    '',
    '%',
    'bm90IGpzb24',
    textOf({ state: 's' }),
    textOf({ state: 1, verifier: 2, to: 3, at: 4 }),
  ])('a cookie "%s" that is none of ours is refused', async (value) => {
    const browser = aBrowser();
    browser.jar.set('__Host-baton-sign-in', value);

    refused(await browser.comeBack(`${origin}/auth/callback?code=c&state=s`), 400);
  });

  test('after ten minutes at the page it must begin anew', async () => {
    const browser = aBrowser();
    const address = browser.pool.signIn((await browser.begin()).location, ana);

    browser.wait(601);

    expect(refused(await browser.comeBack(address), 400)).toContain('ten minutes');
  });

  test('a code is good once: a replay gives no session', async () => {
    const browser = aBrowser();
    const begun = await browser.begin('/tasks');
    const cookie = browser.jar.get('__Host-baton-sign-in') ?? '';
    const address = browser.pool.signIn(begun.location, ana);
    await browser.comeBack(address);

    refused(await browser.comeBack(address), 400);
    browser.jar.set('__Host-baton-sign-in', cookie);
    const page = refused(await browser.comeBack(address), 400);

    expect(page).toContain('used before');
    expect(page).toContain('href="/auth/sign-in?to=%2Ftasks"');
    expect(browser.pool.sessions()).toBe(1);
  });

  test("a code that was begun in another browser does not fit this one's verifier", async () => {
    const victim = aBrowser();
    const thief = aBrowser(victim.pool, 100);
    const stolen = new URL(victim.pool.signIn((await victim.begin()).location, ana)).searchParams;
    const state = new URL((await thief.begin()).location).searchParams.get('state') ?? '';
    const query = new URLSearchParams({ code: stolen.get('code') ?? '', state });

    refused(await thief.comeBack(`${origin}/auth/callback?${query}`), 400);

    expect(victim.pool.asked.map(({ form }) => form.grant_type)).toEqual(['authorization_code']);
  });

  test('turning back at the page, and words of the page, are not shown as they came', async () => {
    const browser = aBrowser();
    const state = new URL((await browser.begin()).location).searchParams.get('state') ?? '';
    const query = new URLSearchParams({
      state,
      error: 'access_denied',
      error_description: '<script>alert(1)',
    });

    const page = refused(await browser.comeBack(`${origin}/auth/callback?${query}`), 400);

    expect(page).toContain('without an answer');
    expect(page).not.toContain('alert');
  });

  test.each([
    ['unreachable', 503, 'does not answer'],
    [{ status: 500, body: {} }, 503, 'does not answer'],
    [{ status: 429, body: {} }, 503, 'does not answer'],
    [{ status: 400, body: { error: 'invalid_client' } }, 500, 'not set up'],
    [{ status: 200, body: { access_token: 'a', expires_in: 1 } }, 500, 'not set up'],
    [{ status: 200, body: { access_token: 'a;b', refresh_token: 'r', expires_in: 1 } }, 500, 'not set up'],
    [
      { status: 200, body: { access_token: 'a', refresh_token: 'r; Path=/x', expires_in: 1 } },
      500,
      'not set up',
    ],
  ] as const)(
    'the sign-in service answering %j is told apart from a bad code',
    async (mood, status, words) => {
      const browser = aBrowser();
      const address = browser.pool.signIn((await browser.begin()).location, ana);
      browser.pool.become(mood);

      expect(refused(await browser.comeBack(address), status)).toContain(words);
    },
  );
});

describe('the page to return to', () => {
  test.each([
    '//evil.example',
    '///evil.example',
    '\\\\evil.example',
    '/\\evil.example',
    'https://evil.example',
    'https:evil.example',
    'javascript:alert(1)',
    '/%2f%2fevil.example',
    '/%2Fevil.example',
    '/%5cevil.example',
    '/x/..//evil.example',
    '/./%2e%2e/evil',
    '/\tevil',
    '/\nevil',
    '/x\r\nset-cookie: a=b',
    ' /evil',
    '/%0d%0aset-cookie:a',
    '/%00',
    '/%zz',
    '/"><script>',
    'evil',
    '@evil.example',
    '.evil.example',
    '/auth/sign-in',
    '/auth',
    '/auth/callback?code=1',
    '/%61uth/sign-in',
    '/api/home',
    `/${'x'.repeat(1024)}`,
    '',
  ])('%j leads to the first page instead', async (to) => {
    const browser = aBrowser();

    const { location } = await browser.signIn(to);

    expect(location).toBe(`${origin}/`);
  });

  test.each(['/', '/tasks?queue=sales&overdue=true', '/contacts/c%2F1#offers', '/authors', "/a(b)'c"])(
    '%j is kept',
    (to) => {
      expect(returnPath(to)).toBe(to);
    },
  );

  test('is looked at again when the browser comes back', async () => {
    const browser = aBrowser();
    const begun = await browser.begin();
    const text = Buffer.from(browser.jar.get('__Host-baton-sign-in') ?? '', 'base64url').toString();
    browser.jar.set('__Host-baton-sign-in', textOf({ ...JSON.parse(text), to: '//evil.example' }));

    const { location } = await browser.comeBack(browser.pool.signIn(begun.location, ana));

    expect(location).toBe(`${origin}/`);
  });
});

describe('staying signed in', () => {
  test('without the header of our pages nothing is given and nothing ends', async () => {
    const browser = aBrowser();
    await browser.signIn();
    const asked = browser.pool.asked.length;

    const others: Record<string, string>[] = [
      {},
      { 'x-baton': '' },
      { 'x-baton': '0' },
      { 'x-baton': 'true' },
    ];
    for (const headers of others) {
      expectRefusal(body(await browser.token(headers)), 403);
      expectRefusal(body(await browser.signOut(headers)), 403);
    }

    expect(browser.pool.asked).toHaveLength(asked);
    expect(browser.jar.get('__Host-baton')).toBeDefined();
  });

  test('without a session there is no token', async () => {
    const browser = aBrowser();

    expect(expectRefusal(body(await browser.token()), 401).error).toBe('there is no session in this browser');
  });

  test('a session that ended is forgotten', async () => {
    const browser = aBrowser();
    await browser.signIn();
    browser.pool.endSessions();

    expect(expectRefusal(body(await browser.token()), 401).error).toBe('the session has ended');
    expect(browser.jar.has('__Host-baton')).toBe(false);
  });

  test('a cookie that cannot be a token is not sent on', async () => {
    const browser = aBrowser();
    browser.jar.set('__Host-baton', 'a b');

    expectRefusal(body(await browser.token()), 401);
    expect(browser.pool.asked).toEqual([]);
  });

  test('a service that does not answer ends no session', async () => {
    const browser = aBrowser();
    await browser.signIn();
    browser.pool.become('unreachable');

    expectRefusal(body(await browser.token()), 503);
    browser.pool.become(undefined);

    expect((await browser.token()).status).toBe(200);
  });

  test('a token that is not meant for the API is no reason to sign in again, and again', async () => {
    const browser = aBrowser();
    await browser.signIn();
    const access_token = `h.${textOf({ sub: 's', token_use: 'access', client_id: 'client1', scope: 'openid' })}.s`;
    browser.pool.become({ status: 200, body: { access_token, expires_in: 900 } });

    const { result, lines } = await printedWhile(() => browser.token());

    expectRefusal(body(result), 500);
    expect(lines.join()).toContain('the token lacks the scope baton/api');
  });

  test('a refresh token that was changed for another is kept', async () => {
    const browser = aBrowser();
    await browser.signIn();
    const { accessToken } = JSON.parse((await browser.token()).body);
    browser.pool.become({
      status: 200,
      body: { access_token: accessToken, refresh_token: 'next', expires_in: 9 },
    });

    const { cookies, body: text } = await browser.token();

    expect(cookies).toEqual(['__Host-baton=next; Path=/; Secure; HttpOnly; SameSite=Strict']);
    expect(JSON.parse(text)).toMatchObject({ person: 'sub-1', expiresInSeconds: 9 });
  });
});

describe('signing out', () => {
  test('revokes the session and says where the other one ends', async () => {
    const browser = aBrowser();
    await browser.signIn();

    const { status, body: text } = await browser.signOut();

    expect([status, JSON.parse(text)]).toEqual([
      200,
      {
        url: `https://${browser.pool.domain}/logout?client_id=client1&logout_uri=https%3A%2F%2Fcrm.example.com%2F`,
      },
    ]);
    expect(browser.pool.sessions()).toBe(0);
    expectRefusal(body(await browser.token()), 401);
  });

  test('clears the cookie also where nobody can be asked to revoke it, and says so in the log', async () => {
    const browser = aBrowser();
    await browser.signIn();
    browser.pool.become('unreachable');

    const { result, lines } = await printedWhile(() => browser.signOut());

    expect(result.status).toBe(200);
    expect(browser.jar.size).toBe(0);
    expect(lines).toEqual([expect.stringContaining('a refresh token was not revoked')]);
  });
});

test('no token, code or address is logged, whatever happens', async () => {
  const browser = aBrowser();

  const { lines } = await printedWhile(async () => {
    await browser.signIn('/contacts/quetzal');
    await browser.token();
    for (const mood of [
      'unreachable',
      { status: 400, body: { error: 'invalid_client', error_description: `no ${browser.pool.secrets[0]}` } },
      { status: 400, body: { error: 'ana@example.com' } },
      { status: 200, body: 'ana@example.com' },
    ] as const) {
      browser.pool.become(mood);
      await browser.token();
      await browser.comeBack(browser.pool.signIn((await browser.begin()).location, ana));
    }
    await browser.signOut();
  });

  expect(lines.length).toBeGreaterThan(3);
  for (const secret of [...browser.pool.secrets, ana.email, 'quetzal', ...browser.jar.values()])
    expect(lines.join('\n')).not.toContain(secret);
});

test('what the deployment did not give is named, and no address with a path is taken for an origin', () => {
  const flaws = (env: object) => AuthConfig.safeParse(env).error?.issues.map(({ path }) => path.join());

  expect(flaws({})).toEqual(['AUTH_DOMAIN', 'AUTH_CLIENT_ID', 'AUTH_ORIGIN']);
  expect(flaws({ AUTH_DOMAIN: 'https://x.y', AUTH_CLIENT_ID: 'a', AUTH_ORIGIN: `${origin}/` })).toEqual([
    'AUTH_DOMAIN',
    'AUTH_ORIGIN',
  ]);
});
