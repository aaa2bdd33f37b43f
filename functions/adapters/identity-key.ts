import { createHmac, createSecretKey } from 'node:crypto';
import type { Identity } from '../ports.ts';

export const identityKeyBytes = 32;

/** How a host keeps the key. */
export const identityKeyShape = `${2 * identityKeyBytes} hexadecimal digits`;

/** `undefined` for a text that is no key; a host then says where it stands and how to get it back. */
export function readIdentityKey(text: string): Buffer | undefined {
  const digits = text.trim();
  return /^[0-9a-f]+$/i.test(digits) && digits.length === 2 * identityKeyBytes
    ? Buffer.from(digits, 'hex')
    : undefined;
}

export function identityBy(bytes: Buffer): Identity {
  const key = createSecretKey(bytes);
  return { hmac: (text) => createHmac('sha256', key).update(text).digest('base64url') };
}
