import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createGenerator } from 'ts-json-schema-generator';
import * as z from 'zod';
import { openApi } from './openapi.ts';

/** Writes `functions/api/openapi.json`; `--check` writes nothing and fails where it is out of step. */
const root = join(import.meta.dirname, '..');
const file = join(root, 'functions/api/openapi.json');

const { definitions = {} } = createGenerator({
  path: join(root, 'functions/api/views.ts'),
  tsconfig: join(root, 'tsconfig.json'),
  skipTypeCheck: true,
  expose: 'export',
  encodeRefs: false,
}).createSchema();
const Views = z.record(z.string(), z.record(z.string(), z.json()));
const views = Views.parse(
  JSON.parse(JSON.stringify(definitions).replaceAll('#/definitions/', '#/components/schemas/')),
);
const text = `${JSON.stringify(openApi(views), null, 2)}\n`;

if (!process.argv.includes('--check')) writeFileSync(file, text);
else if (readFileSync(file, 'utf8') !== text) {
  console.error(
    'functions/api/openapi.json is out of step with the API; run "npm run openapi" and commit it.',
  );
  process.exitCode = 1;
}
