import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type OutgoingMessage, Transient } from '@baton/functions/ports.ts';
import { createFileOutbox } from '@baton/infra/local/channels/file-outbox.ts';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';

const mail: OutgoingMessage = {
  sendId: 's-1',
  contactId: 'c-1',
  channel: 'email',
  to: 'ada@example.org',
  subject: 'Grüße aus Köln',
  body: 'Guten Tag,\n\nIhr Zins ist 3,9 % = günstig.\n.\n',
  purpose: 'service',
  at: '2026-03-01T09:30:00.000Z',
};

const settled = async () => {};

function setUp(settle = settled) {
  const folder = join(temporaryFolder(), 'outbox');
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  return { folder, read, outbox: createFileOutbox({ folder, settle }) };
}

describe('a mail', () => {
  test('becomes a file of its day, the same bytes each time', async () => {
    const { outbox, read } = setUp();

    expect(await outbox.send(mail)).toEqual({ kind: 'sent' });

    expect(read('2026-03-01/s-1.eml')).toBe(
      [
        'From: Baton <baton@localhost>',
        'To: ada@example.org',
        'Subject: =?UTF-8?Q?Gr=C3=BC=C3=9Fe_aus_K=C3=B6ln?=',
        'Message-ID: <s-1@baton.local>',
        'Date: Sun, 01 Mar 2026 09:30:00 +0000',
        'Content-Transfer-Encoding: quoted-printable',
        'MIME-Version: 1.0',
        'Content-Type: text/plain; charset=utf-8',
        '',
        'Guten Tag,',
        '',
        'Ihr Zins ist 3,9 % =3D g=C3=BCnstig.',
        '.',
        '',
        '',
      ].join('\r\n'),
    );
  });

  test('may be HTML, and then brings the same as text; both are the same bytes each time', async () => {
    const [one, other] = [setUp(), setUp()];
    const html = { ...mail, body: '<!doctype html><p>Guten <b>Tag</b>' };

    await one.outbox.send(html);
    await other.outbox.send(html);

    const text = one.read('2026-03-01/s-1.eml');
    expect(text).toMatch(/text\/plain; charset=utf-8\r\n[^\r]+\r\n\r\nGuten Tag\r\n/);
    expect(text).toMatch(
      /text\/html; charset=utf-8\r\n[^\r]+\r\n\r\n<!doctype html><p>Guten <b>Tag<\/b>\r\n/,
    );
    expect(other.read('2026-03-01/s-1.eml')).toBe(text);
  });

  test('says where one click ends such mail', async () => {
    const { outbox, read } = setUp();

    await outbox.send({ ...mail, unsubscribe: 'https://shop.example/u/t-1' });

    expect(read('2026-03-01/s-1.eml')).toContain(
      '\r\nList-Unsubscribe: <https://shop.example/u/t-1>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n',
    );
  });
});

test('push becomes JSON with a title', async () => {
  const { outbox, read } = setUp();
  const { subject: title, ...others } = mail;
  const token = { channel: 'push', to: 'token-1' } as const;

  await outbox.send({ ...mail, ...token });

  expect(JSON.parse(read('2026-03-01/s-1.json'))).toEqual({ ...others, ...token, title });
});

test.each(['sms', 'webhook'] as const)('%s becomes JSON', async (channel) => {
  const { outbox, read } = setUp();
  const message = { ...mail, channel, to: '+491234', sendId: 'a/../b' };

  expect(await outbox.send(message)).toEqual({ kind: 'sent' });

  expect(JSON.parse(read('2026-03-01/a%2F..%2Fb.json'))).toEqual(message);
});

