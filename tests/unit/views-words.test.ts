import { labelOf } from '@baton/functions/views/labels.ts';
import { momentInWords, nameInWords, ownerInWords, valueInWords } from '@baton/functions/views/phrases.ts';
import { conditionInWords } from '@baton/functions/views/words.ts';
import type { Condition, Root } from '@baton/rules/conditions/condition.ts';
import { expect, test } from 'vitest';
import { aLibrary, leaf } from '../support/documents.ts';

const library = aLibrary();
const products = leaf('contact', '$.products', 'contains', 'card');
const score = leaf('contact', '$.score', 'greaterThanInclusive', 30);
const gold = leaf('contact', '$.tier', 'equal', 'gold');

test.each<[string, Root]>([
  ['Products contains card and score is at least 30', { all: [products, score] }],
  ['Products contains card or score is at least 30', { any: [products, score] }],
  [
    'Tier is gold and (products contains card or score is at least 30)',
    { all: [gold, { any: [products, score] }] },
  ],
  ['Tier is gold and score is at least 30', { all: [gold, { any: [score] }] }],
  ['Not (tier is gold) or score is at least 30', { any: [{ not: gold }, score] }],
  ['Products contains card', { all: [{ all: [products] }] }],
])('says "%s"', (words, root) => {
  expect(conditionInWords(root, library)).toBe(words);
});

test.each<[string, string, Parameters<typeof leaf>[3]]>([
  ['is one of gold, silver', 'known:in', ['gold', 'silver']],
  ['is none of gold, silver', 'notIn', ['gold', 'silver']],
  ['is between 1 and 1,000', 'between', [1, 1000]],
  ['is not known', 'isKnown', false],
  ['is known', 'not:isKnown', false],
  ['is within the last 7 days', 'withinLast', 'P7D'],
  ['is before 2026-01-05T09:10:00.000Z', 'dateBefore', '2026-01-05T09:10:00Z'],
  ['is at least 90 or is not known', 'orUnknown:greaterThanInclusive', 90],
  ['is not at least 90', 'not:greaterThanInclusive', 90],
  ['is 90', 'not:not:equal', 90],
  ['is gold', 'not:notEqual', 'gold'],
  ['does not start with A', 'not:textStartsWith', 'A'],
  ['contains x', 'not:doesNotContain', 'x'],
  ['in every entry is yes', 'everyFact:equal', true],
  ['is at most limit', 'lessThanInclusive', { fact: 'contact', path: '$.limit' }],
])('says that a fact %s', (words, operator, value) => {
  const root: { all: Condition[] } = { all: [leaf('contact', '$.tier', operator, value)] };

  expect(conditionInWords(root, library)).toBe(`Tier ${words}`);
});

test('calls a payload value by its label, an uncatalogued one by its name', () => {
  const placed = library.events.get('order.placed');
  if (!placed) throw new Error('the library has no order.placed');
  const labelled = aLibrary({
    events: [{ ...placed, payload: { orderId: { type: 'text', label: 'Order number' } } }],
  });

  expect(labelOf(labelled, 'event', '$.orderId', 'order.placed')).toBe('Order number');
  expect(labelOf(labelled, 'event', '$.orderId')).toBe('Order number');
  expect(labelOf(labelled, 'answer', '$.orderId')).toBe('Answer: order number');
  expect(labelOf(labelled, 'event', '$.orderId', 'order.unheard-of')).toBe('Order id');
  expect(labelOf(labelled, 'contact', '$.shoeSize')).toBe('Shoe size');
  expect(labelOf(labelled, 'clock', '$.now')).toBe('Clock now');
});

test('says stored values as people read them', () => {
  expect([true, 12345.5, null, [], ['a', 'b'], '2026-03-01T09:00:00Z', 'NPS'].map(valueInWords)).toEqual([
    'yes',
    '12,345.5',
    'not known',
    'nothing',
    'a, b',
    '2026-03-01T09:00:00.000Z',
    'NPS',
  ]);
  expect(momentInWords('no instant')).toBe('no instant');
  expect(nameInWords('inside-sales')).toBe('Inside sales');
  expect(nameInWords('lastTopic')).toBe('Last topic');
  expect(ownerInWords({ team: 'inside-sales', person: 'Ana' })).toBe('Ana (Inside sales)');
});
