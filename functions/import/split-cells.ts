/** The cells of one record as RFC 4180 writes them, or why they cannot be told apart. */
export function splitCells(record: string, delimiter: string): string[] | { reason: string } {
  if (!record.includes('"')) return record.split(delimiter);
  const cells: string[] = [];
  for (let at = 0; ; ) {
    const cell = record[at] === '"' ? quotedCell(record, at + 1) : bareCell(record, at, delimiter);
    if ('reason' in cell) return cell;
    cells.push(cell.text);
    if (cell.end === record.length) return cells;
    if (record[cell.end] !== delimiter) return { reason: textAfterQuote };
    at = cell.end + 1;
  }
}

type Cell = { text: string; end: number } | { reason: string };

const textAfterQuote =
  'has text between the end of a quoted cell and the next cell; write quotes inside a cell twice';
const strayQuote = 'has a quote inside a cell that is not quoted; quote the cell and write the quote twice';
const openQuote = 'has a quoted cell that never ends; close the quote';

function quotedCell(record: string, begin: number): Cell {
  let text = '';
  for (let from = begin; ; ) {
    const close = record.indexOf('"', from);
    if (close < 0) return { reason: openQuote };
    if (record[close + 1] !== '"') return { text: text + record.slice(from, close), end: close + 1 };
    text += record.slice(from, close + 1);
    from = close + 2;
  }
}

function bareCell(record: string, from: number, delimiter: string): Cell {
  const next = record.indexOf(delimiter, from);
  const end = next < 0 ? record.length : next;
  const text = record.slice(from, end);
  return text.includes('"') ? { reason: strayQuote } : { text, end };
}
