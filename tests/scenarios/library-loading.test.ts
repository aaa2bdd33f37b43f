import { chmod, cp, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadLibrary } from '@baton/functions/library/load.ts';
import { isDocumentKind } from '@baton/rules/documents/index.ts';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';

const shipped = join(import.meta.dirname, '../../rules/library');

async function copyOfTheLibrary(): Promise<string> {
  const folder = join(temporaryFolder(), 'library');
  await cp(shipped, folder, { recursive: true });
  return folder;
}

test('an empty folder is an empty library', async () => {
  const { library, problems } = await loadLibrary(temporaryFolder());

  expect(problems).toEqual([]);
  expect(Object.values(library).every((documents) => documents.size === 0)).toBe(true);
});

test('documents are found by kind and id', async () => {
  const { library } = await loadLibrary(shipped);

  expect(library.journeys.get('first-order-care')?.key).toBe('$.orderId');
  expect(library.events.get('order.placed')?.owner).toEqual({ team: 'order-desk' });
});

test.each([
  {
    bad: 'text that is no JSON',
    file: 'journeys/welcome.json',
    text: '{ "id": "welcome", }',
    code: 'not-json',
  },
  { bad: 'a value that is no object', file: 'stages/welcomed.json', text: '[]', code: 'wrong-type' },
  { bad: 'an empty file', file: 'tables/case-priority.json', text: '', code: 'not-json' },
  {
    bad: 'a field too many',
    file: 'stages/extra.json',
    text: '{"id":"extra","colour":"red"}',
    code: 'unknown-field',
  },
  {
    bad: 'an id that is not the name',
    file: 'campaigns/autumn.json',
    from: 'campaigns/spring-check-in.json',
    code: 'wrong-file-name',
  },
  {
    bad: 'a key of the object machinery',
    file: 'facts/odd.json',
    text: '{"__proto__":{}}',
    code: 'forbidden-key',
  },
])('a file with $bad is named and left out; the others load', async ({ file, text, from, code }) => {
  const folder = await copyOfTheLibrary();
  if (from) await rename(join(folder, from), join(folder, file));
  else await writeFile(join(folder, file), text ?? '');

  const { library, problems } = await loadLibrary(folder);

  const [kind = '', id = ''] = file.replace('.json', '').split('/');
  expect(problems).not.toEqual([]);
  expect(new Set(problems.map(({ document }) => document))).toEqual(new Set([`${kind}/${id}`]));
  expect(problems.map((problem) => problem.code)).toContain(code);
  expect(library['best-practice'].get('rate-enquiry-retention')).toBeDefined();
  expect(isDocumentKind(kind) && library[kind].has(id)).toBe(false);
});

test('a folder that is no kind of document, and a file that is no document, are named', async () => {
  const folder = await copyOfTheLibrary();
  await mkdir(join(folder, 'wishes'));
  await writeFile(join(folder, 'rules.txt'), 'beside the folders');
  await writeFile(join(folder, 'journeys', 'welcome.json.bak'), '{}');

  const { problems } = await loadLibrary(folder);

  expect(problems.map(({ code, document }) => ({ code, document }))).toEqual([
    { code: 'unknown-folder', document: 'wishes' },
    { code: 'wrong-file-name', document: 'journeys/welcome.json.bak' },
  ]);
});

test('a folder where a file should be is named', async () => {
  const folder = await copyOfTheLibrary();
  await rm(join(folder, 'journeys', 'welcome.json'));
  await mkdir(join(folder, 'journeys', 'welcome.json'));

  const { library, problems } = await loadLibrary(folder);

  expect(problems).toMatchObject([{ code: 'unreadable-file', document: 'journeys/welcome' }]);
  expect(library.journeys.size).toBeGreaterThan(5);
});

test.skipIf(process.getuid?.() === 0)('a file without the right to read it is named', async () => {
  const folder = await copyOfTheLibrary();
  await chmod(join(folder, 'journeys', 'welcome.json'), 0);

  const { problems } = await loadLibrary(folder);

  expect(problems).toMatchObject([{ code: 'unreadable-file', document: 'journeys/welcome' }]);
});

test('a library that is not there is an error that names the folder', async () => {
  await expect(loadLibrary('/no/such/library')).rejects.toThrow('/no/such/library');
});
