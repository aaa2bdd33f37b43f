import { createServer, type Socket } from 'node:net';
import { type OutgoingMessage, Transient } from '@baton/functions/ports.ts';
import { createSmtpChannel } from '@baton/infra/local/channels/smtp.ts';
import type { SmtpServer } from '@baton/infra/local/channels/smtp-connection.ts';
import { createVirtualClock } from '@baton/infra/local/virtual-clock.ts';
import type { SMTPServerOptions } from 'smtp-server';
import { describe, expect, onTestFinished, test } from 'vitest';
import { answering, openSmtpServer } from '../support/smtp-host.ts';

const mail: OutgoingMessage = {
  sendId: 's-1',
  contactId: 'c-1',
  channel: 'email',
  to: 'ada@example.org',
  subject: 'Grüße',
  body: 'Guten Tag\n.\nund Tschüss',
  purpose: 'marketing',
  at: '2026-03-01T09:30:00.000Z',
};
const from = { header: 'Shop <news@shop.example>', address: 'news@shop.example' };

function channelTo(server: Partial<SmtpServer>, settle: () => Promise<void> = async () => {}) {
  const clock = createVirtualClock(mail.at);
  const smtp = createSmtpChannel({
    server: { host: '127.0.0.1', port: 0, tls: 'none', ...server },
    from,
    clock,
    settle,
  });
  onTestFinished(smtp.close);
  return { ...smtp, clock };
}

async function setUp(options?: SMTPServerOptions, server: Partial<SmtpServer> = {}) {
  const host = await openSmtpServer(options);
  return { ...host, ...channelTo({ port: host.port, ...server }) };
}

describe('a mail', () => {
  test('arrives with its sender, a Message-ID of its send id, and its text as it was', async () => {
    const { channel, received } = await setUp();

    expect(await channel.send(mail)).toEqual({ kind: 'sent' });

    expect(received).toMatchObject([{ from: 'news@shop.example', to: 'ada@example.org' }]);
    expect(received[0]?.text).toContain('From: Shop <news@shop.example>\r\nTo: ada@example.org\r\n');
    expect(received[0]?.text).toContain('Message-ID: <s-1@shop.example>\r\n');
    expect(received[0]?.text).toContain('\r\n\r\nGuten Tag\r\n.\r\nund Tsch=C3=BCss\r\n');
  });

  test('in HTML brings the same as text, and says where one click ends such mail', async () => {
    const { channel, received } = await setUp();
    const unsubscribe = 'https://shop.example/u/t-1';

    await channel.send({ ...mail, body: '<p>Guten <b>Tag</b></p>', unsubscribe });

    const text = received[0]?.text ?? '';
    expect(text).toContain(`List-Unsubscribe: <${unsubscribe}>\r\n`);
    expect(text).toContain('List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n');
    const boundary = /boundary="([^"]+)"/.exec(text)?.[1] ?? '';
    expect(
      text.split(`--${boundary}`).map((part) => part.split('\r\n\r\n').slice(1).join('').trim()),
    ).toEqual(['', 'Guten Tag', '<p>Guten <b>Tag</b></p>', '']);
  });

  test('leaves when everything before it is durable, and not where that fails', async () => {
    const host = await openSmtpServer();
    const { channel } = channelTo({ port: host.port }, () => Promise.reject(new Transient('disk full')));

    await expect(channel.send(mail)).rejects.toThrow('disk full');

    expect(host.received).toEqual([]);
  });

  test('follows another on the same connection', async () => {
    let connections = 0;
    const { channel, received } = await setUp({
      onConnect: (_session, done) => {
        connections++;
        done();
      },
    });

    const answers = await Promise.all(['a', 'b', 'c'].map((sendId) => channel.send({ ...mail, sendId })));

    expect(answers).toEqual([{ kind: 'sent' }, { kind: 'sent' }, { kind: 'sent' }]);
    expect(received).toHaveLength(3);
    expect(connections).toBe(1);
  });

  test.each<[string, Partial<OutgoingMessage>, RegExp]>([
    ['a header in the subject', { subject: 'Hello\r\nBcc: all@example.org' }, /^subject: /],
    ['a header in the address', { to: 'a@example.org\nBcc: all@example.org' }, /^to: /],
    ['a header in the way to end it', { unsubscribe: 'https://x.example/>\r\nBcc: a' }, /^unsubscribe: /],
    ['a command in the address', { to: 'a@example.org>\r\nRCPT TO:<b@example.org' }, /^to: /],
    ['no send id', { sendId: '' }, /^sendId: /],
  ])('with %s is refused, and no server hears of it', async (_what, change, reason) => {
    const { channel, received } = await setUp();

    expect(await channel.send({ ...mail, ...change })).toEqual({
      kind: 'refused',
      reason: expect.stringMatching(reason),
    });
    expect(received).toEqual([]);
  });
});

