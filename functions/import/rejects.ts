import type { Reject } from './batch.ts';

/** The first line of a file of rejects. */
export const rejectsHeader = 'line,path,reason\r\n';

/** A line of it. */
export function rejectLine({ line, path, reason }: Reject): string {
  return `${[String(line), path, reason].map(cell).join(',')}\r\n`;
}

/** A spreadsheet runs a cell that begins with one of = + - @ as a formula; an apostrophe before it makes it text. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
