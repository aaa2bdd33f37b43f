import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Problem } from '../api/views.ts';
import { type Format, lookAtRows, type RowFile, type Source, secondOf } from './read-rows.ts';

const chunkBytes = 256 * 1024;

/** Looks at the beginning of a file on disk. */
export async function openRows(
  file: string,
  format?: Format,
): Promise<{ rows: RowFile } | { problems: Problem[] }> {
  const source = await sourceOn(file).catch(unreadable);
  if ('reason' in source) return { problems: [{ path: file, ...source }] };
  return lookAtRows(source, format);
}

async function sourceOn(file: string): Promise<Source> {
  await using handle = await open(file);
  const { size, mtimeMs } = await handle.stat();
  await handle.read({ buffer: Buffer.alloc(1), position: 0 });
  return {
    name: file,
    size,
    modifiedAt: secondOf(mtimeMs),
    read: (from, end) => createReadStream(file, { start: from, end: end - 1, highWaterMark: chunkBytes }),
  };
}

const unreadableFiles: Record<string, { reason: string; remedy: string }> = {
  ENOENT: { reason: 'there is no such file', remedy: 'check the path' },
  EACCES: { reason: 'the file may not be read', remedy: 'give yourself the right to read it' },
  EISDIR: { reason: 'this is a folder', remedy: 'name one file' },
};

function unreadable({ code, message }: NodeJS.ErrnoException): { reason: string; remedy: string } {
  return (
    unreadableFiles[code ?? ''] ?? { reason: `the file cannot be read: ${message}`, remedy: 'check the disk' }
  );
}
