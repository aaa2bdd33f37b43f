import type { Problem } from '../api/views.ts';
import type { CloudEvent } from '../ports.ts';
import {
  type Batch,
  beginBatch,
  eventsOf,
  isFull,
  type Reject,
  reject,
  rejectRefused,
  take,
} from './batch.ts';
import type { MapRow } from './map-row.ts';
import type { Mapping } from './mapping.ts';
import { type BadRow, type RowFile, readRows } from './read-rows.ts';
import type { Position } from './split-records.ts';

/** `rejected` counts rows; one row may have several lines in the rejects file. `fresh`: events that were new, where the sink tells. */
export type ImportCounts = { rows: number; events: number; rejected: number; fresh?: number };

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

/**
 * What became of a batch: how many of its events were new, and which cannot be taken although they are well formed, for
 * example because another event has their id.
 */
type SinkAnswer = { fresh: number; refused?: readonly { id: string; reason: string }[] };

/** Takes a batch; durable when it resolves. */
export type EventSink =
  | ((events: CloudEvent[]) => Promise<void>)
  | ((events: CloudEvent[]) => Promise<SinkAnswer>);

export type ImportRowsOptions = {
  /** Without one every line is a CloudEvent. */
  mapping?: Mapping;
  sink: EventSink;
  /** What is wrong with an event by the event catalogue. */
  validate: (event: CloudEvent) => readonly Problem[];
  checkpoint: Pick<Checkpoint, 'save'>;
  rejects: Rejects;
  progress?: (done: number, total: number, counts: ImportCounts) => void;
  signal?: AbortSignal;
  /** Most events that the sink is given at once; the events of one row are never parted. */
  batch?: number;
};

export type Prepared = { mapRow: MapRow; bad: BadRow[] };

/**
 * Brings rows into the sink, batch by batch, in constant memory, wherever they are read from. The order within a batch
 * makes it safe to be killed at any point: events to the sink, then bad rows to the rejects, then the checkpoint. What was
 * sent but not checkpointed is sent again and known by its id; what was rejected but not checkpointed is cut off and
 * written again.
 */
export async function importRows(
  options: ImportRowsOptions,
  rows: RowFile,
  { mapRow, bad }: Prepared,
  fingerprint: string,
  saved: ImportState | undefined,
): Promise<{ kind: 'finished' | 'stopped'; counts: ImportCounts }> {
  const { signal, batch: batchSize = 500 } = options;
  let state = saved ?? {
    position: rows.start,
    rejectsSize: 0,
    counts: { rows: 0, events: 0, rejected: 0 },
    finished: false,
  };
  await options.rejects.truncate(state.rejectsSize);

  const enough = Math.max(1, batchSize - mostEventsOfARow(options.mapping) + 1);
  let batch = beginBatch(state.position);
  if (!saved) for (const row of bad) reject(batch, row.line, [row]);

  for await (const row of readRows(rows, state.position)) {
    if (signal?.aborted) return { kind: 'stopped', counts: state.counts };
    take(batch, row, mapRow, options.validate);
    if (!isFull(batch, row.after, enough)) continue;
    state = await settle(options, batch, fingerprint, { ...state, position: row.after });
    options.progress?.(state.position.offset, rows.size, state.counts);
    batch = beginBatch(row.after);
  }
  if (signal?.aborted) return { kind: 'stopped', counts: state.counts };

  const end = { offset: rows.size, line: state.position.line };
  state = await settle(options, batch, fingerprint, { ...state, position: end, finished: true });
  options.progress?.(rows.size, rows.size, state.counts);
  return { kind: 'finished', counts: state.counts };
}

function mostEventsOfARow(mapping: Mapping | undefined): number {
  return mapping ? (mapping.contacts ?? []).length + (mapping.events ?? []).length : 1;
}

async function settle(
  { sink, rejects, checkpoint }: ImportRowsOptions,
  batch: Batch,
  fingerprint: string,
  state: ImportState,
): Promise<ImportState> {
  const events = eventsOf(batch);
  const answer = (events.length > 0 ? await sink(events) : undefined) ?? { refused: [] };
  const refused = rejectRefused(batch, answer.refused ?? []);
  const rejectsSize = batch.rejects.length > 0 ? await rejects.append(batch.rejects) : state.rejectsSize;
  const { counts } = state;
  const settled = {
    ...state,
    rejectsSize,
    counts: {
      rows: counts.rows + batch.rows,
      events: counts.events + events.length - refused,
      rejected: counts.rejected + batch.rejected,
      fresh: 'fresh' in answer ? (counts.fresh ?? 0) + answer.fresh : counts.fresh,
    },
  };
  await checkpoint.save(fingerprint, settled);
  return settled;
}
