import { isDeepStrictEqual } from 'node:util';
import type { Json } from '@baton/rules/json.ts';
import {
  type Change,
  type Item,
  type Key,
  type Operation,
  type Query,
  Rejected,
  type Store,
  type TableName,
  type TransactResult,
} from '../../ports.ts';
import { type IndexName, indexAttributes, indexes, keyAttributes, tableNames, tables } from '../../tables.ts';
import { holds } from '../condition.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import { checkKey, checkOperations, checkQuery, isStorableNumber, itemText, keyOf } from '../limits.ts';
import type { Database } from './database.ts';

type Row = { readonly item: Item; readonly text: string };
type Effect = { operation: Operation; before: Row | undefined; after: Row | undefined };

/**
 * The store in the embedded database: one row per item, its JSON text beside the columns that are searched. Conditions
 * are evaluated on the parsed row inside the transaction. `onChange` is the change stream, called in the order of writing.
 */
export function createSqliteStore(
  database: Database,
  { onChange }: { onChange?: (changes: Change[]) => void } = {},
): Store {
  for (const table of tableNames) database.write(() => database.sql.exec(tableDefinition(table)));
  const rows = {
    core: statements(database, 'core'),
    design: statements(database, 'design'),
    guard: statements(database, 'guard'),
  };
  const { search, count } = searcher(database);

  const recent = recentRows();

  function read(table: TableName, key: Key): Row | undefined {
    const known = recent.get(table, key);
    if (known) return known;
    const text = rows[table].get(key.pk, key.sk);
    if (text === undefined) return undefined;
    const row = stored(text);
    recent.set(table, key, row);
    return row;
  }

  function apply(operations: readonly Operation[]): Effect[] | number[] {
    const before = operations.map((operation) => read(operation.table, keyOf(operation)));
    const failed = [...operations.keys()].filter((at) => !holds(operations[at]?.if, before[at]?.item));
    if (failed.length > 0) return failed;

    const budget = { bytes: 0 };
    const effects = operations.map((operation, at) => ({
      operation,
      before: before[at],
      after: outcome(operation, before[at], budget),
    }));
    for (const { operation, before, after } of effects) {
      if (before === after) continue;
      if (after) rows[operation.table].put(after, before);
      else rows[operation.table].delete(keyOf(operation));
    }
    return effects;
  }

  async function transact(operations: readonly Operation[]): Promise<TransactResult> {
    checkOperations(operations);
    const applied = database.write(() => apply(operations));
    if (isFailure(applied)) return { ok: false, failed: applied };
    for (const { operation, after } of applied)
      recent.set(operation.table, keyOf(operation), after && stored(after.text));
    if (onChange) {
      const changes = applied.flatMap(toChange);
      if (changes.length > 0) onChange(changes);
    }
    return { ok: true };
  }

  return {
    async get(table, key) {
      checkKey(key, () => `get ${table} ${key.pk}/${key.sk}`);
      const row = read(table, key);
      return row && JSON.parse(row.text);
    },
    async query(query) {
      return search(query);
    },
    async count(query) {
      return count(query);
    },
    transact,
    durable: () => database.durable(),
  };
}

/** A row as it stands in the table, shared with nobody; parsed when a condition first looks at it. */
function stored(text: string): Row {
  let item: Item | undefined;
  return {
    text,
    get item() {
      item ??= JSON.parse(text);
      return item as Item;
    },
  };
}

/**
 * The rows read or written last, so that a row that is read, decided on and written is fetched once. This process alone
 * writes to the database; what is written is entered when its change has been applied, never before.
 */
function recentRows(capacity = 4096) {
  const rows = new Map<string, Row>();
  const nameOf = (table: TableName, { pk, sk }: Key) => `${table}\n${pk}\n${sk}`;
  return {
    get: (table: TableName, key: Key): Row | undefined => rows.get(nameOf(table, key)),
    set(table: TableName, key: Key, row: Row | undefined): void {
      const name = nameOf(table, key);
      rows.delete(name);
      if (!row) return;
      rows.set(name, row);
      if (rows.size > capacity) for (const oldest of rows.keys()) return void rows.delete(oldest);
    },
  };
}

