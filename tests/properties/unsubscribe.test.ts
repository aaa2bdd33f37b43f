import { randomBytes } from 'node:crypto';
import { identityBy } from '@baton/functions/adapters/identity-key.ts';
import { linkIn, tokenOf } from '@baton/functions/use-cases/unsubscribe-link.ts';
import { expect, test } from 'vitest';
import { tryAlteredTokens } from '../support/altered-tokens.ts';

test('a link is read as it was made, and tells nothing but ids', () => {
  const identity = identityBy(randomBytes(32));
  const link = { contactId: '3w5e', channel: 'email', purpose: 'marketing', journey: 'win-back' };

  const token = tokenOf(identity, link);

  expect(linkIn(identity, token)).toEqual(link);
  expect(token).toMatch(/^3w5e\.email\.marketing\.win-back\.[\w-]{43}$/);
});

test('no altered link is accepted', () => {
  const { altered, accepted } = tryAlteredTokens(20_000, 7);

  expect(altered).toBeGreaterThanOrEqual(20_000);
  expect(accepted).toEqual([]);
});
