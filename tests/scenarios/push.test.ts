import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { Rejected } from '@baton/functions/ports.ts';
import { Refusal } from '@baton/infra/local/cli/failure.ts';
import { type Pushing, type PushOptions, pushCommand } from '@baton/infra/local/cli/push.ts';
import { serve } from '@baton/infra/local/http.ts';
import type { Wire } from '@baton/infra/local/push/remote-host.ts';
import type { Library } from '@baton/rules/documents/index.ts';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  aJourney,
  aTemplate,
  greetingLibrary,
  openPublishingHost,
  type PublishingHost,
} from '../support/publishing-host.ts';
import { expectRefusedCommand } from '../support/refusals.ts';
import { runBaton } from '../support/running-host.ts';
import { shippedLibrary } from '../support/shipped-library.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** A host behind real HTTP; it works on whenever somebody waits for it. */
async function served(library: Library = greetingLibrary()) {
  const host = await openPublishingHost({ library });
  const requests: string[] = [];
  const server = await serve({
    api: (event) => {
      requests.push(String(Reflect.get(Object(event), 'routeKey')));
      return host.api(event);
    },
    designer: temporaryFolder(),
    port: 0,
  });
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await host.close();
  });
  return { host, requests, url: urlOf(server) };
}

function urlOf(server: { address(): unknown }): string {
  return `http://127.0.0.1:${Reflect.get(Object(server.address()), 'port')}`;
}

/** A folder with documents, as a checkout has it. */
function aFolder(library: Library): string {
  const folder = temporaryFolder();
  for (const [kind, documents] of Object.entries(library)) {
    mkdirSync(join(folder, kind));
    for (const [id, document] of documents)
      writeFileSync(join(folder, kind, `${id}.json`), JSON.stringify(document));
  }
  return folder;
}

const changed = (own: Partial<Library> = {}): Library => ({
  ...greetingLibrary(),
  journeys: new Map([['greeting', aJourney({ template: 'good-day', days: 1 })]]),
  templates: new Map([['good-day', aTemplate({ id: 'good-day' })]]),
  ...own,
});

type Said = { out: string; err: string; asked: string[]; code?: number; refusal?: string };

/** Runs the command against a world of its own and keeps what it says. */
async function push(
  options: PushOptions,
  { wire = {}, answer, tty = false }: { wire?: Partial<Wire>; answer?: boolean; tty?: boolean } = {},
): Promise<Said> {
  const said: Said = { out: '', err: '', asked: [] };
  const stream = (name: 'out' | 'err') =>
    new Writable({
      write(chunk, _encoding, done) {
        said[name] += String(chunk);
        done();
      },
    });
  const pushing: Pushing = {
    wire: {
      fetch: (url, init) => fetch(url, init),
      wait: async () => {},
      now: () => new Date(),
      credentials: () => Promise.reject(new Refusal('there are no AWS credentials')),
      ...wire,
    },
    terminal: { out: stream('out'), err: Object.assign(stream('err'), { isTTY: tty }), now: Date.now },
    ...(answer === undefined
      ? {}
      : {
          ask: async (question) => {
            said.asked.push(question);
            return answer;
          },
        }),
  };
  try {
    said.code = await pushCommand(options, pushing);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    said.refusal = error.message;
  }
  return said;
}

const working = (host: PublishingHost): Partial<Wire> => ({ wait: () => host.settle() });

