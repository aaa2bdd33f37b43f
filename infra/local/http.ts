import { type FileHandle, open } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join, normalize, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { contentType } from '@baton/functions/adapters/content-types.ts';
import { bodyLimit } from '@baton/functions/api/limits.ts';
import { tooLarge } from '@baton/functions/handlers/api.ts';
import { refusal } from '@baton/functions/handlers/endpoints/reply.ts';
import type { Handler } from '@baton/functions/handlers/task.ts';
import { readJsonText } from '@baton/rules/documents/json-text.ts';
import * as z from 'zod';
import { type HttpRoute, httpRoutes, openRoutes, routeKeyOf, segmentRoutes } from '../routes.ts';
import type { Changes } from './changes.ts';
import { signInPolicy } from './sign-in/page.ts';
import type { Answered, SignIn } from './sign-in/sign-in.ts';

export type HttpOptions = {
  /** Handles API Gateway events of payload format 2.0. */
  api: Handler;
  /** Folder with the built designer. */
  designer: string;
  port: number;
  /** Who people are; without it whoever asks is this machine's user. */
  signIn?: Pick<SignIn, 'answer' | 'callerOf'>;
  /** Tells open pages that something changed. */
  changes?: Pick<Changes, 'listen'>;
  /** Largest request still read so that it can be answered; beyond it the connection is closed. */
  readLimit?: number;
};

const Answer = z.object({
  statusCode: z.number(),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
});

/** Loopback only: the designer's files and the API, each request turned into the event that API Gateway would send. */
export async function serve({
  api,
  designer,
  port,
  signIn,
  changes,
  readLimit = 4 * bodyLimit,
}: HttpOptions): Promise<Server> {
  const routes = compileRoutes([...httpRoutes, ...openRoutes, ...segmentRoutes]);
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      response.statusCode = 500;
      response.end(JSON.stringify(refusal('something in Baton went wrong', [])));
      process.stderr.write(`request failed: ${error instanceof Error ? error.message : String(error)}\n`);
    });
  });
  server.headersTimeout = 10_000;
  server.requestTimeout = 30_000;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    secure(response);
    const address = addressOf(request.url ?? '/');
    const isOpen = address?.pathname.startsWith('/u/') ?? false;
    const stranger = isOpen ? undefined : strangerIn(request);
    if (stranger)
      return send(
        response,
        403,
        refusal('Baton answers to this machine only', [
          { ...stranger, remedy: 'open the URL that was printed at start' },
        ]),
      );
    if (!address)
      return send(
        response,
        400,
        refusal('the address cannot be read', [
          {
            path: request.url ?? '',
            reason: 'it is no path of this host',
            remedy: 'begin the address with one slash, for example /api/home',
          },
        ]),
      );
    const { pathname, search } = address;
    if (changes && pathname === '/api/changes' && request.method === 'GET') {
      const caller = signIn?.callerOf({ routeKey: '', headers: headersOf(request) });
      if (caller?.kind === 'unknown') return send(response, 401, refusal(caller.reason, []));
      return changes.listen(response);
    }
    const entered = await enter(request, pathname, search);
    if (entered) return sendEntered(response, entered);
    if (isOpen || /^\/(api|v1)\//.test(pathname)) return answerApi(request, response, pathname, search);
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return refuseMethod(response, request.method, pathname, ['GET', 'HEAD']);
    return sendFile(response, designer, pathname, request.method === 'HEAD');
  }

  async function enter(
    request: IncomingMessage,
    pathname: string,
    search: string,
  ): Promise<Answered | undefined> {
    return signIn?.answer({
      method: request.method ?? 'GET',
      pathname,
      query: new URLSearchParams(search),
      headers: headersOf(request),
      body: async () => {
        const read = readJsonText((await readBody(request, readLimit)) ?? '');
        return 'flaw' in read ? undefined : z.json().parse(read.value);
      },
    });
  }

  async function answerApi(
    request: IncomingMessage,
    response: ServerResponse,
    pathname: string,
    search: string,
  ): Promise<void> {
    if (decode(pathname) === undefined)
      return send(
        response,
        400,
        refusal('the address cannot be read', [
          {
            path: pathname,
            reason: 'its percent-encoding is broken',
            remedy: 'encode every part of the address as UTF-8',
          },
        ]),
      );
    const found = match(routes, request.method ?? 'GET', pathname);
    if (!found.ok)
      return found.allow
        ? refuseMethod(response, request.method, pathname, found.allow)
        : send(
            response,
            404,
            refusal('there is nothing at this address', [
              {
                path: pathname,
                reason: 'no such address',
                remedy: 'see README for the addresses of the API',
              },
            ]),
          );
    const body = await readBody(request, readLimit);
    if (body === undefined) {
      const { status, body: refused } = tooLarge();
      response.setHeader('connection', 'close');
      return send(response, status, refused);
    }
    const event = {
      version: '2.0',
      routeKey: found.routeKey,
      rawPath: pathname,
      rawQueryString: search.slice(1),
      headers: headersOf(request),
      pathParameters: found.parameters,
      requestContext: { http: { method: request.method, path: pathname } },
      body,
      isBase64Encoded: false,
    };
    const { statusCode, headers, body: text } = Answer.parse(await api(event));
    response.writeHead(statusCode, headers);
    response.end(text);
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return server;
}

