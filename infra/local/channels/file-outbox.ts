import { linkSync, mkdirSync, openSync, readdirSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { flawOf } from '@baton/functions/adapters/check-message.ts';
import { postedMessage } from '@baton/functions/adapters/posted-message.ts';
import { type Channel, type OutgoingMessage, Transient } from '@baton/functions/ports.ts';
import { mailOf, messageName } from './mail.ts';

/*
 * 1. Nothing leaves before `settle`: a message on disk implies that its permit is on disk.
 * 2. One file per send id, made whole or not at all: it is written aside and then linked to its name, which fails
 *    where the name exists. Files of all days count, because a repeated send may carry another day.
 * 3. `attempts.log` gets one line for each file that was made, so that a double would show.
 */

/** The channel of a host that sends nothing: mail becomes `.eml` files, everything else `.json`, sorted by day. */
export function createFileOutbox({
  folder,
  settle,
  from = 'Baton <baton@localhost>',
}: {
  folder: string;
  settle: () => Promise<void>;
  /** Sender of the mails. */
  from?: string;
}): Channel {
  let written: Set<string> | undefined;
  let attempts: number | undefined;

  function write(message: OutgoingMessage, name: string): boolean {
    const day = join(folder, new Date(message.at).toISOString().slice(0, 10));
    const aside = join(day, `.${name}.part`);
    mkdirSync(day, { recursive: true, mode: 0o700 });
    writeFileSync(aside, contentOf(message, from), { mode: 0o600 });
    try {
      linkSync(aside, join(day, name));
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false;
      throw error;
    } finally {
      rmSync(aside);
    }
    attempts ??= openSync(join(folder, 'attempts.log'), 'a', 0o600);
    writeSync(attempts, `${message.sendId}\n`);
    return true;
  }

  return {
    recognisesSendId: true,
    async send(message) {
      const reason = refusal(message);
      if (reason) return { kind: 'refused', reason };
      const name = nameOf(message);
      try {
        written ??= namesIn(folder);
        if (written.has(name)) return { kind: 'already-sent' };
        await settle();
        if (written.has(name)) return { kind: 'already-sent' };
        const isNew = write(message, name);
        written.add(name);
        return { kind: isNew ? 'sent' : 'already-sent' };
      } catch (error) {
        throw explain(error, folder);
      }
    },
  };
}

function nameOf({ sendId, channel }: OutgoingMessage): string {
  return `${messageName(sendId)}.${channel === 'email' ? 'eml' : 'json'}`;
}

/** Why a message can never be sent. Its send id becomes the name of its file. */
function refusal(message: OutgoingMessage): string | undefined {
  const { sendId } = message;
  if (sendId === '' || !sendId.isWellFormed() || nameOf(message).length > 200) {
    return 'sendId: empty, too long or not text; give 1 to 190 plain characters';
  }
  return flawOf(message);
}

function contentOf(message: OutgoingMessage, from: string): string {
  return message.channel === 'email'
    ? mailOf(message, { from, domain: 'baton.local' })
    : `${JSON.stringify(postedMessage(message), null, 2)}\n`;
}

/** The files of every day. */
function namesIn(folder: string): Set<string> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const days = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return new Set(
    days.flatMap((day) => readdirSync(join(folder, day.name))).filter((name) => !name.startsWith('.')),
  );
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

function explain(error: unknown, folder: string): unknown {
  switch (codeOf(error)) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new Transient(`${folder}: the outbox is not writable: make it writable for this user`);
    case 'EEXIST':
    case 'ENOTDIR':
      return new Transient(`${folder}: a file stands where the outbox should be: move it away`);
    case 'ENOSPC':
    case 'EDQUOT':
      return new Transient(`${folder}: disk full: free space`);
    default:
      return error;
  }
}
