import { openRows } from '@baton/functions/import/open-rows.ts';
import { type BadRow, type Format, type Row, readRows } from '@baton/functions/import/read-rows.ts';
import { expect, test } from 'vitest';
import { collected, written } from '../support/import-files.ts';

async function rowsOf(
  content: string | Buffer,
  name = 'file.csv',
  format?: Format,
): Promise<(Row | BadRow)[]> {
  const opened = await openRows(await written({ [name]: content }), format);
  if ('problems' in opened) throw new Error(JSON.stringify(opened.problems));
  return collected(readRows(opened.rows));
}

async function refusalOf(content: string | Buffer, name = 'file.csv'): Promise<string | undefined> {
  const opened = await openRows(await written({ [name]: content }));
  return 'problems' in opened
    ? opened.problems.map(({ reason, remedy }) => `${reason}; ${remedy}`).join()
    : undefined;
}

const shape = (row: Row | BadRow) =>
  row.kind === 'row'
    ? { line: row.line, ...Object.fromEntries(row.cells) }
    : { line: row.line, path: row.path, reason: row.reason };

test('reads quoted cells that go over several lines, and says the first line of each row', async () => {
  const rows = await rowsOf('id,text\n1,"one\ntwo, ""three"""\n\n2,plain\n');

  expect(rows.map(shape)).toEqual([
    { line: 2, id: '1', text: 'one\ntwo, "three"' },
    { line: 5, id: '2', text: 'plain' },
  ]);
});

test('says after each row where the next one begins', async () => {
  const rows = await rowsOf('id,text\n1,"one\ntwo"\n2,b');

  expect(rows.map(({ after }) => after)).toEqual([
    { offset: 20, line: 4 },
    { offset: 23, line: 5 },
  ]);
});

test('goes on from the place after a row as if it had never stopped', async () => {
  const opened = await openRows(await written({ 'file.csv': '\uFEFFid;text\r\n1;"a\r\nb"\r\n2;c\r\n3;d' }));
  if ('problems' in opened) throw new Error('refused');
  const whole = await collected(readRows(opened.rows));

  for (const [index, { after }] of whole.entries())
    expect(await collected(readRows(opened.rows, after))).toEqual(whole.slice(index + 1));
});

test('leaves the byte order mark out of the first column name', async () => {
  expect((await rowsOf('\uFEFFid,text\r\n1,ä\r\n')).map(shape)).toEqual([{ line: 2, id: '1', text: 'ä' }]);
});

test.each([
  ['CRLF', '\r\n'],
  ['LF', '\n'],
  ['CR', '\r'],
])('reads rows that end with %s', async (_name, end) => {
  expect((await rowsOf(`a,b${end}1,2${end}3,4${end}`)).map(shape)).toEqual([
    { line: 2, a: '1', b: '2' },
    { line: 3, a: '3', b: '4' },
  ]);
});

test.each([',', ';', '\t'])('finds out that cells are parted by %j', async (delimiter) => {
  const text = [
    ['id', '"Name, first; last"'],
    ['1', '"x,y;z"'],
    ['2', 'w'],
  ];

  const rows = await rowsOf(text.map((cells) => cells.join(delimiter)).join('\n'));

  expect(rows.map(shape)).toEqual([
    { line: 2, id: '1', 'Name, first; last': 'x,y;z' },
    { line: 3, id: '2', 'Name, first; last': 'w' },
  ]);
});

test('rejects a row with bytes that are not UTF-8, names the column and keeps the others', async () => {
  const latin1 = Buffer.concat([
    Buffer.from('id,city\n1,Köln\n2,'),
    Buffer.from([0x4b, 0xf6, 0x6c, 0x6e]),
    Buffer.from('\n3,x\n'),
  ]);

  expect((await rowsOf(latin1)).map(shape)).toEqual([
    { line: 2, id: '1', city: 'Köln' },
    { line: 3, path: 'city', reason: 'holds bytes that are not UTF-8; save the file as UTF-8' },
    { line: 4, id: '3', city: 'x' },
  ]);
});

