import { Rejected } from '@baton/functions/ports.ts';
import { fieldsOf, matchPattern, parsePattern } from '@baton/infra/local/event-pattern.ts';
import type { Json, JsonObject } from '@baton/rules/json.ts';
import { expect, test } from 'vitest';

const order: JsonObject = {
  source: 'shop',
  'detail-type': 'order.placed',
  detail: {
    amount: 120,
    country: 'DE',
    note: null,
    gift: false,
    empty: {},
    none: [],
    from: '10.0.3.7',
    file: 'a/b*c.PDF',
    tags: ['new', 'web'],
    lines: [
      { product: 'lamp', count: 1 },
      { product: 'bulb', count: 12 },
    ],
  },
};

test.each<[string, Json, boolean]>([
  ['equal values', { source: ['shop'], detail: { amount: [120, 130] } }, true],
  ['text is not a number', { detail: { amount: ['120'] } }, false],
  ['null and false are values', { detail: { note: [null], gift: [false] } }, true],
  ['rule 1: a dotted name reaches a nested value', { 'detail.country': ['DE'] }, true],
  ['rule 2: one of the tests suffices', { detail: { country: ['AT', { prefix: 'D' }] } }, true],
  ['rule 2: $or', { $or: [{ source: ['crm'] }, { detail: { amount: [{ numeric: ['>', 100] }] } }] }, true],
  [
    'rule 2: $or beside others',
    { source: ['crm'], $or: [{ source2: ['a'] }, { detail: { amount: [120] } }] },
    false,
  ],
  ['rule 3: in one element', { detail: { lines: { product: ['bulb'], count: [12] } } }, true],
  ['rule 3: not in two elements', { detail: { lines: { product: ['lamp'], count: [12] } } }, false],
  ['rule 3: two arrays are free', { detail: { tags: ['web'], lines: { product: ['lamp'] } } }, true],
  ['rule 4: a value exists', { detail: { note: [{ exists: true }] } }, true],
  ['rule 4: an object does not', { detail: { lines: [{ exists: true }] } }, false],
  ['rule 4: an empty object does not', { detail: { empty: [{ exists: false }] } }, true],
  ['rule 4: an empty list does not', { detail: { none: [{ exists: false }] } }, true],
  [
    'rule 4: absent in the element that matched',
    { detail: { lines: { product: ['lamp'], sale: [{ exists: false }] } } },
    true,
  ],
  ['suffix without case', { detail: { file: [{ suffix: { 'equals-ignore-case': '.pdf' } }] } }, true],
  ['anything-but', { detail: { country: [{ 'anything-but': ['AT', 'CH'] }] } }, true],
  ['anything-but needs a value', { detail: { city: [{ 'anything-but': 'Bonn' }] } }, false],
  ['anything-but prefix', { detail: { country: [{ 'anything-but': { prefix: 'D' } }] } }, false],
  ['a numeric range', { detail: { amount: [{ numeric: ['>=', 120, '<', 121] }] } }, true],
  ['an address range', { detail: { from: [{ cidr: '10.0.0.0/22' }] } }, true],
  ['a wildcard and an escaped star', { detail: { file: [{ wildcard: 'a/*\\*c.*' }] } }, true],
  ['a wildcard whose parts overlap', { detail: { country: [{ wildcard: 'DE*E' }] } }, false],
])('%s', (_says, pattern, expected) => {
  expect(matchPattern(pattern, order)).toBe(expected);
});

test.each<[Json, RegExp]>([
  [['shop'], /a pattern is an object/],
  [{ source: 'shop' }, /at source: must be an object or an array/],
  [{ source: [] }, /empty arrays/],
  [{ detail: {} }, /at detail: empty objects/],
  [{ detail: { a: [{ PREFIX: 'x' }] } }, /at detail\.a: unrecognized match type PREFIX/],
  [{ a: [{ constructor: 'x' }] }, /unrecognized match type constructor/],
  [{ a: [{ numeric: ['toString', 1] }] }, /unrecognized numeric operator toString/],
  [{ a: [{ numeric: ['>', 5, '<', 1] }] }, /bottom must be less than top/],
  [{ a: [{ prefix: 'x', suffix: 'y' }] }, /one key is allowed/],
  [{ a: [{ 'anything-but': ['x', 1] }] }, /not both/],
  [{ a: [{ wildcard: 'a**b' }] }, /consecutive wildcard/],
  [{ a: [{ cidr: '10.0.0.0/33' }] }, /too many mask bits/],
  [{ $or: [{ a: ['x'] }] }, /at least two/],
  [{ a: ['x'], $or: [{ a: ['y'] }, { b: ['z'] }] }, /at a: stands in the pattern more than once/],
])('refuses %j', (pattern, reason) => {
  expect(() => parsePattern(pattern)).toThrow(reason);
  expect(() => parsePattern(pattern)).toThrow(Rejected);
});

test('tries several patterns on one event taken apart once', () => {
  const fields = fieldsOf(order);

  expect([{ source: ['shop'] }, { source: ['crm'] }].map((pattern) => parsePattern(pattern)(fields))).toEqual(
    [true, false],
  );
});
