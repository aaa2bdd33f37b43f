import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Json, JsonObject } from '@baton/rules/json.ts';
import { CsvError, type Options, parse } from 'csv-parse/sync';
import type { Problem } from '../api/views.ts';
import {
  type Block,
  type Framing,
  maxRecordBytes,
  type Position,
  type Span,
  splitRecords,
} from './split-records.ts';

export type Format = 'csv' | 'jsonl';

/** A row by column. `line` is its first line in the file, `after` where the next row begins. */
export type Row = { kind: 'row'; line: number; after: Position; cells: ReadonlyMap<string, Json> };
export type BadRow = { kind: 'bad'; line: number; after: Position; path: string; reason: string };

/** A file that can be read. `columns` is absent for JSONL, where every row brings its own. */
export type RowFile = {
  file: string;
  format: Format;
  size: number;
  modifiedAt: string;
  columns?: readonly string[];
  framing: Framing;
  /** Where the first row after the header begins. */
  start: Position;
};

const headBytes = 64 * 1024;
const chunkBytes = 256 * 1024;
const delimiters = [',', ';', '\t'];
const wholeRow = 'row';

/** Looks at the beginning of a file: can it be read, how are its cells parted, which columns has it. */
export async function openRows(
  file: string,
  format: Format = formatOf(file),
): Promise<{ rows: RowFile } | { problems: Problem[] }> {
  const refuse = (reason: string, remedy: string) => ({ problems: [{ path: file, reason, remedy }] });
  const opened = await readHead(file).catch(unreadable);
  if ('reason' in opened) return refuse(opened.reason, opened.remedy);

  const { head, size, modifiedAt } = opened;
  if (size === 0) return refuse('the file is empty', 'export it again');
  if (isUtf16(head)) return refuse('the file is not UTF-8 but UTF-16', 'save it as "CSV UTF-8"');
  const start = { offset: head.indexOf('\uFEFF') === 0 ? 3 : 0, line: 1 };
  const lineEnd = head.includes('\n') || !head.includes('\r') ? 'lf' : 'cr';
  const common = { file, format, size, modifiedAt };
  if (format === 'jsonl') {
    if (head.toString('latin1', start.offset).trimStart().startsWith('['))
      return refuse('the file is one JSON array', 'write one JSON object per line');
    return { rows: { ...common, framing: { quotes: false, lineEnd }, start } };
  }

  const header = await readHeader(head.subarray(start.offset), start, lineEnd, size > head.length);
  if (!header)
    return refuse('the first line is no CSV header, or longer than 64 KB', 'check that this is a CSV file');
  const twice = header.columns.filter((name, index) => name !== '' && header.columns.indexOf(name) !== index);
  if (twice.length > 0)
    return refuse(
      `the header names ${quoted(twice)} more than once`,
      'rename the columns so that each name stands once',
    );
  return { rows: { ...common, framing: header.framing, start: header.after, columns: header.columns } };
}

/** Reads the rows from a position on; memory does not grow with the file, and a row that cannot be read does not stop the others. */
export async function* readRows(rows: RowFile, from: Position = rows.start): AsyncGenerator<Row | BadRow> {
  if (from.offset >= rows.size) return;
  const chunks = createReadStream(rows.file, {
    start: from.offset,
    end: rows.size - 1,
    highWaterMark: chunkBytes,
  });
  for await (const block of splitRecords(chunks, rows.framing, from))
    yield* rows.columns ? csvRows(block, rows.framing, rows.columns) : jsonRows(block);
}

function formatOf(file: string): Format {
  return /\.(jsonl|ndjson|json)$/i.test(file) ? 'jsonl' : 'csv';
}

async function readHead(file: string): Promise<{ head: Buffer; size: number; modifiedAt: string }> {
  await using handle = await open(file);
  const { size, mtime } = await handle.stat();
  const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(headBytes), position: 0 });
  return { head: buffer.subarray(0, bytesRead), size, modifiedAt: mtime.toISOString() };
}

const unreadableFiles: Record<string, { reason: string; remedy: string }> = {
  ENOENT: { reason: 'there is no such file', remedy: 'check the path' },
  EACCES: { reason: 'the file may not be read', remedy: 'give yourself the right to read it' },
  EISDIR: { reason: 'this is a folder', remedy: 'name one file' },
};

function unreadable({ code, message }: NodeJS.ErrnoException): { reason: string; remedy: string } {
  return (
    unreadableFiles[code ?? ''] ?? { reason: `the file cannot be read: ${message}`, remedy: 'check the disk' }
  );
}

function isUtf16(head: Buffer): boolean {
  const [first, second] = head;
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff) || head.includes(0);
}

type Header = { columns: string[]; framing: Framing; after: Position };

/** Of the delimiters the one with which most of the first rows have as many cells as the header, and more than one. */
async function readHeader(
  head: Buffer,
  start: Position,
  lineEnd: Framing['lineEnd'],
  cutOff: boolean,
): Promise<Header | undefined> {
  let best: (Header & { fitting: number }) | undefined;
  for (const delimiter of delimiters) {
    const framing: Framing = { quotes: true, delimiter: delimiter.charCodeAt(0), lineEnd };
    const { bytes, spans } = await firstBlock(head, framing, start);
    const [first] = spans;
    const names = first && cellsOf(bytes, first, framing);
    if (!first || !names || 'reason' in names) continue;
    if (cutOff && first.after.offset === start.offset + head.length) continue;
    const columns = names.map((name) => name.trim());
    const sample = spans.slice(1, 20).map((span) => cellsOf(bytes, span, framing));
    const fitting = sample.filter((cells) => 'length' in cells && cells.length === columns.length).length;
    const found = { columns, framing, after: first.after, fitting: columns.length > 1 ? fitting + 1 : 0 };
    if (
      !best ||
      found.fitting > best.fitting ||
      (found.fitting === best.fitting && columns.length > best.columns.length)
    )
      best = found;
  }
  return best;
}

