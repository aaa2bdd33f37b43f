import { existsSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import type { Channel } from '@baton/functions/ports.ts';

/**
 * The channel of a replay: every message is one line of a file, and nothing leaves the machine. A replay repeats exactly,
 * so a line may be ahead of the database after a crash: the same message comes again and is known by its send id.
 */
export function createLedger(file: string): Channel {
  const written = new Set(existsSync(file) ? sendIds(file) : []);
  let handle: number | undefined;

  return {
    recognisesSendId: true,
    async send(message) {
      if (written.has(message.sendId)) return { kind: 'already-sent' };
      handle ??= openSync(file, 'a', 0o600);
      writeSync(handle, `${JSON.stringify(message)}\n`);
      written.add(message.sendId);
      return { kind: 'sent' };
    },
  };
}

/** A crash may cut the last line short: then it counts as not written and is taken away, so that every line is whole. */
function sendIds(file: string): string[] {
  const text = readFileSync(file);
  const whole = text.subarray(0, text.lastIndexOf('\n') + 1);
  if (whole.length < text.length) truncateSync(file, whole.length);
  return whole
    .toString('utf8')
    .split('\n')
    .flatMap((line) => /^\{"sendId":"([^"]+)"/.exec(line)?.[1] ?? []);
}