describe('a message', () => {
  test('is written once, whatever asks again', async () => {
    const { outbox, folder, read } = setUp();
    const tomorrow = { ...mail, at: '2026-03-02T09:30:00.000Z' };

    const first = await Promise.all([outbox.send(mail), outbox.send(mail)]);
    const again = createFileOutbox({ folder, settle: settled });

    expect(first.map(({ kind }) => kind).sort()).toEqual(['already-sent', 'sent']);
    expect(await outbox.send(tomorrow)).toEqual({ kind: 'already-sent' });
    expect(await again.send(tomorrow)).toEqual({ kind: 'already-sent' });
    expect(read('attempts.log')).toBe('s-1\n');
    expect(readdirSync(folder).sort()).toEqual(['2026-03-01', 'attempts.log']);
    expect(readdirSync(join(folder, '2026-03-01'))).toEqual(['s-1.eml']);
  });

  test('is not written by a second outbox on the folder that did not know of it', async () => {
    const { outbox, folder, read } = setUp();
    await outbox.send({ ...mail, sendId: 'other' });
    const second = createFileOutbox({ folder, settle: () => outbox.send(mail).then(() => {}) });

    expect(await second.send(mail)).toEqual({ kind: 'already-sent' });
    expect(read('attempts.log')).toBe('other\ns-1\n');
  });

  test('waits until everything before it is durable', async () => {
    const { folder } = setUp();
    const before: boolean[] = [];
    const outbox = createFileOutbox({
      folder,
      settle: async () => void before.push(existsSync(join(folder, '2026-03-01'))),
    });

    await outbox.send(mail);

    expect(before).toEqual([false]);
  });

  test('stays unsent where that fails', async () => {
    const { outbox, folder } = setUp(() => Promise.reject(new Transient('disk full')));

    await expect(outbox.send(mail)).rejects.toThrow('disk full');
    expect(readdirSync(folder)).toEqual([]);
  });

  test.each<[string, Partial<OutgoingMessage>, RegExp]>([
    ['a header in the subject', { subject: 'Hello\r\nBcc: all@example.org' }, /^subject: a line break/],
    ['a header in the address', { to: 'a@example.org\nBcc: all@example.org' }, /^to: a line break/],
    ['two addresses', { to: 'a@example.org, b@example.org' }, /^to: not one mail address/],
    ['a header in the way to end it', { unsubscribe: 'https://a/>\r\nBcc: b' }, /^unsubscribe: /],
    ['no address', { to: '' }, /^to: empty/],
    ['a number to call by mail', { to: '+491234' }, /^to: not one mail address/],
    ['no time', { at: 'soon' }, /^at: no date/],
    ['no send id', { sendId: '' }, /^sendId: empty/],
    ['an endless send id', { sendId: 'x'.repeat(300) }, /^sendId: .*too long/],
  ])('with %s is refused', async (_what, change, reason) => {
    const { outbox, folder } = setUp();

    expect(await outbox.send({ ...mail, ...change })).toEqual({
      kind: 'refused',
      reason: expect.stringMatching(reason),
    });
    expect(existsSync(folder)).toBe(false);
  });
});

describe('the folder', () => {
  test('is for its owner alone', async () => {
    const { outbox, folder } = setUp();

    await outbox.send(mail);

    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, '2026-03-01', 's-1.eml')).mode & 0o777).toBe(0o600);
  });

  test('that is a file makes the send repeatable, with path and remedy', async () => {
    const { outbox, folder } = setUp();
    writeFileSync(folder, '');

    await expect(outbox.send(mail)).rejects.toThrow(`${folder}: a file stands where the outbox should be`);
    rmSync(folder);

    expect(await outbox.send(mail)).toEqual({ kind: 'sent' });
  });

  test.skipIf(process.getuid?.() === 0)('that cannot be written says so (skipped for root)', async () => {
    const { outbox, folder } = setUp();
    mkdirSync(folder, { mode: 0o500 });

    await expect(outbox.send(mail)).rejects.toThrow(/not writable: make it writable/);
    await expect(outbox.send(mail)).rejects.toBeInstanceOf(Transient);
    chmodSync(folder, 0o700);
  });
});
