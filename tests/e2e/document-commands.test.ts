import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { type RunningHost, runBaton, startHost } from '../support/running-host.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const shipped = join(import.meta.dirname, '../../rules/library');
let host: RunningHost;
beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'baton-commands-'));
  host = await startHost(folder, { empty: true });
  return async () => {
    await host.stop();
    rmSync(folder, { recursive: true, force: true });
  };
});

const baton = (...args: string[]) => runBaton(...args, '--data', host.folder);
const place = 'journeys/welcome';
const textIn = (folder: string) => readFileSync(join(folder, `${place}.json`), 'utf8');

async function pulled(): Promise<string> {
  const folder = temporaryFolder();
  expect(await baton('pull', '--library', folder)).toMatchObject({ code: 0, stderr: '' });
  return folder;
}

const Draft = z.object({ rev: z.number() });
const Link = z.object({ url: z.string() });
const Token = z.object({ accessToken: z.string() });

/** The host as a person sees it who was given a link. */
async function as(id: string, role: string) {
  await host.post(`/api/people/${id}`, { name: id, roles: [role] });
  const { url } = Link.parse((await host.post(`/api/people/${id}/link`, {})).body);
  const cookie = (await fetch(url, { redirect: 'manual' })).headers.get('set-cookie')?.split(';')[0] ?? '';
  const asked = await fetch(`${host.url}/auth/token`, {
    method: 'POST',
    headers: { cookie, 'x-baton': '1' },
  });
  const { accessToken } = Token.parse(await asked.json());
  return async (what: string, body: object): Promise<number> => {
    const answer = await host.ask(`/api/documents/${place}/draft${what}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(answer).toMatchObject({ status: 200 });
    return Draft.parse(answer.body).rev;
  };
}

test('what is pulled has the bytes of what was published, and a second pull writes nothing', async () => {
  const folder = await pulled();

  expect(textIn(folder)).toBe(readFileSync(join(shipped, `${place}.json`), 'utf8'));
  expect(await baton('diff', '--library', folder)).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^0 of \d+ documents differ\n$/),
  });
  expect((await baton('pull', '--library', folder)).stdout).toMatch(/^0 written, \d+ unchanged\n$/);
});

test('a changed file is told place by place', async () => {
  const folder = await pulled();
  const file = join(folder, `${place}.json`);
  writeFileSync(
    file,
    textIn(folder).replace('"id": "welcome",\n  "title": "', '"id": "welcome",\n  "title": "Now: '),
  );
  writeFileSync(join(folder, 'journeys/not-there.json'), '{}');

  const { code, stdout } = await baton('diff', '--library', folder);

  expect(code).toBe(1);
  expect(stdout).toMatch(/journeys\/welcome\n {2}~ title: ".+" → "Now: .+"\n/);
  expect(stdout).toContain('journeys/not-there\n  in the folder, not live\n');
});

test('approved drafts are published, and an earlier version comes back', async () => {
  const folder = await pulled();
  const before = textIn(folder);
  const [edit, approve] = [await as('edda', 'editor'), await as('arno', 'approver')];
  expect((await baton('publish')).stderr).toContain('nothing is approved');

  const drafted = await edit('', { rev: 0, document: { ...JSON.parse(before), title: 'Hello' } });
  const sent = await edit('/review', { rev: drafted, note: 'Shorter.' });
  expect((await baton('publish', place)).stderr).toContain('only what was approved goes live');
  await approve('/answer', { rev: sent, answer: 'approved' });

  expect(await baton('publish')).toMatchObject({ code: 0, stdout: 'live  journeys/welcome version 2\n' });
  expect((await baton('diff', '--library', folder)).stdout).toContain('title: "Hello"');
  expect(await baton('rollback', place, '--to', '1', '--reason', 'It was better.')).toMatchObject({
    code: 0,
    stdout: 'live  journeys/welcome version 3\n',
  });
  expect(textIn(await pulled())).toBe(before);
  expect((await baton('rollback', 'welcome', '--to', '1', '--reason', 'x')).stderr).toContain(
    'journeys/welcome',
  );
});

test('the tests of documents run by a command of their own', async () => {
  const { code, stdout } = await runBaton('test', '--quiet');

  expect(code).toBe(0);
  expect(stdout).toMatch(/^\d+ tests, 0 failed\n$/);
});
