import type { Json } from '@baton/rules/json.ts';
import { type Condition, type Item, type Key, type Operation, type Query, Rejected } from '../ports.ts';
import { indexAttributes, tableNames, tables } from '../tables.ts';

/*
 * The limits of DynamoDB, kept by every store, so that what runs on one machine also runs in the cloud.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
 */
const keyBytes = 1024;
const itemBytes = 400 * 1024;
const transactionBytes = 4 * 1024 * 1024;
const greatestNumber = 9.9999999999999e125;
const smallestNumber = 1e-130;
const greatestDepth = 31;
const greatestOperations = 100;

/** Reserved in every table, so that a row may move to a table that has the index. */
const reserved = new Set(tableNames.flatMap(indexAttributes));

/** Throws `Rejected` where operations can never be applied together, whatever is stored. */
export function checkOperations(operations: readonly Operation[]): void {
  if (operations.length > greatestOperations) {
    throw new Rejected(
      `${operations.length} operations in one transaction: ${greatestOperations} are allowed, split them`,
    );
  }
  for (const [position, operation] of operations.entries()) {
    const key = keyOf(operation);
    checkKey(key, () => nameOf(operation, position));
    checkParts(operation, position);

    for (let other = 0; other < position; other++) {
      const before = operations[other];
      if (before && before.table === operation.table && sameKey(keyOf(before), key)) {
        throw new Rejected(
          `${nameOf(operation, position)}: operation ${other} is on the same item; join the two`,
        );
      }
    }
  }
}

export function keyOf(operation: Operation): Key {
  return operation.kind === 'put' ? operation.item : operation.key;
}

function sameKey(a: Key, b: Key): boolean {
  return a.sk === b.sk && a.pk === b.pk;
}

export function nameOf(operation: Operation, position: number): string {
  const { pk, sk } = keyOf(operation);
  return `operation ${position} (${operation.kind} ${operation.table} ${pk}/${sk})`;
}

function checkParts(operation: Operation, position: number): void {
  const where = () => nameOf(operation, position);
  if (operation.if) checkCondition(operation.if, where);
  if (operation.kind === 'put') checkValues(operation.item, where);
  if (operation.kind === 'update') checkUpdate(operation, where);
}

function checkUpdate(
  { set = {}, remove = [], add = {} }: Extract<Operation, { kind: 'update' }>,
  where: () => string,
): void {
  const touched = [...Object.keys(set), ...remove, ...Object.keys(add)];
  if (touched.length === 0)
    throw new Rejected(`${where()}: it changes nothing; name what to set, remove or add`);
  for (const attribute of touched) {
    if (attribute === 'pk' || attribute === 'sk')
      throw new Rejected(`${where()}: "${attribute}" is the key and cannot change`);
  }
  if (new Set(touched).size < touched.length)
    throw new Rejected(`${where()}: one attribute is changed twice`);
  for (const [attribute, value] of Object.entries(set)) {
    if (value === undefined)
      throw new Rejected(`${where()}: "${attribute}" is set to nothing; name it in remove`);
  }
  checkValues(set, where);
  for (const [attribute, amount] of Object.entries(add)) {
    if (reserved.has(attribute)) throw new Rejected(`${where()}: "${attribute}" must be text`);
    if (!isStorableNumber(amount)) throw new Rejected(`${where()}: cannot add ${amount} to "${attribute}"`);
  }
}

function checkCondition(condition: Condition, where: () => string): void {
  if ('absent' in condition) return;
  for (const [attribute, values] of Object.entries(condition.oneOf ?? {})) {
    if (values.length === 0 || values.length > 100) {
      throw new Rejected(
        `${where()}: oneOf "${attribute}" lists ${values.length} values; 1 to 100 are allowed`,
      );
    }
  }
  for (const [attribute, bound] of Object.entries(condition.below ?? {})) {
    if (!isStorableNumber(bound))
      throw new Rejected(`${where()}: below "${attribute}" needs a storable number`);
  }
}

/** Throws `Rejected` for a key that no table takes. */
export function checkKey(key: Key, where: () => string): void {
  checkKeyPart(key.pk, 'pk', where);
  checkKeyPart(key.sk, 'sk', where);
}

function checkKeyPart(part: unknown, attribute: string, where: () => string): void {
  if (typeof part !== 'string') throw new Rejected(`${where()}: "${attribute}" must be text`);
  if (part.length === 0) throw new Rejected(`${where()}: "${attribute}" is empty`);
  if (part.length * 3 > keyBytes && Buffer.byteLength(part) > keyBytes) {
    throw new Rejected(`${where().slice(0, 200)}…: "${attribute}" is longer than ${keyBytes} bytes`);
  }
  if (!part.isWellFormed())
    throw new Rejected(`${where()}: "${attribute}" holds half a character (a lone surrogate)`);
}

