import { flawOf } from '@baton/functions/adapters/check-message.ts';
import { type Channel, type Clock, type SendAnswer, Transient } from '@baton/functions/ports.ts';
import type SMTPConnection from 'nodemailer/lib/smtp-connection';
import { mailOf } from './mail.ts';
import { createRest } from './rest.ts';
import { connect, type Envelope, failureOf, handOver, type SmtpServer } from './smtp-connection.ts';

/*
 * 1. Nothing leaves before `settle`: what the server hears of implies that its permit and its attempt are on disk.
 * 2. Until the server asks for the text nothing was taken, whatever happens. Once any of it was sent only an answer tells;
 *    without one nobody can know, and this is not tried again here, because a server does not know a mail again.
 * 3. One connection, one mail after the other; it is closed after a failure, and when nothing was sent for a while.
 */
const idleMs = 5000;

/** Mail by SMTP. `close` hangs up; the channel may go on and connects again. */
export function createSmtpChannel({
  server,
  from,
  clock,
  settle,
}: {
  server: SmtpServer;
  /** As mail shows it, and the address alone. */
  from: { header: string; address: string };
  clock: Clock;
  settle: () => Promise<void>;
}): { channel: Channel; close(): void } {
  const line = createLine(server, clock);
  const domain = from.address.slice(from.address.lastIndexOf('@') + 1);
  let last: Promise<unknown> = Promise.resolve();
  const channel: Channel = {
    send: async (message) => {
      const flaw = flawOf(message) ?? flawOfId(message.sendId);
      if (flaw) return { kind: 'refused', reason: flaw };
      await settle();
      const mail = mailOf(message, { from: from.header, domain });
      const answer = last.then(() => line.deliver({ from: from.address, to: message.to }, mail));
      last = answer.catch(() => {});
      return answer;
    },
  };
  return { channel, close: line.close };
}

const flawOfId = (sendId: string): string | undefined =>
  sendId !== '' && sendId.isWellFormed() && sendId.length <= 190
    ? undefined
    : 'sendId: empty, too long or not text; give 1 to 190 plain characters';

function createLine(server: SmtpServer, clock: Clock) {
  const rest = createRest(clock);
  let open: SMTPConnection | undefined;
  let idle: NodeJS.Timeout | undefined;

  function close(): void {
    clearTimeout(idle);
    open?.quit();
    open = undefined;
  }

  async function opened(): Promise<SMTPConnection> {
    if (open) return open;
    const connection = await connect(server);
    connection.once('end', () => {
      if (open === connection) open = undefined;
    });
    open = connection;
    return connection;
  }

  return {
    close,
    async deliver(envelope: Envelope, mail: string): Promise<SendAnswer> {
      const waits = rest.answer();
      if (waits) return waits;
      clearTimeout(idle);
      const connection = await opened().catch(failureOf);
      if ('reason' in connection) {
        const reason = `the mail server: ${connection.reason}`;
        rest.begin(reason);
        return { kind: 'not-accepted', reason };
      }
      const outcome = await handOver(connection, envelope, mail);
      if (!outcome.ok) {
        open = undefined;
        connection.close();
        return answerTo(outcome);
      }
      idle = setTimeout(close, idleMs).unref();
      return { kind: 'sent' };
    },
  };
}

/** Answers that ask for a login are about the connection and not about this mail. */
const wantsLogin = [530, 534, 535, 538];

function answerTo({ error, begun }: { error: unknown; begun: boolean }): SendAnswer {
  const { code, status, reason: why } = failureOf(error);
  const reason = `the mail server: ${why}`;
  if (code === 'answered' && status >= 500 && !wantsLogin.includes(status))
    return { kind: 'refused', reason };
  if (code === 'answered' || !begun) return { kind: 'not-accepted', reason };
  throw new Transient(`whether the mail server took the mail is not known: ${why}`);
}
