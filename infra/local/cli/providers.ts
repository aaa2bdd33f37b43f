import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { readWebhookSecret } from '@baton/functions/adapters/webhook-signature.ts';
import type { Clock, Ports } from '@baton/functions/ports.ts';
import { createSmtpChannel } from '../channels/smtp.ts';
import { connect, failureOf, type SmtpServer } from '../channels/smtp-connection.ts';
import { createWebhookChannel } from '../channels/webhook.ts';
import { Refusal } from './failure.ts';

export type ProviderOptions = { smtp?: string; from?: string; webhook?: string };

/** Secrets come from the environment alone: whoever is on the machine can read a command line. */
type Secrets = { BATON_SMTP_PASSWORD?: string; BATON_WEBHOOK_SECRET?: string };

export type Providers = {
  open(settle: () => Promise<void>): Partial<Ports['channels']>;
  /** Looks whether they can be reached and let us in; throws `Refusal`. */
  check(): Promise<void>;
  close(): void;
  /** Whether messages reach real people. */
  any: boolean;
};

/** The ways out that were asked for; without any the host keeps its messages. Throws `Refusal` for what cannot be meant. */
export function providersFrom(options: ProviderOptions, secrets: Secrets, clock: Clock): Providers {
  const mail = mailSettings(options, secrets);
  const endpoint = options.webhook === undefined ? undefined : endpointIn(options.webhook);
  const secret = endpoint && secretIn(secrets);
  const closing: (() => void)[] = [];
  return {
    any: mail !== undefined || endpoint !== undefined,
    open: (settle) => {
      const smtp = mail && createSmtpChannel({ ...mail, clock, settle });
      if (smtp) closing.push(smtp.close);
      const webhook =
        endpoint && secret && createWebhookChannel({ endpoint: endpoint.href, secret, clock, settle });
      return { ...(smtp ? { email: smtp.channel } : {}), ...(webhook ? { webhook, push: webhook } : {}) };
    },
    check: async () => {
      if (mail) await checkMail(mail.server);
      if (endpoint) await checkEndpoint(endpoint);
    },
    close: () => {
      for (const close of closing) close();
    },
  };
}

function mailSettings({ smtp, from }: ProviderOptions, secrets: Secrets) {
  if (smtp === undefined) {
    if (from === undefined) return undefined;
    throw new Refusal('--from: nothing sends mail; name a mail server with --smtp');
  }
  if (from === undefined)
    throw new Refusal(
      '--smtp: mail needs a sender; give one with --from, for example "Shop <news@example.com>"',
    );
  return { server: serverIn(smtp, secrets), from: senderIn(from) };
}

const smtpShape = 'give it as smtp://user@host:587, or smtps://user@host:465 for TLS from the start';

function serverIn(text: string, { BATON_SMTP_PASSWORD: pass }: Secrets): SmtpServer {
  const url = URL.parse(text);
  if (!url || !['smtp:', 'smtps:'].includes(url.protocol) || url.hostname === '')
    throw new Refusal(`--smtp: not the address of a mail server; ${smtpShape}`);
  if (url.password)
    throw new Refusal(
      '--smtp: a password on the command line can be read by everybody on this machine; put it into BATON_SMTP_PASSWORD and change it',
    );
  if (!['', '/'].includes(url.pathname) || url.search || url.hash)
    throw new Refusal(`--smtp: more than a mail server; ${smtpShape}`);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const user = decoded(url.username);
  if (user !== '' && !pass)
    throw new Refusal(`--smtp: the password of this user is missing; put it into BATON_SMTP_PASSWORD`);
  const implicit = url.protocol === 'smtps:';
  return {
    host,
    port: Number(url.port) || (implicit ? 465 : 587),
    tls: implicit ? 'from-start' : isLoopback(host) ? 'none' : 'required',
    ...(user !== '' && pass ? { login: { user, pass } } : {}),
  };
}

function decoded(user: string): string {
  try {
    return decodeURIComponent(user);
  } catch {
    throw new Refusal('--smtp: the user is not well written; write a % in it as %25');
  }
}

/** What is said there stays on this machine. */
const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);

function senderIn(text: string): { header: string; address: string } {
  const parts = /^(?:[^<>"@,;:\p{Cc}]*<([^\s<>@,;:"]+@[^\s<>@,;:"]+)>|([^\s<>@,;:"]+@[^\s<>@,;:"]+))$/u.exec(
    text,
  );
  const address = parts?.[1] ?? parts?.[2];
  if (address === undefined)
    throw new Refusal(
      '--from: not one sender; give an address, or a name and an address: "Shop <news@example.com>"',
    );
  return { header: text, address };
}

function endpointIn(text: string): URL {
  const url = URL.parse(text);
  const encrypted = url?.protocol === 'https:';
  if (!url || !(encrypted || url.protocol === 'http:'))
    throw new Refusal('--webhook: not the address of a receiver; give it as https://host/path');
  if (url.username || url.password)
    throw new Refusal(
      '--webhook: a user or password in it would be seen by everybody; the receiver knows us by the signature',
    );
  if (!encrypted && !isLoopback(url.hostname.replace(/^\[|\]$/g, '')))
    throw new Refusal(
      '--webhook: without encryption everybody on the way could read it; give an https address',
    );
  return url;
}

function secretIn({ BATON_WEBHOOK_SECRET: text }: Secrets): Buffer {
  const remedy =
    'put whsec_ and 32 random bytes in base64 into BATON_WEBHOOK_SECRET, and give the same to the receiver';
  if (!text) throw new Refusal(`--webhook: the secret for signatures is missing; ${remedy}`);
  const secret = readWebhookSecret(text);
  if (!secret) throw new Refusal(`BATON_WEBHOOK_SECRET: not a secret for signatures; ${remedy}`);
  return secret;
}

const remedies = {
  unreachable: 'check host and port, and that nothing in between blocks them',
  broken: 'check that a mail server answers at this port, and which kind: smtp:// or smtps://',
  'no-tls': 'use a server with TLS; a certificate of your own is named to Node by NODE_EXTRA_CA_CERTS',
  login: 'check the user in --smtp and BATON_SMTP_PASSWORD',
  answered: 'ask whoever runs the server',
};

async function checkMail(server: SmtpServer): Promise<void> {
  try {
    const connection = await connect(server);
    connection.quit();
  } catch (error) {
    const { code, reason } = failureOf(error);
    throw new Refusal(`--smtp ${server.host}:${server.port}: ${reason}; ${remedies[code]}`);
  }
}

const patienceMs = 10_000;

/** Whether somebody listens there, with a certificate that counts; nothing is posted. */
async function checkEndpoint({ protocol, hostname, port }: URL): Promise<void> {
  const host = hostname.replace(/^\[|\]$/g, '');
  const to = { host, port: Number(port) || (protocol === 'https:' ? 443 : 80) };
  const open = (ready: () => void): Socket =>
    protocol === 'https:'
      ? connectTls({ ...to, servername: isIP(host) ? '' : host }, ready)
      : connectTcp(to, ready);
  const failed = await new Promise<string | undefined>((resolve) => {
    const socket = open(() => end());
    const end = (why?: string) => {
      socket.destroy();
      resolve(why);
    };
    socket.setTimeout(patienceMs, () => end('ETIMEDOUT'));
    socket.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? 'no connection'));
  });
  if (failed)
    throw new Refusal(
      `--webhook ${host}:${to.port}: it cannot be reached (${failed}); check host and port, its certificate, and that nothing in between blocks them`,
    );
}
