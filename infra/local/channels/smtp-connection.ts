import { Readable } from 'node:stream';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import * as z from 'zod';

export type SmtpServer = {
  host: string;
  port: number;
  /** `from-start`: TLS before anything is said; `required`: by STARTTLS or not at all; `none`: this machine alone hears it. */
  tls: 'from-start' | 'required' | 'none';
  login?: { user: string; pass: string };
};

/** How a conversation failed. `reason` names neither address nor password; nor does it quote the server, which may. */
export type SmtpFailure = {
  code: 'unreachable' | 'no-tls' | 'login' | 'answered' | 'broken';
  /** The server's answer by number, 400 to 599. */
  status: number;
  reason: string;
};

export type Envelope = { from: string; to: string };

const timeouts = {
  dnsTimeout: 10_000,
  connectionTimeout: 10_000,
  greetingTimeout: 10_000,
  socketTimeout: 30_000,
};

/** Connects, encrypts and signs in. Rejects with what `failureOf` reads. */
export function connect({ host, port, tls, login }: SmtpServer): Promise<SMTPConnection> {
  const connection = new SMTPConnection({
    host,
    port,
    secure: tls === 'from-start',
    requireTLS: tls === 'required',
    ignoreTLS: tls === 'none',
    ...timeouts,
  });
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => {
      connection.close();
      reject(error);
    };
    connection.on('error', fail); // stays, because an error that nobody hears ends the process
    connection.connect((error?: unknown) => {
      if (error) return fail(error);
      if (!login) return resolve(connection);
      connection.login({ ...login }, (refused) => (refused ? fail(refused) : resolve(connection)));
    });
  });
}

/** Hands over one mail. `text` is read when the server has asked for it, so it tells whether any of it was sent. */
export function handOver(
  connection: SMTPConnection,
  { from, to }: Envelope,
  text: string,
): Promise<{ ok: true } | { ok: false; error: unknown; begun: boolean }> {
  let begun = false;
  const mail = Readable.from(
    (function* () {
      begun = true;
      yield Buffer.from(text);
    })(),
  );
  return new Promise((resolve) => {
    connection.send({ from, to: [to] }, mail, (error) =>
      resolve(error ? { ok: false, error, begun } : { ok: true }),
    );
  });
}

const Failure = z.object({
  code: z.string().optional(),
  originalCode: z.string().optional(),
  responseCode: z.number().optional().catch(undefined),
  response: z.string().optional().catch(undefined),
});

/** What went wrong, read from what nodemailer throws. */
export function failureOf(error: unknown): SmtpFailure {
  const { code = '', originalCode = '', responseCode: status = 0, response = '' } = Failure.parse(error);
  const tells = { status, reason: reasonOf(status, response) };
  if (code === 'EAUTH') return { ...tells, code: 'login', reason: 'it does not take this user and password' };
  if (code === 'ETLS' || /CERT|SSL|TLS|ISSUER/.test(originalCode))
    return {
      ...tells,
      code: 'no-tls',
      reason: `it offers no TLS with a certificate that this machine trusts${originalCode ? ` (${originalCode})` : ''}`,
    };
  if (answers.includes(code) && status >= 400) return { ...tells, code: 'answered' };
  if (unreachable.includes(originalCode) || code === 'EDNS')
    return {
      ...tells,
      code: 'unreachable',
      reason: `it cannot be reached (${originalCode || code})`,
    };
  return { ...tells, code: 'broken', reason: `the connection to it broke (${originalCode || code})` };
}

/** The codes under which nodemailer hands on a whole answer: to sender and receiver, and to the mail itself. */
const answers = ['EENVELOPE', 'EMESSAGE'];
const unreachable = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'];

/** By the enhanced status code (RFC 3463), because the server's own sentence may quote the address. */
const reasons: readonly [RegExp, string][] = [
  [/^5\.1\.[0-36]/, 'there is no such mailbox'],
  [/^5\.2\.2/, 'the mailbox is full'],
  [/^5\.[23]\.[34]/, 'the mail is too large'],
  [/^5\.7\./, 'its rules do not allow this mail'],
];

function reasonOf(status: number, response: string): string {
  const enhanced = /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(response)?.[1] ?? '';
  const words = reasons.find(([pattern]) => pattern.test(enhanced))?.[1] ?? 'it did not take the mail';
  return `${words} (${[status, enhanced].filter(Boolean).join(' ')})`;
}
