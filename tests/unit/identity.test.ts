import { identifiersIn, identityKey } from '@baton/functions/use-cases/identity.ts';
import { check } from '@baton/rules/check/check.ts';
import type { EventDocument } from '@baton/rules/documents/index.ts';
import { expect, test } from 'vitest';
import { aLibrary } from '../support/documents.ts';

/** An identity that shows what it is made of. */
const identity = { hmac: (text: string) => text };
const compared = (scheme: string, value: string) => identityKey(identity, scheme, value).pk;

test.each([
  ['email', ' Ana@Example.COM ', 'ana@example.com'],
  ['email', 'ana@BÜCHER.example', 'ana@xn--bcher-kva.example'],
  ['email', 'ana@bu\u0308cher.example', 'ana@xn--bcher-kva.example'],
  ['phone', '+46 (0)46-12 34 56', '+4646123456'],
  ['phone', '0046 46 123456', '+4646123456'],
  ['phone', '+46.46.123456', '+4646123456'],
])('%s %j is %s', (scheme, given, same) => {
  expect(compared(scheme, given)).toBe(compared(scheme, same));
});

test.each([
  ['email', 'ana.b@example.com', 'anab@example.com'],
  ['email', 'ana+shop@example.com', 'ana@example.com'],
  ['phone', '046123456', '+4646123456'],
  ['crm', 'A-1', 'a-1'],
  ['crm', '1', '01'],
])('%s %j is not %s', (scheme, given, other) => {
  expect(compared(scheme, given)).not.toBe(compared(scheme, other));
});

const document: EventDocument = {
  id: 'form.sent',
  title: 'Form sent',
  why: 'A test',
  owner: { team: 'data' },
  payload: {
    email: { type: 'text' },
    phone: { type: 'text' },
    customer: { type: 'number' },
    agreed: { type: 'boolean' },
  },
  identifies: [
    { scheme: 'email', from: '$.email' },
    { scheme: 'phone', from: '$.phone' },
    { scheme: 'crm', from: '$.customer' },
  ],
  sample: {},
};

test('an event names its contact by what its document marks, and not by what names nobody', () => {
  expect(identifiersIn({ email: 'Ana@example.com', phone: 'n/a', customer: 4711 }, document)).toEqual([
    'email:ana@example.com',
    'crm:4711',
  ]);
  expect(identifiersIn({ email: 'unknown', phone: null }, document)).toEqual([]);
  expect(identifiersIn({ email: 'ana@example.com' }, undefined)).toEqual([]);
});

test('the checks find what cannot identify', () => {
  const found = (from: string) =>
    check(aLibrary({ events: [{ ...document, identifies: [{ scheme: 'crm', from }] }] })).map(
      ({ code, path }) => `${code} ${path}`,
    );

  expect(found('$.customer')).toEqual([]);
  expect(found('$.custmer')).toEqual(['not-in-payload identifies.0.from']);
  expect(found('$.agreed')).toEqual(['wrong-type identifies.0.from']);
});