describe('what the server says', () => {
  const sender = (error: Error): SMTPServerOptions => ({ onMailFrom: (_a, _s, done) => done(error) });
  const receiver = (error: Error): SMTPServerOptions => ({ onRcptTo: (_a, _s, done) => done(error) });
  const text = (error: Error): SMTPServerOptions => ({
    onData: (stream, _session, done) => stream.resume().on('end', () => done(error)),
  });

  test.each<[string, SMTPServerOptions, 'refused' | 'not-accepted', string]>([
    [
      'no such mailbox',
      receiver(answering(550, '5.1.1 ada@example.org?')),
      'refused',
      'there is no such mailbox (550 5.1.1)',
    ],
    [
      'come back later',
      receiver(answering(451, '4.7.1 greylisted ada@example.org')),
      'not-accepted',
      '(451 4.7.1)',
    ],
    [
      'spam',
      text(answering(554, '5.7.1 for ada@example.org')),
      'refused',
      'do not allow this mail (554 5.7.1)',
    ],
    ['full for now', text(answering(452, '4.3.1 no room')), 'not-accepted', '(452 4.3.1)'],
    ['sign in first', sender(answering(530, '5.7.0 login')), 'not-accepted', '(530 5.7.0)'],
  ])('"%s" is understood, and no address is told', async (_what, options, kind, reason) => {
    const { channel } = await setUp(options);

    const answer = await channel.send(mail);

    expect(answer).toEqual({ kind, reason: expect.stringContaining(reason) });
    expect(JSON.stringify(answer)).not.toContain('ada@');
  });

  test('of one mail is no hindrance for the next', async () => {
    const { channel, received } = await setUp({
      onRcptTo: ({ address }, _session, done) =>
        done(address.startsWith('no') ? answering(550, '5.1.1 no') : null),
    });

    expect((await channel.send({ ...mail, to: 'no@example.org' })).kind).toBe('refused');
    expect((await channel.send({ ...mail, sendId: 's-2' })).kind).toBe('sent');
    expect(received).toHaveLength(1);
  });
});

/** A server that says what it is told to after each line of the client, and hangs up at an `undefined` or after a "bye". */
async function scripted(answerTo: (line: string) => string | undefined): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.write('220 here\r\n');
    socket.on('data', (chunk) => {
      for (const line of chunk.toString().split('\r\n').filter(Boolean)) {
        const answer = answerTo(line);
        if (answer === undefined) socket.destroy();
        else if (answer.endsWith('bye')) socket.end(`${answer}\r\n`);
        else if (answer !== '') socket.write(`${answer}\r\n`);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

const polite = (line: string): string =>
  line.startsWith('DATA') ? '354 go on' : /^(EHLO|MAIL|RCPT|RSET|QUIT)/.test(line) ? '250 ok' : '';

describe('a connection that breaks', () => {
  test.each(['EHLO', 'MAIL', 'RCPT', 'DATA'])('at %s says that nothing was taken', async (command) => {
    const port = await scripted((line) => (line.startsWith(command) ? undefined : polite(line)));

    expect(await channelTo({ port }).channel.send(mail)).toMatchObject({ kind: 'not-accepted' });
  });

  test('after the text leaves it open whether it was taken, and nothing is tried again', async () => {
    let texts = 0;
    const port = await scripted((line) => {
      if (line !== '.') return polite(line);
      texts++;
      return undefined;
    });
    const { channel } = channelTo({ port });

    await expect(channel.send(mail)).rejects.toThrow(Transient);

    expect(channel.recognisesSendId).toBeFalsy();
    expect(texts).toBe(1);
  });

  test('between two mails is made anew', async () => {
    const port = await scripted((line) => (line === '.' ? '250 bye' : polite(line)));
    const { channel } = channelTo({ port });
    const next = { ...mail, sendId: 's-2' };

    expect((await channel.send(mail)).kind).toBe('sent');
    const answers = [await channel.send(next), await channel.send(next)];

    expect(answers.map(({ kind }) => kind)).toContain('sent'); // the first may still find the old one
  });

  test('before it was there is said by name, and the next is not tried for a moment', async () => {
    const gone = await openSmtpServer();
    await gone.close();
    const { channel, clock } = channelTo({ port: gone.port });

    expect(await channel.send(mail)).toEqual({
      kind: 'not-accepted',
      reason: 'the mail server: it cannot be reached (ECONNREFUSED)',
    });
    const { received } = await openSmtpServer({}, gone.port);
    expect((await channel.send(mail)).kind).toBe('not-accepted');
    expect(received).toEqual([]);

    clock.moveTo(clock.now().getTime() + 5000);
    expect((await channel.send(mail)).kind).toBe('sent');
  });
});

describe('a server that must be trusted', () => {
  const withTls: SMTPServerOptions = { disabledCommands: [] };

  test.each<[string, SMTPServerOptions, Partial<SmtpServer>]>([
    ['offers no encryption', {}, { tls: 'required' }],
    ['has a certificate of its own making', withTls, { tls: 'required' }],
    ['has one from the start', { secure: true }, { tls: 'from-start' }],
  ])('and %s gets no mail', async (_what, options, server) => {
    const { channel, received } = await setUp(options, server);

    expect(await channel.send(mail)).toEqual({
      kind: 'not-accepted',
      reason: expect.stringContaining('no TLS with a certificate that this machine trusts'),
    });
    expect(received).toEqual([]);
  });

  test('lets a known user in, and says no more of a wrong password than that it is wrong', async () => {
    const knowing: SMTPServerOptions = {
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: ({ username, password }, _session, done) =>
        password === 'right' ? done(null, { user: username }) : done(new Error(`no ${password}`)),
    };
    const login = { user: 'shop', pass: 'wrong-pass' };
    const right = await setUp(knowing, { login: { ...login, pass: 'right' } });
    const wrong = await setUp(knowing, { login });

    expect((await right.channel.send(mail)).kind).toBe('sent');
    expect(await wrong.channel.send(mail)).toEqual({
      kind: 'not-accepted',
      reason: 'the mail server: it does not take this user and password',
    });
  });
});
