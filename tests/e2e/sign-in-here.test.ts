import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import { expectRefusal } from '../support/refusals.ts';
import { type RunningHost, runBaton, startHost } from '../support/running-host.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

let host: RunningHost;
beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'baton-sign-in-'));
  host = await startHost(folder, { empty: true });
  return async () => {
    await host.stop();
    rmSync(folder, { recursive: true, force: true });
  };
});

const Token = z.object({ accessToken: z.string(), person: z.string(), roles: z.array(z.string()) });
const Link = z.object({ url: z.string() });

/** What a browser does that opens a link: it keeps the cookie. */
async function open(link: string, sent = '') {
  const { status, headers } = await fetch(link, { redirect: 'manual', headers: { cookie: sent } });
  return { status, cookie: headers.get('set-cookie') ?? '', location: headers.get('location') };
}

const token = (cookie: string, own: Record<string, string> = { 'x-baton': '1' }) =>
  host.ask('/auth/token', {
    method: 'POST',
    headers: { cookie: cookie.split(';')[0] ?? '', ...own, authorization: '' },
  });

const asBearer = async (cookie: string) => `Bearer ${Token.parse((await token(cookie)).body).accessToken}`;
const get = (path: string, authorization: string) => host.ask(path, { headers: { authorization } });

/** A person with roles, signed in. */
async function signedIn(id: string, roles: string[]): Promise<string> {
  await host.post(`/api/people/${id}`, { name: id, roles });
  const { url } = Link.parse((await host.post(`/api/people/${id}/link`, {})).body);
  return asBearer((await open(url)).cookie);
}

test('the printed link signs one browser in, once, and the cookie is read by no script', async () => {
  const first = await open(host.link);
  const again = await open(host.link);

  expect(first).toMatchObject({ status: 303, location: '/' });
  expect(first.cookie).toMatch(/HttpOnly; SameSite=Strict/);
  expect(again).toMatchObject({ status: 403, cookie: '' });
  const { body } = await token(first.cookie);
  expect(Token.parse(body).roles).toEqual(['admin']);
  expect((await get('/api/contacts', `Bearer ${Token.parse(body).accessToken}`)).status).toBe(200);
});

test.each([
  ['/journeys/welcome?step=greet', '/journeys/welcome?step=greet'],
  ['//evil.example/x', '/'],
  ['/in/x.y', '/'],
])('who was turned away from %s comes to %s by the link', async (wanted, to) => {
  const { url } = Link.parse((await host.post('/api/people/owner/link', {})).body);
  const turnedAway = await open(`${host.url}/auth/sign-in?to=${encodeURIComponent(wanted)}`);
  const signedIn = await open(url, turnedAway.cookie.split(';')[0]);

  expect(turnedAway).toMatchObject({ status: 401, cookie: expect.stringContaining('Path=/in; HttpOnly') });
  expect(signedIn).toMatchObject({ status: 303, location: to });
  expect(signedIn.cookie).toContain('baton-wanted=; Path=/in; HttpOnly; SameSite=Lax; Max-Age=0');
});

test('without a session people see nothing, and systems still post events', async () => {
  for (const path of ['/api/home', '/api/contacts', '/api/documents', '/api/people'])
    expectRefusalOf(await get(path, ''), 401);
  expectRefusalOf(await get('/api/home', 'Bearer wrong'), 401);

  const posted = await host.ask('/api/events', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: '' },
    body: JSON.stringify({
      specversion: '1.0',
      id: '1',
      source: 'shop',
      type: 'order.placed',
      subject: 'email:ana@example.com',
      data: { orderId: 'o-1' },
    }),
  });
  expect(posted.status).toBe(202);
});

const expectRefusalOf = (answer: { status: number }, status: number) => expect(answer.status).toBe(status);

