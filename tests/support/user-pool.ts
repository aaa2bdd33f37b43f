import { createHash } from 'node:crypto';

export type Account = { email: string; groups: string[]; sub?: string };
type Grant = { account: Account; challenge: string; redirect: string };

export const textOf = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A user pool as far as signing in reaches: codes that are good once and with their verifier, refresh tokens, revocation. */
export function createUserPool({
  clientId = 'client1',
  domain = 'baton.auth.example.com',
  lifetimeSeconds = 900,
} = {}) {
  const codes = new Map<string, Grant>();
  const sessions = new Map<string, Account>();
  const asked: { path: string; form: Record<string, string> }[] = [];
  const secrets: string[] = [];
  const good = new Set<string>();
  let made = 0;
  let mood: { status: number; body: unknown } | 'unreachable' | undefined;

  const secret = (kind: string): string => {
    made += 1;
    secrets.push(`${kind}-${made}.secret`);
    return `${kind}-${made}.secret`;
  };

  function tokensFor(account: Account, refresh?: string) {
    const claims = {
      sub: account.sub ?? 'sub-1',
      token_use: 'access',
      client_id: clientId,
      scope: 'openid email baton/api',
      'cognito:groups': account.groups,
      jti: `${made}`,
    };
    const access_token = `${textOf({ alg: 'RS256' })}.${textOf(claims)}.${secret('signature')}`;
    const id_token = `${textOf({ alg: 'RS256' })}.${textOf({ sub: claims.sub, token_use: 'id', email: account.email })}.s`;
    secrets.push(access_token, id_token);
    good.add(access_token);
    return {
      access_token,
      id_token,
      expires_in: lifetimeSeconds,
      token_type: 'Bearer',
      refresh_token: refresh,
    };
  }

  function answer(path: string, form: Record<string, string>): { status: number; body: unknown } {
    const refused = { status: 400, body: { error: 'invalid_grant' } };
    if (form.client_id !== clientId) return { status: 400, body: { error: 'invalid_client' } };
    if (path === '/oauth2/revoke') {
      sessions.delete(form.token ?? '');
      return { status: 200, body: '' };
    }
    if (form.grant_type === 'refresh_token') {
      const account = sessions.get(form.refresh_token ?? '');
      return account ? { status: 200, body: tokensFor(account) } : refused;
    }
    const grant = codes.get(form.code ?? '');
    codes.delete(form.code ?? '');
    const challenge = createHash('sha256')
      .update(form.code_verifier ?? '')
      .digest('base64url');
    if (!grant || grant.challenge !== challenge || grant.redirect !== form.redirect_uri) return refused;
    const refresh = secret('refresh');
    sessions.set(refresh, grant.account);
    return { status: 200, body: tokensFor(grant.account, refresh) };
  }

  return {
    domain,
    clientId,
    /** What was asked, oldest first. */
    asked,
    /** Codes and tokens that were given out. */
    secrets,
    fetch: async (url: string, init: RequestInit): Promise<Response> => {
      const { host, pathname } = new URL(url);
      const form = Object.fromEntries(new URLSearchParams(String(init.body)));
      asked.push({ path: pathname, form });
      if (mood === 'unreachable' || host !== domain) throw new TypeError(`fetch failed: ${url}`);
      const { status, body } = mood ?? answer(pathname, form);
      return new Response(JSON.stringify(body), { status });
    },
    /** Somebody signs in at the page that an address leads to: the address the browser is sent back to. */
    signIn(address: string, account: Account): string {
      const asked = new URL(address).searchParams;
      const code = secret('code');
      const redirect = asked.get('redirect_uri') ?? '';
      codes.set(code, { account, challenge: asked.get('code_challenge') ?? '', redirect });
      return `${redirect}?${new URLSearchParams({ code, state: asked.get('state') ?? '' })}`;
    },
    /** Every later answer, instead of its own. */
    become(next: typeof mood): void {
      mood = next;
    },
    /** What the gateway finds in a token, where it is good. */
    claimsIn: (token: string): object | undefined =>
      good.has(token)
        ? JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'))
        : undefined,
    expireTokens: () => good.clear(),
    endSessions: () => sessions.clear(),
    sessions: () => sessions.size,
  };
}
