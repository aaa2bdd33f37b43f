import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { StatusView } from '@baton/functions/api/views.ts';
import { describe, expect, onTestFinished, test } from 'vitest';
import { expectRefusedCommand } from '../support/refusals.ts';
import { type RunningHost, runBaton, runBatonUnread, startHost } from '../support/running-host.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const shipped = join(import.meta.dirname, '../../rules/library');

/** A file, or a document of a copy of the shipped library changed. */
function written(name: string, text: string): string {
  const file = join(temporaryFolder(), name);
  writeFileSync(file, text);
  return file;
}

function libraryWith(document: string, change: (text: string) => string): string {
  const folder = join(temporaryFolder(), 'library');
  cpSync(shipped, folder, { recursive: true });
  const file = join(folder, `${document}.json`);
  writeFileSync(file, change(readFileSync(file, 'utf8')));
  return folder;
}

const changed = (from: string, to: string) => (text: string) => {
  expect(text).toContain(from);
  return text.replace(from, to);
};

async function aHost(folder = temporaryFolder()): Promise<RunningHost> {
  const host = await startHost(folder, { empty: true });
  onTestFinished(async () => {
    await host.stop();
  });
  return host;
}

const start = (data: string, ...args: string[]) =>
  runBaton('start', '--port', '0', '--empty', '--data', data, ...args);

