import { conditionsOf, lookupOf, type ValueSpec } from '@baton/rules/documents/row-source.ts';
import type { Json, JsonObject } from '@baton/rules/json.ts';
import { parseDuration } from '@baton/rules/time/duration.ts';
import type { Problem } from '../api/views.ts';
import type { CloudEvent } from '../ports.ts';
import { type LocalTimes, localTimes } from './local-time.ts';
import { type ContactEntry, columnsIn, type EventEntry, type Mapping, type TimeSpec } from './mapping.ts';
import type { Lookups } from './read-lookups.ts';
import type { Row } from './read-rows.ts';
import {
  cellReader,
  conditionReader,
  dateOf,
  patternReader,
  type Reading,
  textOf,
  valueReader,
} from './row-values.ts';
import { sha256 } from './sha256.ts';

/** Why a row was not imported, and where: a column, or a place in the event that it became. */
export type RowProblem = { path: string; reason: string };

/** A row becomes all of its events or none, so that a repaired row can be imported again as a whole. */
export type MappedRow =
  | { kind: 'events'; events: CloudEvent[] }
  | { kind: 'rejected'; problems: RowProblem[] };

/** Turns a row into events. */
export type MapRow = (row: Row) => MappedRow;

/** What a mapping meets: the columns of the file (JSONL has none of its own), the loaded lookups, the file's age. */
export type MappingSource = { columns?: readonly string[]; lookups: Lookups; modifiedAt: string };

/** Columns that a mapping names and the file does not have. */
export function unknownColumns(mapping: Mapping, columns: readonly string[] | undefined): Problem[] {
  if (!columns) return [];
  return columnsIn(mapping)
    .filter(({ name }) => !columns.includes(name) && lookupOf(name, mapping.lookups ?? {}) === undefined)
    .map(({ path, name }) => ({
      path,
      reason: `the file has no column "${name}"`,
      remedy: `use one of ${columns.join(', ')}`,
    }));
}

/** Prepares a mapping once for all rows of a file; what comes back is pure. */
export function rowMapper(mapping: Mapping, source: MappingSource): MapRow {
  const context: Context = {
    cell: (name) => cellReader(name, source.lookups, source.columns),
    times: localTimes(mapping.zone),
    modifiedAt: source.modifiedAt,
  };
  const entries = [
    ...(mapping.contacts ?? []).map((entry) => contactMapper(entry, context)),
    ...(mapping.events ?? []).map((entry) => eventMapper(entry, context)),
  ];
  return (row) => {
    const mapped = entries.map((entry) => entry(row));
    const problems = once(mapped.flatMap((result) => ('problems' in result ? result.problems : [])));
    return problems.length > 0
      ? { kind: 'rejected', problems }
      : { kind: 'events', events: mapped.flatMap((result) => ('event' in result ? [result.event] : [])) };
  };
}

/** Several entries may stumble over the same cell. */
const once = (problems: readonly RowProblem[]): RowProblem[] =>
  problems.filter(
    ({ path, reason }, index) =>
      problems.findIndex((other) => other.path === path && other.reason === reason) === index,
  );

type Context = {
  cell: (name: string) => ReturnType<typeof cellReader>;
  times: LocalTimes;
  modifiedAt: string;
};
type Mapped = { event: CloudEvent } | { none: true } | { problems: RowProblem[] };

const none: Mapped = { none: true };

function eventMapper(entry: EventEntry, context: Context): (row: Row) => Mapped {
  const applies = condition(entry.when, context);
  const id = entry.id === undefined ? undefined : patternReader(entry.id, context.cell);
  const time = timeReader(entry.time, context);
  const value = valueReader(entry.subject.value, context.cell, context.times);
  const data = fieldsReader(entry.data, context);
  const { type, source } = entry;
  const subjectName = nameOf(entry.subject.value);
  return (row) => {
    const passed = applies(row);
    if (passed) return passed;
    const named = id?.(row);
    const at = time(row);
    const subject = required(value(row), subjectName, `names no ${entry.subject.scheme} for ${type}`);
    const fields = data(row);
    const problems = [
      ...(named && 'missing' in named
        ? [{ path: named.missing, reason: `is empty, but ${type} needs it for its id` }]
        : []),
      ...problemsOf(at, subject),
      ...fields.problems,
    ];
    if (problems.length > 0 || (named && 'missing' in named)) return { problems };
    const who = `${entry.subject.scheme}:${textIn(subject)}`;
    const said = cloudEvent(type, source, '', at, who, fields.data);
    return { event: { ...said, id: named?.text ?? contentId(said) } };
  };
}

