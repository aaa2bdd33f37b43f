const lf = 0x0a;
const cr = 0x0d;
const quote = 0x22;

/** The longest record that is loaded; a longer one is passed over and reported. */
export const maxRecordBytes = 1024 * 1024;

/** How records end and cells begin. `lineEnd` is CR for files of the old Mac kind; CRLF counts as LF. */
export type Framing = { quotes: boolean; delimiter?: number; lineEnd: 'lf' | 'cr' };

/** A record's place: its first line, where the next one begins, and its bounds in the block. `too-long`: its bytes are gone. */
export type Span =
  | { kind: 'whole'; line: number; after: Position; from: number; to: number }
  | { kind: 'too-long'; line: number; after: Position; unclosed: boolean };

/** Whole records that lie in one buffer. */
export type Block = { bytes: Uint8Array; spans: Span[] };

/** Where reading begins: a byte that starts a record, and its line. */
export type Position = { offset: number; line: number };

/**
 * Finds where records end, without reading what is in them, in constant memory:
 * 1. A quote opens only at the start of a cell, or after the quote that closed it (a doubled quote); line ends between
 *    quotes belong to the cell.
 * 2. What is not yet a whole record is carried to the next chunk, up to `maxRecordBytes`; after that it is dropped and only
 *    its end is looked for.
 * 3. Empty lines are no records.
 */
export async function* splitRecords(
  chunks: AsyncIterable<Uint8Array>,
  framing: Framing,
  start: Position,
): AsyncGenerator<Block> {
  const lineEnd = framing.lineEnd === 'cr' ? cr : lf;
  let carried: Uint8Array = new Uint8Array();
  let base = start.offset;
  let line = start.line;
  let recordLine = line;
  let quoted = false;
  let cellStart = true;
  let justClosed = false;
  let dropping = false;
  let scanned = 0;

  for await (const chunk of chunks) {
    const bytes = carried.length > 0 ? joined(carried, chunk) : chunk;
    const spans: Span[] = [];
    let from = 0;
    for (let at = scanned; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte === quote && framing.quotes) {
        const closes: boolean = quoted;
        quoted = !quoted && (cellStart || justClosed);
        justClosed = closes;
        cellStart = false;
        continue;
      }
      justClosed = false;
      if (byte !== lineEnd) {
        cellStart = !quoted && byte === framing.delimiter;
        continue;
      }
      line++;
      if (quoted) continue;
      const after = { offset: base + at + 1, line };
      const to = at > from && bytes[at - 1] === cr ? at - 1 : at;
      if (dropping || to - from > maxRecordBytes)
        spans.push({ kind: 'too-long', line: recordLine, after, unclosed: false });
      else if (to > from) spans.push({ kind: 'whole', line: recordLine, after, from, to });
      from = at + 1;
      recordLine = line;
      cellStart = true;
      dropping = false;
    }
    dropping ||= bytes.length - from > maxRecordBytes;
    const kept = dropping ? bytes.length : from;
    carried = bytes.subarray(kept);
    scanned = carried.length;
    base += kept;
    if (spans.length > 0) yield { bytes, spans };
  }

  const after = { offset: base + carried.length, line: line + 1 };
  if (dropping)
    yield { bytes: carried, spans: [{ kind: 'too-long', line: recordLine, after, unclosed: quoted }] };
  else if (carried.length > 0)
    yield {
      bytes: carried,
      spans: [{ kind: 'whole', line: recordLine, after, from: 0, to: carried.length }],
    };
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}
