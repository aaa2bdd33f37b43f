import type { CloudEvent } from '../ports.ts';
import { mapCloudEvent } from './cloud-event-row.ts';
import { fingerprintOf } from './fingerprint.ts';
import { type MapRow, type RowProblem, rowMapper, unknownColumns } from './map-row.ts';
import type { ImportProblem, Mapping } from './mapping.ts';
import { lookupFiles, readLookups } from './read-lookups.ts';
import { type BadRow, openRows, type Row, type RowFile, readRows } from './read-rows.ts';
import type { Position } from './split-records.ts';

/** `rejected` counts rows; one row may have several lines in the rejects file. `fresh`: events that were new, where the sink tells. */
export type ImportCounts = { rows: number; events: number; rejected: number; fresh?: number };

export type Reject = { line: number; path: string; reason: string };

/** Where an import stands. Everything before `position` is in the sink and in the rejects file. */
export type ImportState = {
  position: Position;
  rejectsSize: number;
  counts: ImportCounts;
  finished: boolean;
};

/** Remembers imports by fingerprint. A state that is lost costs time, never data: the sink dedupes by event id. */
export type Checkpoint = {
  load(fingerprint: string): Promise<ImportState | undefined>;
  save(fingerprint: string, state: ImportState): Promise<void>;
};

/** The file of what was not imported. */
export type Rejects = {
  /** Forgets what lies behind `size` bytes; 0 begins anew. */
  truncate(size: number): Promise<void>;
  /** Adds lines durably and answers the size in bytes. */
  append(rejects: readonly Reject[]): Promise<number>;
};

/** Takes a batch; durable when it resolves. It may say how many of the events were new. */
export type EventSink =
  | ((events: CloudEvent[]) => Promise<void>)
  | ((events: CloudEvent[]) => Promise<{ fresh: number }>);

export type ImportOptions = {
  file: string;
  /** Without one every line is a CloudEvent. */
  mapping?: Mapping;
  sink: EventSink;
  /** What is wrong with an event by the event catalogue. */
  validate: (event: CloudEvent) => readonly ImportProblem[];
  checkpoint: Checkpoint;
  rejects: Rejects;
  progress?: (done: number, total: number, counts: ImportCounts) => void;
  signal?: AbortSignal;
  /** Events per batch. */
  batch?: number;
};

/** `already`: this file was imported with this mapping before. `stopped`: the next run goes on from here. */
export type ImportResult =
  | { kind: 'finished' | 'stopped' | 'already'; counts: ImportCounts }
  | { kind: 'refused'; problems: ImportProblem[] };

/**
 * Brings the rows of a file into the sink, batch by batch, in constant memory. The order within a batch makes it safe to
 * be killed at any point: events to the sink, then bad rows to the rejects file, then the checkpoint. What was sent but not
 * checkpointed is sent again and known by its id; what was rejected but not checkpointed is cut off and written again.
 */
export async function importFile(options: ImportOptions): Promise<ImportResult> {
  const { file, mapping, checkpoint } = options;
  const opened = await openRows(file, mapping?.format);
  if ('problems' in opened) return { kind: 'refused', problems: opened.problems };
  const { rows } = opened;
  if (!mapping && rows.format === 'csv')
    return { kind: 'refused', problems: [{ path: file, message: needsMapping }] };

  const unknown = mapping ? unknownColumns(mapping, rows.columns) : [];
  if (unknown.length > 0) return { kind: 'refused', problems: unknown };

  const prepared = await prepare(rows, mapping);
  if ('problems' in prepared) return { kind: 'refused', problems: prepared.problems };

  const fingerprint = await fingerprintOf(
    rows,
    mapping,
    mapping ? [...lookupFiles(mapping, file).values()] : [],
  );
  const state = await checkpoint.load(fingerprint);
  if (state?.finished) return { kind: 'already', counts: state.counts };
  return run(options, rows, prepared, fingerprint, state);
}

const needsMapping = 'the file is no JSONL with CloudEvents; say with --map what its columns mean';

type Prepared = { mapRow: MapRow; bad: BadRow[] };

