import type { Problem } from '@baton/functions/api/views.ts';
import type { Reject } from '@baton/functions/import/batch.ts';
import { mappingOf, recognise } from '@baton/functions/import/contact-columns.ts';
import { type ImportState, importRows } from '@baton/functions/import/import-rows.ts';
import { type MappedRow, rowMapper } from '@baton/functions/import/map-row.ts';
import type { Mapping } from '@baton/functions/import/mapping.ts';
import { lookAtRows, type Row, type RowFile, readRows } from '@baton/functions/import/read-rows.ts';
import { rejectLine, rejectsHeader } from '@baton/functions/import/rejects.ts';
import type { CloudEvent } from '@baton/functions/ports.ts';
import { checkEvent } from '@baton/functions/use-cases/check-event.ts';
import type { Library } from '@baton/rules/documents/index.ts';
import { untrack } from 'svelte';
import { type Failure, HostError, importContacts } from '#lib/api.ts';
import { liveLibrary, readLiveLibrary } from '#lib/document/live-library.svelte.ts';
import { hostNow } from '#lib/time/host-clock.svelte.ts';
import { blobSource } from './blob-source.ts';
import { sendEvents } from './send-events.ts';
import { flawOf, meaningsOf, type Targets, targetOptions, targetsOf } from './targets.ts';

/** A row as it would be taken: its events, or what is wrong with it. */
export type Preview = { line: number; cells: ReadonlyMap<string, unknown> } & (
  | { events: readonly CloudEvent[] }
  | { problems: readonly { path: string; reason: string }[] }
);
export type Progress = {
  done: number;
  total: number;
  rows: number;
  rejected: number;
  known: number;
  fresh: number;
};
export type RunState = 'none' | 'running' | 'paused' | 'failed' | 'done';

const nothing: Progress = { done: 0, total: 0, rows: 0, rejected: 0, known: 0, fresh: 0 };
const previewed = 6;
/** Rows between two breaths of the page while a file is looked through. */
const checkedAtOnce = 250;

const breath = () => new Promise<void>((resolve) => setTimeout(resolve));

/**
 * A file of contacts on its way in: it is looked at, its columns get a meaning, all its rows are tried without sending
 * anything, and then they are sent in batches. Whoever stops goes on at the batch after the last that the host has; and
 * what the host has already is known again by its id, so nothing is ever taken twice.
 */
