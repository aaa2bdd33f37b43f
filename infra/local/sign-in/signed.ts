import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '@baton/rules/json.ts';
import * as z from 'zod';

/**
 * Texts that nobody but this host can make: base64url of JSON, a dot, and an HMAC-SHA256 over it. `use` keeps a text that
 * was made for one purpose from being taken for another.
 */
export type Signer = {
  sign(use: string, value: Json): string;
  /** What was signed; `undefined` for everything else. */
  read(use: string, text: string): Json | undefined;
};

const keyBytes = 32;

/** The key is made once per data folder; with it signed-in browsers stay so over a restart. Without it people sign in anew. */
export function signerIn(folder: string): Signer {
  const file = join(folder, 'sign-in.key');
  if (!existsSync(file)) writeFileSync(file, randomBytes(keyBytes).toString('hex'), { mode: 0o600 });
  const key = Buffer.from(readFileSync(file, 'utf8').trim(), 'hex');
  if (key.length !== keyBytes)
    throw new Error(`${file} holds no key; delete the file, and everybody signs in once more`);
  return signerBy(key);
}

function signerBy(key: Buffer): Signer {
  const seal = (use: string, body: string) => createHmac('sha256', key).update(`${use} ${body}`).digest();
  return {
    sign: (use, value) => {
      const body = Buffer.from(JSON.stringify(value)).toString('base64url');
      return `${body}.${seal(use, body).toString('base64url')}`;
    },
    read: (use, text) => {
      const [body = '', given = '', ...more] = text.split('.');
      const expected = seal(use, body);
      const actual = Buffer.from(given, 'base64url');
      const same = actual.length === expected.length && timingSafeEqual(actual, expected);
      if (!same || more.length > 0 || expected.toString('base64url') !== given) return undefined;
      return z.json().parse(JSON.parse(Buffer.from(body, 'base64url').toString('utf8')));
    },
  };
}
