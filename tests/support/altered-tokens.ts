import { randomBytes } from 'node:crypto';
import { identityBy, identityKeyBytes } from '@baton/functions/adapters/identity-key.ts';
import { linkIn, tokenOf, type UnsubscribeLink } from '@baton/functions/use-cases/unsubscribe-link.ts';
import { smallRandom } from './small-random.ts';

export type TokenTally = { tokens: number; altered: number; accepted: string[] };

const own = identityBy(randomBytes(identityKeyBytes));
const foreign = identityBy(randomBytes(identityKeyBytes));
const alphabet = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.=+/% \n\u0000é';

/** Alters genuine tokens in every way that comes to mind until `wanted` were tried; what is accepted is listed. */
export function tryAlteredTokens(wanted: number, seed: number): TokenTally {
  const random = smallRandom(seed);
  const tally: TokenTally = { tokens: 0, altered: 0, accepted: [] };
  let former = tokenOf(own, aLink(random));
  while (tally.altered < wanted) {
    const link = aLink(random);
    const token = tokenOf(own, link);
    tally.tokens++;
    for (const altered of alterations(token, { link, former, random })) {
      if (altered === token || altered === former) continue;
      tally.altered++;
      if (linkIn(own, altered)) tally.accepted.push(`${altered} for ${token}`);
    }
    former = token;
  }
  return tally;
}

function aLink(random: () => number): UnsubscribeLink {
  const pick = (...values: [string, ...string[]]) =>
    values[Math.floor(random() * values.length)] ?? values[0];
  const contactId = Array.from({ length: 26 }, () => Math.floor(random() * 36).toString(36)).join('');
  return {
    contactId,
    channel: pick('email', 'sms', 'push'),
    purpose: pick('marketing', 'service'),
    journey: pick('win-back', 'cart-abandonment', 'j'),
  };
}

type Around = { link: UnsubscribeLink; former: string; random: () => number };

function* alterations(token: string, { link, former, random }: Around): Generator<string> {
  for (let at = 0; at < token.length; at++) {
    const other = alphabet[Math.floor(random() * alphabet.length)] ?? 'x';
    yield token.slice(0, at) + other + token.slice(at + 1);
    yield token.slice(0, at) + other + token.slice(at);
    yield token.slice(0, at) + token.slice(at + 1);
    yield token.slice(0, at);
    yield token.slice(at);
    const swapped = [...token];
    const next = (at + 1) % token.length;
    [swapped[at], swapped[next]] = [swapped[next] ?? '', swapped[at] ?? ''];
    yield swapped.join('');
  }
  // The last character of base64url holds bits that mean nothing: each other writing of the same bytes is another token.
  for (const other of alphabet) yield token.slice(0, -1) + other;
  const [parts, others] = [token.split('.'), former.split('.')];
  for (let at = 0; at < parts.length; at++)
    yield parts.map((text, index) => (index === at ? (others[at] ?? '') : text)).join('.');
  yield token.toUpperCase();
  yield ` ${token}`;
  yield `${token} `;
  yield `${token}.`;
  yield `${token}=`;
  yield `${token}.${parts.at(-1)}`;
  yield encodeURIComponent(token).replace('.', '%2E');
  yield tokenOf(foreign, link);
  // An identity is kept under the same key; its HMAC signs nothing.
  yield [...parts.slice(0, -1), own.hmac(parts.slice(0, -1).join('.'))].join('.');
  yield [...parts.slice(0, -1), own.hmac(`email:${link.contactId}`)].join('.');
  yield '';
  yield '.'.repeat(4);
  yield token.repeat(40);
}