describe('what differs goes live', () => {
  test('a changed folder is one publication, and the next push finds nothing to do', async () => {
    const { host, url, requests } = await served();
    const library = aFolder(changed());

    const first = await push({ to: url, library, retire: true }, { wire: working(host) });
    const second = await push({ to: url, library, retire: true }, { wire: working(host) });

    expect(first).toMatchObject({
      code: 0,
      out: [
        'live                 templates/good-day version 1',
        'live                 journeys/greeting version 2',
        'retired              templates/hello',
        '5 unchanged',
        '',
      ].join('\n'),
    });
    expect(second).toMatchObject({ code: 0, out: '7 unchanged\n' });
    expect(requests.filter((route) => route.startsWith('POST'))).toEqual(['POST /api/code/publications']);
    expect(await host.live()).toMatchObject({ 'journeys/greeting': 2, 'templates/good-day': 1 });
  });

  test('the shipped library goes to an empty host in order, as a whole', async () => {
    const { host, url, requests } = await served({
      ...greetingLibrary(),
      facts: new Map(),
      events: new Map(),
      stages: new Map(),
      journeys: new Map(),
      templates: new Map(),
    });
    const library = await shippedLibrary();

    const { code, out, refusal } = await push({ to: url }, { wire: working(host) });

    expect(refusal).toBeUndefined();
    const documents = Object.values(library).reduce((sum, kind) => sum + kind.size, 0);
    expect({ code, lines: out.trim().split('\n').length }).toEqual({ code: 0, lines: documents + 1 });
    expect(Object.keys(await host.live())).toHaveLength(documents);
    expect(requests.filter((route) => route.startsWith('POST')).length).toBeGreaterThan(1);
  });

  test('a push that was interrupted goes on where it was', async () => {
    const { host, url } = await served();
    const library = aFolder(changed());
    let stops = true;
    const wire: Partial<Wire> = {
      wait: async () => {
        if (stops) throw new Refusal('stopped by hand');
        await host.settle();
      },
    };

    expect((await push({ to: url, library }, { wire })).refusal).toBe('stopped by hand');
    stops = false;
    const again = await push({ to: url, library }, { wire });

    expect(again).toMatchObject({ code: 0, out: expect.stringContaining('journeys/greeting version 2') });
  });

  test('a dry run says what would change and sends nothing', async () => {
    const { host, url, requests } = await served();
    const before = await host.live();

    const { code, out } = await push(
      { to: url, library: aFolder(changed()), dryRun: true },
      { answer: true },
    );

    expect({ code, out }).toEqual({
      code: 0,
      out: [
        'would go live        templates/good-day',
        'would go live        journeys/greeting',
        'would be retired     templates/hello',
        '5 unchanged; nothing was sent',
        '',
      ].join('\n'),
    });
    expect(requests).toEqual(['GET /api/code/documents']);
    expect(await host.live()).toEqual(before);
  });

  test('what the designer manages is left to it', async () => {
    const { host, url } = await served();
    await host.byCode([['journeys', aJourney({ managedBy: 'designer' })]]);
    await host.settle();
    await host.byDesigner([['templates', aTemplate({ id: 'designed', managedBy: 'designer' })]]);
    await host.settle();

    const { code, out } = await push(
      { to: url, library: aFolder(greetingLibrary()), retire: true },
      { wire: working(host) },
    );

    expect({ code, out }).toEqual({ code: 0, out: 'left to the designer journeys/greeting\n6 unchanged\n' });
    expect(await host.live()).toMatchObject({ 'journeys/greeting': 2, 'templates/designed': 1 });
  });
});

describe('what the folder no longer has', () => {
  const gone = (): string => aFolder({ ...greetingLibrary(), journeys: new Map(), templates: new Map() });

  test('is retired when the person at the terminal agrees', async () => {
    const { host, url } = await served();

    const said = await push({ to: url, library: gone() }, { wire: working(host), answer: true });

    expect(said.err).toContain('journeys/greeting\n  templates/hello');
    expect(said.asked).toHaveLength(1);
    expect(said.out).toContain('retired              journeys/greeting');
    expect(await host.live()).not.toHaveProperty(['journeys/greeting']);
  });

  test.each([
    ['when the person does not agree', false],
    ['where nobody can be asked', undefined],
  ])('stays live %s, and is named', async (_when, answer) => {
    const { host, url } = await served();

    const said = await push({ to: url, library: gone() }, { wire: working(host), answer });

    expect(said).toMatchObject({
      code: 0,
      out: expect.stringMatching(/not in the folder +journeys\/greeting/),
    });
    expect(said.out).toContain('--retire');
    expect(await host.live()).toHaveProperty(['journeys/greeting']);
  });

  test('is retired without a question where that was said', async () => {
    const { host, url } = await served();

    const said = await push(
      { to: url, library: gone(), retire: true },
      { wire: working(host), answer: false },
    );

    expect(said.asked).toEqual([]);
    expect(await host.live()).not.toHaveProperty(['templates/hello']);
  });
});

