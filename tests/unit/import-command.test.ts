import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { type ImportArguments, type ImportPorts, importCommand } from '@baton/infra/local/cli/import.ts';
import { spanText, startProgress } from '@baton/infra/local/cli/progress.ts';
import { expect, test } from 'vitest';
import { collectingSink, temporaryFolder, written } from '../support/import-files.ts';

const mapping = {
  id: 'orders',
  title: 'Orders',
  why: 'The shop sends orders as a file.',
  owner: { team: 'service' },
  zone: 'UTC',
  events: [
    {
      type: 'order.placed',
      id: 'order.{id}',
      source: 'shop',
      time: { columns: ['at'] },
      subject: { scheme: 'customer', value: 'customer' },
      data: { orderId: 'id' },
    },
  ],
};
const orders = 'id,customer,at\n1,ann,2026-01-01\n2,bob,2026-01-02\n';

async function run(
  args: Omit<ImportArguments, 'data'> & { data?: string },
  ports: Partial<ImportPorts> = {},
) {
  const data = args.data ?? (await temporaryFolder());
  const [out, err] = [new PassThrough(), new PassThrough()];
  const { sink, events } = collectingSink();
  const code = await importCommand(
    { ...args, data },
    {
      sink,
      validate: () => [],
      contactFields: { email: { type: 'text' }, name: { type: 'text' } },
      terminal: { out, err, now: () => 0 },
      ...ports,
    },
  );
  out.end();
  err.end();
  return { code, data, events: [...events.values()], out: await text(out), err: await text(err) };
}

async function shop(change: object = {}, content = orders) {
  const file = await written({
    'orders.csv': content,
    'orders.json': JSON.stringify({ ...mapping, ...change }),
  });
  return { file, map: join(file, '../orders.json') };
}

test('imports by a mapping and sums up', async () => {
  const { file, map } = await shop();

  const { code, events, out, err } = await run({ what: 'events', file, map });

  expect({ code, out, err }).toEqual({
    code: 0,
    out: 'orders.csv: 2 rows, 2 events (2 new), 0 rows rejected, in 0.0 s\n',
    err: '',
  });
  expect(events.map(({ subject }) => subject)).toEqual(['customer:ann', 'customer:bob']);
});

test('says that a file was imported already', async () => {
  const { file, map } = await shop();
  const { data } = await run({ what: 'events', file, map });

  const again = await run({ what: 'events', file, map, data });

  expect(again).toMatchObject({ code: 0, out: 'orders.csv: already imported: 0 new\n', events: [] });
});

test('a file that went to one taker is new to another', async () => {
  const { file, map } = await shop();
  const { data } = await run({ what: 'events', file, map });

  const other = await run({ what: 'events', file, map, data, into: 'replay' });

  expect(other.events).toHaveLength(2);
});

test('puts rejected rows beside the data and answers 1', async () => {
  const { file, map } = await shop({}, `${orders}3,,2026-01-03\n`);

  const { code, data, out } = await run({ what: 'events', file, map });

  expect(code).toBe(1);
  expect(out).toContain(
    `Line, path and reason of what was rejected: ${join(data, 'orders.csv.orders.rejects.csv')}`,
  );
  expect(await readFile(join(data, 'orders.csv.orders.rejects.csv'), 'utf8')).toBe(
    'line,path,reason\r\n4,customer,names no customer for order.placed\r\n',
  );
});

test('stopped, it says how to go on, and goes on', async () => {
  const rows = Array.from({ length: 1200 }, (_, n) => `${n},ann,2026-01-01`);
  const { file, map } = await shop({}, ['id,customer,at', ...rows].join('\n'));
  const stop = new AbortController();
  const sink = async () => stop.abort();

  const stopped = await run({ what: 'events', file, map }, { sink, signal: stop.signal });
  const resumed = await run({ what: 'events', file, map, data: stopped.data });

  expect(stopped.code).toBe(1);
  expect(stopped.out).toContain('500 rows, 500 events, 0 rows rejected');
  expect(stopped.out).toContain('Stopped; run the same command to go on.');
  expect(resumed).toMatchObject({ code: 0, out: expect.stringContaining('1,200 rows, 1,200 events') });
  expect(resumed.events).toHaveLength(700);
});

