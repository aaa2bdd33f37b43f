import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type ImportOptions, importFile } from '@baton/functions/import/import-file.ts';
import { checkpointFiles, rejectsFile } from '@baton/functions/import/import-records.ts';
import type { Mapping } from '@baton/functions/import/mapping.ts';
import type { CloudEvent } from '@baton/functions/ports.ts';
import { expect, test } from 'vitest';
import { collectingSink, importRecords, temporaryFolder, written } from '../support/import-files.ts';

const mapping: Mapping = {
  id: 'orders',
  title: 'Orders',
  why: 'The shop sends orders as a file.',
  owner: { team: 'service' },
  zone: 'UTC',
  events: [
    {
      type: 'order.placed',
      id: 'order.{id}.placed',
      source: 'shop',
      time: { columns: ['at'] },
      subject: { scheme: 'customer', value: 'customer' },
      data: { orderId: 'id' },
    },
    {
      type: 'order.delivered',
      when: { column: 'delivered', known: true },
      id: 'order.{id}.delivered',
      source: 'shop',
      time: { columns: ['delivered'] },
      subject: { scheme: 'customer', value: 'customer' },
      data: { orderId: 'id' },
    },
  ],
};

const header = 'id,customer,at,delivered';
/** Every third row is delivered, every fifth has a bad date. */
const orders = (count: number) =>
  [
    header,
    ...Array.from(
      { length: count },
      (_, n) => `${n},c${n % 7},${n % 5 === 4 ? 'soon' : '2026-01-01'},${n % 3 === 0 ? '2026-01-05' : ''}`,
    ),
  ].join('\n');

const options = (file: string, change: Partial<ImportOptions> = {}): ImportOptions => ({
  file,
  mapping,
  validate: () => [],
  batch: 3,
  sink: collectingSink().sink,
  ...importRecords(),
  ...change,
});

test('brings every good row to the sink and every bad one to the rejects', async () => {
  const file = await written({ 'orders.csv': orders(10) });
  const { sink, events } = collectingSink();
  const records = importRecords();

  const result = await importFile(options(file, { sink, ...records }));

  expect(result).toEqual({ kind: 'finished', counts: { rows: 10, events: 11, rejected: 2, fresh: 11 } });
  expect(events.size).toBe(11);
  expect(records.rejected).toEqual([
    { line: 6, path: 'at', reason: '"soon" is no date written like 2026-03-01 09:00:00' },
    { line: 11, path: 'at', reason: '"soon" is no date written like 2026-03-01 09:00:00' },
  ]);
});

test('stopped after any batch, it goes on with the next run and ends like one that was never stopped', async () => {
  const file = await written({ 'orders.csv': orders(40) });
  const whole = { ...collectingSink(), ...importRecords() };
  const uninterrupted = await importFile(options(file, whole));

  const parts = { ...collectingSink(), ...importRecords() };
  const seen: string[] = [];
  let runs = 0;
  for (;;) {
    runs++;
    const stop = new AbortController();
    const sink = async (batch: CloudEvent[]) => {
      seen.push(...batch.map(({ id }) => id));
      return parts.sink(batch);
    };
    const result = await importFile(
      options(file, { ...parts, sink, signal: stop.signal, progress: () => stop.abort() }),
    );
    if (result.kind === 'finished') {
      expect(result).toEqual(uninterrupted);
      break;
    }
  }

  expect(runs).toBeGreaterThan(10);
  expect(seen).toEqual([...whole.events.keys()]);
  expect(parts.rejected).toEqual(whole.rejected);
});

test.each(['sink', 'rejects', 'checkpoint'] as const)(
  'killed in the %s of any batch, nothing is lost and nothing stands twice',
  async (where) => {
    const file = await written({ 'orders.csv': orders(20) });
    const whole = { ...collectingSink(), ...importRecords() };
    await importFile(options(file, whole));

    for (let killed = 1; killed <= 4; killed++) {
      const records = { ...collectingSink(), ...importRecords() };
      let calls = 0;
      const dying = async <T>(done: Promise<T>): Promise<T> => {
        const answer = await done;
        if (++calls === killed) throw new Error('killed');
        return answer;
      };
      const first: Partial<ImportOptions> = {
        sink: { ...records, sink: (batch: Parameters<typeof records.sink>[0]) => dying(records.sink(batch)) }
          .sink,
        rejects: { ...records.rejects, append: (lines) => dying(records.rejects.append(lines)) },
        checkpoint: {
          ...records.checkpoint,
          save: (name, state) => dying(records.checkpoint.save(name, state)),
        },
      };
      const run = options(file, { ...records, [where]: first[where] });

      await expect(importFile(run)).rejects.toThrow('killed');
      const result = await importFile(options(file, records));

      expect(result.kind).toBe('finished');
      expect([...records.events.keys()].sort()).toEqual([...whole.events.keys()].sort());
      expect(records.rejected).toEqual(whole.rejected);
    }
  },
);

