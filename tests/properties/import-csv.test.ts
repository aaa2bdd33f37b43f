import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRows } from '@baton/functions/import/open-rows.ts';
import { readRows } from '@baton/functions/import/read-rows.ts';
import { type Framing, type Span, splitRecords } from '@baton/functions/import/split-records.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { collected } from '../support/import-files.ts';

const cell = fc.oneof(
  fc.string({
    unit: fc.constantFrom('"', ',', ';', '\t', '\n', '\r', ' ', 'a', 'é', '😀', "'", '='),
    maxLength: 8,
  }),
  fc.string({ unit: 'grapheme', maxLength: 8 }).map((text) => text.replaceAll('\0', '')),
);

const table = fc
  .integer({ min: 2, max: 5 })
  .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { maxLength: 12 }));

const written = (cells: readonly string[], delimiter: string) =>
  cells.map((text) => `"${text.replaceAll('"', '""')}"`).join(delimiter);

test('any table written as CSV comes back equal', async () => {
  const file = join(tmpdir(), `baton-table-${process.pid}.csv`);
  await fc.assert(
    fc.asyncProperty(
      table,
      fc.constantFrom(',', ';', '\t'),
      fc.constantFrom('\n', '\r\n'),
      fc.boolean(),
      async (rows, delimiter, end, bom) => {
        const columns = (rows[0] ?? ['', '']).map((_, index) => `column ${index}`);
        await writeFile(
          file,
          (bom ? '\uFEFF' : '') + [columns, ...rows].map((cells) => written(cells, delimiter) + end).join(''),
        );

        const opened = await openRows(file);
        if ('problems' in opened) throw new Error(JSON.stringify(opened.problems));
        const read = await collected(readRows(opened.rows));

        expect(opened.rows.columns).toEqual(columns);
        expect(read.map((row) => row.kind === 'row' && [...row.cells.values()])).toEqual(rows);
      },
    ),
    { numRuns: 150 },
  );
  await rm(file, { force: true });
});

test('records are split alike however the bytes arrive in chunks', async () => {
  const text = fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r', 'a', 'é'), maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(
      text,
      fc.array(fc.integer({ min: 1, max: 7 }), { maxLength: 30 }),
      async (content, sizes) => {
        const whole = Buffer.from(content);
        const framing: Framing = { quotes: true, delimiter: 0x2c, lineEnd: 'lf' };

        expect(await records(inChunks(whole, sizes), framing)).toEqual(
          await records(inChunks(whole, []), framing),
        );
      },
    ),
    { numRuns: 300 },
  );
});

async function records(chunks: AsyncIterable<Buffer>, framing: Framing) {
  const found: unknown[] = [];
  for await (const { bytes, spans } of splitRecords(chunks, framing, { offset: 0, line: 1 }))
    found.push(...spans.map((span) => described(bytes, span)));
  return found;
}

function described(bytes: Uint8Array, span: Span) {
  const { line, after } = span;
  const text = span.kind === 'whole' ? Buffer.from(bytes).toString('utf8', span.from, span.to) : null;
  return { line, after, text };
}

async function* inChunks(bytes: Buffer, sizes: readonly number[]) {
  let at = 0;
  for (const size of sizes) {
    if (at >= bytes.length) return;
    yield bytes.subarray(at, at + size);
    at += size;
  }
  if (at < bytes.length) yield bytes.subarray(at);
}
