import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { documentKinds, isDocumentKind } from './src/documents/index.ts';
import { jsonSchemaText } from './src/documents/json-schema.ts';

/** Writes `schemas/<kind>.schema.json`, which editors read; `--check` writes nothing and fails where one is out of step. */
const folder = join(import.meta.dirname, 'schemas');
const check = process.argv.includes('--check');

function committed(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

if (!check) mkdirSync(folder, { recursive: true });
for (const kind of Object.keys(documentKinds).filter(isDocumentKind)) {
  const file = join(folder, `${kind}.schema.json`);
  const text = jsonSchemaText(kind);
  if (committed(file) === text) continue;
  if (check) {
    console.error(
      `rules/schemas/${kind}.schema.json differs from its zod schema; run "npm run schemas" and commit it.`,
    );
    process.exitCode = 1;
  } else {
    writeFileSync(file, text);
    console.log(`wrote rules/schemas/${kind}.schema.json`);
  }
}