test('a forged, foreign or altered link, cookie or token opens nothing', async () => {
  const { url } = Link.parse((await host.post('/api/people/owner/link', {})).body);
  const altered = `${url.slice(0, -2)}${url.endsWith('A') ? 'B' : 'A'}${url.slice(-1)}`;

  expect((await open(altered)).status).toBe(403);
  expect((await open(`${host.url}/in/x.y`)).status).toBe(403);
  const { cookie } = await open(url);
  expect((await token(cookie, {})).status).toBe(403);
  expect((await token(`${cookie.split(';')[0]}x`)).status).toBe(401);
  // A link is no cookie, and a cookie is no token.
  expect((await token(`baton=${url.split('/in/')[1]}`)).status).toBe(401);
  expect((await get('/api/home', `Bearer ${cookie.split(';')[0]?.slice('baton='.length)}`)).status).toBe(401);
});

test('a person may do what their roles say, until an administrator changes it', async () => {
  const agent = await signedIn('ines', ['agent']);

  expect((await get('/api/contacts', agent)).status).toBe(200);
  expectRefusal(await get('/api/campaigns', agent), 403);
  expect((await get('/api/people', agent)).status).toBe(403);

  await host.post('/api/people/ines', { name: 'Ines', roles: ['viewer'] });
  expectRefusal(await get('/api/contacts', agent), 403);
  await host.post('/api/people/ines', { name: 'Ines', roles: ['viewer'], left: true });
  expect((await get('/api/home', agent)).status).toBe(401);
  expectRefusal(await host.post('/api/people/ines/link', {}), 404);
});

test('whoever is signed in learns what people are called, and nothing more about them', async () => {
  const viewer = await signedIn('vera', ['viewer']);

  const { body } = await get('/api/people/names', viewer);

  expect(body).toEqual({ names: expect.objectContaining({ vera: 'vera' }) });
  expect(JSON.stringify(body)).not.toContain('roles');
  expect((await get('/api/people/names', 'Bearer nobody')).status).toBe(401);
});

test('there is always an administrator', async () => {
  expectRefusal(await host.post('/api/people/owner', { name: 'Owner', roles: ['viewer'] }), 400);
  expectRefusal(await host.post('/api/people/owner', { name: 'Owner', roles: ['king'] }), 400);
});

test('what opens doors lies in files that only their owner reads', () => {
  for (const name of ['host.json', 'sign-in.key'])
    expect(statSync(join(host.folder, name)).mode & 0o077).toBe(0);
});

test('a command prints another link, and says when there is nobody of that name', async () => {
  const { stdout } = await runBaton('link', '--data', host.folder);
  const nobody = await runBaton('link', '--data', host.folder, '--person', 'nobody');

  expect((await open(stdout.split('\n')[0] ?? '')).status).toBe(303);
  expect(nobody).toMatchObject({ code: 1, stderr: expect.stringContaining('"nobody"') });
});

test('whoever is signed in stays so over a restart', async () => {
  const folder = temporaryFolder();
  const first = await startHost(folder, { empty: true });
  const { cookie } = await open(first.link);
  await first.stop();
  const second = await startHost(folder, { empty: true });
  onTestFinished(async () => void (await second.stop()));

  const answer = await fetch(`${second.url}/auth/token`, {
    method: 'POST',
    headers: { cookie: cookie.split(';')[0] ?? '', 'x-baton': '1' },
  });

  expect(answer.status).toBe(200);
  expect((await open(first.link.replace(first.url, second.url))).status).toBe(403);
});

test('an open page is told that something changed, and nothing about what', async () => {
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  const { body, status } = await fetch(`${host.url}/api/changes`, {
    headers: { authorization: host.authorization },
    signal: stop.signal,
  });
  expect(status).toBe(200);
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  expect(await reader?.read()).toMatchObject({ value: 'retry: 2000\n\n' });

  await host.post('/api/events', {
    specversion: '1.0',
    id: 'told',
    source: 'shop',
    type: 'order.placed',
    subject: 'email:bo@example.com',
    data: { orderId: 'o-2' },
  });

  expect(await reader?.read()).toMatchObject({ value: 'event: changed\ndata: \n\n' });
  expect((await fetch(`${host.url}/api/changes`)).status).toBe(401);
});