test('a second import of a finished file changes nothing', async () => {
  const file = await written({ 'orders.csv': orders(10) });
  const records = importRecords();
  await importFile(options(file, records));
  const { sink, events } = collectingSink();

  const again = await importFile(options(file, { ...records, sink }));

  expect(again).toMatchObject({ kind: 'already', counts: { rows: 10 } });
  expect(events.size).toBe(0);
});

test('a repaired file is imported again, and events that were known are not new', async () => {
  const file = await written({ 'orders.csv': orders(10) });
  const records = { ...collectingSink(), ...importRecords() };
  await importFile(options(file, records));
  await writeFile(file, orders(10).replaceAll('soon', '2026-02-02'));

  const again = await importFile(options(file, records));

  expect(again).toEqual({ kind: 'finished', counts: { rows: 10, events: 14, rejected: 0, fresh: 3 } });
  expect(records.rejected).toEqual([]);
});

test('another mapping makes it another import', async () => {
  const file = await written({ 'orders.csv': orders(10) });
  const records = importRecords();
  await importFile(options(file, records));

  const other = await importFile(
    options(file, { ...records, mapping: { ...mapping, zone: 'Europe/Berlin' } }),
  );

  expect(other.kind).toBe('finished');
});

test('a payload that the catalogue refuses goes to the rejects with its row', async () => {
  const file = await written({ 'orders.csv': `${header}\n1,c,2026-01-01,2026-01-02\n2,c,2026-01-01,\n` });
  const { sink, events } = collectingSink();
  const records = importRecords();
  const validate: ImportOptions['validate'] = ({ type, data }) =>
    type === 'order.delivered'
      ? [{ path: 'data.orderId', reason: `"${data.orderId}" does not fit`, remedy: 'send more' }]
      : [];

  const result = await importFile(options(file, { sink, validate, ...records }));

  expect(result).toMatchObject({ counts: { rows: 2, events: 1, rejected: 1 } });
  expect([...events.keys()]).toEqual(['order.2.placed']);
  expect(records.rejected).toEqual([
    { line: 2, path: 'order.delivered data.orderId', reason: '"1" does not fit; send more' },
  ]);
});

test('what the sink refuses goes to the rejects, and the other events of the row stay', async () => {
  const file = await written({ 'orders.csv': orders(4) });
  const records = importRecords();
  const refused = [{ id: 'order.0.delivered', reason: 'another event has this id' }];

  const result = await importFile(
    options(file, {
      ...records,
      sink: async (events) => ({ fresh: events.length - 1, refused }),
      batch: 100,
    }),
  );

  expect(result).toEqual({ kind: 'finished', counts: { rows: 4, events: 5, rejected: 1, fresh: 5 } });
  expect(records.rejected).toEqual([
    { line: 2, path: 'order.delivered', reason: 'another event has this id' },
  ]);
});

test('never gives the sink more events at once than it takes', async () => {
  const file = await written({ 'orders.csv': orders(40) });
  const sizes: number[] = [];

  const sink = async (events: CloudEvent[]) => void sizes.push(events.length);
  await importFile(options(file, { sink, batch: 6 }));

  expect(Math.max(...sizes)).toBeLessThanOrEqual(6);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(43);
});

test('tells how far it is', async () => {
  const file = await written({ 'orders.csv': orders(10) });
  const told: number[] = [];

  await importFile(options(file, { progress: (done, total) => told.push(done / total) }));

  expect(told.at(-1)).toBe(1);
  expect(told).toEqual(told.toSorted((a, b) => a - b));
});

test('refuses a mapping that names a column which the file does not have', async () => {
  const file = await written({ 'orders.csv': 'id,at,delivered\n1,2026-01-01,\n' });

  expect(await importFile(options(file))).toEqual({
    kind: 'refused',
    problems: [0, 1].map((index) => ({
      path: `events.${index}.subject.value`,
      reason: 'the file has no column "customer"',
      remedy: 'use one of id, at, delivered',
    })),
  });
});

const people = { file: 'people.csv', key: 'customer' };
const withLookup: Mapping = {
  ...mapping,
  lookups: { people },
  events: mapping.events?.map((event) => ({
    ...event,
    subject: { scheme: 'person', value: 'people.person' },
  })),
};

test('refuses a lookup file that is missing', async () => {
  const file = await written({ 'orders.csv': orders(1) });

  expect(await importFile(options(file, { mapping: withLookup }))).toEqual({
    kind: 'refused',
    problems: [
      {
        path: 'lookups.people.file',
        reason: `${join(dirname(file), 'people.csv')}: there is no such file`,
        remedy: 'check the path',
      },
    ],
  });
});

