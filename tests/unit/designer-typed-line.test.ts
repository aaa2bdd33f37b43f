import type { Leaf, Root } from '@baton/rules/conditions/condition.ts';
import { describe, expect, test } from 'vitest';
import { readClause, wordsOf } from '../../designer/src/lib/conditions/clause.ts';
import { type FactScope, factsInScope } from '../../designer/src/lib/conditions/facts-in-scope.ts';
import { phrasesOf } from '../../designer/src/lib/conditions/sentence.ts';
import { treeOf } from '../../designer/src/lib/conditions/tree.ts';
import { readTyped } from '../../designer/src/lib/conditions/typed-line.ts';
import { leaf } from '../support/documents.ts';
import { shippedLibrary } from '../support/shipped-library.ts';

const library = await shippedLibrary();
const scope: FactScope = factsInScope(library, { events: ['contract.cancelled'] });

const read = (text: string) => {
  const answer = readTyped(text, scope);
  return answer.ok ? answer.condition : answer.reason;
};

describe('a typed line', () => {
  const tier = leaf('contact', '$.valueTier', 'equal', 'a');
  const days = leaf('history', '$.daysSinceLastOrder', 'between', [60, 180]);
  test.each([
    ['value tier is a', tier],
    ['tier is A and days since last order between 60 and 180', { all: [tier, days] }],
    ['value tier is a or days since last order is between 60 and 180', { any: [tier, days] }],
    [
      'lead score is at least 70 points and tier is a or years as a customer > 3',
      {
        any: [
          { all: [leaf('contact', '$.leadScore', 'greaterThanInclusive', 70), tier] },
          leaf('contact', '$.yearsAsCustomer', 'greaterThan', 3),
        ],
      },
    ],
    ['value tier is one of a, b or c', leaf('contact', '$.valueTier', 'in', ['a', 'b', 'c'])],
    ['value tier is not a or unknown', leaf('contact', '$.valueTier', 'orUnknown:notEqual', 'a')],
    ['orders in the last 365 days < 2', leaf('history', '$.orders365d', 'lessThan', 2)],
    ['next activity is within the last 7 days', leaf('contact', '$.nextActivityAt', 'withinLast', 'P7D')],
    ['welcome data complete is yes', leaf('contact', '$.profileComplete', 'equal', true)],
    ['products owned contains mortgage', leaf('contact', '$.productsOwned', 'contains', 'mortgage')],
    ['phone number is known', leaf('contact', '$.phone', 'isKnown', true)],
    [
      'city is Porto Alegre and phone number is not known',
      {
        all: [
          leaf('contact', '$.city', 'equal', 'Porto Alegre'),
          leaf('contact', '$.phone', 'isKnown', false),
        ],
      },
    ],
  ])('%s', (text, condition) => {
    expect(read(text)).toEqual(condition);
  });

  test.each([
    ['tier of gold', /^Write it as “fact is value”/],
    ['shoe size is 42', /^No fact is called “shoe size”\.$/],
    ['value tier is z', /^“z” is no value of “Value tier”\. It is one of a, b, c/],
    ['days since is 2', /^“days since” may be “Days since the last order” or “/],
    ['lead score is high', /^“high” is no value of “Lead score”\. Write a number\.$/],
    ['', /^Write a fact/],
  ])('that cannot be read says why: %s', (text, reason) => {
    expect(read(text)).toMatch(reason);
  });
});

test.each(['between 60 and 180', 'between 180 and 60'])('the ends of %s may be said in any order', (said) => {
  expect(readTyped(`days since the last order ${said}`, scope)).toMatchObject({
    ok: true,
    condition: { operator: 'between', value: [60, 180] },
  });
});

test('every line of every shipped rule is read back from its own sentence', () => {
  const lines = [...library['best-practice'].values()].flatMap((rule) => {
    const facts = factsInScope(library, { events: rule.trigger.events });
    return phrasesOf(treeOf(rule.conditions), facts)
      .filter(({ line }) => line)
      .map(({ text }) => ({ text, answer: readTyped(text, facts) }));
  });
  const unread = lines.filter(({ answer }) => !answer.ok).map(({ text }) => text);

  expect(lines.length).toBeGreaterThan(40);
  expect(unread).toEqual([]);
});

