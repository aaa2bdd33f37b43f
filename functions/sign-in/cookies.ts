/**
 * The two cookies of signing in. `__Host-` makes the browser take them from this host alone, over HTTPS, for all paths;
 * no script reads them.
 */
export const cookieNames = {
  /** Lives while somebody is at the sign-in page. */
  begun: '__Host-baton-sign-in',
  /** Holds the refresh token until the browser closes; how long that is good for is the user pool's business. */
  session: '__Host-baton',
} as const;

/** How long somebody may take at the sign-in page. */
export const signInSeconds = 600;

const always = 'Path=/; Secure; HttpOnly';

/** Lax, not Strict: the browser comes back from another site, and would not bring a Strict cookie along. */
export const beginCookie = (value: string): string =>
  `${cookieNames.begun}=${value}; ${always}; SameSite=Lax; Max-Age=${signInSeconds}`;

/** Strict: it goes with what our own pages ask for, and never with a request that another site caused. */
export const sessionCookie = (refreshToken: string): string =>
  `${cookieNames.session}=${refreshToken}; ${always}; SameSite=Strict`;

export const endBegun = `${cookieNames.begun}=; ${always}; SameSite=Lax; Max-Age=0`;
export const endSession = `${cookieNames.session}=; ${always}; SameSite=Strict; Max-Age=0`;

/** The value of a cookie that came along, from API Gateway's list of `name=value`. */
export const cookieIn = (cookies: readonly string[], name: string): string | undefined =>
  cookies.find((cookie) => cookie.startsWith(`${name}=`))?.slice(name.length + 1) || undefined;
