import { join } from 'node:path';
import { createChannels } from '@baton/functions/adapters/aws/channels/channels.ts';
import type { Channel, OutgoingMessage } from '@baton/functions/ports.ts';
import { Transient } from '@baton/functions/ports.ts';
import { createFileOutbox } from '@baton/infra/local/channels/file-outbox.ts';
import { createSmtpChannel } from '@baton/infra/local/channels/smtp.ts';
import { createWebhookChannel } from '@baton/infra/local/channels/webhook.ts';
import { createLedger } from '@baton/infra/local/replay/ledger.ts';
import { systemClock } from '@baton/infra/local/virtual-clock.ts';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type AwsAnswer, type AwsRequest, stubAws } from '../support/aws-stub.ts';
import { openSmtpServer } from '../support/smtp-host.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { openReceiver } from '../support/webhook-receiver.ts';

const mail: OutgoingMessage = {
  sendId: 'e-1.confirm.1',
  contactId: 'c1',
  channel: 'email',
  to: 'ana@example.org',
  subject: 'Grüße',
  body: 'Guten Tag',
  purpose: 'marketing',
  at: '2026-03-01T09:30:00.000Z',
};
const text: OutgoingMessage = { ...mail, channel: 'sms', to: '+49 (170) 123-456' };
const hook: OutgoingMessage = { ...mail, channel: 'webhook', to: 'crm-4711' };
const push: OutgoingMessage = { ...mail, channel: 'push', to: 'token-1' };

const environment = {
  MAIL_FROM: 'Shop <news@example.com>',
  MAIL_CONFIGURATION_SET: 'baton-mail',
  SMS_ORIGINATION: '+4915112345',
  SMS_CONFIGURATION_SET: 'baton-sms',
  WEBHOOK_BUS: 'baton',
};

const taken = ({ operation }: AwsRequest): AwsAnswer =>
  operation === 'PutEvents'
    ? { status: 200, body: { FailedEntryCount: 0, Entries: [{ EventId: 'ev-1' }] } }
    : { status: 200, body: { MessageId: 'm-1' } };

function onAws(name: OutgoingMessage['channel'], answer: (request: AwsRequest) => AwsAnswer = taken) {
  const { connection, requests } = stubAws(answer);
  return { channel: createChannels(environment, connection)[name], requests };
}

type Set = { channel: Channel; taken: () => number };
const adapters: [string, OutgoingMessage, () => Set | Promise<Set>][] = [
  ['the file outbox', mail, () => counted(createFileOutbox({ folder: temporaryFolder(), settle }))],
  ['the ledger of a replay', mail, () => counted(createLedger(join(temporaryFolder(), 'outbox.jsonl')))],
  ['SES', mail, () => overAws('email')],
  ['End User Messaging', text, () => overAws('sms')],
  ['EventBridge to a webhook', hook, () => overAws('webhook')],
  ['EventBridge to who delivers push messages', push, () => overAws('push')],
  ['a mail server', mail, overSmtp],
  ['the receiver of webhooks', hook, posted],
  ['the receiver of push messages', push, posted],
];

async function settle() {}

async function overSmtp(): Promise<Set> {
  const { port, received } = await openSmtpServer();
  const { channel, close } = createSmtpChannel({
    server: { host: '127.0.0.1', port, tls: 'none' },
    from: { header: 'Shop <news@example.com>', address: 'news@example.com' },
    clock: systemClock,
    settle,
  });
  onTestFinished(close);
  return { channel, taken: () => received.length };
}

/** The receiver counts a message that it knows already once, as `Idempotency-Key` asks. */
async function posted(): Promise<Set> {
  const { url: endpoint, posts } = await openReceiver();
  const channel = createWebhookChannel({ endpoint, secret: Buffer.alloc(32), clock: systemClock, settle });
  return { channel, taken: () => new Set(posts.map(({ headers }) => headers['idempotency-key'])).size };
}

/** Local channels tell by their answer whether the message was put there just now. */
function counted(channel: Channel): Set {
  let count = 0;
  const send: Channel['send'] = async (message) => {
    const answer = await channel.send(message);
    if (answer.kind === 'sent') count++;
    return answer;
  };
  return { channel: { ...channel, send }, taken: () => count };
}

function overAws(name: OutgoingMessage['channel']): Set {
  const { channel, requests } = onAws(name);
  return { channel, taken: () => requests.length };
}

