import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Difference, differences } from '@baton/rules/edit/difference.ts';
import { liveAt } from './live-at.ts';
import { placesIn, textsOf } from './pull.ts';

export type DiffOptions = { to?: string; data: string; library: string };

/** Says in which places the documents of a folder differ from what is live at a host. Ends with 1 where any does. */
export async function diffCommand({ to, data, library: folder }: DiffOptions): Promise<number> {
  const live = textsOf(await liveAt({ from: to, data }));
  const files = new Map(
    placesIn(folder).map((place) => [place, readFileSync(join(resolve(folder), `${place}.json`), 'utf8')]),
  );
  let differing = 0;
  for (const place of [...new Set([...live.keys(), ...files.keys()])].sort()) {
    const [before, after] = [live.get(place), files.get(place)];
    if (before === after) continue;
    const lines = linesOf(before, after);
    if (lines.length === 0) continue;
    differing++;
    process.stdout.write(`${place}\n${lines.map((line) => `  ${line}\n`).join('')}`);
  }
  process.stdout.write(
    `${differing} of ${new Set([...live.keys(), ...files.keys()]).size} documents differ\n`,
  );
  if (!existsSync(resolve(folder))) process.stdout.write(`${folder} is not there; "baton pull" makes it\n`);
  return differing === 0 ? 0 : 1;
}

function linesOf(before: string | undefined, after: string | undefined): string[] {
  if (before === undefined) return ['in the folder, not live'];
  if (after === undefined) return ['live, not in the folder'];
  return differences(read(before), read(after)).map(line);
}

function read(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return { '(file)': 'is no JSON' };
  }
}

const line = (found: Difference): string => {
  const at = found.path.join('.') || '(document)';
  if (found.kind === 'added') return `+ ${at}: ${short(found.after)}`;
  if (found.kind === 'removed') return `- ${at}: ${short(found.before)}`;
  if (found.kind === 'moved') return `~ ${at}: in another order`;
  return `~ ${at}: ${short(found.before)} → ${short(found.after)}`;
};

const shownAtMost = 100;

function short(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > shownAtMost ? `${text.slice(0, shownAtMost)}…` : text;
}
