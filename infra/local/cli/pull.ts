import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { canonicalText } from '@baton/rules/documents/canonical.ts';
import { type DocumentKind, documentKinds, isDocumentKind } from '@baton/rules/documents/index.ts';
import { parseDocument } from '@baton/rules/documents/parse.ts';
import { type LiveDocuments, liveAt } from './live-at.ts';

export type PullOptions = { from?: string; data: string; library: string };

/**
 * Writes what is live at a host into a folder, a file each, in the one form that documents have. A file that says the same
 * already keeps its bytes; none is deleted, those that are not live are named.
 */
export async function pullCommand({ from, data, library: folder }: PullOptions): Promise<number> {
  const live = await liveAt({ from, data });
  const texts = textsOf(live);
  let written = 0;
  for (const [place, text] of texts) {
    const file = join(resolve(folder), `${place}.json`);
    if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
    mkdirSync(dirname(file), { recursive: true });
    // Aside first: whoever is interrupted leaves the whole file, the old one or the new one.
    writeFileSync(`${file}.new`, text);
    renameSync(`${file}.new`, file);
    process.stdout.write(`written  ${place}\n`);
    written++;
  }
  for (const place of placesIn(folder)) if (!texts.has(place)) process.stdout.write(`not live ${place}\n`);
  process.stdout.write(`${written} written, ${texts.size - written} unchanged\n`);
  return 0;
}

/** The documents of a host as the text of their files, by `kind/id`; what this version cannot read stays away. */
export function textsOf(live: LiveDocuments): Map<string, string> {
  const texts = new Map<string, string>();
  const add = <K extends DocumentKind>(kind: K, body: unknown) => {
    const parsed = parseDocument(kind, body);
    if (parsed.ok) texts.set(`${kind}/${parsed.document.id}`, canonicalText(kind, parsed.document));
    else process.stderr.write(`left out: a document of ${kind} that this version of Baton cannot read\n`);
  };
  for (const [kind, bodies] of Object.entries(live))
    if (isDocumentKind(kind)) for (const body of bodies) add(kind, body);
  return texts;
}

/** The files of a folder, as `kind/id`. */
export function placesIn(folder: string): string[] {
  return Object.keys(documentKinds).flatMap((kind) => {
    const path = join(resolve(folder), kind);
    if (!existsSync(path)) return [];
    return readdirSync(path)
      .filter((name) => name.endsWith('.json'))
      .map((name) => `${kind}/${name.slice(0, -'.json'.length)}`);
  });
}