test('the sentence says every line once, with its place', () => {
  const root: Root = {
    all: [
      leaf('contact', '$.valueTier', 'in', ['a', 'b']),
      {
        not: {
          any: [
            leaf('history', '$.openCases', 'greaterThan', 0),
            leaf('contact', '$.phone', 'isKnown', false),
          ],
        },
      },
      { not: leaf('contact', '$.leadScore', 'orUnknown:lessThan', 30) },
    ],
  };
  const phrases = phrasesOf(treeOf(root), scope);

  expect(phrases.map(({ text }) => text).join('')).toBe(
    'Value tier is one of a, b, and neither (Open cases is more than 0 cases nor Phone number is not known), ' +
      'and not: Lead score is less than 30 points or is not known',
  );
  expect(phrases.flatMap(({ line }) => (line ? [line.at.join('.')] : []))).toEqual([
    '0',
    '1.0.0',
    '1.0.1',
    '2',
  ]);
});

describe('the words of a clause', () => {
  test.each([
    ['Value tier is one of a, b', leaf('contact', '$.valueTier', 'in', ['a', 'b'])],
    [
      'Lead score is at least 70 points or is not known',
      leaf('contact', '$.leadScore', 'orUnknown:greaterThanInclusive', 70),
    ],
    [
      'Next activity is within the last 7 days',
      leaf('contact', '$.nextActivityAt', 'known:withinLast', 'P7D'),
    ],
    ['Next activity is within the last P1DT2H', leaf('contact', '$.nextActivityAt', 'withinLast', 'P1DT2H')],
    ['Next activity is before 2026-03-01', leaf('contact', '$.nextActivityAt', 'dateBefore', '2026-03-01')],
    ['Welcome data complete must be yes', leaf('contact', '$.profileComplete', 'equal', true)],
    ['Phone number is not known', leaf('contact', '$.phone', 'isKnown', false)],
    ['City is Rio and Bahia', leaf('contact', '$.city', 'equal', 'Rio and Bahia')],
    [undefined, leaf('contact', '$.city', 'equal', { fact: 'contact', path: '$.phone' })],
    [undefined, leaf('contact', '$.city', 'not:equal', 'Rio')],
    [undefined, leaf('contact', '$.nothingOfTheKind', 'equal', 'Rio')],
  ])('%s', (words, line) => {
    expect(wordsOf(line, scope)).toBe(words);
  });

  const before: Leaf = { name: 'n4', ...leaf('contact', '$.valueTier', 'known:in', ['a', 'b']) };
  const changed = (text: string, line = before) => {
    const answer = readClause(text, line, scope);
    return answer.ok ? answer.condition : answer.reason;
  };

  test('that are changed leave what they do not say', () => {
    expect(changed('lead score is at least 70')).toEqual({
      name: 'n4',
      ...leaf('contact', '$.leadScore', 'known:greaterThanInclusive', 70),
    });
    expect(changed('value tier is a or unknown')).toMatchObject({ name: 'n4', operator: 'orUnknown:equal' });
    expect(changed('phone number is known')).toMatchObject({ name: 'n4', operator: 'isKnown' });
  });

  test('from which “or unknown” was taken leave it open', () => {
    const open = { ...before, operator: 'orUnknown:in' };
    expect(changed('value tier is one of a, b', open)).toMatchObject({ operator: 'in' });
  });

  test('ask one thing', () => {
    expect(changed('value tier is a and lead score is 3')).toBe(
      'One condition stands here. Add what else there is below.',
    );
    expect(changed('value tier is z')).toMatch(/^“z” is no value of “Value tier”/);
  });
});

test('the words between lines name the group that they join, and the one that turns a line around names it', () => {
  const tier = leaf('contact', '$.valueTier', 'equal', 'a');
  const phrases = phrasesOf(treeOf({ all: [tier, { not: tier }, { not: { any: [tier, tier] } }] }), scope);

  expect(
    phrases.flatMap(({ text, joins }) => (joins ? [[text, joins.group.inner.join('.'), joins.place]] : [])),
  ).toEqual([
    ['and', '', 1],
    ['and', '', 2],
    ['nor', '2.0', 1],
  ]);
  expect(phrases.flatMap(({ text, negates }) => (negates ? [[text, negates.at]] : []))).toEqual([
    ['not', [1]],
  ]);
});