function isFailure(applied: Effect[] | number[]): applied is number[] {
  return typeof applied[0] === 'number';
}

/** What stands in the table after an operation whose condition holds; the row itself where nothing changes. */
function outcome(operation: Operation, before: Row | undefined, budget: { bytes: number }): Row | undefined {
  switch (operation.kind) {
    case 'check':
      return before;
    case 'delete':
      return undefined;
    case 'put':
      return row(operation.item, before, budget);
    case 'update':
      return row(updated(operation, before?.item), before, budget);
  }
}

function row(item: Item, before: Row | undefined, budget: { bytes: number }): Row | undefined {
  const text = itemText(item, budget);
  const same =
    before?.text.length === text.length &&
    (before.text === text || isDeepStrictEqual(before.item, JSON.parse(text)));
  return same ? before : { item, text };
}

function updated(
  { key, set, remove, add }: Extract<Operation, { kind: 'update' }>,
  stored: Item | undefined,
): Item {
  const item: Item = { ...(stored ?? { pk: key.pk, sk: key.sk }), ...set };
  for (const attribute of remove ?? []) delete item[attribute];
  for (const [attribute, amount] of Object.entries(add ?? {})) {
    const present = Object.hasOwn(item, attribute) ? item[attribute] : 0;
    item[attribute] = sum(present ?? null, amount, () => `${key.pk}/${key.sk}: "${attribute}"`);
  }
  return item;
}

function sum(value: Json, amount: number, where: () => string): number {
  if (typeof value !== 'number')
    throw new Rejected(`${where()} is not a number, so nothing can be added to it`);
  const total = value + amount;
  if (!isStorableNumber(total))
    throw new Rejected(`${where()} would become ${total}, which is no storable number`);
  return total;
}

function toChange({ operation, before, after }: Effect): Change[] {
  if (before === after) return [];
  const { pk, sk } = keyOf(operation);
  const change = { table: operation.table, key: { pk, sk } };
  if (!after) return before ? [{ ...change, kind: 'REMOVE' }] : [];
  return [
    {
      ...change,
      kind: before ? 'MODIFY' : 'INSERT',
      // A copy of its own, made only for whoever looks at it.
      get image(): Item {
        return JSON.parse(after.text);
      },
    },
  ];
}

/** A folder of an earlier version may have columns and indexes that this leaves out: they stay unused. */
function tableDefinition(table: TableName): string {
  const columns = ['pk TEXT NOT NULL', 'sk TEXT NOT NULL', 'body TEXT NOT NULL'].concat(
    indexAttributes(table).map((attribute) => `${attribute} TEXT`),
  );
  return [
    `CREATE TABLE IF NOT EXISTS ${table} (${columns.join(', ')}, PRIMARY KEY (pk, sk))`,
    ...tables[table].indexes.map((index) => indexDefinition(table, index)),
  ].join(';');
}

function indexDefinition(table: TableName, index: IndexName): string {
  const { pk, sk } = indexes[index];
  const order = [...new Set([pk, sk, 'pk', 'sk'])];
  const placed = [pk, sk]
    .filter((attribute) => attribute !== 'pk')
    .map((attribute) => `${attribute} IS NOT NULL`);
  return `CREATE INDEX IF NOT EXISTS ${table}_${index} ON ${table} (${order.join(', ')}) WHERE ${placed.join(' AND ')}`;
}

