import type { OutgoingMessage } from '../ports.ts';

/** Why a message can never be sent; a line break in an address or subject would smuggle in headers. */
export function flawOf({ channel, to, subject = '', at, unsubscribe }: OutgoingMessage): string | undefined {
  if (/\p{Cc}/u.test(to)) return 'to: a line break or control character';
  if (/\p{Cc}/u.test(subject)) return 'subject: a line break or control character';
  if (to === '') return 'to: empty';
  if (channel === 'email' && !/^[^\s@<>,;:"()[\]\\]+@[^\s@<>,;:"()[\]\\]+$/u.test(to)) {
    return 'to: not one mail address';
  }
  if (unsubscribe !== undefined && !/^https?:\/\/[\x21-\x3b\x3d\x3f-\x7e]{1,800}$/.test(unsubscribe)) {
    return 'unsubscribe: not the address of a page';
  }
  if (Number.isNaN(Date.parse(at))) return 'at: no date and time';
  return undefined;
}

export const isHtml = (body: string): boolean => /^\s*<(!doctype|html|mjml|body|div|p|table)\b/i.test(body);
