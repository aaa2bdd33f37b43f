import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const mark = (folder: string): string => join(folder, 'replay');

/** Whether a data folder lives on virtual time; real time must never get into it. */
export const isReplayFolder = (folder: string): boolean => existsSync(mark(folder));

/** Whether a data folder lives on real time; virtual time must never get into it. */
export const isLiveFolder = (folder: string): boolean =>
  existsSync(join(folder, 'baton.db')) && !isReplayFolder(folder);

/** Gives a folder to replays, before anything else is in it: one that is cut off right after is no live folder. */
export function markReplayFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(mark(folder), 'This folder lives on virtual time.\n');
}
