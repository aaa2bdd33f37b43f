import { localTimes } from '@baton/functions/import/local-time.ts';
import { rowMapper } from '@baton/functions/import/map-row.ts';
import type { EventEntry, Mapping } from '@baton/functions/import/mapping.ts';
import type { Lookups } from '@baton/functions/import/read-lookups.ts';
import type { ValueSpec } from '@baton/rules/documents/row-source.ts';
import type { Json, JsonObject } from '@baton/rules/json.ts';
import { expect, test } from 'vitest';

const entry: EventEntry = {
  type: 'order.placed',
  id: 'order.{id}',
  source: 'shop',
  time: { columns: ['at'] },
  subject: { scheme: 'customer', value: 'customer' },
  data: {},
};
const mapping: Mapping = {
  id: 'orders',
  title: 'Orders',
  why: 'The shop sends orders as a file.',
  owner: { team: 'service' },
  zone: 'America/Sao_Paulo',
  events: [entry],
};
const order = { id: '7', customer: 'ann', at: '2018-06-01 12:00:00' };

function mapped(change: Partial<Mapping>, row: Record<string, Json>, lookups: Lookups = new Map()) {
  const map = rowMapper({ ...mapping, ...change }, { lookups, modifiedAt: '2026-01-01T00:00:00.000Z' });
  return map({ kind: 'row', line: 2, after: { offset: 0, line: 3 }, cells: new Map(Object.entries(row)) });
}

function dataOf(
  data: Record<string, ValueSpec>,
  row: Record<string, Json>,
  lookups?: Lookups,
): JsonObject | undefined {
  const result = mapped({ events: [{ ...entry, data }] }, { ...order, ...row }, lookups);
  return result.kind === 'events' ? result.events[0]?.data : undefined;
}

function problemsOf(change: Partial<EventEntry>, row: Record<string, Json>, lookups?: Lookups) {
  const result = mapped({ events: [{ ...entry, ...change }] }, { ...order, ...row }, lookups);
  return result.kind === 'rejected' ? result.problems : undefined;
}

test('makes a CloudEvent with the time in UTC', () => {
  expect(mapped({}, order)).toEqual({
    kind: 'events',
    events: [
      {
        specversion: '1.0',
        id: 'order.7',
        source: 'shop',
        type: 'order.placed',
        time: '2018-06-01T15:00:00.000Z',
        subject: 'customer:ann',
        data: {},
      },
    ],
  });
});

test.each<[string, ValueSpec, Json, Json | undefined]>([
  ['a cell without the blanks around it', 'x', '  a b ', 'a b'],
  ['nothing from an empty cell', 'x', '  ', undefined],
  ['nothing from a text that means unknown', { column: 'x', empty: ['NaN'] }, 'NaN', undefined],
  ['a number', { column: 'x', as: 'number' }, '-12.50', -12.5],
  ['a number with a decimal comma', { column: 'x', as: 'number', decimal: ',' }, '1.234,50', 1234.5],
  ['a number of JSONL as it is', { column: 'x', as: 'number' }, 3, 3],
  ['a number as text', { column: 'x', as: 'text' }, 3, '3'],
  ['yes', { column: 'x', as: 'boolean' }, 'Yes', true],
  ['no', { column: 'x', as: 'boolean' }, '0', false],
  ['a date', { column: 'x', as: 'date' }, '2018-01-01', '2018-01-01T02:00:00.000Z'],
  [
    'a date in a format',
    { column: 'x', as: 'date', format: 'dd.MM.yyyy' },
    '31.12.2018',
    '2018-12-31T02:00:00.000Z',
  ],
  [
    'an instant of seconds since 1970',
    { column: 'x', as: 'date', format: 'unix' },
    1518917400,
    '2018-02-18T01:30:00.000Z',
  ],
  ['a list', { column: 'x', as: 'list' }, 'cat, wolf,', ['cat', 'wolf']],
  ['a replaced value', { column: 'x', map: { a: 'b' } }, 'a', 'b'],
  ['a value that is not to be replaced', { column: 'x', map: { a: 'b' } }, 'toString', 'toString'],
  ['a constant', { constant: 'c' }, 'x', 'c'],
  ['a text with columns and braces in it', { text: '{{{x}}}@{customer}' }, 'a', '{a}@ann'],
  ['nothing from a text of which a column is empty', { text: '{x}@y' }, '', undefined],
  ['a nested value of JSONL', 'x.city', { city: 'Rio' }, 'Rio'],
  ['nothing that is inherited', 'x.constructor', {}, undefined],
])('reads %s', (_name, spec, cell, value) => {
  expect(dataOf({ field: spec }, { x: cell })).toEqual(value === undefined ? {} : { field: value });
});

test.each<[ValueSpec, string, string]>([
  [{ column: 'x', as: 'number' }, '12 apples', '"12 apples" is not a number'],
  [{ column: 'x', as: 'number' }, '1,5', '"1,5" is not a number'],
  [{ column: 'x', as: 'number' }, '0x10', '"0x10" is not a number'],
  [{ column: 'x', as: 'boolean' }, 'maybe', '"maybe" is neither yes nor no'],
  [{ column: 'x', as: 'date' }, '2018-02-30', '"2018-02-30" is no date written like 2026-03-01 09:00:00'],
  [{ column: 'x', as: 'date' }, '12:30', '"12:30" is no date written like 2026-03-01 09:00:00'],
  [{ column: 'x', as: 'date', format: 'dd.MM.yyyy' }, '2018', '"2018" is no date written like dd.MM.yyyy'],
])('rejects a cell that is not %o: %s', (spec, cell, reason) => {
  expect(problemsOf({ data: { field: spec } }, { x: cell })).toEqual([{ path: 'x', reason }]);
});