function contactMapper(entry: ContactEntry, context: Context): (row: Row) => Mapped {
  const applies = condition(entry.when, context);
  const id = entry.id === undefined ? undefined : patternReader(entry.id, context.cell);
  const time = timeReader(entry.time, context);
  const identifiers = entry.identifiers.map(({ scheme, value }) => ({
    scheme,
    read: valueReader(value, context.cell, context.times),
  }));
  const attributes = fieldsReader(entry.attributes, context);
  const type = 'contact.updated';
  return (row) => {
    const passed = applies(row);
    if (passed) return passed;
    const at = time(row);
    const readings = identifiers.map(({ scheme, read }) => ({ scheme, reading: read(row) }));
    const subjects = readings.flatMap(({ scheme, reading }) =>
      reading.kind === 'value' && reading.value !== undefined ? [`${scheme}:${textOf(reading.value)}`] : [],
    );
    const [subject] = subjects;
    const named = id?.(row);
    const fields = attributes(row);
    const problems = [
      ...problemsOf(at, ...readings.map(({ reading }) => reading)),
      ...fields.problems,
      ...(subject
        ? []
        : [
            {
              path: entry.identifiers.map(({ value }) => nameOf(value)).join(', '),
              reason: 'names no contact; fill one of them',
            },
          ]),
      ...(named && 'missing' in named
        ? [{ path: named.missing, reason: `is empty, but ${type} needs it for its id` }]
        : []),
    ];
    if (problems.length > 0 || !subject || (named && 'missing' in named)) return { problems };
    const said = cloudEvent(type, entry.source, '', at, subject, fields.data);
    return { event: { ...said, id: named?.text ?? contentId(said) } };
  };
}

function cloudEvent(
  type: string,
  source: string,
  id: string,
  at: Reading,
  subject: string,
  data: JsonObject,
): CloudEvent {
  return { specversion: '1.0', id, source, type, time: textIn(at), subject, data };
}

/** Equal content has an equal id, so that importing it again is no new event. */
function contentId({ source, type, subject, time, data }: CloudEvent): string {
  const said = JSON.stringify([source, type, subject, time, data]);
  return `${type}.${sha256(said).slice(0, 32)}`;
}

/** Whether an entry is about a row: undefined where it is, otherwise what becomes of the row here. */
function condition(when: EventEntry['when'], { cell }: Context): (row: Row) => Mapped | undefined {
  const all = conditionsOf(when).map((each) => conditionReader(each, cell));
  return (row) => {
    for (const holds of all) {
      const met = holds(row);
      if (met === false) return none;
      if (met !== true) return { problems: problemsOf(met) };
    }
    return undefined;
  };
}

function timeReader(spec: TimeSpec, { cell, times, modifiedAt }: Context): (row: Row) => Reading {
  const moveMs = (spec.plus ? parseDuration(spec.plus) : 0) - (spec.minus ? parseDuration(spec.minus) : 0);
  const moved = (at: string) => (moveMs === 0 ? at : new Date(Date.parse(at) + moveMs).toISOString());
  if (spec.at !== undefined) {
    const at = spec.at === 'file-modified' ? modifiedAt : new Date(spec.at).toISOString();
    const reading: Reading = { kind: 'value', value: moved(at) };
    return () => reading;
  }
  const columns = (spec.columns ?? []).map((name) => ({ name, read: cell(name) }));
  const path = columns.map(({ name }) => name).join(', ');
  return (row) => {
    for (const { name, read } of columns) {
      const value = read(row);
      if (value === undefined) continue;
      const at = dateOf(value, spec.format, times);
      return at.kind === 'bad' ? { ...at, path: name } : { kind: 'value', value: moved(textIn(at)) };
    }
    return { kind: 'bad', path, reason: 'is empty, so nobody knows when it happened' };
  };
}

function fieldsReader(
  fields: Record<string, ValueSpec>,
  { cell, times }: Context,
): (row: Row) => { data: JsonObject; problems: RowProblem[] } {
  const readers = Object.entries(fields).map(([field, spec]) => ({
    field,
    read: valueReader(spec, cell, times),
  }));
  return (row) => {
    const data: JsonObject = {};
    const problems: RowProblem[] = [];
    for (const { field, read } of readers) {
      const reading = read(row);
      if (reading.kind === 'bad') problems.push({ path: reading.path, reason: reading.reason });
      else if (reading.value !== undefined) data[field] = reading.value;
    }
    return { data, problems };
  };
}

function required(reading: Reading, path: string, reason: string): Reading {
  return reading.kind === 'value' && reading.value === undefined ? { kind: 'bad', path, reason } : reading;
}

function problemsOf(...readings: Reading[]): RowProblem[] {
  return readings.flatMap((reading) =>
    reading.kind === 'bad' ? [{ path: reading.path, reason: reading.reason }] : [],
  );
}

function textIn(reading: Reading): string {
  const value: Json | undefined = reading.kind === 'value' ? reading.value : undefined;
  return value === undefined ? '' : textOf(value);
}

function nameOf(spec: ValueSpec): string {
  return typeof spec === 'string' ? spec : (spec.column ?? spec.text ?? 'constant');
}
