import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import * as data from './ui-fixture-data.ts';

/** `full` knows Ana and her offer, `empty` nobody, `broken` answers 503, `many` has 10,000 contacts. */
export type Variant = 'full' | 'empty' | 'broken' | 'many';

export type UiFixture = {
  url: string;
  /** What was posted, oldest first. */
  posted: { path: string; body: unknown }[];
  /** Every later answer comes from this variant. */
  become(variant: Variant): void;
  close(): Promise<void>;
};

const build = join(import.meta.dirname, '../../designer/build');
const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** Looks at a request first; `true`: it has answered. */
export type Gate = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;

/** Serves the built designer and canned answers of the API, so that pages can be seen without a host. */
export async function startUiFixture(
  first: Variant,
  port = 0,
  gate: Gate = async () => false,
): Promise<UiFixture> {
  let variant = first;
  const posted: UiFixture['posted'] = [];
  const settled = new Set<string>();

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (await gate(request, response)) return;
    const url = new URL(request.url ?? '/', 'http://fixture');
    if (url.pathname.startsWith('/api/')) return answerApi(url, request, response);
    return serveFile(url.pathname, response);
  }

  async function answerApi(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (variant === 'broken') return send(response, 503, data.broken);
    const path = decodeURIComponent(url.pathname.slice('/api/'.length));
    if (path === 'changes') return tellOfChanges(response);
    if (request.method === 'POST') {
      posted.push({ path: url.pathname, body: JSON.parse(await text(request)) });
      settled.add(path.split('/')[3] ?? '');
      return send(response, 200, {});
    }
    const found = view(path, url.searchParams);
    return found
      ? send(response, 200, found)
      : send(response, 404, { error: `There is nothing at ${path}.`, problems: [] });
  }

  /** As of a host at which something happens all the time. */
  function tellOfChanges(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('retry: 2000\n\n');
    const telling = setInterval(() => response.write('event: changed\ndata: \n\n'), 2000);
    response.once('close', () => clearInterval(telling));
  }

  function view(path: string, query: URLSearchParams): object | undefined {
    const isEmpty = variant === 'empty';
    const open = <Item extends { id: string }>(items: Item[]) =>
      isEmpty ? [] : items.filter(({ id }) => !settled.has(id));
    if (path === 'home') return isEmpty ? data.emptyHome : data.home;
    if (path === 'me') return data.me;
    if (path === 'people/names') return { names: { edda: 'Edda Brandt' } };
    if (path === 'documents/settings/program') return data.program;
    if (path === 'documents') return isEmpty ? { documents: [] } : data.documents;
    if (path === 'contacts') return data.contactsPage(isEmpty ? 0 : variant === 'many' ? 10_000 : 7, query);
    if (path === 'tasks') return data.tasksPage(query, open(data.tasks));
    if (path === 'desk') return data.deskPage(query, open(data.tasks));
    if (path === 'messages') return data.messagesPage(query, isEmpty ? [] : data.messages);
    if (path === 'campaigns') return isEmpty ? { campaigns: [] } : data.campaigns;
    if (path === 'contacts/ct-new') return data.stranger();
    if (path === 'contacts/ct-1') return data.jonas();
    if (path !== 'contacts/ct-ana') return undefined;

    const ana = data.ana(query.get('timeline'));
    return {
      ...ana,
      offers: open(ana.offers),
      tasks: open(ana.tasks),
      handovers: open(ana.handovers),
    };
  }

  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    posted,
    become: (next) => {
      variant = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serveFile(path: string, response: ServerResponse): Promise<void> {
  const wanted = extname(path) ? normalize(path) : '/index.html';
  const file = await readFile(join(build, wanted)).catch(() => undefined);
  if (!file) {
    response.writeHead(404).end();
    return;
  }
  const headers = {
    'content-type': types[extname(wanted)] ?? 'application/octet-stream',
    'content-security-policy': "frame-ancestors 'none'",
    ...(wanted.includes('/immutable/') && { 'cache-control': 'public, max-age=31536000, immutable' }),
  };
  response.writeHead(200, headers).end(file);
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function text(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

if (process.argv[1] === import.meta.filename) {
  const fixture = await startUiFixture(
    (process.argv[2] ?? 'full') as Variant,
    Number(process.argv[3] ?? 4690),
  );
  console.log(`The designer with canned answers: ${fixture.url}`);
}