test('understands contacts by their headers', async () => {
  const file = await written({ 'people.csv': 'ID;Name;E-Mail\n7;Ann;ann@example.com\n' });

  const { code, events } = await run({ what: 'contacts', file });

  expect(code).toBe(0);
  expect(events).toMatchObject([
    { type: 'contact.updated', subject: 'customer:7', data: { name: 'Ann', email: 'ann@example.com' } },
  ]);
});

test.each<[string, ImportArguments['what'], Record<string, string>, string | undefined, string]>([
  [
    'a mapping that is missing',
    'events',
    { 'orders.csv': orders },
    'none.json',
    'none.json: the mapping cannot be read',
  ],
  [
    'a mapping that is no JSON',
    'events',
    { 'orders.csv': orders, 'm.json': '{' },
    'm.json',
    'Line 1, column 2',
  ],
  [
    'a mapping with a mistake',
    'events',
    { 'orders.csv': orders, 'm.json': JSON.stringify({ ...mapping, zone: 'x' }) },
    'm.json',
    'm.json zone: "x" must be a time zone',
  ],
  [
    'events of a mapping as contacts',
    'contacts',
    { 'orders.csv': orders, 'm.json': JSON.stringify(mapping) },
    'm.json',
    'the mapping has no contacts; use "baton import events"',
  ],
  [
    'a column that is not there',
    'events',
    { 'orders.csv': 'id,at\n', 'm.json': JSON.stringify(mapping) },
    'm.json',
    'events.0.subject.value: the file has no column "customer"; use one of id, at',
  ],
  [
    'CSV events without a mapping',
    'events',
    { 'orders.csv': orders },
    undefined,
    'say with --map what its columns mean',
  ],
  [
    'contacts that nothing names',
    'contacts',
    { 'people.csv': 'shoe,hat\n' },
    undefined,
    'header: none of the columns shoe, hat is called id, email or phone; rename one',
  ],
  [
    'contacts in JSONL without a mapping',
    'contacts',
    { 'people.jsonl': '{}\n' },
    undefined,
    'JSONL has no header; say with --map',
  ],
])('refuses %s and answers 2', async (_name, what, files, map, message) => {
  const file = await written(files);

  const { code, events, out, err } = await run({ what, file, map: map && join(file, '..', map) });

  expect({ code, events, out }).toEqual({ code: 2, events: [], out: '' });
  expect(err).toContain(message);
});

test('names the data folder when it cannot be written', async () => {
  const { file, map } = await shop();
  const data = join(await temporaryFolder(), 'data');
  await writeFile(data, 'a file where the folder should be');

  const { code, err } = await run({ what: 'events', file, map, data });

  expect(code).toBe(2);
  expect(err).toMatch(/data.*is no folder; name another folder with --data/);
});

test('lets through what the sink throws', async () => {
  const { file, map } = await shop();

  const sink = async () => {
    throw new Error('the store is gone');
  };

  await expect(run({ what: 'events', file, map }, { sink })).rejects.toThrow('the store is gone');
});

test('shows a line every few seconds where there is no terminal, with the time left', async () => {
  const err = new PassThrough();
  let at = 0;
  const progress = startProgress('file.csv', { out: new PassThrough(), err, now: () => at });
  for (const done of [0, 10, 20, 30, 40]) {
    progress.update(done, 100, `${done} rows`);
    at += 3000;
  }
  progress.stop();
  err.end();

  expect(await text(err)).toBe(
    'file.csv: 20 % · 20 rows · 24 s left\nfile.csv: 40 % · 40 rows · 18 s left\n',
  );
});

test('draws a bar on a terminal', async () => {
  const err = Object.assign(new PassThrough(), {
    isTTY: true,
    cursorTo: () => true,
    clearLine: () => true,
    columns: 80,
  });
  const progress = startProgress('file.csv', { out: new PassThrough(), err, now: () => 0 });
  progress.update(50, 100, '7 rows');
  progress.stop();
  err.end();

  expect(await text(err)).toMatch(/file\.csv \[=+-+\] 50 % · 7 rows/);
});

test.each([
  [900, '1 s'],
  [99_000, '99 s'],
  [150_000, '3 min'],
  [7_260_000, '2 h 1 min'],
])('says %d ms as %s', (ms, said) => {
  expect(spanText(ms)).toBe(said);
});