test('lists everything that is wrong with a row once, and makes none of its events', () => {
  const events = [entry, { ...entry, id: 'late.{missing}', time: { columns: ['paid', 'sent'] } }];

  expect(mapped({ events }, { ...order, at: 'soon', customer: '' })).toEqual({
    kind: 'rejected',
    problems: [
      { path: 'at', reason: '"soon" is no date written like 2026-03-01 09:00:00' },
      { path: 'customer', reason: 'names no customer for order.placed' },
      { path: 'missing', reason: 'is empty, but order.placed needs it for its id' },
      { path: 'paid, sent', reason: 'is empty, so nobody knows when it happened' },
    ],
  });
});

test('takes the first time that is known and moves it', () => {
  const time = { columns: ['paid', 'at'], plus: 'PT2S' };

  const result = mapped({ events: [{ ...entry, time }] }, { ...order, paid: '' });

  expect(result).toMatchObject({ events: [{ time: '2018-06-01T15:00:02.000Z' }] });
});

test.each<[string, NonNullable<EventEntry['when']>, boolean]>([
  ['is one of', { column: 'status', is: ['sent', 'paid'] }, true],
  ['is none of', { column: 'status', is: 'new' }, false],
  ['is not', { column: 'status', isNot: 'new' }, true],
  ['is known', { column: 'status', known: true }, true],
  ['is unknown', { column: 'note', known: true }, false],
  [
    'both hold',
    [
      { column: 'status', is: 'paid' },
      { column: 'note', known: false },
    ],
    true,
  ],
  [
    'one does not hold',
    [
      { column: 'status', is: 'paid' },
      { column: 'note', known: true },
    ],
    false,
  ],
])('makes an event only when the condition holds: %s', (_name, when, holds) => {
  const result = mapped({ events: [{ ...entry, when }] }, { ...order, status: 'paid', note: ' ' });

  expect(result.kind === 'events' && result.events.length).toBe(holds ? 1 : 0);
});

const lookups: Lookups = new Map([
  ['orders', { by: 'id', columns: ['buyer', 'city'], rows: new Map([['7', ['b1', 'Rio']]]) }],
  ['people', { by: 'orders.buyer', columns: ['name'], rows: new Map([['b1', ['Ann']]]) }],
]);

test('follows a lookup of a lookup', () => {
  expect(dataOf({ city: 'orders.city', name: 'people.name' }, {}, lookups)).toEqual({
    city: 'Rio',
    name: 'Ann',
  });
});

test('rejects a row whose contact is not in the lookup', () => {
  const subject = { scheme: 'customer', value: 'people.name' };

  expect(problemsOf({ subject }, { id: '8' }, lookups)).toEqual([
    { path: 'people.name', reason: 'names no customer for order.placed' },
  ]);
});

const contacts: Mapping['contacts'] = [
  {
    source: 'crm',
    time: { at: 'file-modified' },
    identifiers: [
      { scheme: 'customer', value: 'id' },
      { scheme: 'email', value: 'mail' },
    ],
    attributes: { city: 'city' },
  },
];

test('names a contact by its first known identifier and gives equal rows equal ids', () => {
  const row = { id: '', mail: 'a@b.example', city: 'Rio' };
  const idOf = (cells: Record<string, Json>) => {
    const result = mapped({ contacts, events: undefined }, cells);
    return result.kind === 'events' && result.events[0]?.id;
  };

  expect(mapped({ contacts, events: undefined }, row)).toMatchObject({
    events: [
      {
        type: 'contact.updated',
        subject: 'email:a@b.example',
        time: '2026-01-01T00:00:00.000Z',
        data: { city: 'Rio' },
      },
    ],
  });
  expect(idOf(row)).toBe(idOf({ ...row }));
  expect(idOf(row)).not.toBe(idOf({ ...row, city: 'São Paulo' }));
});

test('rejects a contact that nothing names', () => {
  expect(mapped({ contacts, events: undefined }, { city: 'Rio' })).toEqual({
    kind: 'rejected',
    problems: [{ path: 'id, mail', reason: 'names no contact; fill one of them' }],
  });
});

test.each([
  ['that the clocks skipped moves on by the gap', '2017-10-15 00:30:00', '2017-10-15T03:30:00.000Z'],
  ['before the gap stays', '2017-10-14 23:59:59', '2017-10-15T02:59:59.000Z'],
  ['after the gap stays', '2017-10-15 01:00:00', '2017-10-15T03:00:00.000Z'],
  ['that came twice is the first of them', '2018-02-17 23:30:00', '2018-02-18T01:30:00.000Z'],
  ['with an offset of its own keeps it', '2018-02-17T23:30:00-05:00', '2018-02-18T04:30:00.000Z'],
])('a local time %s', (_name, text, instant) => {
  expect(localTimes('America/Sao_Paulo')(text)).toBe(instant);
});
