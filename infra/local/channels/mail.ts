import { createHash } from 'node:crypto';
import { isHtml } from '@baton/functions/adapters/check-message.ts';
import { htmlToText } from '@baton/functions/adapters/html-to-text.ts';
import { unsubscribeHeaders } from '@baton/functions/adapters/unsubscribe-headers.ts';
import type { OutgoingMessage } from '@baton/functions/ports.ts';
import MimeNode from 'nodemailer/lib/mime-node';
import { encode, wrap } from 'nodemailer/lib/qp';

/**
 * A mail as it goes out: the same bytes for the same message, and a Message-ID that follows from the send id, by which
 * mail programs know a repetition. HTML comes with the same in plain text. nodemailer's composer streams each mail, which
 * costs five times as much as its header writer and text encoder called directly.
 */
export function mailOf(
  message: OutgoingMessage,
  { from, domain }: { from: string /** The right side of the Message-ID. */; domain: string },
): string {
  const { sendId, to, subject = '', body, at } = message;
  const html = isHtml(body);
  const boundary = boundaryOf(sendId);
  const mail = new MimeNode(
    html ? `multipart/alternative; boundary="${boundary}"` : 'text/plain; charset=utf-8',
  );
  const headers = {
    From: from,
    To: to,
    Subject: subject,
    'Message-ID': `<${messageName(sendId)}@${domain}>`,
    Date: new Date(at).toUTCString().replace('GMT', '+0000'),
    ...unsubscribeHeaders(message),
    ...(html ? {} : { 'Content-Transfer-Encoding': 'quoted-printable' }),
  };
  mail.setHeader(Object.entries(headers).map(([key, value]) => ({ key, value })));
  const content = html ? alternatives(boundary, body) : quotedPrintable(body);
  return `${mail.buildHeaders()}\r\n\r\n${content}\r\n`;
}

/** What may stand left of the @ in a Message-ID, and in the name of a file. */
export const messageName = (sendId: string): string =>
  encodeURIComponent(sendId).replace(/[()]/g, (sign) => (sign === '(' ? '%28' : '%29'));

/** Quoted-printable text never holds "=_", so no part can contain its own end. */
const boundaryOf = (sendId: string): string =>
  `=_${createHash('sha256').update(sendId).digest('hex').slice(0, 32)}`;

function alternatives(boundary: string, html: string): string {
  const part = (type: string, text: string) =>
    [
      `--${boundary}`,
      `Content-Type: ${type}; charset=utf-8`,
      'Content-Transfer-Encoding: quoted-printable',
      '',
      quotedPrintable(text),
      '',
    ].join('\r\n');
  return `${part('text/plain', htmlToText(html))}${part('text/html', html)}--${boundary}--`;
}

const quotedPrintable = (text: string): string =>
  wrap(encode(text.toWellFormed().replace(/\r\n|\r|\n/g, '\r\n')));
