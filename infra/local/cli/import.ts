import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Problem } from '@baton/functions/api/views.ts';
import { type ContactFields, mappingForContacts } from '@baton/functions/import/contact-columns.ts';
import { type ImportResult, importFile } from '@baton/functions/import/import-file.ts';
import { checkpointFiles, rejectsFile } from '@baton/functions/import/import-records.ts';
import type { EventSink, ImportCounts } from '@baton/functions/import/import-rows.ts';
import { type Mapping, parseMapping } from '@baton/functions/import/mapping.ts';
import { openRows } from '@baton/functions/import/open-rows.ts';
import type { CloudEvent } from '@baton/functions/ports.ts';
import { startProgress, type Terminal, terminal } from './progress.ts';

export type ImportArguments = {
  what: 'contacts' | 'events';
  file: string;
  /** Mapping document; without it headers must speak for themselves, or lines be CloudEvents. */
  map?: string;
  /** Data folder: rejects files and the state of imports lie in it. */
  data: string;
  /** What takes the events, where there is more than one; a file that went into one of them is new to the other. */
  into?: string;
};

export type ImportPorts = {
  sink: EventSink;
  /** What the event catalogue has against an event. */
  validate: (event: CloudEvent) => readonly Problem[];
  /** The payload fields of `contact.updated`. */
  contactFields: ContactFields;
  terminal?: Terminal;
  /** Stops the import after the running batch; without it Ctrl-C does. */
  signal?: AbortSignal;
};

/**
 * `baton import contacts|events FILE (--map MAPPING)`. Answers the exit code: 0 all is in, 1 rows were rejected or the
 * import was stopped, 2 it could not be begun.
 */
export async function importCommand(args: ImportArguments, ports: ImportPorts): Promise<0 | 1 | 2> {
  const { terminal: { out, err, now } = terminal } = ports;
  const chosen = await mappingFor(args, ports.contactFields);
  if ('problems' in chosen) return refuse(chosen.problems, err);

  const rejects = rejectsPath(args);
  const began = now();
  const result = await withInterrupts(ports.signal, (signal) =>
    run(args, ports, chosen.mapping, rejects, signal),
  );
  if (result.kind === 'refused') return refuse(result.problems, err);
  out.write(`${summary(args.file, result, now() - began, rejects)}\n`);
  return result.kind === 'stopped' || result.counts.rejected > 0 ? 1 : 0;
}

async function run(
  { file, data, into = '' }: ImportArguments,
  ports: ImportPorts,
  mapping: Mapping | undefined,
  rejects: string,
  signal: AbortSignal,
): Promise<ImportResult> {
  const { terminal: at = terminal } = ports;
  const progress = startProgress(basename(file), at);
  const pace = paceOf(at.now);
  try {
    return await importFile({
      file,
      mapping,
      signal,
      sink: ports.sink,
      validate: ports.validate,
      checkpoint: checkpointFiles(join(data, 'imports', into)),
      rejects: rejectsFile(rejects),
      progress: (done, total, counts) => progress.update(done, total, pace(counts)),
    });
  } catch (error) {
    const problem = diskProblem(error);
    if (!problem) throw error;
    return { kind: 'refused', problems: [problem] };
  } finally {
    progress.stop();
  }
}

type Chosen = { mapping: Mapping | undefined } | { problems: Problem[] };

async function mappingFor(
  { what, file, map }: ImportArguments,
  contactFields: ContactFields,
): Promise<Chosen> {
  if (map !== undefined) return readMapping(map, what);
  if (what === 'events') return { mapping: undefined };
  const opened = await openRows(file);
  if ('problems' in opened) return opened;
  if (opened.rows.columns) return mappingForContacts(opened.rows.columns, contactFields);
  return {
    problems: [{ path: file, reason: 'JSONL has no header', remedy: 'say with --map what its fields mean' }],
  };
}