test('somebody at a terminal sees how far it is', async () => {
  const { host, url } = await served();

  const { err } = await push({ to: url, library: aFolder(changed()) }, { wire: working(host), tty: true });

  expect(err).toContain('2 documents to go');
});

describe('nothing is sent', () => {
  test('of documents that "baton validate" does not pass', async () => {
    const { url, requests } = await served();
    const broken = changed({ templates: new Map() });
    const failing = changed({
      journeys: new Map([
        [
          'greeting',
          aJourney({
            template: 'good-day',
            tests: [
              {
                name: 'ends at once',
                facts: {},
                events: [{ at: 'PT0S', type: 'order.placed', data: { orderId: 'o-1' } }],
                expect: { effects: [], end: { at: 'PT0S', reason: 'at-once' } },
              },
            ],
          }),
        ],
      ]),
    });

    const unknown = await push({ to: url, library: aFolder(broken) });
    const untrue = await push({ to: url, library: aFolder(failing) });

    expect(unknown.refusal).toContain('nothing was sent');
    expect(unknown.err).toContain('journeys/greeting steps.say.template');
    expect(untrue.refusal).toContain('nothing was sent');
    expect(untrue.err).toContain('failed  journeys/greeting: ends at once');
    expect(requests).toEqual([]);
  });

  test('of a folder without documents, because that would retire everything', async () => {
    const { url, requests } = await served();

    expect((await push({ to: url, library: temporaryFolder(), retire: true })).refusal).toContain(
      'no documents',
    );
    expect(requests).toEqual([]);
  });
});

describe('what the host says no to is told', () => {
  test('documents that do not fit what is live there', async () => {
    const { host, url } = await served();
    await host.byCode([['journeys', aJourney({ managedBy: 'designer' })]]);
    await host.settle();
    const library = aFolder({ ...changed(), journeys: new Map() });

    const said = await push({ to: url, library, retire: true }, { wire: working(host) });

    expect(said.refusal).toMatch(
      /nothing was published\n {2}journeys\/greeting\.steps\.say\.template: .*Add it/,
    );
    expect(await host.live()).toHaveProperty(['templates/hello']);
  });

  test('a document that went to the designer while it was looked at', async () => {
    const { host, url } = await served();
    const wire: Partial<Wire> = {
      ...working(host),
      fetch: async (target, init) => {
        if (init.method === 'POST') {
          await host.byCode([['journeys', aJourney({ managedBy: 'designer' })]]);
          await host.settle();
        }
        return fetch(target, init);
      },
    };

    const said = await push({ to: url, library: aFolder(changed()) }, { wire });

    expect(said.refusal).toMatch(/journeys\/greeting: .*managed by the designer.*; edit it in the designer/);
  });

  test('a publication that failed, with its reason; what went live before is listed', async () => {
    const { host, url } = await served();
    host.ports.workflows.publish = async () => {
      throw new Rejected('there are too many machines');
    };

    const said = await push({ to: url, library: aFolder(changed()) }, { wire: working(host) });

    expect(said.refusal).toMatch(/publication \w+ failed, and nothing of it is live: a machine was refused/);
  });

  test('a publication that does not end', async () => {
    const { url } = await served();
    let minutes = 0;
    const wire: Partial<Wire> = {
      wait: async () => {
        minutes += 10;
      },
      now: () => new Date(minutes * 60_000),
    };

    const said = await push({ to: url, library: aFolder(changed()) }, { wire });

    expect(said.refusal).toContain('still under way');
  });
});

