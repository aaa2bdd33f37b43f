import type { Problem } from '../api/views.ts';
import type { CloudEvent } from '../ports.ts';
import type { MapRow, RowProblem } from './map-row.ts';
import type { BadRow, Row } from './read-rows.ts';
import type { Position } from './split-records.ts';

/** A line of the rejects file. */
export type Reject = { line: number; path: string; reason: string };

/** Rows on their way to the sink, and what is wrong with the others. `rejected` counts rows, which may have several rejects. */
export type Batch = {
  from: Position;
  rows: number;
  taken: { line: number; events: CloudEvent[] }[];
  events: number;
  rejects: Reject[];
  rejected: number;
};

const batchBytes = 4 * 1024 * 1024;
const rowsPerEvent = 4;

export function beginBatch(from: Position): Batch {
  return { from, rows: 0, taken: [], events: 0, rejects: [], rejected: 0 };
}

/** Full by events; but long rows, and rows that give no event, must not make it grow either. */
export function isFull(batch: Batch, at: Position, events: number): boolean {
  return (
    batch.events >= events ||
    batch.rows >= events * rowsPerEvent ||
    at.offset - batch.from.offset >= batchBytes
  );
}

/** Adds a row: its events, or why it has none. */
export function take(
  batch: Batch,
  row: Row | BadRow,
  mapRow: MapRow,
  validate: (event: CloudEvent) => readonly Problem[],
): void {
  batch.rows++;
  const mapped = row.kind === 'row' ? mapRow(row) : { problems: [row] };
  if ('problems' in mapped) {
    reject(batch, row.line, mapped.problems);
    return;
  }
  const problems = mapped.events.flatMap((event) => flaws(event, validate));
  if (problems.length > 0) {
    reject(batch, row.line, problems);
    return;
  }
  batch.taken.push({ line: row.line, events: mapped.events });
  batch.events += mapped.events.length;
}

function flaws(event: CloudEvent, validate: (event: CloudEvent) => readonly Problem[]): RowProblem[] {
  return validate(event).map(({ path, reason, remedy }) => ({
    path: `${event.type} ${path}`,
    reason: `${reason}; ${remedy}`,
  }));
}

export function reject(batch: Batch, line: number, problems: readonly RowProblem[]): void {
  batch.rejected++;
  for (const { path, reason } of problems) batch.rejects.push({ line, path, reason });
}

export function eventsOf(batch: Batch): CloudEvent[] {
  return batch.taken.flatMap(({ events }) => events);
}

/** Rejects what the sink could not take, and says how much that was; the other events of such a row are sound and stay. */
export function rejectRefused(batch: Batch, refused: readonly { id: string; reason: string }[]): number {
  if (refused.length === 0) return 0;
  const reasons = new Map(refused.map(({ id, reason }) => [id, reason]));
  let count = 0;
  for (const { line, events } of batch.taken) {
    const problems = events.flatMap(({ id, type }) => {
      const reason = reasons.get(id);
      return reason === undefined ? [] : [{ path: type, reason }];
    });
    count += problems.length;
    if (problems.length > 0) reject(batch, line, problems);
  }
  return count;
}
