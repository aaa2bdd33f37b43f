import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { makeWriteKey, writeKeyOf } from '../write-key.ts';
import { Refusal } from './failure.ts';

/** Prints the key that clients of the Segment API must show, and makes it where there is none. It is in force at once. */
export async function writeKeyCommand({
  data,
  renew = false,
}: {
  data: string;
  renew?: boolean;
}): Promise<number> {
  if (!existsSync(join(data, 'baton.db')))
    throw new Refusal(
      `${data} holds no Baton data; start a host on it first, or name its folder with --data`,
    );
  const key = (renew ? undefined : writeKeyOf(data)) ?? makeWriteKey(data);
  process.stdout.write(`${key}\n`);
  return 0;
}
