import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The files that are loaded with a bundle's `index.mjs`, in bytes; what is imported later is not among them. */
export function staticParts(folder: string): Record<string, number> {
  const open = ['index.mjs'];
  for (const name of open) {
    const text = readFileSync(join(folder, name), 'utf8');
    for (const [, part = ''] of text.matchAll(/\b(?:from|import)\s*"\.\/([\w.-]+)"/g))
      if (!open.includes(part)) open.push(part);
  }
  return Object.fromEntries(open.map((name) => [name, statSync(join(folder, name)).size]));
}