export function createContactImport() {
  let rows = $state.raw<RowFile>();
  let refused = $state.raw<readonly Problem[]>([]);
  let targets = $state.raw<Targets>({});
  let where = $state('');
  let examples = $state.raw<readonly Row[]>([]);

  let checked = $state.raw<Progress>(nothing);
  let isChecked = $state(false);
  let previews = $state.raw<readonly Preview[]>([]);
  let flaws = $state.raw<readonly Reject[]>([]);
  let checking = new AbortController();

  let run = $state<RunState>('none');
  let progress = $state.raw<Progress>(nothing);
  let rejects = $state.raw<readonly Reject[]>([]);
  let failure = $state.raw<Failure>();
  let startedAt = $state(0);
  let saved: ImportState | undefined;
  let known = 0;
  let running = new AbortController();

  const library = $derived(liveLibrary());
  const fields = $derived(library?.events.get('contact.updated')?.payload ?? {});
  const options = $derived(targetOptions(fields, channelsOf(library)));
  const flaw = $derived(rows ? flawOf(targets, options) : '');
  const mapping = $derived(flaw ? undefined : mappingOf(meaningsOf(targets, fields, where.trim()), fields));

  // What is chosen is tried at once, and what was being tried before is given up.
  $effect(() => {
    const [file, chosen, live] = [rows, mapping, library];
    checking.abort();
    isChecked = false;
    previews = [];
    flaws = [];
    checked = nothing;
    if (!file || !chosen || !live || run !== 'none') return;
    checking = new AbortController();
    // Not again with every tick of the clock that it reads.
    untrack(() => void check(file, chosen, live, checking.signal));
    return () => checking.abort();
  });

  async function choose(file: File): Promise<void> {
    clear();
    await readLiveLibrary(); // what columns can be is the catalogue's
    const looked = await lookAtRows(blobSource(file), 'csv').catch(unreadable);
    if ('problems' in looked) {
      refused = looked.problems;
      return;
    }
    const columns = looked.rows.columns ?? [];
    const first: Row[] = [];
    for await (const row of readRows(looked.rows)) {
      if (row.kind === 'row') first.push(row);
      if (first.length === 3) break;
    }
    examples = first;
    targets = targetsOf(recognise(columns, fields));
    where = `Import of ${file.name}`.slice(0, 200);
    rows = looked.rows;
  }

  function clear(): void {
    checking.abort();
    running.abort();
    rows = undefined;
    refused = [];
    targets = {};
    run = 'none';
    progress = nothing;
    rejects = [];
    failure = undefined;
    saved = undefined;
    known = 0;
  }

  async function check(file: RowFile, chosen: Mapping, live: Library, signal: AbortSignal): Promise<void> {
    const found: Reject[] = [];
    const first: Preview[] = [];
    const map = mapperOf(file, chosen);
    const validate = validator(live);
    const mapRow = (row: Row): MappedRow => {
      const mapped = map(row);
      if (first.length < previewed) first.push(previewOf(row, mapped, validate));
      return mapped;
    };
    const tell = (done: number, counts: { rows: number; rejected: number }) => {
      checked = { ...nothing, ...counts, done, total: file.size };
      previews = [...first];
      flaws = [...found];
    };
    const { kind, counts } = await importRows(
      {
        mapping: chosen,
        validate,
        signal,
        batch: checkedAtOnce,
        sink: async () => {},
        checkpoint: { save: breath },
        rejects: { truncate: async () => {}, append: async (bad) => found.push(...bad) },
        progress: (done, _total, counts) => signal.aborted || tell(done, counts),
      },
      file,
      { mapRow, bad: [] },
      '',
      undefined,
    );
    if (kind === 'stopped' || signal.aborted) return;
    tell(file.size, counts);
    isChecked = true;
  }

  async function start(): Promise<void> {
    const [file, chosen, live] = [rows, mapping, library];
    if (!file || !chosen || !live || run === 'running' || run === 'done') return;
    checking.abort();
    run = 'running';
    failure = undefined;
    running = new AbortController();
    startedAt = Date.now();
    const { signal } = running;
    const found = [...rejects];
    try {
      const { kind } = await importRows(
        {
          mapping: chosen,
          validate: validator(live),
          signal,
          sink: async (events) => {
            const sent = await sendEvents(events, importContacts);
            known += sent.known;
            return sent;
          },
          checkpoint: {
            save: async (_fingerprint, state) => {
              saved = state;
              const { rows: count, rejected, fresh = 0 } = state.counts;
              progress = {
                done: state.position.offset,
                total: file.size,
                rows: count,
                rejected,
                known,
                fresh,
              };
            },
          },
          rejects: {
            truncate: async (size) => {
              found.length = Math.min(size, found.length);
            },
            append: async (bad) => {
              found.push(...bad);
              rejects = [...found];
              return found.length;
            },
          },
        },
        file,
        { mapRow: mapperOf(file, chosen), bad: [] },
        '',
        saved,
      );
      if (rows === file) run = kind === 'finished' ? 'done' : 'paused';
    } catch (error) {
      run = 'failed';
      if (error instanceof HostError) failure = error.failure;
      else if (error instanceof DOMException) failure = unreadableNow;
      else throw error;
    }
  }

  return {
    get rows() {
      return rows;
    },
    get refused() {
      return refused;
    },
    get targets() {
      return targets;
    },
    get options() {
      return options;
    },
    get examples() {
      return examples;
    },
    get isReady() {
      return library !== undefined;
    },
    get flaw() {
      return flaw;
    },
    get where() {
      return where;
    },
    set where(text) {
      where = text;
    },
    get checked() {
      return checked;
    },
    get isChecked() {
      return isChecked;
    },
    get previews() {
      return previews;
    },
    get flaws() {
      return flaws;
    },
    get run() {
      return run;
    },
    get progress() {
      return progress;
    },
    get rejects() {
      return rejects;
    },
    get failure() {
      return failure;
    },
    get startedAt() {
      return startedAt;
    },
    choose,
    clear,
    start,
    /** Stops after the batch that is under way. */
    pause: () => running.abort(),
    take: (column: string, target: string) => {
      targets = { ...targets, [column]: target };
    },
  };
}
export type ContactImport = ReturnType<typeof createContactImport>;

/** What was not taken, as a file that a spreadsheet opens. */
export const rejectsAsCsv = (rejects: readonly Reject[]): Blob =>
  new Blob([rejectsHeader, ...rejects.map(rejectLine)], { type: 'text/csv' });

const mapperOf = (file: RowFile, chosen: Mapping) =>
  rowMapper(chosen, { columns: file.columns, modifiedAt: file.modifiedAt, lookups: new Map() });

function validator(live: Library): (event: CloudEvent) => readonly Problem[] {
  const now = new Date(hostNow());
  return (event) => {
    const checked = checkEvent(event, live, now);
    return checked.ok ? [] : checked.problems;
  };
}

function previewOf(row: Row, mapped: MappedRow, validate: ReturnType<typeof validator>): Preview {
  const { line, cells } = row;
  if (mapped.kind === 'rejected') return { line, cells, problems: mapped.problems };
  const problems = mapped.events.flatMap((event) =>
    validate(event).map(({ path, reason, remedy }) => ({
      path: `${event.type} ${path}`,
      reason: `${reason}; ${remedy}`,
    })),
  );
  return problems.length > 0 ? { line, cells, problems } : { line, cells, events: mapped.events };
}

function channelsOf(library: Library | undefined): readonly string[] {
  const channel = library?.events.get('consent.given')?.payload.channel;
  return channel?.type === 'enum' ? channel.values.filter((one) => one !== 'webhook') : [];
}

const lost = { reason: 'the file cannot be read any more', remedy: 'choose it again' };
const unreadable = () => ({ problems: [{ path: 'file', ...lost }] });
/** Browsers refuse a file that was changed or moved since it was chosen. */
const unreadableNow: Failure = {
  kind: 'missing',
  view: { error: lost.reason, problems: [{ path: 'file', ...lost }] },
};
