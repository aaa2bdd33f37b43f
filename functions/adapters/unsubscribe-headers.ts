import type { OutgoingMessage } from '../ports.ts';

/** One click ends mail of this kind (RFC 8058); the address has been looked at by `flawOf`. */
export const unsubscribeHeaders = ({
  unsubscribe,
}: Pick<OutgoingMessage, 'unsubscribe'>): Readonly<Record<string, string>> =>
  unsubscribe === undefined
    ? {}
    : { 'List-Unsubscribe': `<${unsubscribe}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' };