function statements({ sql }: Database, table: TableName) {
  const searched = indexAttributes(table);
  const columns = ['body', ...searched];
  const get = sql.prepare(`SELECT body FROM ${table} WHERE pk = ? AND sk = ?`);
  const insert = sql.prepare(`
    INSERT INTO ${table} (${columns.join(', ')}, pk, sk) VALUES (${columns.map(() => '?').join(', ')}, ?, ?)`);
  const move = sql.prepare(`
    UPDATE ${table} SET ${columns.map((column) => `${column} = ?`).join(', ')} WHERE pk = ? AND sk = ?`);
  // Most changes leave a row where it is in every index; naming no index column spares the indexes.
  const rewrite = sql.prepare(`UPDATE ${table} SET body = ? WHERE pk = ? AND sk = ?`);
  const remove = sql.prepare(`DELETE FROM ${table} WHERE pk = ? AND sk = ?`);
  const column = (value: Json | undefined) => (typeof value === 'string' ? value : null);
  return {
    get: (pk: string, sk: string): string | undefined => text(get.get(pk, sk)?.body),
    put({ item, text }: Row, before: Row | undefined): void {
      const places = searched.map((name) => column(item[name]));
      const stays = before && searched.every((name, at) => column(before.item[name]) === places[at]);
      if (stays) rewrite.run(text, item.pk, item.sk);
      else (before ? move : insert).run(text, ...places, item.pk, item.sk);
    },
    delete: ({ pk, sk }: Key) => remove.run(pk, sk),
  };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Answers queries; a statement is prepared once for each shape. */
function searcher({ sql }: Database) {
  const prepared = new Map<string, ReturnType<typeof sql.prepare>>();

  function statement(text: string) {
    const known = prepared.get(text);
    if (known) return known;
    const fresh = sql.prepare(text);
    prepared.set(text, fresh);
    return fresh;
  }

  function search(query: Query): { items: Item[]; cursor?: string } {
    checkQuery(query);
    const { limit = 100 } = query;
    const { from, order, values } = selection(query);
    const select = statement(`SELECT body FROM ${from} ORDER BY ${order} LIMIT ?`);
    const found = select.all(...values, limit + 1);
    const items: Item[] = found.slice(0, limit).map(({ body }) => JSON.parse(String(body)));
    const last = items.at(-1);
    if (found.length <= limit || !last) return { items };
    const sort = String(last[keyAttributes(query.index).sk]);
    return { items, cursor: writeCursor(query, { sort, pk: last.pk, sk: last.sk }) };
  }

  function count(query: Query): number {
    checkQuery(query);
    const { from, values } = selection(query);
    return Number(statement(`SELECT count(*) AS rows FROM ${from}`).get(...values)?.rows);
  }

  return { search, count };
}

function selection(query: Query): { from: string; order: string; values: string[] } {
  const { table, index, pk, from, to, prefix, reverse, cursor } = query;
  const { pk: partition, sk: sort } = keyAttributes(index);
  const order = [...new Set([sort, 'pk', 'sk'])];
  const where = [`${partition} = ?`];
  const values = [pk];
  const bound = (clause: string, value: string | undefined) => {
    if (value === undefined) return;
    where.push(clause);
    values.push(value);
  };
  if (index) where.push(`${sort} IS NOT NULL`);
  if (index && partition !== 'pk') where.push(`${partition} IS NOT NULL`);
  bound(`${sort} >= ?`, prefix || from);
  bound(`${sort} <= ?`, to);
  bound(`${sort} < ?`, prefix ? after(prefix) : undefined);
  if (cursor !== undefined) {
    const place = readCursor(query, cursor);
    where.push(`(${order.join(', ')}) ${reverse ? '<' : '>'} (${order.map(() => '?').join(', ')})`);
    values.push(
      ...order.map((column) => (column === sort ? place.sort : column === 'pk' ? place.pk : place.sk)),
    );
  }
  const direction = reverse ? ' DESC' : '';
  return {
    from: `${table} WHERE ${where.join(' AND ')}`,
    order: order.map((column) => column + direction).join(', '),
    values,
  };
}

/** The first text behind all texts that begin with a prefix, in the order of code points; none for a prefix of last ones. */
function after(prefix: string): string | undefined {
  const points = [...prefix];
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    const point = (last.codePointAt(0) ?? 0) + 1;
    if (point <= 0x10ffff) return points.join('') + String.fromCodePoint(point === 0xd800 ? 0xe000 : point);
  }
  return undefined;
}
