import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Caller } from '@baton/functions/handlers/caller.ts';
import { invalid, notFound, ok, type Reply, refusal } from '@baton/functions/handlers/endpoints/reply.ts';
import type { Store } from '@baton/functions/ports.ts';
import { returnPath } from '@baton/functions/sign-in/return-path.ts';
import type { Json } from '@baton/rules/json.ts';
import { roles } from '@baton/rules/roles.ts';
import * as z from 'zod';
import { httpRoutes, routeKeyOf } from '../../routes.ts';
import { signInPage } from './page.ts';
import { ownerId, type People, Person } from './people.ts';
import type { Signer } from './signed.ts';

/**
 * Signing in on one machine, in the words that the designer speaks on AWS too.
 *
 * 1. A link that the host or an administrator gave out signs one browser in, once, within a day (`/in/…`).
 * 2. The browser then holds a cookie that no script reads, and asks with it for a token that is good for a quarter of an hour
 *    (`POST /auth/token`). Requests to the API carry the token, so no other site can make them.
 * 3. Who holds the key in `host.json`, which only the owner of the data folder can read, is this machine's user.
 * 4. Systems on this machine post events without signing; every other route wants to know who asks.
 */
export type SignIn = {
  callerOf(event: unknown): Caller;
  /** The answer to a request that is about signing in or about people; `undefined` for any other. */
  answer(request: Asked): Promise<Answered | undefined>;
  /** A link that signs a browser in as a person. */
  linkFor(person: string): { url: string; expiresAt: string } | undefined;
};

type Asked = {
  method: string;
  pathname: string;
  query: URLSearchParams;
  headers: Record<string, string>;
  body: () => Promise<Json | undefined>;
};
export type Answered = { reply?: Reply; page?: string; to?: string; status?: number; cookies?: string[] };

const linkHours = 24;
const sessionDays = 30;
const tokenSeconds = 900;
const cookieName = 'baton';

const Link = z.object({ person: z.string(), nonce: z.string(), until: z.number() });
const Session = z.object({ person: z.string(), until: z.number() });

