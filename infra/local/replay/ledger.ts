import { closeSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs';
import type { Channel } from '@baton/functions/ports.ts';

/**
 * The channel of a replay: every message is one line of a file, and nothing leaves the machine. A replay repeats exactly,
 * so a line may be ahead of the database after a crash: the same message comes again and is known by its send id.
 */
export function createLedger(file: string): Channel {
  const written = new Set(existsSync(file) ? sendIds(file) : []);
  let handle: number | undefined;

  return {
    async send(message) {
      if (written.has(message.sendId)) return { kind: 'already-sent' };
      handle ??= openSync(file, 'a', 0o600);
      writeSync(handle, `${JSON.stringify(message)}\n`);
      written.add(message.sendId);
      return { kind: 'sent' };
    },
  };
}

/** A crash may cut the last line short; it is ended, so that the next one stands alone, and counts as not written. */
function sendIds(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  if (text !== '' && !text.endsWith('\n')) {
    const handle = openSync(file, 'a');
    writeSync(handle, '\n');
    closeSync(handle);
  }
  return text.split('\n').flatMap((line) => {
    const found = /^\{"sendId":"([^"]+)"/.exec(line);
    return found?.[1] && line.endsWith('}') ? [found[1]] : [];
  });
}