describe('start refuses', () => {
  test('a port that is in use, and leaves the folder free', async () => {
    const folder = temporaryFolder();
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    onTestFinished(() => void taken.close());
    const address = taken.address();
    const port = typeof address === 'object' && address ? String(address.port) : '';

    const refused = await runBaton('start', '--port', port, '--empty', '--data', folder);

    expectRefusedCommand(refused, `port ${port} is in use`, '--port');
    expect(await (await aHost(folder)).view<StatusView>('/api/status')).toMatchObject({ contacts: 0 });
  });

  test('a port that is none', async () => {
    const { code, stderr } = await runBaton('start', '--port', '70000');

    expect(code).toBe(1);
    expect(stderr).toMatch(/--port.*65535/);
  });

  test('a data folder that is a file, or lies below one', async () => {
    const file = written('file', 'x');

    expectRefusedCommand(await start(file), `${file}: a file stands`, '--data');
    expectRefusedCommand(await start(join(file, 'below')), 'a file stands', '--data');
    expect(readFileSync(file, 'utf8')).toBe('x');
  });

  test.skipIf(process.getuid?.() === 0)('a data folder that is not writable (not run as root)', async () => {
    const folder = join(temporaryFolder(), 'locked');
    mkdirSync(folder);
    chmodSync(folder, 0o500);

    expectRefusedCommand(await start(folder), folder, /writ/, '--data');
  });

  test('a second host on one folder, and the first goes on', async () => {
    const host = await aHost();

    expectRefusedCommand(await start(host.folder), host.folder, host.url, '--data');
    expect(await host.view<StatusView>('/api/status')).toMatchObject({ deadLetters: 0 });
  });

  test('a folder on virtual time', async () => {
    const folder = temporaryFolder();
    expectRefusedCommand(await runBaton('replay', '--data', folder), 'nothing to replay');

    expectRefusedCommand(await start(folder), folder, /virtual time/, '--data');
  });

  test('a library that is not there', async () => {
    const missing = join(temporaryFolder(), 'library');

    expectRefusedCommand(await start(temporaryFolder(), '--library', missing), missing, /name a folder/);
  });

  const documents: [what: string, document: string, change: (text: string) => string, says: RegExp[]][] = [
    [
      'a rule whose path would run code',
      'best-practice/tier-a-review',
      changed('"$.valueTier"', '"$..constructor.constructor(\'return process\')()"'),
      [/conditions\.all\.0\.path/, /must look like "\$\.tier"/],
    ],
    [
      'a rule whose path leads to the prototype',
      'best-practice/tier-a-review',
      changed('"$.valueTier"', '"$.__proto__.admin"'),
      [/conditions\.all\.0\.path/, /__proto__/],
    ],
    [
      'a document that does not fit its schema',
      'journeys/welcome',
      changed('"policy": "never"', '"policy": "sometimes", "colour": "red"'),
      [/reEntry\.policy/, /"never", "always" or "after"/],
    ],
    [
      'a document that is cut off',
      'journeys/welcome',
      (text) => text.slice(0, 200),
      [/[Ll]ine \d+, column \d+/],
    ],
    [
      'a rule with a key of the object machinery',
      'best-practice/tier-a-review',
      changed('"id":', '"__proto__": {}, "id":'),
      [/__proto__/],
    ],
    [
      'a journey that leads nowhere',
      'journeys/welcome',
      changed('"start": "welcome-mail"', '"start": "no-such-step"'),
      [/start/, /no-such-step/],
    ],
  ];
  test.each(documents)('%s', async (_, document, change, says) => {
    const folder = join(temporaryFolder(), 'data');

    const refused = await start(folder, '--library', libraryWith(document, change));

    expectRefusedCommand(refused, document, ...says);
    expect(existsSync(folder)).toBe(false);
  });

  test('a document that no longer fits, and what was live stays live', async () => {
    const first = await startHost(temporaryFolder(), { empty: true });
    expect(await first.stop()).toBe(0);
    const bad = libraryWith('journeys/welcome', (text) => text.slice(0, 200));

    expectRefusedCommand(await start(first.folder, '--library', bad), 'journeys/welcome');

    const { documents } = await (await aHost(first.folder)).view<StatusView>('/api/status');
    expect(documents.journeys).toBe(readdirSync(join(shipped, 'journeys')).length);
  });

  test('a damaged database, and leaves it as it is', async () => {
    const host = await startHost(temporaryFolder(), { empty: true });
    await host.stop();
    const file = join(host.folder, 'baton.db');
    writeFileSync(file, Buffer.alloc(8192, 'not a database '));

    expectRefusedCommand(await start(host.folder), file, /damaged/, /restore/);
    expectRefusedCommand(await runBaton('status', '--data', host.folder), file, /damaged/);
    expect(readFileSync(file)).toEqual(Buffer.alloc(8192, 'not a database '));
  });

  test('people without the key to their identities, and makes no new one', async () => {
    const folder = temporaryFolder();
    const people = written('customers.csv', 'id,email\n1,ann@example.com\n');
    expect((await runBaton('import', 'contacts', people, '--data', folder)).code).toBe(0);
    const file = join(folder, 'identity.key');
    const key = readFileSync(file, 'utf8');

    rmSync(file);
    expectRefusedCommand(await start(folder), file, /missing/, /restore/);
    expect(existsSync(file)).toBe(false);
    for (const damaged of ['', key.slice(0, 40), `${key.slice(0, 62)}zz`]) {
      writeFileSync(file, damaged);
      expectRefusedCommand(await start(folder), file, /64 hexadecimal/, /restore/);
    }
    writeFileSync(file, key);

    expect(await (await aHost(folder)).view<StatusView>('/api/status')).toMatchObject({ contacts: 1 });
  });

  test('a database that was cut off in the middle', async () => {
    const host = await startHost(temporaryFolder(), { empty: true });
    await host.stop();
    const file = join(host.folder, 'baton.db');
    truncateSync(file, 3 * 4096);

    expectRefusedCommand(await start(host.folder), file, /damaged/, /restore/);
  });
});

test('after a power cut the folder is free again, whoever has the pid by now', async () => {
  const host = await startHost(temporaryFolder(), { empty: true });
  await host.kill();
  const left = join(host.folder, 'host.json');
  writeFileSync(left, JSON.stringify({ ...JSON.parse(readFileSync(left, 'utf8')), pid: process.pid }));

  const status = await runBaton('status', '--data', host.folder);
  const again = await aHost(host.folder);

  expect(status).toMatchObject({ code: 0, stdout: expect.stringContaining('no host is running') });
  expect((await again.get('/api/status')).status).toBe(200);
});

