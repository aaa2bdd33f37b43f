import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Rejected, Transient } from '@baton/functions/ports.ts';
import { Refusal, report } from '@baton/infra/local/cli/failure.ts';
import { readLibrary, soundLibrary } from '@baton/infra/local/cli/library.ts';
import { createLog } from '@baton/infra/local/cli/log.ts';
import { hostFile, runningHost } from '@baton/infra/local/cli/own-host.ts';
import { writeKeyCommand } from '@baton/infra/local/cli/write-key.ts';
import { openDatabase } from '@baton/infra/local/database.ts';
import { writeKeyOf } from '@baton/infra/local/write-key.ts';
import { expect, onTestFinished, test } from 'vitest';
import { printedWhile } from '../support/printed-lines.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** What is written to standard error while something is done, and the exit code it leaves. */
async function heard(act: () => unknown): Promise<{ text: string; code: typeof process.exitCode }> {
  const { write } = process.stderr;
  const { exitCode } = process;
  let text = '';
  process.stderr.write = (chunk) => {
    text += String(chunk);
    return true;
  };
  try {
    await act();
    return { text, code: process.exitCode };
  } finally {
    process.stderr.write = write;
    process.exitCode = exitCode;
  }
}

test.each([Refusal, Rejected, Transient])(
  'what a person can mend is said in one sentence (%o)',
  async (Kind) => {
    const failing = () => Promise.reject(new Kind('the disk is full: free space'));

    expect(await heard(() => report(failing))).toEqual({
      text: 'baton: the disk is full: free space\n',
      code: 1,
    });
  },
);

test('what should not happen says so, and gives its place only when asked', async () => {
  const failing = () => Promise.reject(new TypeError('x is not a function'));

  const { text, code } = await heard(() => report(failing));

  expect(code).toBe(1);
  expect(text).toContain('something went wrong that should not: x is not a function');
  expect(text).not.toMatch(/^\s+at /m);
});

test('a command says with its code how it went', async () => {
  expect((await heard(() => report(async () => 3))).code).toBe(3);
  expect((await heard(() => report(async () => undefined))).code).toBe(0);
});

test('a log line holds the fields on the list and no others', async () => {
  const log = createLog('warn');
  const fields = { eventId: 'e-1', reason: 'why', email: 'ana@example.com' };

  const { text } = await heard(() => {
    log.info('not shown');
    log.warn('shown', fields);
  });

  const { time: _, ...line } = JSON.parse(text);
  expect(line).toEqual({ level: 'warn', event: 'shown', eventId: 'e-1', reason: 'why' });
});

test('a host runs on a folder while it holds its lock, whatever its file says', () => {
  const folder = temporaryFolder();
  const written = { url: 'http://127.0.0.1:4400', pid: process.pid, key: 'k' };
  expect(runningHost(folder)).toBeUndefined();
  writeFileSync(hostFile(folder), JSON.stringify(written));
  expect(runningHost(folder)).toBeUndefined();

  const database = openDatabase({ folder });
  expect(runningHost(folder)).toEqual(written);
  writeFileSync(hostFile(folder), '{"url":');
  expect(runningHost(folder)).toBeUndefined();
  writeFileSync(hostFile(folder), JSON.stringify(written));
  database.close();

  expect(runningHost(folder)).toBeUndefined();
  const again = openDatabase({ folder });
  onTestFinished(() => again.close());
});

test('the shipped library is sound, and one with problems is refused with the first of them', async () => {
  expect((await soundLibrary()).journeys.size).toBeGreaterThan(3);
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'readme.md'), 'no document');
  expect((await readLibrary(folder)).problems).toEqual([]);

  await expect(soundLibrary(join(folder, 'none'))).rejects.toThrow(/cannot be read.*name a folder/);
});

test('the write key is made once, printed again, exchanged when asked, and read by its owner only', async () => {
  const data = temporaryFolder();
  const printed = async (options: { renew?: boolean } = {}) =>
    (await printedWhile(() => writeKeyCommand({ data, ...options }))).lines;
  await expect(writeKeyCommand({ data })).rejects.toThrow(Refusal);
  writeFileSync(join(data, 'baton.db'), '');
  expect(writeKeyOf(data)).toBeUndefined();

  const [first, again, renewed] = [await printed(), await printed(), await printed({ renew: true })];

  expect(first).toEqual([expect.stringMatching(/^[0-9a-f]{40}$/)]);
  expect(again).toEqual(first);
  expect(renewed).not.toEqual(first);
  expect([writeKeyOf(data)]).toEqual(renewed);
  expect(statSync(join(data, 'write.key')).mode & 0o077).toBe(0);
});