describe('who does not answer as a Baton host', () => {
  const library = aFolder.bind(undefined, greetingLibrary());
  const answering = (status: number, body: string): Partial<Wire> => ({
    fetch: async () => new Response(body, { status }),
  });
  const here = 'http://127.0.0.1:4400';

  test.each<[string, Partial<Wire>, RegExp]>([
    ['a web server', answering(200, '<!doctype html>'), /no Baton host.*\(200\).*ApiUrl/],
    ['another API', answering(404, '{"message":"Not Found"}'), /no Baton host.*\(404\)/],
    [
      'missing rights',
      answering(403, '{"message":"Forbidden"}'),
      /not in \(403: Forbidden\).*execute|\/api\/code/,
    ],
    ['unknown credentials', answering(401, ''), /not in \(401\)/],
    ['a broken host', answering(500, '{"message":"Internal Server Error"}'), /cannot do it now.*push again/],
    [
      'nobody',
      {
        fetch: () =>
          Promise.reject(new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') })),
      },
      /does not answer \(connect ECONNREFUSED\).*baton start/,
    ],
  ])('%s', async (_name, wire, says) => {
    expect((await push({ to: here, library: library() }, { wire })).refusal).toMatch(says);
  });

  test('a redirection, which would take the request and its signature to somebody else', async () => {
    const { url, requests } = await served();
    const elsewhere = createServer((_request, response) =>
      response.writeHead(307, { location: `${url}/api/code/documents` }).end(),
    ).listen(0, '127.0.0.1');
    onTestFinished(() => void elsewhere.close());
    await once(elsewhere, 'listening');

    const { refusal } = await push({ to: urlOf(elsewhere), library: library() });

    expect(refusal).toMatch(/no Baton host.*\(307\)/);
    expect(requests).toEqual([]);
  });

  test('a host that cannot do it for a moment is asked again, and one that was there and is gone too', async () => {
    const { host, url } = await served();
    let calls = 0;
    const wire: Partial<Wire> = {
      ...working(host),
      fetch: async (target, init) => {
        calls++;
        if (calls === 1 || calls === 3)
          return new Response('{"message":"Service Unavailable"}', { status: 503 });
        if (calls === 4) throw new TypeError('fetch failed');
        return fetch(target, init);
      },
    };

    const said = await push({ to: url, library: aFolder(changed()) }, { wire });

    expect(said).toMatchObject({ code: 0 });
    expect(await host.live()).toMatchObject({ 'journeys/greeting': 2 });
  });
});

describe('a deployed host', () => {
  const to = 'https://abc123.execute-api.eu-central-1.amazonaws.com/prod';

  test('gets signed requests, the path of its stage included', async () => {
    const asked: [string, Headers][] = [];
    const wire: Partial<Wire> = {
      credentials: async () => ({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 't' }),
      fetch: async (url, init) => {
        asked.push([url.href, new Headers(init.headers)]);
        return Response.json({ documents: [] });
      },
    };

    await push({ to, library: aFolder(greetingLibrary()), dryRun: true }, { wire });

    const [[url, headers] = []] = asked;
    expect(url).toBe(`${to}/api/code/documents`);
    expect(headers?.get('authorization')).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/execute-api\/aws4_request/,
    );
    expect(headers?.get('x-amz-security-token')).toBe('t');
  });

  test('is not asked without credentials', async () => {
    const wire: Partial<Wire> = { fetch: () => Promise.reject(new Error('asked')) };

    expect((await push({ to, library: aFolder(greetingLibrary()) }, { wire })).refusal).toContain(
      'no AWS credentials',
    );
  });
});

test('a local host gets no credentials', async () => {
  const { url } = await served();
  const names: string[] = [];
  const wire: Partial<Wire> = {
    fetch: (target, init) => {
      names.push(...new Headers(init.headers).keys());
      return fetch(target, init);
    },
  };

  await push({ to: url, library: aFolder(greetingLibrary()) }, { wire });

  expect(names).toEqual([]);
});

test('the command line: an address that is refused, nobody there, no credentials', async () => {
  const closed = createServer().listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const url = urlOf(closed);
  await new Promise((resolve) => closed.close(resolve));
  const library = aFolder(greetingLibrary());

  expectRefusedCommand(await runBaton('push', '--to', 'http://crm.example.com'), /plain http/);
  expectRefusedCommand(await runBaton('push', '--to', url, '--library', library), /does not answer/);
  rmSync(library, { recursive: true });
  expectRefusedCommand(await runBaton('push', '--to', url, '--library', library), /cannot be read/);
});
