import { mkdir, open, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import type { Checkpoint, Rejects } from './import-rows.ts';
import { rejectLine, rejectsHeader } from './rejects.ts';

const count = z.int().min(0);
const State = z.strictObject({
  position: z.strictObject({ offset: count, line: count }),
  rejectsSize: count,
  counts: z.strictObject({ rows: count, events: count, rejected: count, fresh: count.optional() }),
  finished: z.boolean(),
});

/**
 * Keeps the state of imports as one small file each. Renaming makes a state whole or absent; it is not forced to disk,
 * because an older state only means that some events are sent again.
 */
export function checkpointFiles(folder: string): Checkpoint {
  const fileOf = (fingerprint: string) => join(folder, `${fingerprint}.json`);
  let made: Promise<unknown> | undefined;
  return {
    async load(fingerprint) {
      const text = await readFile(fileOf(fingerprint), 'utf8').catch(ifMissing);
      return text === undefined ? undefined : State.safeParse(jsonOrNothing(text)).data;
    },
    async save(fingerprint, state) {
      const file = fileOf(fingerprint);
      const draft = `${file}.new`;
      made ??= mkdir(folder, { recursive: true });
      await made;
      await writeFile(draft, JSON.stringify(state));
      await rename(draft, file);
    },
  };
}

function ifMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

function jsonOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Writes what was not imported as a CSV file that a spreadsheet opens safely; without rejects there is no file. */
export function rejectsFile(file: string): Rejects {
  return {
    async truncate(size) {
      const handle = await open(file, 'r+').catch(ifMissing);
      if (!handle) return;
      const present = (await handle.stat()).size;
      if (present > size) await handle.truncate(size);
      await handle.close();
    },
    async append(rejects) {
      await mkdir(dirname(file), { recursive: true });
      await using handle = await open(file, 'a');
      const begun = (await handle.stat()).size > 0;
      await handle.appendFile((begun ? '' : rejectsHeader) + rejects.map(rejectLine).join(''));
      await handle.sync();
      return (await handle.stat()).size;
    },
  };
}