async function readMapping(map: string, what: ImportArguments['what']): Promise<Chosen> {
  const text = await readFile(map, 'utf8').catch((error: NodeJS.ErrnoException) => error);
  if (typeof text !== 'string')
    return {
      problems: [
        { path: map, reason: `the mapping cannot be read: ${text.message}`, remedy: 'check the path' },
      ],
    };
  const parsed = parseMapping(text);
  if ('problems' in parsed)
    return { problems: parsed.problems.map((each) => ({ ...each, path: `${map} ${each.path}` })) };
  if (parsed.mapping[what]) return parsed;
  const other = what === 'events' ? 'contacts' : 'events';
  return {
    problems: [{ path: map, reason: `the mapping has no ${what}`, remedy: `use "baton import ${other}"` }],
  };
}

/** One file may be imported with several mappings; each has its own rejects. */
function rejectsPath({ file, map, data }: ImportArguments): string {
  const mapping = map === undefined ? '' : `.${basename(map).replace(/\.json$/, '')}`;
  return join(data, `${basename(file)}${mapping}.rejects.csv`);
}

/** Ctrl-C ends the import at the next batch; pressed again it ends the process, which loses nothing either. */
async function withInterrupts<T>(
  given: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (given) return work(given);
  const controller = new AbortController();
  const stop = () => controller.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    return await work(controller.signal);
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}

function refuse(problems: readonly Problem[], err: NodeJS.WritableStream): 2 {
  for (const { path, reason, remedy } of problems)
    err.write(`baton: ${path}: ${reason}${remedy && !reason.endsWith('.') ? ';' : ''} ${remedy}\n`);
  return 2;
}

const diskReasons: Record<string, { reason: string; remedy: string }> = {
  ENOSPC: { reason: 'the disk is full', remedy: 'make room and run the same command to go on' },
  EACCES: {
    reason: 'may not be written',
    remedy: 'give yourself the right, or name another folder with --data',
  },
  EPERM: {
    reason: 'may not be written',
    remedy: 'give yourself the right, or name another folder with --data',
  },
  EROFS: { reason: 'lies on a disk that is read-only', remedy: 'name another folder with --data' },
  ENOTDIR: { reason: 'is no folder', remedy: 'name another folder with --data' },
  EEXIST: { reason: 'is no folder', remedy: 'name another folder with --data' },
};

function diskProblem(error: unknown): Problem | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  const known = diskReasons[String(error.code)];
  return known && { path: 'path' in error ? String(error.path) : 'data folder', ...known };
}

/** What the progress says besides how far it is; the pace is that of this run. */
function paceOf(now: () => number): (counts: ImportCounts) => string {
  let first: { rows: number; at: number } | undefined;
  return (counts) => {
    first ??= { rows: counts.rows, at: now() };
    const seconds = (now() - first.at) / 1000;
    const pace = seconds > 0 ? ` · ${number((counts.rows - first.rows) / seconds)} rows/s` : '';
    return `${number(counts.rows)} rows${pace}${counts.rejected > 0 ? ` · ${number(counts.rejected)} rejected` : ''}`;
  };
}

function summary(
  file: string,
  { kind, counts }: Exclude<ImportResult, { kind: 'refused' }>,
  ms: number,
  rejects: string,
): string {
  const { rows, events, rejected, fresh } = counts;
  const name = basename(file);
  if (kind === 'already')
    return `${name}: already imported: 0 new${rejected > 0 ? `; ${number(rejected)} rows were rejected, see ${rejects}` : ''}`;
  const known = fresh === undefined ? '' : ` (${number(fresh)} new)`;
  const done = `${name}: ${number(rows)} rows, ${number(events)} events${known}, ${number(rejected)} rows rejected, in ${(ms / 1000).toFixed(1)} s`;
  const lines = [done];
  if (rejected > 0) lines.push(`Line, path and reason of what was rejected: ${rejects}`);
  if (kind === 'stopped') lines.push('Stopped; run the same command to go on.');
  return lines.join('\n');
}

function number(value: number): string {
  return Math.round(value).toLocaleString('en');
}