/** Throws `Rejected` where attributes cannot be stored. `undefined` ones count as absent. */
function checkValues(attributes: { [attribute: string]: Json | undefined }, where: () => string): void {
  for (const attribute of reserved) {
    if (attributes[attribute] !== undefined) checkKeyPart(attributes[attribute], attribute, where);
  }
  const flaw = flawOf(attributes, 0);
  if (flaw) throw new Rejected(`${where()}: ${flaw.path.slice(1)} ${flaw.what}`);
}

/**
 * The JSON text of an item whose values have been checked, or `Rejected` where it is too large. `budget` carries what
 * one transaction may still hold.
 */
export function itemText(item: Item, budget: { bytes: number }): string {
  const where = () => `${item.pk}/${item.sk}`;
  const text = wellFormedText(item);
  const bytes = Buffer.byteLength(text);
  if (bytes > itemBytes)
    throw new Rejected(
      `${where()}: ${bytes} bytes are too many for one item (${itemBytes}); store it in parts`,
    );
  budget.bytes += bytes;
  if (budget.bytes > transactionBytes) {
    throw new Rejected(`${where()}: the transaction is larger than ${transactionBytes} bytes; split it`);
  }
  return text;
}

/** As `toWellFormed` does it: half a character (a lone surrogate) becomes U+FFFD, because UTF-8 cannot carry it. */
function wellFormedText(item: Item): string {
  const text = JSON.stringify(item);
  if (!text.includes('\\ud')) return text;
  return JSON.stringify(item, (_name, value) => (typeof value === 'string' ? value.toWellFormed() : value));
}

/** What keeps a value from being stored; the path to it is put together only when there is something to say. */
type Flaw = { path: string; what: string };

function flawOf(value: unknown, depth: number): Flaw | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return undefined;
    case 'number':
      return isStorableNumber(value)
        ? undefined
        : { path: '', what: `is ${value}, which is no storable number` };
    case 'object':
      if (value === null) return undefined;
      if (depth > greatestDepth) return { path: '', what: `is nested deeper than ${greatestDepth} levels` };
      return Array.isArray(value) ? flawInList(value, depth) : flawInObject(value, depth);
    default:
      return { path: '', what: `is a ${typeof value}, which JSON cannot carry` };
  }
}

function flawInList(list: readonly unknown[], depth: number): Flaw | undefined {
  for (let position = 0; position < list.length; position++) {
    const flaw = flawOf(list[position], depth + 1);
    if (flaw) return { ...flaw, path: `.${position}${flaw.path}` };
  }
  return undefined;
}

function flawInObject(value: object, depth: number): Flaw | undefined {
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return { path: '', what: 'is not plain JSON' };
  for (const attribute of Object.keys(value)) {
    if (attribute === '__proto__') return { path: '.__proto__', what: 'is a name that cannot be stored' };
    const inner: unknown = Reflect.get(value, attribute);
    const flaw = inner === undefined ? undefined : flawOf(inner, depth + 1);
    if (flaw) return { ...flaw, path: `.${attribute}${flaw.path}` };
  }
  return undefined;
}

/** Whether DynamoDB's number type holds a value. */
export function isStorableNumber(value: unknown): value is number {
  if (typeof value !== 'number' || !Number.isFinite(value)) return false;
  const size = Math.abs(value);
  return size === 0 || (size <= greatestNumber && size >= smallestNumber);
}

/** Throws `Rejected` for a query that no table answers. */
export function checkQuery(query: Query): void {
  const where = () => `query of ${query.table}${query.index ? `.${query.index}` : ''}`;
  if (query.index && !tables[query.table].indexes.includes(query.index)) {
    throw new Rejected(`${where()}: there is no such index; functions/tables.ts names those there are`);
  }
  checkKeyPart(query.pk, 'pk', where);
  for (const bound of ['from', 'to', 'prefix'] as const) {
    if (query[bound]) checkKeyPart(query[bound], bound, where);
  }
  if (query.prefix !== undefined && (query.from !== undefined || query.to !== undefined)) {
    throw new Rejected(`${where()}: give either a prefix or bounds`);
  }
  const { limit = 100 } = query;
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000) {
    throw new Rejected(`${where()}: limit ${limit} is not between 1 and 1000`);
  }
}
