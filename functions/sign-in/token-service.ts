import * as z from 'zod';

/** What tokens are made of; nothing that could end a cookie or begin another. */
export const tokenShape = /^[\w.~+/=-]+$/;
const Token = z.string().regex(tokenShape);

const Tokens = z
  .object({
    access_token: Token,
    id_token: Token.optional(),
    refresh_token: Token.optional(),
    expires_in: z.number().int().positive(),
  })
  .transform(({ access_token, id_token, refresh_token, expires_in }) => ({
    accessToken: access_token,
    idToken: id_token,
    refreshToken: refresh_token,
    expiresInSeconds: expires_in,
  }));

/**
 * What came of asking. `refused`: the code or refresh token is used, expired or revoked, and another try will not help.
 * `silent`: nobody answered, or too much was asked. `failed`: the deployment does not fit; `reason` may be logged.
 */
export type TokenAnswer =
  | ({ kind: 'tokens' } & z.infer<typeof Tokens>)
  | { kind: 'refused' | 'silent' }
  | { kind: 'failed'; reason: string };

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

const codes = ['invalid_request', 'invalid_client', 'invalid_grant', 'unauthorized_client'] as const;
const Refusal = z.object({ error: z.enum(codes) });
const patienceMs = 10_000;

/**
 * The OAuth endpoints of a user pool's domain, for a public client.
 * https://docs.aws.amazon.com/cognito/latest/developerguide/token-endpoint.html
 * https://docs.aws.amazon.com/cognito/latest/developerguide/revocation-endpoint.html
 */
export function tokenService({ domain, clientId }: { domain: string; clientId: string }, fetch: Fetch) {
  const post = async (path: string, form: Record<string, string>): Promise<Response | undefined> =>
    fetch(`https://${domain}/oauth2/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ client_id: clientId, ...form }).toString(),
      redirect: 'error',
      signal: AbortSignal.timeout(patienceMs),
    }).catch(() => undefined);

  async function tokens(form: Record<string, string>): Promise<TokenAnswer> {
    const response = await post('token', form);
    if (!response || response.status >= 500 || response.status === 429) return { kind: 'silent' };
    const body: unknown = await response.json().catch(() => undefined);
    if (!response.ok) return refusal(body);
    const given = Tokens.safeParse(body);
    return given.success
      ? { kind: 'tokens', ...given.data }
      : { kind: 'failed', reason: 'the answer holds no tokens' };
  }

  return {
    exchange: (code: string, verifier: string, redirect: string) =>
      tokens({ grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: redirect }),
    refresh: (refreshToken: string) => tokens({ grant_type: 'refresh_token', refresh_token: refreshToken }),
    /** Also every access token that came from it. `false` where that cannot be said for sure. */
    revoke: async (refreshToken: string): Promise<boolean> =>
      (await post('revoke', { token: refreshToken }))?.ok ?? false,
  };
}

/** Only codes on the list are passed on: the rest of the answer may quote what was sent. */
function refusal(body: unknown): TokenAnswer {
  const code = Refusal.safeParse(body).data?.error;
  return code === 'invalid_grant'
    ? { kind: 'refused' }
    : { kind: 'failed', reason: code ?? 'no known reason' };
}