async function prepare(
  rows: RowFile,
  mapping: Mapping | undefined,
): Promise<Prepared | { problems: ImportProblem[] }> {
  if (!mapping) return { mapRow: mapCloudEvent, bad: [] };
  const read = await readLookups(mapping, rows.file);
  if ('problems' in read) return read;
  const { columns, modifiedAt } = rows;
  return { mapRow: rowMapper(mapping, { columns, modifiedAt, lookups: read.lookups }), bad: read.bad };
}

const batchBytes = 4 * 1024 * 1024;
const rowsPerEvent = 4;

type Batch = { events: CloudEvent[]; rejects: Reject[]; rejected: number; rows: number; from: number };

async function run(
  options: ImportOptions,
  rows: RowFile,
  { mapRow, bad }: Prepared,
  fingerprint: string,
  saved: ImportState | undefined,
): Promise<ImportResult> {
  const { signal, batch: batchSize = 500 } = options;
  let state = saved ?? {
    position: rows.start,
    rejectsSize: 0,
    counts: { rows: 0, events: 0, rejected: 0 },
    finished: false,
  };
  await options.rejects.truncate(state.rejectsSize);

  const begin = (): Batch => ({ events: [], rejects: [], rejected: 0, rows: 0, from: state.position.offset });
  let batch = begin();
  if (!saved) for (const row of bad) reject(batch, row.line, [row]);

  for await (const row of readRows(rows, state.position)) {
    if (signal?.aborted) return { kind: 'stopped', counts: state.counts };
    take(batch, row, mapRow, options.validate);
    const full =
      batch.events.length >= batchSize ||
      batch.rows >= batchSize * rowsPerEvent ||
      row.after.offset - batch.from >= batchBytes;
    if (!full) continue;
    state = await settle(options, batch, fingerprint, { ...state, position: row.after });
    options.progress?.(state.position.offset, rows.size, state.counts);
    batch = begin();
  }
  if (signal?.aborted) return { kind: 'stopped', counts: state.counts };

  const end = { offset: rows.size, line: state.position.line };
  state = await settle(options, batch, fingerprint, { ...state, position: end, finished: true });
  options.progress?.(rows.size, rows.size, state.counts);
  return { kind: 'finished', counts: state.counts };
}

/** Adds a row to a batch: its events, or why it has none. */
function take(batch: Batch, row: Row | BadRow, mapRow: MapRow, validate: ImportOptions['validate']): void {
  batch.rows++;
  const mapped = row.kind === 'row' ? mapRow(row) : { problems: [row] };
  const problems =
    'problems' in mapped ? mapped.problems : mapped.events.flatMap((event) => invalid(event, validate));
  if ('events' in mapped && problems.length === 0) batch.events.push(...mapped.events);
  else reject(batch, row.line, problems);
}

function invalid(event: CloudEvent, validate: ImportOptions['validate']): RowProblem[] {
  return validate(event).map(({ path, message }) => ({ path: `${event.type} ${path}`, reason: message }));
}

function reject(batch: Batch, line: number, problems: readonly RowProblem[]): void {
  batch.rejected++;
  for (const { path, reason } of problems) batch.rejects.push({ line, path, reason });
}

async function settle(
  { sink, rejects, checkpoint }: ImportOptions,
  batch: Batch,
  fingerprint: string,
  state: ImportState,
): Promise<ImportState> {
  const answer = batch.events.length > 0 ? await sink(batch.events) : undefined;
  const rejectsSize = batch.rejects.length > 0 ? await rejects.append(batch.rejects) : state.rejectsSize;
  const counts = added(state.counts, batch, answer?.fresh);
  const settled = { ...state, rejectsSize, counts };
  await checkpoint.save(fingerprint, settled);
  return settled;
}

function added(counts: ImportCounts, batch: Batch, fresh: number | undefined): ImportCounts {
  return {
    rows: counts.rows + batch.rows,
    events: counts.events + batch.events.length,
    rejected: counts.rejected + batch.rejected,
    ...(fresh === undefined && counts.fresh === undefined
      ? {}
      : { fresh: (counts.fresh ?? 0) + (fresh ?? 0) }),
  };
}
