import { createHash, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';
import type { ErrorView, SessionView, SignedOutView } from '../api/views.ts';
import type { Clock, Log } from '../ports.ts';
import {
  beginCookie,
  cookieIn,
  cookieNames,
  endBegun,
  endSession,
  sessionCookie,
  signInSeconds,
} from '../sign-in/cookies.ts';
import { failurePage, failurePagePolicy } from '../sign-in/failure-page.ts';
import { returnPath } from '../sign-in/return-path.ts';
import { type Fetch, type TokenAnswer, tokenService, tokenShape } from '../sign-in/token-service.ts';
import { apiScope, callerInClaims } from './caller.ts';
import type { Handler } from './task.ts';

/** Where people sign in, as which client, and the address that they come from and go back to. */
export type AuthConfig = z.infer<typeof AuthConfig>;
export const AuthConfig = z
  .object({
    AUTH_DOMAIN: z.string().regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'must be a host name'),
    AUTH_CLIENT_ID: z.string().regex(/^[\w+]+$/),
    AUTH_ORIGIN: z.string().regex(/^https:\/\/[a-z0-9.-]+$/, 'must be an https origin without a path'),
  })
  .transform((given) => ({
    domain: given.AUTH_DOMAIN,
    clientId: given.AUTH_CLIENT_ID,
    origin: given.AUTH_ORIGIN,
  }));

export type AuthDoors = { fetch: Fetch; clock: Clock; random: (bytes: number) => Uint8Array; log: Log };

type Context = AuthDoors & { config: AuthConfig; service: ReturnType<typeof tokenService> };
type Call = { query: Record<string, string>; headers: Record<string, string | undefined>; cookies: string[] };
type Reply = { status: number; headers?: Record<string, string>; cookies?: string[]; body?: string };
type Endpoint = (context: Context, call: Call) => Reply | Promise<Reply>;

const HttpEvent = z.object({
  routeKey: z.string(),
  rawQueryString: z.string().default(''),
  headers: z.record(z.string(), z.string().optional()),
  cookies: z.array(z.string()).default([]),
});

/**
 * Signing in, staying signed in and signing out, behind API Gateway (payload format 2.0): authorization code with PKCE
 * (RFC 7636), the refresh token kept from every script.
 *
 * 1. A sign-in ends only in the browser that began it: state and verifier are in a cookie of that browser.
 * 2. It returns to a page of this origin and to no other.
 * 3. What has an effect needs a header that pages of other sites cannot send.
 * 4. No token, code or address is logged, nor shown where it is not asked for.
 */
export function authHandler(
  config: AuthConfig,
  doors: AuthDoors,
  routes: ReadonlyMap<string, { endpoint: string }>,
): Handler {
  for (const [route, { endpoint }] of routes)
    if (!endpoints[endpoint]) throw new Error(`route ${route} names no endpoint: ${endpoint}`);
  const context: Context = { ...doors, config, service: tokenService(config, doors.fetch) };
  return async (event) => {
    const { routeKey, rawQueryString, headers, cookies } = HttpEvent.parse(event);
    const endpoint = endpoints[routes.get(routeKey)?.endpoint ?? ''] ?? nothingHere;
    const query = Object.fromEntries(new URLSearchParams(rawQueryString));
    const reply = await endpoint(context, { query, headers, cookies });
    return {
      statusCode: reply.status,
      headers: { ...everyHeader, ...reply.headers },
      cookies: reply.cookies ?? [],
      body: reply.body ?? '',
    };
  };
}

const everyHeader = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

const endpoints: Record<string, Endpoint> = {
  'sign-in': signIn,
  callback,
  token: (context, call) => refuseForeign(call) ?? token(context, call),
  'sign-out': (context, call) => refuseForeign(call) ?? signOut(context, call),
};

const Begun = z.strictObject({
  state: z.string(),
  verifier: z.string(),
  to: z.string().transform(returnPath),
  at: z.iso.datetime(),
});

/** https://docs.aws.amazon.com/cognito/latest/developerguide/authorization-endpoint.html */
function signIn({ config, clock, random }: Context, { query }: Call): Reply {
  const secret = () => Buffer.from(random(32)).toString('base64url');
  const begun: z.input<typeof Begun> = {
    state: secret(),
    verifier: secret(),
    to: returnPath(query.to),
    at: clock.now().toISOString(),
  };
  const asked = new URLSearchParams({
    response_type: 'code',
    client_id: config.clientId,
    redirect_uri: callbackOf(config),
    scope: `openid email ${apiScope}`,
    state: begun.state,
    code_challenge_method: 'S256',
    code_challenge: sha256(begun.verifier).toString('base64url'),
  });
  const cookie = beginCookie(Buffer.from(JSON.stringify(begun)).toString('base64url'));
  return redirect(`https://${config.domain}/oauth2/authorize?${asked}`, [cookie]);
}

const callbackOf = ({ origin }: AuthConfig): string => `${origin}/auth/callback`;

