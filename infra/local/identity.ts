import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Identity } from '@baton/functions/ports.ts';

/**
 * The key under which identities are kept. It is made once per data folder and readable by its owner only; whoever has
 * the rows without the key cannot tell whose they are. A seed gives a key that a replay can repeat.
 */
export function loadIdentity(folder: string, seed?: string): Identity {
  const file = join(folder, 'identity.key');
  if (!existsSync(file)) {
    const key =
      seed === undefined ? randomBytes(32) : createHmac('sha256', 'baton replay').update(seed).digest();
    writeFileSync(file, key.toString('hex'), { mode: 0o600 });
  }
  const key = createSecretKey(Buffer.from(readFileSync(file, 'utf8').trim(), 'hex'));
  return { hmac: (text) => createHmac('sha256', key).update(text).digest('base64url') };
}
