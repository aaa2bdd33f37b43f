import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import type { Identity } from '@baton/functions/ports.ts';
import { digest, duePartition, eventKey } from '@baton/functions/repositories/rows.ts';
import { identityKey } from '@baton/functions/use-cases/identity.ts';
import { contentHash } from '@baton/functions/use-cases/record-event.ts';
import { splitSubject } from '@baton/functions/use-cases/subject.ts';
import { eventOf } from './waiting-host.ts';

/*
 * Multiplies one waiting enrolment that the real host has made, row for row.
 *
 * 1. All that tells two enrolments of one journey apart is a handful of names and instants (`namesOf`). A row of another
 *    enrolment is the same row with the other one's names; the caller compares some with what the host itself makes.
 * 2. Tables are filled in the order of their keys and other indexes are made at the end, which is why it takes a minute
 *    instead of hours. Pages are therefore fuller than those of a folder that has grown; see what is printed.
 */

export type Waiting = { order: string; at: number };

/** How long the journey waits at first, and how long its executions may run, both in ms. */
export type Spans = { wait: number; run: number };

type Values = SQLOutputValue[];
type Rows = { columns: string[]; rows: Values[] };
/** The rows of one enrolment by table. */
export type Traces = Record<Table, Rows>;

const tables = ['core', 'guard', 'sm_execution', 'sm_frame'] as const;
type Table = (typeof tables)[number];

type Names = { contact: string; person: string; enrolment: string; texts: string[]; numbers: number[] };

/** A step that is come to is counted from the millisecond after the last one. */
const visitMs = 1;

/** Everything in its rows that belongs to one enrolment alone. */
function namesOf(
  { order, at }: Waiting,
  journey: string,
  identity: Identity,
  spans: Spans,
  token: string,
): Names {
  const placed = eventOf('order.placed', order, new Date(at));
  const person = identityKey(identity, ...splitSubject(placed.subject)).pk;
  const contact = digest('contact', person);
  const event = eventKey(contact, placed.source, placed.id).sk;
  const enrolment = `e-${digest(contact, journey, order, event)}`;
  const texts = [
    contact,
    person,
    event.slice('EVT#'.length),
    enrolment,
    digest(order),
    contentHash(placed),
    duePartition('WAIT', enrolment),
    new Date(at).toISOString(),
    new Date(at + visitMs).toISOString(),
    new Date(at + spans.wait).toISOString(),
    new Date(at).toISOString().slice(0, 10),
    token,
    order,
  ];
  return { contact, person, enrolment, texts, numbers: [at, at + visitMs, at + spans.wait, at + spans.run] };
}

/** Tokens are chance; here they follow from the order, because rows of several tables carry them. */
const tokenOf = ({ order }: Waiting): string =>
  createHash('sha256')
    .update(order)
    .digest('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');

/** The rows of one enrolment in a folder that nobody has open. */
export function tracesOf(
  folder: string,
  waiting: Waiting,
  { journey, identity, spans }: { journey: string; identity: Identity; spans: Spans },
): Traces {
  const { contact, person, enrolment } = namesOf(waiting, journey, identity, spans, '');
  const sql = new DatabaseSync(join(folder, 'baton.db'), { readOnly: true });
  const read = (text: string, value: string): Rows => {
    const statement = sql.prepare(text);
    const found = statement.all(value);
    return {
      columns: statement.columns().map(({ name }) => name),
      rows: found.map((row) => Object.values(row)),
    };
  };
  try {
    return {
      core: read('SELECT * FROM core WHERE pk = ? ORDER BY sk', `C#${contact}`),
      guard: read('SELECT * FROM guard WHERE pk = ?', person),
      sm_execution: read('SELECT * FROM sm_execution WHERE name = ?', enrolment),
      sm_frame: read(
        'SELECT * FROM sm_frame WHERE execution = (SELECT id FROM sm_execution WHERE name = ?)',
        enrolment,
      ),
    };
  } finally {
    sql.close();
  }
}

