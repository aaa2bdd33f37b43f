import { createHmac, randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  identityBy,
  identityKeyBytes,
  identityKeyShape,
  readIdentityKey,
} from '@baton/functions/adapters/identity-key.ts';
import { type Identity, Rejected } from '@baton/functions/ports.ts';

/**
 * The key under which identities are kept. It is made once per data folder and readable by its owner only; whoever has
 * the rows without the key cannot tell whose they are. A folder that knows people never gets a new key, because then
 * everybody would be a stranger and become a second contact. A seed gives a key that a replay can repeat.
 */
export function loadIdentity(
  folder: string,
  { seed, knowsPeople }: { seed?: string; knowsPeople: boolean },
): Identity {
  const file = join(folder, 'identity.key');
  if (!existsSync(file)) {
    if (knowsPeople && seed === undefined)
      throw new Rejected(
        `${file} is missing, and without it Baton cannot recognise the people in this folder; restore the file from a backup`,
      );
    writeWhole(
      file,
      seed === undefined
        ? randomBytes(identityKeyBytes)
        : createHmac('sha256', 'baton replay').update(seed).digest(),
    );
  }
  return identityBy(readKey(file));
}

function readKey(file: string): Buffer {
  const key = readIdentityKey(readFileSync(file, 'utf8'));
  if (!key)
    throw new Rejected(
      `${file} holds no key: it must be ${identityKeyShape}; restore the file from a backup`,
    );
  return key;
}

/** A power cut leaves the whole key or none, and none only where nobody is known yet. */
function writeWhole(file: string, key: Buffer): void {
  const aside = `${file}.new`;
  onDisk(aside, 'w', (handle) => writeSync(handle, key.toString('hex')));
  renameSync(aside, file);
  onDisk(dirname(file), 'r');
}

function onDisk(path: string, flags: 'w' | 'r', write: (handle: number) => void = () => {}): void {
  const handle = openSync(path, flags, 0o600);
  try {
    write(handle);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