async function firstBlock(head: Buffer, framing: Framing, start: Position): Promise<Block> {
  async function* once() {
    yield head;
  }
  for await (const block of splitRecords(once(), framing, start)) return block;
  return { bytes: head, spans: [] };
}

/**
 * A block of good rows is parsed at one go. Where that fails or gives another number of rows, each is parsed by itself, so
 * that the bad one is known and the others are kept.
 */
function* csvRows(
  { bytes, spans }: Block,
  framing: Framing,
  columns: readonly string[],
): Generator<Row | BadRow> {
  const together = parseTogether(bytes, spans, framing);
  for (const [index, span] of spans.entries()) {
    const cells = together?.[index] ?? cellsOf(bytes, span, framing, columns);
    yield 'reason' in cells ? bad(span, cells.reason, cells.column) : row(span, cells, columns);
  }
}

function row(span: Span, cells: readonly string[], columns: readonly string[]): Row | BadRow {
  if (cells.length !== columns.length)
    return bad(span, `has ${cells.length} cells, but the header has ${columns.length}`);
  const { line, after } = span;
  return {
    kind: 'row',
    line,
    after,
    cells: new Map(columns.map((name, index) => [name, cells[index] ?? ''])),
  };
}

function bad({ line, after }: Span, reason: string, path = wholeRow): BadRow {
  return { kind: 'bad', line, after, path, reason };
}

function parseTogether(bytes: Buffer, spans: readonly Span[], framing: Framing): string[][] | undefined {
  const first = spans[0];
  const last = spans.at(-1);
  if (first?.kind !== 'whole' || last?.kind !== 'whole') return undefined;
  const region = bytes.subarray(first.from, last.to);
  if (spans.some(({ kind }) => kind === 'too-long') || !isUtf8(region)) return undefined;
  try {
    const records = parse(region, csvOptions(framing));
    return records.length === spans.length ? records : undefined;
  } catch (error) {
    if (error instanceof CsvError) return undefined;
    throw error;
  }
}

type Unreadable = { reason: string; column?: string };

function cellsOf(
  bytes: Buffer,
  span: Span,
  framing: Framing,
  columns: readonly string[] = [],
): string[] | Unreadable {
  if (span.kind === 'too-long') return { reason: tooLong(span.unclosed) };
  const record = bytes.subarray(span.from, span.to);
  const text = isUtf8(record);
  try {
    const [cells, more] = parse(record, csvOptions(framing, text ? 'utf8' : 'latin1'));
    if (!cells || more) return { reason: 'cannot be read as one row; check its quotes' };
    return text
      ? cells
      : { reason: 'holds bytes that are not UTF-8; save the file as UTF-8', column: columns[notUtf8(cells)] };
  } catch (error) {
    if (error instanceof CsvError) return { reason: quoteReasons[error.code] ?? error.message };
    throw error;
  }
}

function notUtf8(cells: readonly string[]): number {
  return cells.findIndex((cell) => !isUtf8(Buffer.from(cell, 'latin1')));
}

function tooLong(unclosed: boolean): string {
  const limit = `is longer than ${maxRecordBytes / 1024 / 1024} MB`;
  return unclosed
    ? `${limit}: a quoted cell begins here and never ends, so nothing after it was read; close the quote`
    : limit;
}

const quoteReasons: Partial<Record<string, string>> = {
  CSV_INVALID_CLOSING_QUOTE:
    'has text between the end of a quoted cell and the next cell; write quotes inside a cell twice',
  INVALID_OPENING_QUOTE:
    'has a quote inside a cell that is not quoted; quote the cell and write the quote twice',
  CSV_QUOTE_NOT_CLOSED: 'has a quoted cell that never ends; close the quote',
};

function csvOptions({ delimiter, lineEnd }: Framing, encoding: BufferEncoding = 'utf8'): Options {
  return {
    delimiter: String.fromCharCode(delimiter ?? 0x2c),
    record_delimiter: lineEnd === 'cr' ? ['\r'] : ['\r\n', '\n'],
    encoding,
    skip_empty_lines: true,
    relax_column_count: true,
    max_record_size: 0,
  };
}

function* jsonRows({ bytes, spans }: Block): Generator<Row | BadRow> {
  for (const span of spans) {
    const record = jsonOf(bytes, span);
    if (record === undefined) continue;
    const { line, after } = span;
    yield 'reason' in record
      ? bad(span, record.reason)
      : { kind: 'row', line, after, cells: new Map(Object.entries(record.object)) };
  }
}

function jsonOf(bytes: Buffer, span: Span): { object: JsonObject } | Unreadable | undefined {
  if (span.kind === 'too-long') return { reason: tooLong(false) };
  const record = bytes.subarray(span.from, span.to);
  if (!isUtf8(record)) return { reason: 'holds bytes that are not UTF-8; save the file as UTF-8' };
  const text = record.toString('utf8').trim();
  if (text === '') return undefined;
  try {
    const value: Json = JSON.parse(text);
    if (value === null || typeof value !== 'object' || Array.isArray(value))
      return { reason: 'is no JSON object' };
    return { object: value };
  } catch (error) {
    return { reason: `is not JSON: ${error instanceof Error ? error.message : error}` };
  }
}

function quoted(names: readonly string[]): string {
  return [...new Set(names)].map((name) => `"${name}"`).join(', ');
}
