import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newWriteKey } from '@baton/functions/adapters/write-key.ts';

const fileIn = (folder: string): string => join(folder, 'write.key');

/**
 * The key that clients of the Segment API must show, as it is now; `undefined` where none was made. Then whatever runs on this
 * machine may send, as it may post events, and the key that a client shows counts for nothing.
 */
export function writeKeyOf(folder: string): string | undefined {
  return existsSync(fileIn(folder)) ? readFileSync(fileIn(folder), 'utf8').trim() : undefined;
}

/** Makes a key, or another in the place of the former one; only the owner of the folder reads it. */
export function makeWriteKey(folder: string): string {
  const key = newWriteKey();
  writeFileSync(fileIn(folder), `${key}\n`, { mode: 0o600 });
  return key;
}
