import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Problem, problem } from '@baton/rules/check/problems.ts';
import {
  type DocumentKind,
  documentKinds,
  isDocumentKind,
  type Library,
} from '@baton/rules/documents/index.ts';
import { type DocumentOf, parseDocument } from '@baton/rules/documents/parse.ts';

/**
 * Reads a library from `<folder>/<kind>/<id>.json`. What cannot be used is left out and named in `problems`, so that one
 * bad file never keeps the others from working. Files directly in the folder and names that begin with a dot are no
 * documents. Rejects only when the folder itself cannot be read.
 */
export async function loadLibrary(folder: string): Promise<{ library: Library; problems: Problem[] }> {
  const entries = await readdir(folder, { withFileTypes: true });
  const folders = entries.filter((entry) => !entry.isFile() && !entry.name.startsWith('.'));
  const problems = folders
    .filter(({ name }) => !isDocumentKind(name))
    .map(({ name }) =>
      problem('unknown-folder', name, '', `"${name}" is none of ${Object.keys(documentKinds).join(', ')}.`),
    );

  const load = async <K extends DocumentKind>(kind: K): Promise<ReadonlyMap<string, DocumentOf<K>>> => {
    if (!folders.some(({ name }) => name === kind)) return new Map();
    const loaded = await loadKind(join(folder, kind), kind);
    problems.push(...loaded.problems);
    return loaded.documents;
  };
  const library: Library = {
    facts: await load('facts'),
    events: await load('events'),
    stages: await load('stages'),
    'best-practice': await load('best-practice'),
    tables: await load('tables'),
    handovers: await load('handovers'),
    journeys: await load('journeys'),
    campaigns: await load('campaigns'),
    templates: await load('templates'),
    calendars: await load('calendars'),
    'service-levels': await load('service-levels'),
    settings: await load('settings'),
    channels: await load('channels'),
  };
  return { library, problems };
}

type Loaded<K extends DocumentKind> = { documents: Map<string, DocumentOf<K>>; problems: Problem[] };

async function loadKind<K extends DocumentKind>(folder: string, kind: K): Promise<Loaded<K>> {
  const documents = new Map<string, DocumentOf<K>>();
  const names = await attempt(() => readdir(folder));
  if ('failure' in names) return { documents, problems: [unreadable(kind, names.failure)] };

  const problems: Problem[] = [];
  for (const name of names.value.sort()) {
    if (name.startsWith('.')) continue;
    const id = name.replace(/\.json$/, '');
    if (id === name) {
      problems.push(problem('wrong-file-name', `${kind}/${name}`, '', `"${name}" does not end in ".json".`));
      continue;
    }
    const text = await attempt(() => readFile(join(folder, name), 'utf8'));
    if ('failure' in text) {
      problems.push(unreadable(`${kind}/${id}`, text.failure));
      continue;
    }
    const parsed = parseDocument(kind, text.value, { file: name });
    if (parsed.ok) documents.set(id, parsed.document);
    // Named by the file, not by the id inside it: the file is what a person has to open.
    else problems.push(...parsed.problems.map((found) => ({ ...found, document: `${kind}/${id}` })));
  }
  return { documents, problems };
}

async function attempt<T>(read: () => Promise<T>): Promise<{ value: T } | { failure: string }> {
  try {
    return { value: await read() };
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) };
  }
}

const unreadable = (document: string, failure: string): Problem =>
  problem('unreadable-file', document, '', `${failure}.`);