export function createSignIn({
  people,
  signer,
  store,
  hostKey,
  origin,
  now = Date.now,
}: {
  people: People;
  signer: Signer;
  store: Store;
  /** Of this run of the host. */
  hostKey: string;
  origin: () => string;
  now?: () => number;
}): SignIn {
  const named = (id: string): Person | undefined => {
    const person = people.get(id);
    return person?.left ? undefined : person;
  };
  const valid = <T extends { person: string; until: number }>(
    shape: z.ZodType<T>,
    use: string,
    text: string,
  ) => {
    const read = shape.safeParse(signer.read(use, text));
    return read.success && read.data.until > now() ? named(read.data.person) && read.data : undefined;
  };

  function linkFor(id: string): { url: string; expiresAt: string } | undefined {
    if (!named(id)) return undefined;
    const until = now() + linkHours * 3_600_000;
    const token = signer.sign('link', { person: id, nonce: randomBytes(9).toString('base64url'), until });
    return { url: `${origin()}/in/${token}`, expiresAt: new Date(until).toISOString() };
  }

  /** A link is used by whoever writes its row first. */
  async function signInBy(token: string, wanted: string | undefined): Promise<Answered> {
    const link = valid(Link, 'link', token);
    const item = link && { pk: `LINK#${link.nonce}`, sk: 'LINK', ttl: Math.ceil(link.until / 1000) };
    const used =
      item && (await store.transact([{ kind: 'put', table: 'guard', item, if: { absent: true } }]));
    if (!link || !used?.ok)
      return { status: 403, page: signInPage('This link is used, too old, or not one of ours.') };
    await store.durable();
    const seconds = sessionDays * 86_400;
    const session = signer.sign('session', { person: link.person, until: now() + seconds * 1000 });
    return { to: returnPath(wanted), cookies: [...cookies(session, seconds), wantedCookie('', 0)] };
  }

  function token({ headers }: Asked): Answered {
    if (headers['x-baton'] === undefined)
      return { reply: { status: 403, body: refusal('only pages of Baton ask for this', []) } };
    const session = valid(Session, 'session', cookieIn(headers.cookie ?? ''));
    const person = session && named(session.person);
    if (!person) return { reply: { status: 401, body: refusal('you are not signed in', []) } };
    const accessToken = signer.sign('token', { person: person.id, until: now() + tokenSeconds * 1000 });
    return {
      reply: ok({ accessToken, expiresInSeconds: tokenSeconds, person: person.name, roles: person.roles }),
    };
  }

  function callerOf(event: unknown): Caller {
    const { routeKey, headers } = Event.parse(event);
    const [, bearer = ''] = /^Bearer (.+)$/i.exec(headers.authorization ?? '') ?? [];
    if (bearer !== '' && same(bearer, hostKey))
      return { kind: 'known', person: ownerId, roles: roles.map(({ id }) => id) };
    const read = bearer === '' ? undefined : valid(Session, 'token', bearer);
    const person = read && named(read.person);
    if (person) return { kind: 'known', person: person.id, roles: person.roles };
    if (forSystems.has(routeKey)) return { kind: 'known', person: 'a system', roles: ['service'] };
    return { kind: 'unknown', reason: bearer === '' ? 'nobody is signed in' : 'the session is over' };
  }

  async function peopleAnswer(asked: Asked): Promise<Answered> {
    const caller = callerOf({ routeKey: '', headers: asked.headers });
    if (caller.kind === 'unknown') return { reply: { status: 401, body: refusal(caller.reason, []) } };
    if (asked.method === 'GET' && asked.pathname === '/api/people/names')
      return { reply: ok({ names: names() }) };
    if (!caller.roles.includes('admin'))
      return { reply: { status: 403, body: refusal('only an administrator sees to people', []) } };
    const [, , , id, what] = asked.pathname.split('/');
    if (asked.method === 'GET' && id === undefined) return { reply: ok({ people: people.all() }) };
    if (asked.method !== 'POST' || id === undefined) return { reply: nothingHere };
    if (what === 'link') {
      const link = linkFor(id);
      return {
        reply: link
          ? ok(link)
          : notFound('personId', `nobody named "${id}" may sign in`, 'take the id from GET /api/people'),
      };
    }
    return { reply: await putPerson(id, await asked.body()) };
  }

  /** What records say of who did something is an id; pages say the name. */
  const names = () => Object.fromEntries(people.all().map(({ id, name }) => [id, name]));

  async function putPerson(id: string, body: Json | undefined): Promise<Reply> {
    const given = typeof body === 'object' && body !== null && !Array.isArray(body) ? body : {};
    const person = Person.safeParse({ ...given, id });
    if (!person.success) {
      const [issue] = person.error.issues;
      return invalid(issue?.path.join('.') || '(body)', issue?.message ?? '', 'send name and roles');
    }
    const others = people.all().filter((other) => other.id !== id && !other.left);
    const isAdmin = (one: Person) => !one.left && one.roles.includes('admin');
    if (!isAdmin(person.data) && !others.some(isAdmin))
      return invalid(
        'roles',
        'nobody would be left to see to people',
        'make somebody else an administrator first',
      );
    await people.put(person.data);
    return ok(person.data);
  }

  return {
    callerOf,
    linkFor,
    answer: async (asked) => {
      const { method, pathname, query, headers } = asked;
      if (method === 'GET' && pathname.startsWith('/in/'))
        return signInBy(pathname.slice('/in/'.length), wantedIn(headers));
      if (pathname === '/api/people' || pathname.startsWith('/api/people/')) return peopleAnswer(asked);
      if (!pathname.startsWith('/auth/')) return undefined;
      if (method === 'POST' && pathname === '/auth/token') return token(asked);
      if (method === 'POST' && pathname === '/auth/sign-out')
        return { reply: ok({ url: '/auth/sign-in' }), cookies: cookies('', 0) };
      if (method === 'GET' && pathname === '/auth/sign-in') {
        const session = valid(Session, 'session', cookieIn(headers.cookie ?? ''));
        const to = returnPath(query.get('to') ?? undefined);
        return session
          ? { to }
          : { status: 401, page: signInPage(), cookies: [wantedCookie(to, wantedSeconds)] };
      }
      return { reply: nothingHere };
    },
  };
}

const Event = z.object({ routeKey: z.string(), headers: z.record(z.string(), z.string()) });

/** Routes that systems use; they are for nobody else. */
const forSystems = new Set(httpRoutes.filter(({ roles: [only] }) => only === 'service').map(routeKeyOf));

const nothingHere = notFound(
  '(path)',
  'there is nothing at this address',
  'see README for the addresses of the API',
);

/**
 * Loopback has no TLS, so the cookies cannot say `Secure`; they go to this host alone, and with our own pages only. The second
 * holds nothing: it tells the page that there is a session, which the first, that no script reads, cannot.
 */
const cookies = (value: string, seconds: number): string[] => [
  `${cookieName}=${value}; Path=/auth; HttpOnly; SameSite=Strict; Max-Age=${seconds}`,
  `${cookieName}-signed-in=yes; Path=/; SameSite=Strict; Max-Age=${seconds}`,
];

const cookieIn = (header: string, name = cookieName): string =>
  header
    .split(';')
    .map((entry) => entry.trim())
    .find((entry) => entry.startsWith(`${name}=`))
    ?.slice(name.length + 1) ?? '';

/** The page that somebody asked for who was not signed in: the link that signs them in opens it. Lax, because links are clicked in mails. */
const wantedCookie = (path: string, seconds: number): string =>
  `${cookieName}-wanted=${encodeURIComponent(path)}; Path=/in; HttpOnly; SameSite=Lax; Max-Age=${seconds}`;
const wantedSeconds = 3600;

function wantedIn({ cookie = '' }: Record<string, string>): string | undefined {
  try {
    return decodeURIComponent(cookieIn(cookie, `${cookieName}-wanted`));
  } catch {
    return undefined;
  }
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