test('rejects rows with too few or too many cells', async () => {
  expect((await rowsOf('a,b\n1\n1,2\n1,2,3\n')).map(shape)).toEqual([
    { line: 2, path: 'row', reason: 'has 1 cells, but the header has 2' },
    { line: 3, a: '1', b: '2' },
    { line: 4, path: 'row', reason: 'has 3 cells, but the header has 2' },
  ]);
});

test('rejects rows with stray quotes and keeps the others', async () => {
  const rows = await rowsOf('a,b\n1,x"y\n2,"x"y\n3,z\n');

  expect(rows.map(({ kind, line }) => [kind, line])).toEqual([
    ['bad', 2],
    ['bad', 3],
    ['row', 4],
  ]);
});

test('says of a quoted cell that never ends in which row it begins', async () => {
  expect((await rowsOf('a,b\n1,2\n3,"x\n4,5\n')).map(shape)).toEqual([
    { line: 2, a: '1', b: '2' },
    { line: 3, path: 'row', reason: 'has a quoted cell that never ends; close the quote' },
  ]);
});

test('passes over a row of more than 1 MB and reads on behind it', async () => {
  const rows = await rowsOf(`a,b\n1,"${'x\n'.repeat(1024 * 1024)}"\n2,y\n`);

  expect(rows.map(shape)).toEqual([
    { line: 2, path: 'row', reason: 'is longer than 1 MB' },
    { line: 1024 * 1024 + 3, a: '2', b: 'y' },
  ]);
});

test('says that nothing after a quote without an end was read, where that is more than 1 MB', async () => {
  const rows = await rowsOf(`a,b\n1,2\n3,"${'4,5\n'.repeat(300_000)}`);

  expect(rows.map(shape)).toEqual([
    { line: 2, a: '1', b: '2' },
    { line: 3, path: 'row', reason: expect.stringContaining('never ends, so nothing after it was read') },
  ]);
});

test('reads a column called __proto__ like any other', async () => {
  const [row] = await rowsOf('__proto__,constructor\n1,2\n');

  expect(row?.kind === 'row' && [...row.cells]).toEqual([
    ['__proto__', '1'],
    ['constructor', '2'],
  ]);
});

test('has no rows where there is only a header', async () => {
  expect(await rowsOf('a,b')).toEqual([]);
});

test.each([
  ['an empty file', '', 'the file is empty; export it again'],
  [
    'a header that names a column twice',
    'id,name,id\n1,2,3\n',
    'the header names "id" more than once; rename the columns so that each name stands once',
  ],
  [
    'UTF-16',
    Buffer.from('\uFEFFid,name\n', 'utf16le'),
    'the file is not UTF-8 but UTF-16; save it as "CSV UTF-8"',
  ],
  [
    'a first line of more than 64 KB',
    'x'.repeat(70_000),
    'the first line is no CSV header, or longer than 64 KB; check that this is a CSV file',
  ],
])('refuses %s', async (_name, content, message) => {
  expect(await refusalOf(content)).toBe(message);
});

test('refuses a JSON array as JSONL', async () => {
  expect(await refusalOf('[{"id":1}]', 'file.jsonl')).toBe(
    'the file is one JSON array; write one JSON object per line',
  );
});

test.each([
  ['/no/such/file.csv', 'there is no such file', 'check the path'],
  ['/', 'this is a folder', 'name one file'],
])('refuses %s', async (file, reason, remedy) => {
  expect(await openRows(file)).toEqual({ problems: [{ path: file, reason, remedy }] });
});

test('reads JSONL line by line and rejects what is no object', async () => {
  const rows = await rowsOf(
    `{"id":1,"who":{"city":"x"}}\r\n\n[1]\n{"id"\n  \n{"id":2}\n"${'x'.repeat(1024 * 1024)}"\n`,
    'file.jsonl',
  );

  expect(rows.map(shape)).toEqual([
    { line: 1, id: 1, who: { city: 'x' } },
    { line: 3, path: 'row', reason: 'is no JSON object' },
    { line: 4, path: 'row', reason: expect.stringContaining('is not JSON') },
    { line: 6, id: 2 },
    { line: 7, path: 'row', reason: 'is longer than 1 MB' },
  ]);
});