/** Back from the sign-in page, with a code that is good once. */
async function callback(context: Context, { query, cookies }: Call): Promise<Reply> {
  const { config, service } = context;
  const begun = begunIn(cookies, context);
  if (!begun)
    return notSignedIn(400, 'This sign-in was not begun in this browser, or more than ten minutes ago.');

  const { to, state, verifier } = begun;
  if (!isSame(state, query.state ?? ''))
    return notSignedIn(400, 'This answer belongs to another sign-in than the one begun last here.', { to });
  if (!query.code)
    return notSignedIn(400, 'The sign-in page sent you back without an answer.', { to, cookies: [endBegun] });

  const answer = await service.exchange(query.code, verifier, callbackOf(config));
  if (answer.kind === 'tokens' && answer.refreshToken)
    // The next request is for a file that needs no cookie: a Strict one is not sent on a way that began at another site.
    // It is sent when the page that was loaded then asks for a token.
    return redirect(`${config.origin}${to}`, [sessionCookie(answer.refreshToken), endBegun]);

  const { status, reason } = whyNoTokens(context, answer);
  return notSignedIn(status, reason, { to, cookies: [endBegun] });
}

function begunIn(cookies: string[], { clock }: Context): z.infer<typeof Begun> | undefined {
  const text = Buffer.from(cookieIn(cookies, cookieNames.begun) ?? '', 'base64url').toString('utf8');
  const begun = Begun.safeParse(jsonIn(text)).data;
  if (!begun) return undefined;
  return clock.now().getTime() - Date.parse(begun.at) <= signInSeconds * 1000 ? begun : undefined;
}

/** An access token for the page, as long as the refresh token is good. */
async function token(context: Context, { cookies }: Call): Promise<Reply> {
  const { config, service } = context;
  const refreshToken = cookieIn(cookies, cookieNames.session);
  if (!refreshToken || !tokenShape.test(refreshToken))
    return signedOut('there is no session in this browser');

  const answer = await service.refresh(refreshToken);
  if (answer.kind === 'refused') return signedOut('the session has ended');
  if (answer.kind !== 'tokens') return withoutTokens(context, answer);

  const caller = callerInClaims(claimsIn(answer.accessToken), config);
  if (caller.kind === 'unknown') return withoutTokens(context, { kind: 'failed', reason: caller.reason });

  const { email } = Profile.parse(answer.idToken ? claimsIn(answer.idToken) : {});
  const session: SessionView = {
    accessToken: answer.accessToken,
    expiresInSeconds: answer.expiresInSeconds,
    person: email ?? caller.person,
    roles: [...caller.roles],
  };
  return json(200, session, answer.refreshToken ? [sessionCookie(answer.refreshToken)] : []);
}

const Profile = z.object({ email: z.string().optional() }).catch({});

/** The cookie goes in any case; a refresh token that could not be revoked is then held by nobody and runs out. */
async function signOut({ config, service, log }: Context, { cookies }: Call): Promise<Reply> {
  const refreshToken = cookieIn(cookies, cookieNames.session);
  if (refreshToken && !(await service.revoke(refreshToken)))
    log.warn('a refresh token was not revoked', { reason: 'the sign-in service did not confirm it' });
  const asked = new URLSearchParams({ client_id: config.clientId, logout_uri: `${config.origin}/` });
  const view: SignedOutView = { url: `https://${config.domain}/logout?${asked}` };
  return json(200, view, [endSession]);
}

/** A page of another site can make a browser post, cookies and all, but not with a header of its own choice. */
function refuseForeign({ headers }: Call): Reply | undefined {
  if (headers['x-baton'] === '1') return undefined;
  const [reason, remedy] = ['the request does not come from a page of Baton', 'send the header x-baton: 1'];
  return refused(403, { path: 'x-baton', reason, remedy });
}

const signedOut = (reason: string): Reply =>
  refused(401, { path: 'cookie', reason, remedy: 'sign in at /auth/sign-in' }, [endSession]);

function withoutTokens(context: Context, answer: TokenAnswer): Reply {
  const { status, reason } = whyNoTokens(context, answer);
  return refused(status, { path: '(host)', reason, remedy: 'try again later' });
}

/** Says why there are no tokens, and logs what somebody has to mend. */
function whyNoTokens({ log }: Context, answer: TokenAnswer): { status: number; reason: string } {
  if (answer.kind === 'refused')
    return { status: 400, reason: 'The answer of the sign-in page was used before, or is too old.' };
  if (answer.kind === 'silent') return { status: 503, reason: 'The sign-in service does not answer.' };
  const reason = answer.kind === 'failed' ? answer.reason : 'no refresh token';
  log.error('the sign-in service does not fit its configuration', { reason });
  return { status: 500, reason: 'Signing in is not set up as it should be; it is in the log.' };
}

const redirect = (location: string, cookies: string[]): Reply => ({
  status: 302,
  headers: { location },
  cookies,
});

const json = (status: number, body: ErrorView | SessionView | SignedOutView, cookies?: string[]): Reply => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  cookies,
  body: JSON.stringify(body),
});

const refused = (status: number, problem: ErrorView['problems'][number], cookies?: string[]): Reply =>
  json(status, { error: problem.reason, problems: [problem] }, cookies);

const nothingHere = (): Reply =>
  refused(404, {
    path: '(path)',
    reason: 'there is nothing at this address',
    remedy: 'sign in at /auth/sign-in',
  });

function notSignedIn(
  status: number,
  reason: string,
  { to = '/', cookies }: { to?: string; cookies?: string[] } = {},
): Reply {
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': failurePagePolicy,
  };
  return { status, headers, cookies, body: failurePage({ reason, to }) };
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();
const isSame = (one: string, other: string): boolean => timingSafeEqual(sha256(one), sha256(other));

/** What a token says. It came from the user pool over TLS, which stands for the signature (OpenID Connect Core, 3.1.3.7). */
const claimsIn = (token: string): unknown =>
  jsonIn(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
