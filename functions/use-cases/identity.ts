import { domainToASCII } from 'node:url';
import type { EventDocument } from '@baton/rules/documents/index.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import type { Key, Ports } from '../ports.ts';
import { namesSomebody, splitSubject } from './subject.ts';

/** Row of Guard that leads from an identifier to its contact; of the identifier it holds the HMAC only. */
export const identityKey = (identity: Ports['identity'], scheme: string, value: string): Key => ({
  pk: `ID#${scheme}#${identity.hmac(`${scheme}:${normalise(scheme, value)}`)}`,
  sk: 'ID',
});

/** What is compared of an identifier. External numbers are compared as they are. */
function normalise(scheme: string, value: string): string {
  if (scheme === 'email') return normaliseEmail(value);
  if (scheme === 'phone') return normalisePhone(value);
  return value;
}

/**
 * Without spaces around it, composed (NFC), in lower case, the domain as DNS writes it (`bücher.example` is
 * `xn--bcher-kva.example`). Case before the @ could matter by RFC 5321; no provider that people use lets it.
 */
function normaliseEmail(value: string): string {
  const email = value.trim().normalize('NFC').toLowerCase();
  const at = email.lastIndexOf('@');
  const domain = domainToASCII(email.slice(at + 1));
  return domain === '' ? email : `${email.slice(0, at + 1)}${domain}`;
}

/**
 * Without separators and the "(0)" that is not dialled from abroad. A number that begins with + or 00 is international
 * (E.164); any other stays as it is, because a guessed country would make one contact of two.
 */
function normalisePhone(value: string): string {
  const digits = value.replace(/\(0\)/, '').replace(/[^+0-9]/g, '');
  return digits.startsWith('00') ? `+${digits.slice(2)}` : digits;
}

/** The identifiers beside the subject by which an event names its contact, as they are compared. What names nobody is passed over. */
export function identifiersIn(data: JsonObject, document: EventDocument | undefined): string[] {
  const named = (document?.identifies ?? []).flatMap(({ scheme, from }) => {
    const value = data[from.slice(2)];
    return typeof value === 'string' || typeof value === 'number'
      ? [`${scheme}:${normalise(scheme, String(value))}`]
      : [];
  });
  return [...new Set(named)].filter(namesSomebody);
}

/**
 * Addresses, and browsers that nobody has signed in to, can be shared and change hands; every other identifier is a number
 * by which some system keeps one person.
 */
export const isNumber = (name: string): boolean =>
  !['email', 'phone', 'anonymous', 'contact'].includes(splitSubject(name)[0]);

/** Whether one system keeps the owners of these identifiers under different numbers. */
export function areTwoPeople(a: readonly string[], b: readonly string[]): boolean {
  const theirs = Map.groupBy(b.filter(isNumber), schemeOf);
  const own = Map.groupBy(a.filter(isNumber), schemeOf);
  return [...own].some(([scheme, numbers]) => {
    const others = theirs.get(scheme);
    return others !== undefined && !numbers.some((number) => others.includes(number));
  });
}

const schemeOf = (name: string): string => splitSubject(name)[0];
