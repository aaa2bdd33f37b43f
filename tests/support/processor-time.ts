import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The process that has a data folder open. */
export const processOf = (folder: string): number =>
  Number(JSON.parse(readFileSync(join(folder, 'host.json'), 'utf8')).pid);

/**
 * Milliseconds of processor time that a process has used, all threads together, which a busy machine lengthens less than
 * the time on the wall. Linux tells it, in hundredths of a second; elsewhere it is not a number.
 */
export function processorTimeOf(pid: number): number {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return Number.NaN;
  const [user = 0, system = 0] = readFileSync(file, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
    .slice(11, 13)
    .map(Number);
  return 10 * (user + system);
}
