import type { Problem } from '../api/views.ts';
import { mapCloudEvent } from './cloud-event-row.ts';
import { fingerprintOf } from './fingerprint.ts';
import {
  type Checkpoint,
  type ImportCounts,
  type ImportRowsOptions,
  importRows,
  type Prepared,
} from './import-rows.ts';
import { rowMapper, unknownColumns } from './map-row.ts';
import type { Mapping } from './mapping.ts';
import { openRows } from './open-rows.ts';
import { lookupFiles, readLookups } from './read-lookups.ts';
import type { RowFile } from './read-rows.ts';

export type ImportOptions = Omit<ImportRowsOptions, 'checkpoint'> & { file: string; checkpoint: Checkpoint };

/** `already`: this file was imported with this mapping before. `stopped`: the next run goes on from here. */
export type ImportResult =
  | { kind: 'finished' | 'stopped' | 'already'; counts: ImportCounts }
  | { kind: 'refused'; problems: Problem[] };

/** Brings the rows of a file into the sink, with what its mapping looks up in others, and goes on where it was stopped. */
export async function importFile(options: ImportOptions): Promise<ImportResult> {
  const { file, mapping, checkpoint } = options;
  const opened = await openRows(file, mapping?.format);
  if ('problems' in opened) return { kind: 'refused', problems: opened.problems };
  const { rows } = opened;
  if (!mapping && rows.format === 'csv')
    return { kind: 'refused', problems: [{ path: file, ...needsMapping }] };

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
  return importRows(options, rows, prepared, fingerprint, state);
}

const needsMapping = {
  reason: 'the file is no JSONL with CloudEvents',
  remedy: 'say with --map what its columns mean',
};

async function prepare(
  rows: RowFile,
  mapping: Mapping | undefined,
): Promise<Prepared | { problems: Problem[] }> {
  if (!mapping) return { mapRow: mapCloudEvent, bad: [] };
  const read = await readLookups(mapping, rows.name);
  if ('problems' in read) return read;
  const { columns, modifiedAt } = rows;
  return { mapRow: rowMapper(mapping, { columns, modifiedAt, lookups: read.lookups }), bad: read.bad };
}
