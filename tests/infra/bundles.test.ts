import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { functions } from '@baton/infra/functions.ts';
import { expect, test } from 'vitest';
import { copyOf } from '../support/synthesised.ts';
import { staticParts } from '../support/templates/static-parts.ts';

const largest = 300_000;
const folders = ['dev', 'prod'].map((stage) =>
  join(copyOf(stage === 'dev' ? 'dev' : 'prod'), 'dist/functions'),
);
const [first = '', second = ''] = folders;

/** Every file below a folder with a hash of its bytes. */
const hashes = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
      .map((path) => [
        path.slice(folder.length),
        createHash('sha256').update(readFileSync(path)).digest('hex'),
      ]),
  );

test('two checkouts in different folders give the same bytes', () => {
  const bytes = hashes(first);

  expect(first).not.toBe(second);
  expect(hashes(second)).toEqual(bytes);
  expect(Object.keys(bytes).filter((path) => path.endsWith('index.mjs')).length).toBe(
    Object.keys(functions).length,
  );
});

test('no bundle names the folder that it was built in', () => {
  const telling = Object.keys(functions).filter((name) =>
    readdirSync(join(first, name))
      .filter((file) => file.endsWith('.mjs'))
      .some((file) => readFileSync(join(first, name, file), 'utf8').includes(copyOf('dev'))),
  );

  expect(telling).toEqual([]);
});

test('what a function loads at its start is small', () => {
  const sizes = Object.keys(functions).map((name) => {
    const atStart = Object.values(staticParts(join(first, name))).reduce((sum, size) => sum + size, 0);
    const all = readdirSync(join(first, name))
      .filter((file) => file.endsWith('.mjs'))
      .reduce((sum, file) => sum + readFileSync(join(first, name, file)).length, 0);
    return { function: name, 'at start': atStart, all };
  });

  console.table(sizes);
  for (const { function: name, 'at start': atStart } of sizes)
    expect(atStart, name).toBeLessThanOrEqual(largest);
});