const headersOf = (request: IncomingMessage): Record<string, string> =>
  Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));

function sendEntered(response: ServerResponse, { reply, page, to, status, cookies = [] }: Answered): void {
  if (cookies.length > 0) response.setHeader('set-cookie', cookies);
  response.setHeader('cache-control', 'no-store');
  if (reply) send(response, reply.status, reply.body);
  else if (to !== undefined) response.writeHead(303, { location: to }).end();
  else {
    response.setHeader('content-security-policy', signInPolicy);
    response.writeHead(status ?? 200, { 'content-type': 'text/html; charset=utf-8' }).end(page);
  }
}

const localNames = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Links in messages come by whatever name is made public. A page of another site must not reach the API, nor through a name that it points at this machine (DNS rebinding). */
function strangerIn({ headers }: IncomingMessage): { path: string; reason: string } | undefined {
  const { host = '', origin } = headers;
  if (!localNames.has(host.replace(/:\d+$/, '')))
    return { path: 'host', reason: `"${host}" is not a local name` };
  if (origin !== undefined && origin !== `http://${host}`)
    return { path: 'origin', reason: `a page of "${origin}" may not ask` };
  return undefined;
}

/** Path and query of a request line; `undefined` where it names a host, because this one answers for itself alone. */
function addressOf(target: string): Pick<URL, 'pathname' | 'search'> | undefined {
  return /^\/(?![/\\])/.test(target) ? new URL(`http://local${target}`) : undefined;
}

function secure(response: ServerResponse): void {
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('referrer-policy', 'no-referrer');
  response.setHeader('cross-origin-opener-policy', 'same-origin');
  response.setHeader('content-security-policy', "frame-ancestors 'none'");
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
  });
  response.end(JSON.stringify(body));
}

function refuseMethod(
  response: ServerResponse,
  method: string | undefined,
  path: string,
  allowed: readonly string[],
): void {
  response.setHeader('allow', allowed.join(', '));
  const reason = `${method} does not work here`;
  send(response, 405, refusal(reason, [{ path, reason, remedy: `use ${allowed.join(' or ')}` }]));
}

/** A body that is too large is read to its end and thrown away up to here, or its sender would not hear the answer. */
const drainLimit = 64 * 1024 * 1024;

/** The text of a body; `undefined` when it is larger than the host is willing to read. */
async function readBody(request: IncomingMessage, limit: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > drainLimit) return undefined;
    if (size <= limit) chunks.push(chunk);
  }
  if (size > limit) return undefined;
  return Buffer.concat(chunks).toString('utf8');
}

type Compiled = { route: HttpRoute; routeKey: string; segments: string[] };

function compileRoutes(routes: readonly HttpRoute[]): Compiled[] {
  return routes.map((route) => ({ route, routeKey: routeKeyOf(route), segments: route.path.split('/') }));
}

type Match =
  | { ok: true; routeKey: string; parameters: Record<string, string> }
  | { ok: false; allow?: string[] };

function match(routes: Compiled[], method: string, pathname: string): Match {
  const given = pathname.split('/');
  const fitting = routes.flatMap(({ route, routeKey, segments }) => {
    const parameters = bind(segments, given);
    return parameters ? [{ method: route.method, routeKey, parameters }] : [];
  });
  const found = fitting.find((entry) => entry.method === method);
  if (found) return { ok: true, routeKey: found.routeKey, parameters: found.parameters };
  return fitting.length > 0 ? { ok: false, allow: fitting.map((entry) => entry.method) } : { ok: false };
}

function bind(segments: string[], given: string[]): Record<string, string> | undefined {
  if (segments.length !== given.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const value = decode(given[index] ?? '');
    if (value === undefined) return undefined;
    if (segment.startsWith('{')) parameters[segment.slice(1, -1)] = value;
    else if (segment !== value) return undefined;
  }
  return parameters;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** The file at a path, or the designer's start page, because its routes live in the browser. */
async function sendFile(
  response: ServerResponse,
  folder: string,
  pathname: string,
  headOnly: boolean,
): Promise<void> {
  const wanted = normalize(join(folder, decode(pathname) ?? '/'));
  const found = wanted.startsWith(folder + sep) ? await openFile(wanted) : undefined;
  const handle = found ?? (await openFile(join(folder, 'index.html')));
  if (!handle)
    return send(
      response,
      404,
      refusal('the designer has not been built', [
        { path: folder, reason: 'no index.html', remedy: 'run "npm run build"' },
      ]),
    );
  const immutable = pathname.startsWith('/_app/immutable/') && found;
  response.writeHead(200, {
    'content-type': contentType(found ? wanted : 'index.html'),
    'cache-control': immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
  });
  if (headOnly) {
    response.end();
    return handle.close();
  }
  await pipeline(handle.createReadStream(), response).catch(() => response.destroy());
  await handle.close(); // a browser that left before the first byte leaves the file open
}

/** A file that is open cannot vanish before it is sent, as it does while the designer is built anew. */
async function openFile(path: string): Promise<FileHandle | undefined> {
  const handle = await open(path).catch(() => undefined);
  if ((await handle?.stat())?.isFile()) return handle;
  await handle?.close();
  return undefined;
}
