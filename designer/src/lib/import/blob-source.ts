import { type Source, secondOf } from '@baton/functions/import/read-rows.ts';

/** A file that somebody chose, read piece by piece. */
export function blobSource(file: Pick<File, 'name' | 'size' | 'lastModified' | 'slice'>): Source {
  return {
    name: file.name,
    size: file.size,
    modifiedAt: secondOf(file.lastModified),
    read: (from, end) => chunks(file.slice(from, end)),
  };
}

const chunkBytes = 256 * 1024;

/** In pieces of one size, because what a stream gives at once differs from browser to browser. */
async function* chunks(blob: Blob): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < blob.size; from += chunkBytes)
    yield new Uint8Array(await blob.slice(from, from + chunkBytes).arrayBuffer());
}