/** Says how the rows of another enrolment are made of those of a first one. */
export function copierOf(
  first: Waiting,
  traces: Traces,
  { journey, identity, spans }: { journey: string; identity: Identity; spans: Spans },
) {
  const token = String(cellOf(traces.sm_frame, 'token'));
  const known = namesOf(first, journey, identity, spans, token);
  const longestFirst = known.texts.toSorted((a, b) => b.length - a.length);
  const name = new RegExp(`(${longestFirst.map((text) => text.replaceAll('.', '\\.')).join('|')})`);
  const parts = (text: string) =>
    text.split(name).map((part) => {
      const at = known.texts.indexOf(part);
      return at < 0 ? part : at;
    });
  const cut = (table: Table) =>
    traces[table].rows.map((row) => row.map((value) => (typeof value === 'string' ? parts(value) : value)));
  const pieces = {
    core: cut('core'),
    guard: cut('guard'),
    sm_execution: cut('sm_execution'),
    sm_frame: cut('sm_frame'),
  };

  const fill = (piece: ReturnType<typeof cut>[number][number], { texts, numbers }: Names) => {
    if (Array.isArray(piece))
      return piece.map((part) => (typeof part === 'number' ? texts[part] : part)).join('');
    const at = typeof piece === 'number' ? known.numbers.indexOf(piece) : -1;
    return at < 0 ? piece : (numbers[at] ?? null);
  };
  return {
    names: (waiting: Waiting) => namesOf(waiting, journey, identity, spans, tokenOf(waiting)),
    rows: (table: Table, names: Names): Values[] =>
      pieces[table].map((row) => row.map((piece) => fill(piece, names))),
  };
}

const cellOf = ({ columns, rows: [row] }: Rows, column: string) => row?.[columns.indexOf(column)];

/** Columns that number rows in the order of their making; they tell nothing about an enrolment. */
const numbering = new Set(['id', 'execution', 'seq']);

/** The rows without what chance and the order of making have given them, for comparing. */
export function comparable({ core, guard, sm_execution, sm_frame }: Traces): unknown {
  const token = String(cellOf(sm_frame, 'token'));
  const plain = ({ columns, rows }: Rows) =>
    rows.map((row) =>
      row.map((value, at) => {
        if (numbering.has(columns[at] ?? '')) return 'number';
        return typeof value === 'string' ? value.replaceAll(token, 'token') : value;
      }),
    );
  return { core: plain(core), guard: plain(guard), execution: plain(sm_execution), frame: plain(sm_frame) };
}

/** Adds waiting enrolments to a folder that nobody has open. */
export function addWaiting(
  folder: string,
  all: readonly Waiting[],
  traces: Traces,
  copier: ReturnType<typeof copierOf>,
  progress: (done: number) => void,
): void {
  const sql = new DatabaseSync(join(folder, 'baton.db'));
  sql.exec('PRAGMA synchronous = OFF; PRAGMA cache_size = -200000; BEGIN');
  const indexes = droppedIndexes(sql);
  const adders = {
    core: adderTo(sql, 'core', traces.core),
    guard: adderTo(sql, 'guard', traces.guard),
    sm_execution: adderTo(sql, 'sm_execution', traces.sm_execution),
    sm_frame: adderTo(sql, 'sm_frame', traces.sm_frame),
  };
  const people = all.map((waiting) => {
    const { contact, person, enrolment } = copier.names(waiting);
    return { waiting, contact, person, enrolment };
  });
  const last = (table: string) => Number(sql.prepare(`SELECT max(id) AS last FROM ${table}`).get()?.last);
  let number = Math.max(last('sm_execution'), last('sm_frame'));
  let done = 0;
  const pass = (by: 'contact' | 'person' | 'enrolment', into: readonly Table[]) => {
    people.sort((a, b) => (a[by] < b[by] ? -1 : 1));
    for (const { waiting } of people) {
      const names = copier.names(waiting);
      number += 1;
      for (const table of into) adders[table](copier.rows(table, names), number);
      if (++done % 1000 === 0) progress(Math.floor(done / 3));
    }
  };
  pass('contact', ['core']);
  pass('person', ['guard']);
  pass('enrolment', ['sm_execution', 'sm_frame']);
  for (const text of indexes) sql.exec(text);
  sql.exec('COMMIT; PRAGMA wal_checkpoint(TRUNCATE)');
  sql.close();
}

function droppedIndexes(sql: DatabaseSync): string[] {
  const list = tables.map((table) => `'${table}'`).join(', ');
  const found = sql
    .prepare(
      `SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN (${list})`,
    )
    .all();
  for (const { name } of found) sql.exec(`DROP INDEX ${name}`);
  return found.map((row) => String(row.sql));
}

/** Inserts rows; an execution and its frame, of which each has one, get the same number. */
function adderTo(
  sql: DatabaseSync,
  table: Table,
  { columns }: Rows,
): (rows: Values[], number: number) => void {
  const insert = sql.prepare(
    `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
  );
  return (rows, number) => {
    for (const row of rows)
      insert.run(...row.map((value, at) => (numbering.has(columns[at] ?? '') ? number : value)));
  };
}