test('a command whose reader has left ends quietly', async () => {
  const events = written('events.json', '[{"at":"PT0S","type":"contract.signed","data":{"contractId":"c"}}]');

  const left = await runBatonUnread('simulate', 'welcome', '--events', events);

  expect(left).toEqual({ code: 0, stdout: '', stderr: '' });
});

describe('commands refuse', () => {
  test('status of a folder that holds nothing', async () => {
    const folder = join(temporaryFolder(), 'none');

    expectRefusedCommand(await runBaton('status', '--data', folder), folder, 'npm start');
    expect(existsSync(folder)).toBe(false);
  });

  test('to simulate a journey that is not there, or events that are none', async () => {
    const events = written(
      'events.json',
      '[{"at":"PT0S","type":"contract.signed","data":{"contractId":"c"}}]',
    );
    const wrong = written('wrong.json', '[{"at":"soon","type":"contract.signed"}]');
    const text = written('text.json', 'hello');

    expectRefusedCommand(await runBaton('simulate', 'nowhere', '--events', events), '"nowhere"', 'welcome');
    expectRefusedCommand(
      await runBaton('simulate', 'welcome', '--events', `${events}x`),
      `${events}x`,
      'name a',
    );
    expectRefusedCommand(await runBaton('simulate', 'welcome', '--events', wrong), wrong, /0/, 'looks like');
    expectRefusedCommand(await runBaton('simulate', 'welcome', '--events', text), text, 'not JSON');
    expect((await runBaton('simulate', 'welcome', '--events', events)).code).toBe(0);
  });

  test('to replay into a live folder', async () => {
    const host = await startHost(temporaryFolder(), { empty: true });
    await host.stop();

    const refused = await runBaton('replay', '--data', host.folder);

    expectRefusedCommand(refused, host.folder, 'live data', '--data');
    expect(existsSync(join(host.folder, 'replay'))).toBe(false);
  });

  test('to mix the times of a folder: real time and that of a replay', async () => {
    const file = written('customers.csv', 'id,email\n1,ann@example.com\n');
    const host = await startHost(temporaryFolder(), { empty: true });
    await host.stop();
    const staging = temporaryFolder();
    const importing = (...args: string[]) => runBaton('import', 'contacts', file, ...args);

    expectRefusedCommand(
      await importing('--replay', '--data', host.folder),
      host.folder,
      'live data',
      '--data',
    );
    expect(existsSync(join(host.folder, 'replay'))).toBe(false);
    expect((await importing('--replay', '--data', staging)).code).toBe(0);
    expectRefusedCommand(await importing('--data', staging), staging, 'virtual time', '--replay');
    expectRefusedCommand(await start(staging), staging, 'virtual time', '--data');
  });

  test('to replay a plan that is missing or none, or an instant without zone', async () => {
    const folder = join(temporaryFolder(), 'replay');
    const plan = written('plan.json', '{"title":"A plan","sources":[]}');

    expectRefusedCommand(await runBaton('replay', `${plan}x`, '--data', folder), `${plan}x`);
    expectRefusedCommand(await runBaton('replay', plan, '--data', folder), plan, 'sources');
    expectRefusedCommand(
      await runBaton('replay', '--until', '2026-01-01', '--data', folder),
      '--until',
      'zone',
    );
    expect(existsSync(folder)).toBe(false);
  });

  test('to import what is not there, is no such thing, or has no mapping', async () => {
    const folder = temporaryFolder();
    const file = written('orders.csv', 'when,what\n2026-01-01,something\n');
    const importing = (...args: string[]) => runBaton('import', ...args, '--data', folder);

    expectRefusedCommand(await importing('contacts', `${file}x`), `${file}x`, 'check the path');
    expectRefusedCommand(await importing('orders', file), '"orders"', 'contacts or events');
    expectRefusedCommand(await importing('events', file), '--map');
    expectRefusedCommand(await importing('contacts', file), /header/, '--map');
    expectRefusedCommand(await importing('events', file, '--map', `${file}x`), `${file}x`);
    expectRefusedCommand(await importing('events', file, '--map', file), file);
    expect(await (await aHost(folder)).view<StatusView>('/api/status')).toMatchObject({ contacts: 0 });
  });
});