describe.each(adapters)('%s', (name, message, open) => {
  test('sends a message once for one call', async () => {
    const { channel, taken } = await open();

    expect((await channel.send(message)).kind).toBe('sent');
    expect(taken()).toBe(1);
  });

  test('sends another message of the same contact', async () => {
    const { channel, taken } = await open();

    await channel.send(message);

    expect((await channel.send({ ...message, sendId: 'e-1.confirm.2' })).kind).toBe('sent');
    expect(taken()).toBe(2);
  });

  test('settles a repetition where it says that it recognises the send id', async () => {
    const { channel, taken } = await open();
    await channel.send(message);

    if (!channel.recognisesSendId) return expect(message.channel).toMatch(/^(email|sms)$/);
    expect((await channel.send(message)).kind).toMatch(/^(sent|already-sent)$/);
    if (!name.startsWith('EventBridge')) expect(taken()).toBe(1); // there the header tells the receiver
  });
});

describe.each(adapters.filter(([name]) => !name.startsWith('the ledger')))('%s', (_name, message, open) => {
  test.each<[string, Partial<OutgoingMessage>]>([
    ['a line break in the address', { to: `${message.to}\r\nBcc: all@example.org` }],
    ['a line break in the subject', { subject: 'Hello\r\nBcc: all@example.org' }],
    ['no address', { to: '' }],
  ])('refuses %s without naming the address', async (_what, change) => {
    const { channel, taken } = await open();

    const answer = await channel.send({ ...message, ...change });

    expect(answer).toEqual({ kind: 'refused', reason: expect.not.stringContaining('example.org') });
    expect(taken()).toBe(0);
  });
});

describe('a mail', () => {
  test('is one request to SES with sender, configuration set, tags and text', async () => {
    const { channel, requests } = onAws('email');

    await channel.send(mail);

    expect(requests).toEqual([
      {
        operation: '/v2/email/outbound-emails',
        path: '/v2/email/outbound-emails',
        body: {
          FromEmailAddress: 'Shop <news@example.com>',
          Destination: { ToAddresses: ['ana@example.org'] },
          ConfigurationSetName: 'baton-mail',
          EmailTags: [
            { Name: 'sendId', Value: 'e-1_2e_confirm_2e_1' },
            { Name: 'contactId', Value: 'c1' },
          ],
          Content: {
            Simple: {
              Subject: { Data: 'Grüße', Charset: 'UTF-8' },
              Body: { Text: { Data: 'Guten Tag', Charset: 'UTF-8' } },
            },
          },
        },
      },
    ]);
  });

  test('may be HTML', async () => {
    const { channel, requests } = onAws('email');

    await channel.send({ ...mail, body: '<!doctype html><p>Guten Tag' });

    expect(JSON.stringify(requests)).toContain(
      '"Body":{"Text":{"Data":"Guten Tag","Charset":"UTF-8"},"Html":{"Data":"<!doctype html><p>Guten Tag"',
    );
  });
});

test('a mail says where one click ends such mail', async () => {
  const { channel, requests } = onAws('email');

  await channel.send({ ...mail, unsubscribe: 'https://shop.example/u/t-1' });

  expect(requests).toMatchObject([
    {
      body: {
        Content: {
          Simple: {
            Headers: [
              { Name: 'List-Unsubscribe', Value: '<https://shop.example/u/t-1>' },
              { Name: 'List-Unsubscribe-Post', Value: 'List-Unsubscribe=One-Click' },
            ],
          },
        },
      },
    },
  ]);
});

test('a push message is an event like a webhook, with a title', async () => {
  const { channel, requests } = onAws('push');

  await channel.send(push);

  const { subject: title, ...others } = push;
  expect(requests).toMatchObject([
    { body: { Entries: [{ DetailType: 'baton.webhook', Detail: JSON.stringify({ ...others, title }) }] } },
  ]);
});

test('a text names its sender, limits and context, and comes back with the name the provider gave it', async () => {
  const { channel, requests } = onAws('sms');

  expect(await channel.send(text)).toEqual({ kind: 'sent', reference: 'm-1' });

  expect(requests).toEqual([
    {
      operation: 'SendTextMessage',
      path: '/',
      body: {
        DestinationPhoneNumber: '+49170123456',
        OriginationIdentity: '+4915112345',
        MessageBody: 'Guten Tag',
        ConfigurationSetName: 'baton-sms',
        MaxPrice: '0.20',
        TimeToLive: 86_400,
        Context: { sendId: 'e-1.confirm.1', contactId: 'c1' },
      },
    },
  ]);
});

test('a text to a number without its country is refused', async () => {
  const { channel, requests } = onAws('sms');

  expect(await channel.send({ ...text, to: '0170 123456' })).toMatchObject({ kind: 'refused' });
  expect(requests).toEqual([]);
});

