import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Mapping } from './mapping.ts';
import type { RowFile } from './read-rows.ts';

/**
 * Names an import by what it reads: the content of the file and of its lookups, and the mapping. The whole content, so
 * that one repaired letter in the middle makes it another import; a copy under another name is the same.
 */
export async function fingerprintOf(
  rows: RowFile,
  mapping: Mapping | undefined,
  lookups: readonly string[],
): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(mapping ?? 'cloudevents'));
  if (usesFileAge(mapping)) hash.update(rows.modifiedAt);
  await addFile(hash, rows.name, rows.size);
  for (const file of lookups) await addFile(hash, file);
  return hash.digest('hex').slice(0, 32);
}

function usesFileAge(mapping: Mapping | undefined): boolean {
  return [...(mapping?.contacts ?? []), ...(mapping?.events ?? [])].some(
    ({ time }) => time.at === 'file-modified',
  );
}

async function addFile(hash: Hash, file: string, size = Number.POSITIVE_INFINITY): Promise<void> {
  hash.update('\n');
  for await (const chunk of createReadStream(file, { end: size - 1, highWaterMark: 1024 * 1024 }))
    hash.update(chunk);
}
