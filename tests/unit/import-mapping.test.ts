import { mappingForContacts } from '@baton/functions/import/contact-columns.ts';
import { parseMapping } from '@baton/functions/import/mapping.ts';
import { expect, test } from 'vitest';

const event = {
  type: 'order.placed',
  id: 'order.{id}',
  source: 'shop',
  time: { columns: ['at'] },
  subject: { scheme: 'customer', value: 'customer' },
  data: { orderId: 'id' },
};
const mapping = {
  id: 'orders',
  title: 'Orders',
  why: 'The shop sends orders as a file.',
  owner: { team: 'service' },
  zone: 'UTC',
  events: [event],
};

const problemsOf = (json: unknown) => {
  const parsed = parseMapping(json);
  return 'problems' in parsed ? parsed.problems : [];
};

test('takes a good mapping', () => {
  expect(problemsOf(mapping)).toEqual([]);
});

test.each([
  ['an unknown key', { ...mapping, code: 'x' }, '$', 'Unrecognized key: "code"'],
  [
    'a zone that does not exist',
    { ...mapping, zone: 'Mars/Olympus' },
    '$.zone',
    'must be a time zone like "America/Sao_Paulo" or "UTC"',
  ],
  [
    'neither contacts nor events',
    { ...mapping, events: undefined },
    '$',
    'must have "contacts" or "events", or both',
  ],
  [
    'a brace that stands alone',
    { ...mapping, events: [{ ...event, id: 'order.{id' }] },
    '$.events[0].id',
    'has a "{" that stands alone; write "{{" for the sign itself',
  ],
  [
    'a value with two sources',
    { ...mapping, events: [{ ...event, data: { orderId: { column: 'id', constant: 1 } } }] },
    '$.events[0].data.orderId',
    'must have exactly one of "column", "constant" and "text"',
  ],
  [
    'an unknown key in a value',
    { ...mapping, events: [{ ...event, data: { orderId: { column: 'id', regex: '.*' } } }] },
    '$.events[0].data.orderId',
    'Unrecognized key: "regex"',
  ],
  [
    'an option without its kind',
    { ...mapping, events: [{ ...event, data: { at: { column: 'at', format: 'dd.MM.yyyy' } } }] },
    '$.events[0].data.at.format',
    'goes with "as": "date" only',
  ],
  [
    'a time format without the year',
    { ...mapping, events: [{ ...event, time: { columns: ['at'], format: 'HH:mm' } }] },
    '$.events[0].time.format',
    'must hold the year, for example "dd.MM.yyyy HH:mm", or be "unix" or "unix-ms"',
  ],
  [
    'a time from nowhere',
    { ...mapping, events: [{ ...event, time: {} }] },
    '$.events[0].time',
    'must have exactly one of "columns" and "at"',
  ],
  [
    'a condition that asks twice',
    { ...mapping, events: [{ ...event, when: { column: 'a', is: 'x', known: true } }] },
    '$.events[0].when',
    'must have exactly one of "is", "isNot" and "known"',
  ],
  [
    'a field name with a dot',
    { ...mapping, events: [{ ...event, data: { 'order.id': 'id' } }] },
    '$.events[0].data.order.id',
    'must be a field name like "orderId"',
  ],
])('refuses %s and names the place', (_name, json, path, message) => {
  expect(problemsOf(json)).toContainEqual({ path, message });
});

test('refuses lookups that lead in a circle', () => {
  const lookups = {
    a: { file: 'a.csv', key: 'x', by: 'b.y' },
    b: { file: 'b.csv', key: 'y', by: 'a.x' },
    c: { file: 'c.csv', key: 'z', by: 'a.x' },
  };

  expect(problemsOf({ ...mapping, lookups })).toEqual([
    { path: '$.lookups.a.by', message: 'must not lead back to this lookup' },
    { path: '$.lookups.b.by', message: 'must not lead back to this lookup' },
  ]);
});

test('understands a contacts file by its headers, and leaves out what the catalogue does not know', () => {
  const understood = mappingForContacts(
    ['Customer ID', 'E-Mail', 'Full name', 'Shoe size', 'City'],
    new Set(['email', 'name']),
  );

  expect('mapping' in understood && understood.mapping.contacts).toEqual([
    {
      source: 'import',
      time: { at: 'file-modified' },
      identifiers: [
        { scheme: 'customer', value: { column: 'Customer ID' } },
        { scheme: 'email', value: { column: 'E-Mail' } },
      ],
      attributes: { email: 'E-Mail', name: 'Full name' },
    },
  ]);
});

test('says which headers would name a contact', () => {
  expect(mappingForContacts(['who', 'where'], new Set())).toEqual({
    problems: [
      {
        path: 'header',
        message:
          'none of the columns who, where is called id, email or phone; rename one, or say what they mean with --map',
      },
    ],
  });
});