test('refuses a lookup without the column that is asked for', async () => {
  const file = await written({ 'orders.csv': orders(1), 'people.csv': 'customer,name\nc0,Ann\n' });

  expect(await importFile(options(file, { mapping: withLookup }))).toMatchObject({
    problems: [
      {
        path: 'lookups.people',
        reason: expect.stringContaining('has no column "person"'),
        remedy: 'use one of customer, name',
      },
    ],
  });
});

test('refuses a lookup whose key leads to two different rows', async () => {
  const file = await written({
    'orders.csv': orders(1),
    'people.csv': 'customer,person\nc0,p1\nc0,p1\nc0,p2\n',
  });

  expect(await importFile(options(file, { mapping: withLookup }))).toMatchObject({
    problems: [
      {
        path: 'lookups.people',
        reason: expect.stringContaining('"customer" "c0" stands in line 4 again with other values'),
      },
    ],
  });
});

test('rejects rows that point to a lookup row which is missing or cannot be read', async () => {
  const file = await written({ 'orders.csv': orders(3), 'people.csv': 'customer,person\nc0,p0\nc1,p1,?\n' });
  const records = importRecords();

  await importFile(options(file, { mapping: withLookup, ...records }));

  expect(records.rejected).toEqual([
    { line: 3, path: 'lookup people', reason: 'has 3 cells, but the header has 2' },
    { line: 3, path: 'people.person', reason: 'names no person for order.placed' },
    { line: 4, path: 'people.person', reason: 'names no person for order.placed' },
  ]);
});

test('takes lines that are CloudEvents as they are, without a mapping', async () => {
  const event = {
    specversion: '1.0',
    id: '1',
    source: 's',
    type: 'order.placed',
    time: '2026-01-01T00:00:00Z',
    subject: 'customer:1',
    data: {},
  };
  const lines = [
    event,
    { ...event, id: '2', time: '2026-01-01 00:00:00' },
    { ...event, id: '3', subject: 'nobody' },
  ];
  const file = await written({ 'events.jsonl': lines.map((line) => JSON.stringify(line)).join('\n') });
  const { sink, events } = collectingSink();
  const records = importRecords();

  await importFile(options(file, { mapping: undefined, sink, ...records }));

  expect([...events.values()]).toEqual([event]);
  expect(records.rejected).toEqual([
    { line: 2, path: 'time', reason: 'must be an instant with a zone, for example "2026-03-01T09:00:00Z"' },
    { line: 3, path: 'subject', reason: 'must name the contact as "scheme:value"' },
  ]);
});

test('refuses CSV without a mapping', async () => {
  const file = await written({ 'events.csv': orders(1) });

  expect(await importFile(options(file, { mapping: undefined }))).toMatchObject({ kind: 'refused' });
});

test('keeps its state and its rejects on disk, and a rejects file that a spreadsheet opens safely', async () => {
  const file = await written({ 'orders.csv': `${header}\n1,c,=1+1,\n2,c,"so\non",\n3,c,2026-01-01,\n` });
  const folder = await temporaryFolder();
  const records = {
    checkpoint: checkpointFiles(join(folder, 'imports')),
    rejects: rejectsFile(join(folder, 'rejects.csv')),
  };

  await importFile(
    options(file, { ...records, validate: () => [{ path: '=x', reason: '@y', remedy: 'z' }] }),
  );
  const again = await importFile(options(file, records));

  expect(again.kind).toBe('already');
  expect(await readFile(join(folder, 'rejects.csv'), 'utf8')).toBe(
    'line,path,reason\r\n' +
      '2,at,"""=1+1"" is no date written like 2026-03-01 09:00:00"\r\n' +
      '3,at,"""so\non"" is no date written like 2026-03-01 09:00:00"\r\n' +
      "5,order.placed =x,'@y; z\r\n",
  );
});

test.each([
  ['lost', (state: string) => rm(state)],
  ['damaged', (state: string) => writeFile(state, '{"position":')],
])('begins anew where its state was %s', async (_name, harm) => {
  const file = await written({ 'orders.csv': orders(10) });
  const folder = await temporaryFolder();
  const records = () => ({
    checkpoint: checkpointFiles(join(folder, 'imports')),
    rejects: rejectsFile(join(folder, 'rejects.csv')),
  });
  await importFile(options(file, records()));
  const before = await readFile(join(folder, 'rejects.csv'), 'utf8');

  for (const state of await readdir(join(folder, 'imports'))) await harm(join(folder, 'imports', state));
  const again = await importFile(options(file, records()));

  expect(again.kind).toBe('finished');
  expect(await readFile(join(folder, 'rejects.csv'), 'utf8')).toBe(before);
});
