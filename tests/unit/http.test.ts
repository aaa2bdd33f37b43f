import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { serve } from '@baton/infra/local/http.ts';
import type { Json } from '@baton/rules/json.ts';
import { expect, onTestFinished, test } from 'vitest';
import { expectRefusal } from '../support/refusals.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** A server over an API that answers with the event it was given. */
async function aServer({ readLimit }: { readLimit?: number } = {}) {
  const designer = temporaryFolder();
  mkdirSync(join(designer, '_app/immutable'), { recursive: true });
  writeFileSync(join(designer, 'index.html'), '<!doctype html><title>Baton</title>');
  writeFileSync(join(designer, '_app/immutable/start.js'), 'start()');
  writeFileSync(join(designer, 'baton.svg'), '<svg/>');
  const events: unknown[] = [];
  const server = await serve({
    api: async (event) => {
      events.push(event);
      return {
        statusCode: 200,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(event),
      };
    },
    designer,
    port: 0,
    readLimit,
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : ''}`;
  return { url, events, designer };
}

test('a request becomes the event that API Gateway would send, payload format 2.0', async () => {
  const { url, events } = await aServer();

  await fetch(`${url}/api/contacts/c%201/tasks/t-1/completion?a=1&b=%20x`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-extra': 'yes' },
    body: '{"outcome":"done"}',
  });

  expect(events).toEqual([
    {
      version: '2.0',
      routeKey: 'POST /api/contacts/{contactId}/tasks/{taskId}/completion',
      rawPath: '/api/contacts/c%201/tasks/t-1/completion',
      rawQueryString: 'a=1&b=%20x',
      headers: expect.objectContaining({ 'content-type': 'application/json', 'x-extra': 'yes' }),
      pathParameters: { contactId: 'c 1', taskId: 't-1' },
      requestContext: { http: { method: 'POST', path: '/api/contacts/c%201/tasks/t-1/completion' } },
      body: '{"outcome":"done"}',
      isBase64Encoded: false,
    },
  ]);
});

test('clients of Segment reach the addresses that they know', async () => {
  const { url, events } = await aServer();

  await fetch(`${url}/v1/batch`, {
    method: 'POST',
    headers: { authorization: 'Basic a2V5Og==' },
    body: '{}',
  });

  expect(events).toMatchObject([
    { routeKey: 'POST /v1/batch', headers: { authorization: 'Basic a2V5Og==' }, body: '{}' },
  ]);
});

test('files that never change are kept for ever, the start page is asked for again, routes of the page lead to it', async () => {
  const { url } = await aServer();
  const head = async (path: string) => {
    const { status, headers } = await fetch(url + path);
    return [status, headers.get('content-type'), headers.get('cache-control')];
  };

  expect(await head('/_app/immutable/start.js')).toEqual([
    200,
    'text/javascript; charset=utf-8',
    'public, max-age=31536000, immutable',
  ]);
  expect(await head('/baton.svg')).toEqual([200, 'image/svg+xml', 'no-cache']);
  for (const path of ['/', '/contacts/c-1', '/_app/immutable/gone.js', '/..%2f..%2f..%2fetc%2fpasswd'])
    expect(await head(path)).toEqual([200, 'text/html; charset=utf-8', 'no-cache']);
  expect(await (await fetch(`${url}/`, { method: 'HEAD' })).text()).toBe('');
});

test('every answer tells the browser to be careful', async () => {
  const { url } = await aServer();

  for (const path of ['/', '/api/home', '/api/nothing']) {
    const { headers } = await fetch(url + path);

    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  }
});

test('what is larger than the host will read never reaches the API', async () => {
  const { url, events } = await aServer({ readLimit: 1000 });

  const answer = await fetch(`${url}/api/events`, { method: 'POST', body: 'x'.repeat(2000) });

  expectRefusal({ status: answer.status, body: JSON.parse(await answer.text()) }, 413);
  expect(events).toEqual([]);
});

test('strangers, unknown addresses and wrong methods never reach the API', async () => {
  const { url, events } = await aServer();
  const asked: [string, RequestInit, number][] = [
    ['/api/home', { headers: { origin: 'https://evil.example' } }, 403],
    ['/v1/track', { method: 'POST', headers: { origin: 'https://evil.example' } }, 403],
    ['/v1/nothing', { method: 'POST' }, 404],
    ['/v1/track', {}, 405],
    ['/api/nothing', {}, 404],
    ['/api/home', { method: 'DELETE' }, 405],
    ['/api/contacts/%ff', {}, 400],
  ];

  for (const [path, init, status] of asked) {
    const answer = await fetch(url + path, init);
    expectRefusal({ status: answer.status, body: JSON.parse(await answer.text()) }, status);
  }

  expect(events).toEqual([]);
});

test('the page itself may ask', async () => {
  const { url } = await aServer();

  const own = await fetch(`${url}/api/home`, { headers: { origin: url } });

  expect(own.status).toBe(200);
});

test('a host without a designer says how to build it', async () => {
  const { url, designer } = await aServer();
  rmSync(join(designer, 'index.html'));

  const answer = await fetch(`${url}/`);

  const { problems } = expectRefusal({ status: answer.status, body: JSON.parse(await answer.text()) }, 404);
  expect(problems[0]).toMatchObject({ path: designer, remedy: 'run "npm run build"' });
});

test.each(['//', '//x:99999/', '//evil.example/api/home', '/\\x', 'http://127.0.0.1/api/home', '*'])(
  'a target that is no path of this host is refused: %s',
  async (target) => {
    const { url, events } = await aServer();

    const answer = await askRaw(url, target);

    const { problems } = expectRefusal(answer, 400);
    expect(problems[0]?.path).toBe(target);
    expect(events).toEqual([]);
  },
);

/** What is answered to a request line that `fetch` would mend before it is sent. */
function askRaw(url: string, path: string): Promise<{ status: number; body: Json }> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, path }, async (response) => {
      resolve({ status: response.statusCode ?? 0, body: JSON.parse(await text(response)) });
    });
    asked.on('error', reject);
    asked.end();
  });
}

test.skipIf(process.platform !== 'linux')(
  'a file that cannot be read to its end ends its own connection and nothing else (only on Linux)',
  async () => {
    const { url, designer } = await aServer();
    symlinkSync('/proc/self/mem', join(designer, 'bad.svg'));

    await expect(fetch(`${url}/bad.svg`).then((answer) => answer.text())).rejects.toThrow();

    expect((await fetch(`${url}/baton.svg`)).status).toBe(200);
  },
);

test('links in messages are answered by whatever name is public; the rest of the API is not', async () => {
  const { url, events } = await aServer();
  const ask = (path: string, method: string) =>
    new Promise<number>((resolve, reject) => {
      const { hostname, port } = new URL(url);
      const headers = { host: 'crm.example.com', origin: 'https://crm.example.com' };
      request({ hostname, port, path, method, headers }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      })
        .on('error', reject)
        .end(method === 'POST' ? 'List-Unsubscribe=One-Click' : undefined);
    });

  expect(await ask('/u/a.b', 'GET')).toBe(200);
  expect(await ask('/u/a.b', 'POST')).toBe(200);
  expect(await ask('/u/a.b/undo', 'POST')).toBe(200);
  expect(await ask('/u/a.b', 'DELETE')).toBe(405);
  for (const path of ['/u/../api/home', '/u/%2e%2e/api/home', '/api/home', '/']) {
    expect(await ask(path, 'GET')).toBe(403);
  }
  expect(events).toMatchObject([
    { routeKey: 'GET /u/{token}', pathParameters: { token: 'a.b' } },
    { routeKey: 'POST /u/{token}', body: 'List-Unsubscribe=One-Click' },
    { routeKey: 'POST /u/{token}/undo' },
  ]);
});
