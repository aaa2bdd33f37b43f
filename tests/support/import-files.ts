import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Reject } from '@baton/functions/import/batch.ts';
import type { Checkpoint, ImportState, Rejects } from '@baton/functions/import/import-rows.ts';
import type { CloudEvent } from '@baton/functions/ports.ts';
import { onTestFinished } from 'vitest';

/** An empty folder that is gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'baton-import-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes files into a new folder and answers the path of the first. */
export async function written(files: Record<string, string | Buffer>): Promise<string> {
  const folder = await temporaryFolder();
  const [first = ''] = Object.keys(files);
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return join(folder, first);
}

/** A sink that knows an event by its id, as the store does. */
export function collectingSink(): {
  sink: (events: CloudEvent[]) => Promise<{ fresh: number }>;
  events: Map<string, CloudEvent>;
} {
  const events = new Map<string, CloudEvent>();
  return {
    events,
    sink: async (batch) => {
      const before = events.size;
      for (const event of batch) events.set(event.id, event);
      return { fresh: events.size - before };
    },
  };
}

/** Import records in memory; a line of the rejects counts as one byte. */
export function importRecords(): { checkpoint: Checkpoint; rejects: Rejects; rejected: Reject[] } {
  const states = new Map<string, ImportState>();
  const rejected: Reject[] = [];
  return {
    rejected,
    checkpoint: {
      load: async (fingerprint) => states.get(fingerprint),
      save: async (fingerprint, state) => {
        states.set(fingerprint, structuredClone(state));
      },
    },
    rejects: {
      truncate: async (size) => {
        rejected.length = Math.min(size, rejected.length);
      },
      append: async (rejects) => rejected.push(...rejects),
    },
  };
}

/** All that comes, in order. */
export async function collected<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const each of source) all.push(each);
  return all;
}
