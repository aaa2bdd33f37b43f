import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadLibrary } from '@baton/functions/library/load.ts';
import type { CloudEvent } from '@baton/functions/ports.ts';
import { openHost } from '@baton/infra/local/host.ts';
import { createLedger } from '@baton/infra/local/replay/ledger.ts';
import { onlyAtRest, type PlayOptions, play } from '@baton/infra/local/replay/play.ts';
import { openStagedEvents, start } from '@baton/infra/local/replay/staged-events.ts';
import { stateHash } from '@baton/infra/local/replay/state-hash.ts';
import { createVirtualClock } from '@baton/infra/local/virtual-clock.ts';

export type SyntheticReplay = {
  folder: string;
  events?: readonly CloudEvent[];
  until?: string;
} & Pick<PlayOptions, 'windowMs' | 'times' | 'shuffle' | 'progress' | 'keepEvery'>;

/** Opens a folder of its own on virtual time with the shipped library, as the replay command does. */
async function openReplay({ folder, events = [] }: SyntheticReplay) {
  const clock = createVirtualClock(0);
  const { library } = await loadLibrary(join(import.meta.dirname, '../../rules/library'));
  const host = await openHost({
    folder,
    clock: { ...clock, kind: 'virtual' },
    library,
    channel: () => createLedger(join(folder, 'outbox.jsonl')),
    log: { info: () => {}, warn: () => {}, error: (event, fields) => console.error(event, fields) },
    identitySeed: 'synthetic',
    group: onlyAtRest,
  });
  const staged = openStagedEvents(host.database);
  staged.add(events);
  await host.database.durable();
  const [first] = staged.after(start, 1);
  if (first) clock.moveTo(Date.parse(first.position.at));
  return { host, clock };
}

/** Plays events to the end in this process and says in which state that left the folder. */
export async function replaySynthetic(options: SyntheticReplay) {
  const { host, clock } = await openReplay(options);
  try {
    await play({ ...options, host, clock });
    return { ...stateHash(host.database), deadLetters: host.deadLetters(), messages: sentIn(options.folder) };
  } finally {
    await host.close();
  }
}

/** The send ids in a folder's outbox, in the order in which they were written. */
export function sentIn(folder: string): string[] {
  const file = join(folder, 'outbox.jsonl');
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => String(JSON.parse(line).sendId));
}
