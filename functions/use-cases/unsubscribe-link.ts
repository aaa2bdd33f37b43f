import { timingSafeEqual } from 'node:crypto';
import type { Ports } from '../ports.ts';

/** What one click ends: messages of one purpose to one contact on one channel; and the journey that led to it. */
export type UnsubscribeLink = { contactId: string; channel: string; purpose: string; journey: string };

/*
 * 1. A token is its parts and the HMAC of them, joined by dots, which no part holds. It names nobody and does not expire:
 *    an old mail must still be good for ending mail.
 * 2. The HMAC is compared as text, never decoded, so that there is one writing of a token and no other.
 * 3. What is hashed begins with a text that no identity begins with, because identities are kept under the same key.
 */
const beginning = 'unsubscribe link\n';
const part = /^[a-z0-9][a-z0-9-]*$/;
const longest = 300;

export function tokenOf(identity: Ports['identity'], link: UnsubscribeLink): string {
  const parts = [link.contactId, link.channel, link.purpose, link.journey];
  if (!parts.every((text) => part.test(text)))
    throw new Error('a part of an unsubscribe link is no plain id: it would not be read again');
  return [...parts, signature(identity, parts)].join('.');
}

/** `undefined` for everything that is not exactly a token of ours. */
export function linkIn(identity: Ports['identity'], token: string): UnsubscribeLink | undefined {
  if (token.length > longest) return undefined;
  const [contactId = '', channel = '', purpose = '', journey = '', signed = '', ...more] = token.split('.');
  const parts = [contactId, channel, purpose, journey];
  if (more.length > 0 || !parts.every((text) => part.test(text))) return undefined;
  if (!isSame(signed, signature(identity, parts))) return undefined;
  return { contactId, channel, purpose, journey };
}

const signature = (identity: Ports['identity'], parts: readonly string[]): string =>
  identity.hmac(`${beginning}${parts.join('.')}`);

function isSame(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given, 'utf8'), Buffer.from(expected, 'utf8')];
  return one.length === other.length && timingSafeEqual(one, other);
}

/** The address of the page and of the one click; the path is that of the route. */
export async function unsubscribeUrl(
  { identity, address }: Pick<Ports, 'identity' | 'address'>,
  link: UnsubscribeLink,
): Promise<string | undefined> {
  const origin = await address.origin();
  return origin === undefined ? undefined : `${origin}/u/${tokenOf(identity, link)}`;
}
