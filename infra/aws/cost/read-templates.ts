import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The templates that `cdk synth` has written into a folder, nested stacks too; none where there is no such folder. */
export function readTemplates(folder: string): unknown[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.template.json'))
    .sort()
    .map((name): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8')));
}
