import { mappingForContacts, mappingOf } from '@baton/functions/import/contact-columns.ts';
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

const withEvent = (change: object) => ({ ...mapping, events: [{ ...event, ...change }] });

test.each([
  ['an unknown key', { ...mapping, code: 'x' }, 'code', '"code" is not a field of the document.'],
  [
    'a zone that does not exist',
    { ...mapping, zone: 'Mars/Olympus' },
    'zone',
    '"Mars/Olympus" must be a time zone like "America/Sao_Paulo" or "UTC".',
  ],
  [
    'neither contacts nor events',
    { ...mapping, events: undefined },
    'mapping',
    'An object must have "contacts" or "events", or both.',
  ],
  [
    'a brace that stands alone',
    withEvent({ id: 'order.{id' }),
    'events.0.id',
    '"order.{id" has a "{" that stands alone; write "{{" for the sign itself.',
  ],
  [
    'a value with two sources',
    withEvent({ data: { orderId: { column: 'id', constant: 1 } } }),
    'events.0.data.orderId',
    'An object must have exactly one of "column", "constant" and "text".',
  ],
  [
    'an unknown key in a value',
    withEvent({ data: { orderId: { column: 'id', regex: '.*' } } }),
    'events.0.data.orderId.regex',
    '"regex" is not a field of "orderId".',
  ],
  [
    'an option without its kind',
    withEvent({ data: { at: { column: 'at', format: 'dd.MM.yyyy' } } }),
    'events.0.data.at.format',
    '"dd.MM.yyyy" goes with "as": "date" only.',
  ],
  [
    'a time format without the year',
    withEvent({ time: { columns: ['at'], format: 'HH:mm' } }),
    'events.0.time.format',
    '"HH:mm" must hold the year, for example "dd.MM.yyyy HH:mm", or be "unix" or "unix-ms".',
  ],
  [
    'a time from nowhere',
    withEvent({ time: {} }),
    'events.0.time',
    'An object must have exactly one of "columns" and "at".',
  ],
  [
    'a condition that asks twice',
    withEvent({ when: { column: 'a', is: 'x', known: true } }),
    'events.0.when',
    'An object must have exactly one of "is", "isNot", "known" and "yes".',
  ],
  [
    'a field name with a dot',
    withEvent({ data: { 'order.id': 'id' } }),
    'events.0.data.order.id',
    'The key "order.id" must be a field name like "orderId".',
  ],
  [
    'an event type without a dot',
    withEvent({ type: 'placed' }),
    'events.0.type',
    expect.stringContaining('must be noun.what-happened'),
  ],
  ['text that is no JSON', '{"id": ', expect.anything(), expect.stringContaining('Line 1, column 8')],
])('refuses %s and names the place', (_name, json, path, reason) => {
  expect(problemsOf(json)).toContainEqual({ path, reason, remedy: expect.any(String) });
});

test('refuses lookups that lead in a circle', () => {
  const lookups = {
    a: { file: 'a.csv', key: 'x', by: 'b.y' },
    b: { file: 'b.csv', key: 'y', by: 'a.x' },
    c: { file: 'c.csv', key: 'z', by: 'a.x' },
  };

  expect(problemsOf({ ...mapping, lookups })).toEqual([
    { path: 'lookups.a.by', reason: '"b.y" must not lead back to this lookup.', remedy: '' },
    { path: 'lookups.b.by', reason: '"a.x" must not lead back to this lookup.', remedy: '' },
  ]);
});

test('understands a contacts file by its headers, and leaves out what the catalogue does not know', () => {
  const understood = mappingForContacts(['Customer ID', 'E-Mail', 'Full name', 'Shoe size', 'City'], {
    email: { type: 'text' },
    name: { type: 'text' },
  });

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
  expect(mappingForContacts(['who', 'where'], {})).toEqual({
    problems: [
      {
        path: 'header',
        reason: 'none of the columns who, where is called id, email or phone',
        remedy: 'rename one of them, or say what they mean with --map',
      },
    ],
  });
});

test('reads other columns as the catalogue types them, and consent under the first identifier that is known', () => {
  const mapping = mappingOf(
    new Map([
      ['Opt in', [{ kind: 'consent', channel: 'email', where: 'Fair 2025' }]],
      ['Score', [{ kind: 'attribute', field: 'leadScore' }]],
      ['Mail', [{ kind: 'identifier', scheme: 'email' }]],
      ['No', [{ kind: 'identifier', scheme: 'customer' }]],
    ]),
    { leadScore: { type: 'number' } },
  );

  expect(mapping?.contacts?.[0]?.attributes).toEqual({ leadScore: { column: 'Score', as: 'number' } });
  expect(mapping?.events?.map(({ type, subject, when }) => [type, subject.scheme, when])).toEqual([
    [
      'consent.given',
      'customer',
      [
        { column: 'Opt in', yes: true },
        { column: 'No', known: true },
      ],
    ],
    [
      'consent.given',
      'email',
      [
        { column: 'Opt in', yes: true },
        { column: 'No', known: false },
        { column: 'Mail', known: true },
      ],
    ],
    [
      'consent.withdrawn',
      'customer',
      [
        { column: 'Opt in', yes: false },
        { column: 'No', known: true },
      ],
    ],
    [
      'consent.withdrawn',
      'email',
      [
        { column: 'Opt in', yes: false },
        { column: 'No', known: false },
        { column: 'Mail', known: true },
      ],
    ],
  ]);
  expect(mapping && parseMapping(mapping)).toEqual({ mapping });
});
