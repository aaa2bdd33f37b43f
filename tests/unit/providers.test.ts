import { Refusal } from '@baton/infra/local/cli/failure.ts';
import { type ProviderOptions, providersFrom } from '@baton/infra/local/cli/providers.ts';
import { systemClock } from '@baton/infra/local/virtual-clock.ts';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openSmtpServer } from '../support/smtp-host.ts';
import { openReceiver } from '../support/webhook-receiver.ts';

const from = 'Shop <news@shop.example>';
const secrets = {
  BATON_SMTP_PASSWORD: 'secret-pass',
  BATON_WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
};
const given = (options: ProviderOptions, environment = secrets) => {
  const providers = providersFrom(options, environment, systemClock);
  onTestFinished(providers.close);
  return providers;
};
const settle = async () => {};

test('without any the host keeps its messages', () => {
  const { any, open } = given({});

  expect([any, open(settle)]).toEqual([false, {}]);
});

test('a mail server takes mail, and a receiver webhooks and push messages', () => {
  const mail = given({ smtp: 'smtp://mail.example', from });
  const both = given({ smtp: 'smtps://u%40x@[::1]:4650', from, webhook: 'https://hooks.example/baton' });

  expect(Object.keys(mail.open(settle))).toEqual(['email']);
  expect(Object.keys(both.open(settle))).toEqual(['email', 'webhook', 'push']);
});

test.each<[string, ProviderOptions, RegExp]>([
  [
    'no URL',
    { smtp: 'mail.example:587', from },
    /^--smtp: not the address of a mail server; give it as smtp:/,
  ],
  ['another kind of server', { smtp: 'https://mail.example', from }, /^--smtp: not the address/],
  ['a path', { smtp: 'smtp://mail.example/inbox', from }, /^--smtp: more than a mail server/],
  [
    'a user with half a sign',
    { smtp: 'smtp://a%@mail.example', from },
    /^--smtp: the user is not well written/,
  ],
  ['a password', { smtp: 'smtp://u:hunter2@mail.example', from }, /^--smtp: a password on the command line/],
  ['no sender', { smtp: 'smtp://mail.example' }, /^--smtp: mail needs a sender; give one with --from/],
  [
    'two senders',
    { smtp: 'smtp://mail.example', from: 'a@x.example, b@x.example' },
    /^--from: not one sender/,
  ],
  [
    'a header in the sender',
    { smtp: 'smtp://m.example', from: 'A\r\nBcc: b <a@x.example>' },
    /^--from: not one/,
  ],
  ['a sender for nothing', { from }, /^--from: nothing sends mail/],
  ['no receiver', { webhook: 'hooks.example' }, /^--webhook: not the address of a receiver/],
  ['no encryption', { webhook: 'http://hooks.example/' }, /^--webhook: without encryption/],
  [
    'a user for the receiver',
    { webhook: 'https://u:hunter2@hooks.example/' },
    /^--webhook: a user or password/,
  ],
])('%s is refused with path, reason and remedy', (_what, options, message) => {
  const refused = () => providersFrom(options, secrets, systemClock);

  expect(refused).toThrow(Refusal);
  expect(refused).toThrow(message);
  expect(refused).not.toThrow(/hunter2/);
});

test.each<[string, ProviderOptions, object, RegExp]>([
  ['password', { smtp: 'smtp://u@mail.example', from }, {}, /BATON_SMTP_PASSWORD$/],
  [
    'secret',
    { webhook: 'https://hooks.example' },
    {},
    /the secret for signatures is missing; .*BATON_WEBHOOK_SECRET/,
  ],
  [
    'sound secret',
    { webhook: 'https://hooks.example' },
    { BATON_WEBHOOK_SECRET: 'hunter2' },
    /^BATON_WEBHOOK_SECRET: not/,
  ],
])('a missing %s is named', (_what, options, environment, message) => {
  expect(() => providersFrom(options, environment, systemClock)).toThrow(message);
  expect(() => providersFrom(options, environment, systemClock)).not.toThrow(/hunter2/);
});

describe('at start', () => {
  test('servers that answer are let be, and nothing is sent', async () => {
    const smtp = await openSmtpServer();
    const { url, posts } = await openReceiver();

    await given({ smtp: `smtp://localhost:${smtp.port}`, from, webhook: url }).check();

    expect([smtp.received, posts]).toEqual([[], []]);
  });

  test('a server that is not there is named', async () => {
    const smtp = await openSmtpServer();
    const receiver = await openReceiver();
    await Promise.all([smtp.close(), receiver.close()]);

    await expect(given({ smtp: `smtp://localhost:${smtp.port}`, from }).check()).rejects.toThrow(
      new RegExp(`^--smtp localhost:${smtp.port}: it cannot be reached .*; check host and port`),
    );
    await expect(given({ webhook: receiver.url }).check()).rejects.toThrow(
      /^--webhook 127\.0\.0\.1:\d+: it cannot be reached \(ECONNREFUSED\); check host and port/,
    );
  });

  test('a receiver whose certificate nobody vouches for is refused', async () => {
    const { port } = await openSmtpServer({ secure: true });

    await expect(given({ webhook: `https://localhost:${port}` }).check()).rejects.toThrow(/_CERT|CERT_/);
  });

  test('a wrong password is told, and not which', async () => {
    const { port } = await openSmtpServer({
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: (_auth, _session, done) => done(new Error('no')),
    });

    const check = given({ smtp: `smtp://shop@localhost:${port}`, from }).check();

    await expect(check).rejects.toThrow(/does not take this user and password; check the user in --smtp/);
    await expect(check).rejects.not.toThrow(/secret-pass/);
  });
});