test('a webhook is an event on the bus, with the send id for the header', async () => {
  const { channel, requests } = onAws('webhook');

  await channel.send(hook);

  const { subject, ...others } = hook;
  const detail = { ...others, subject };
  expect(requests).toEqual([
    {
      operation: 'PutEvents',
      path: '/',
      body: {
        Entries: [
          {
            EventBusName: 'baton',
            Source: 'baton',
            DetailType: 'baton.webhook',
            Detail: JSON.stringify(detail),
          },
        ],
      },
    },
  ]);
});

test('a webhook that the bus cannot carry is refused', async () => {
  const { channel } = onAws('webhook');

  expect(await channel.send({ ...hook, body: 'ä'.repeat(140_000) })).toMatchObject({ kind: 'refused' });
});

test('a webhook that the bus did not take may be sent later', async () => {
  const { channel } = onAws('webhook', () => ({
    status: 200,
    body: { FailedEntryCount: 1, Entries: [{ ErrorCode: 'ThrottlingException', ErrorMessage: 'slow down' }] },
  }));

  expect(await channel.send(hook)).toMatchObject({ kind: 'not-accepted' });
});

type Failing = [string, 'email' | 'sms', AwsAnswer, string];
const failing: Failing[] = [
  ['throttled', 'email', { status: 429, error: 'TooManyRequestsException' }, 'not-accepted'],
  ['paused', 'email', { status: 400, error: 'SendingPausedException' }, 'not-accepted'],
  ['suspended', 'email', { status: 400, error: 'AccountSuspendedException' }, 'not-accepted'],
  ['without rights', 'email', { status: 403, error: 'AccessDeniedException' }, 'not-accepted'],
  ['without a connection', 'email', { broken: 'ECONNREFUSED' }, 'not-accepted'],
  ['rejected', 'email', { status: 400, error: 'MessageRejected' }, 'refused'],
  ['invalid', 'email', { status: 400, error: 'BadRequestException' }, 'refused'],
  ['of no verified domain', 'email', { status: 400, error: 'MailFromDomainNotVerifiedException' }, 'refused'],
  ['throttled', 'sms', { status: 400, error: 'ThrottlingException' }, 'not-accepted'],
  ['over the spend limit', 'sms', { status: 402, error: 'ServiceQuotaExceededException' }, 'not-accepted'],
  ['from an unknown number', 'sms', { status: 404, error: 'ResourceNotFoundException' }, 'not-accepted'],
  [
    'to somebody who opted out',
    'sms',
    { status: 409, error: 'ConflictException', body: { Reason: 'DESTINATION_PHONE_NUMBER_OPTED_OUT' } },
    'refused',
  ],
  [
    'that costs too much',
    'sms',
    { status: 400, error: 'ValidationException', body: { Reason: 'PRICE_OVER_THRESHOLD' } },
    'refused',
  ],
];

test.each(failing)('a message %s (%s) is answered, after one request', async (_what, name, failure, kind) => {
  const { channel, requests } = onAws(name, () =>
    'status' in failure
      ? { ...failure, body: { message: `${mail.to} or ${text.to} is bad`, ...Object(failure.body) } }
      : failure,
  );

  const answer = await channel.send(name === 'email' ? mail : text);

  expect(answer).toMatchObject({ kind, reason: expect.any(String) });
  expect(JSON.stringify(answer)).not.toMatch(/ana@|170/);
  expect(requests).toHaveLength(1);
});

test.each<['email' | 'sms', string, AwsAnswer]>([
  ['email', 'a fault of the provider', { status: 500, error: 'InternalServiceErrorException' }],
  ['email', 'a lost answer', { broken: 'ECONNRESET' }],
  ['sms', 'a fault of the provider', { status: 500, error: 'InternalServerException' }],
  ['sms', 'a lost answer', { broken: 'ECONNRESET' }],
])(
  'nobody knows what became of a message (%s) after %s: it is asked for once',
  async (name, _what, answer) => {
    const { channel, requests } = onAws(name, () => answer);

    await expect(channel.send(name === 'email' ? mail : text)).rejects.toThrow(Transient);

    expect(channel.recognisesSendId).toBeFalsy();
    expect(requests).toHaveLength(1);
  },
);

test.each([
  ['email', mail, /mailFrom/],
  ['sms', text, /smsOrigination/],
  ['webhook', hook, /webhookUrl/],
  ['push', push, /webhookUrl/],
] as const)('%s that nobody set up refuses, and says what to deploy with', async (name, message, remedy) => {
  const channels = createChannels({ MAIL_FROM: '', SMS_ORIGINATION: '' });

  expect(await channels[name].send(message)).toEqual({
    kind: 'refused',
    reason: expect.stringMatching(remedy),
  });
});
