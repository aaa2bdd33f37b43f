import type { Json, JsonObject } from '@baton/rules/json.ts';
import type { Problem } from '../api/views.ts';
import { splitCells } from './split-cells.ts';
import {
  type Block,
  type Framing,
  maxRecordBytes,
  type Position,
  type Span,
  splitRecords,
} from './split-records.ts';

/** Reading rows, wherever the bytes lie: on a disk, or in a browser that may not touch one. Nothing here is Node's. */

export type Format = 'csv' | 'jsonl';

/** A row by column. `line` is its first line in the file, `after` where the next row begins. */
export type Row = { kind: 'row'; line: number; after: Position; cells: ReadonlyMap<string, Json> };
export type BadRow = { kind: 'bad'; line: number; after: Position; path: string; reason: string };

/** Bytes under a name. `modifiedAt` is to the second: finer than that, systems round in different ways. */
export type Source = {
  name: string;
  size: number;
  modifiedAt: string;
  read(from: number, end: number): AsyncIterable<Uint8Array>;
};

/** A file that can be read. `columns` is absent for JSONL, where every row brings its own. */
export type RowFile = Source & {
  format: Format;
  columns?: readonly string[];
  framing: Framing;
  /** Where the first row after the header begins. */
  start: Position;
};

const headBytes = 64 * 1024;
const delimiters = [',', ';', '\t', '|'];
const wholeRow = 'row';

/** The second in which something was changed, of milliseconds since 1970. */
export const secondOf = (ms: number): string => new Date(Math.floor(ms / 1000) * 1000).toISOString();

/** Looks at the beginning of a file: can it be read, how are its cells parted, which columns has it. */
export async function lookAtRows(
  source: Source,
  format: Format = formatOf(source.name),
): Promise<{ rows: RowFile } | { problems: Problem[] }> {
  const { name, size } = source;
  const refuse = (reason: string, remedy: string) => ({ problems: [{ path: name, reason, remedy }] });
  if (size === 0) return refuse('the file is empty', 'export it again');
  const head = await readHead(source);
  if (isArchive(head))
    return refuse('the file is a workbook or an archive, not text', 'save it as "CSV UTF-8"');
  if (isUtf16(head)) return refuse('the file is not UTF-8 but UTF-16', 'save it as "CSV UTF-8"');
  if (head.includes(0)) return refuse('the file is no text', 'save it as "CSV UTF-8"');
  const start = { offset: startsWith(head, 0xef, 0xbb, 0xbf) ? 3 : 0, line: 1 };
  const lineEnd = head.includes(0x0a) || !head.includes(0x0d) ? 'lf' : 'cr';
  if (format === 'jsonl') {
    if (
      latin1(head.subarray(start.offset, start.offset + 1024))
        .trimStart()
        .startsWith('[')
    )
      return refuse('the file is one JSON array', 'write one JSON object per line');
    return { rows: { ...source, format, framing: { quotes: false, lineEnd }, start } };
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
  const { framing, after, columns } = header;
  return { rows: { ...source, format, framing, start: after, columns } };
}

/** Reads the rows from a position on; memory does not grow with the file, and a row that cannot be read does not stop the others. */
export async function* readRows(rows: RowFile, from: Position = rows.start): AsyncGenerator<Row | BadRow> {
  if (from.offset >= rows.size) return;
  for await (const block of splitRecords(rows.read(from.offset, rows.size), rows.framing, from))
    yield* rows.columns ? csvRows(block, rows.framing, rows.columns) : jsonRows(block);
}

function formatOf(name: string): Format {
  return /\.(jsonl|ndjson|json)$/i.test(name) ? 'jsonl' : 'csv';
}

async function readHead(source: Source): Promise<Uint8Array> {
  const head = new Uint8Array(Math.min(headBytes, source.size));
  let filled = 0;
  for await (const chunk of source.read(0, head.length)) {
    head.set(chunk.subarray(0, head.length - filled), filled);
    filled += chunk.length;
  }
  return head.subarray(0, filled);
}

const startsWith = (head: Uint8Array, ...bytes: readonly number[]): boolean =>
  bytes.every((byte, index) => head[index] === byte);

/** "PK": what Excel, LibreOffice and Numbers save when they are not asked for CSV. */
const isArchive = (head: Uint8Array): boolean => startsWith(head, 0x50, 0x4b, 0x03, 0x04);

/** By its mark; without one by every other byte of its beginning, which is zero in the scripts of Europe. */
function isUtf16(head: Uint8Array): boolean {
  if (startsWith(head, 0xff, 0xfe) || startsWith(head, 0xfe, 0xff)) return true;
  const sample = head.subarray(0, 200);
  const zeros = (parity: number) => sample.filter((byte, index) => byte === 0 && index % 2 === parity).length;
  return Math.abs(zeros(0) - zeros(1)) > sample.length * 0.4;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Nothing where the bytes are no UTF-8. */
function textOf(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Each byte a character, so that no byte is lost. */
const latin1 = (bytes: Uint8Array): string => Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));

type Header = { columns: string[]; framing: Framing; after: Position };

/** Of the delimiters the one with which most of the first rows have as many cells as the header, and more than one. */
async function readHeader(
  head: Uint8Array,
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

async function firstBlock(head: Uint8Array, framing: Framing, start: Position): Promise<Block> {
  async function* once() {
    yield head;
  }
  for await (const block of splitRecords(once(), framing, start)) return block;
  return { bytes: head, spans: [] };
}

function* csvRows(
  { bytes, spans }: Block,
  framing: Framing,
  columns: readonly string[],
): Generator<Row | BadRow> {
  for (const span of spans) {
    const cells = cellsOf(bytes, span, framing, columns);
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

type Unreadable = { reason: string; column?: string };

function cellsOf(
  bytes: Uint8Array,
  span: Span,
  { delimiter = 0x2c }: Framing,
  columns: readonly string[] = [],
): string[] | Unreadable {
  if (span.kind === 'too-long') return { reason: tooLong(span.unclosed) };
  const record = bytes.subarray(span.from, span.to);
  const text = textOf(record);
  const cells = splitCells(text ?? latin1(record), String.fromCharCode(delimiter));
  if ('reason' in cells || text !== undefined) return cells;
  const column = columns[cells.findIndex((cell) => textOf(bytesOf(cell)) === undefined)];
  return { reason: 'holds bytes that are not UTF-8; save the file as UTF-8', column };
}

function tooLong(unclosed: boolean): string {
  const limit = `is longer than ${maxRecordBytes / 1024 / 1024} MB`;
  return unclosed
    ? `${limit}: a quoted cell begins here and never ends, so nothing after it was read; close the quote`
    : limit;
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

function jsonOf(bytes: Uint8Array, span: Span): { object: JsonObject } | Unreadable | undefined {
  if (span.kind === 'too-long') return { reason: tooLong(false) };
  const record = bytes.subarray(span.from, span.to);
  const text = textOf(record)?.trim();
  if (text === undefined) return { reason: 'holds bytes that are not UTF-8; save the file as UTF-8' };
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
