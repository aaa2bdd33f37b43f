import type { LeafValue } from '@baton/rules/conditions/condition.ts';
import { BrokenCondition, evaluate, evaluateAll, type Outcome } from '@baton/rules/conditions/evaluate.ts';
import type { Json, JsonObject } from '@baton/rules/json.ts';
import { describe, expect, test } from 'vitest';
import { leaf } from '../support/documents.ts';

const now = '2026-03-10T12:00:00Z';

async function outcomeOf(seen: Json | undefined, operator: string, value: LeafValue): Promise<Outcome> {
  const contact: JsonObject = seen === undefined ? {} : { seen };
  const { outcome } = await evaluate(
    { all: [leaf('contact', '$.seen', operator, value)] },
    { contact, clock: { now } },
  );
  return outcome;
}

const x = { fact: 'contact', path: '$.nowhere' };

/** What json-rules-engine does with these is in its own documentation and source; where ours differs the reason is given. */
const cases: [what: string, seen: Json | undefined, operator: string, value: LeafValue, outcome: Outcome][] =
  [
    ['text is not number', '1', 'equal', 1, 'false'],
    ['lists are not compared as wholes', [1], 'equal', 1, 'false'],
    ['objects are never equal', { x: 1 }, 'equal', 'x', 'false'],
    ['floats are compared as they are', 0.1 + 0.2, 'equal', 0.3, 'false'],
    ['text is never more than a number (the engine coerces)', '10', 'greaterThan', 9, 'false'],
    ['texts have no numeric order (the engine compares letters)', '10', 'lessThan', '9', 'false'],
    ['a number is never more than a text', 5, 'greaterThan', '', 'false'],
    ['a number is never more than a boolean', 5, 'greaterThan', true, 'false'],
    ['a one-element list is no number', [5], 'lessThan', 10, 'false'],
    ['"Infinity" is a text', 'Infinity', 'greaterThan', 10, 'false'],
    ['numbers are compared', 10, 'greaterThan', 9, 'true'],
    ['bounds are exclusive', 10, 'greaterThan', 10, 'false'],
    ['bounds are inclusive', 10, 'greaterThanInclusive', 10, 'true'],
    ['less', 8, 'lessThan', 9, 'true'],
    ['less or equal', 9, 'lessThanInclusive', 9, 'true'],
    ['in a text finds nothing (the engine finds parts)', 'b', 'in', 'abc', 'false'],
    ['not in a text is no answer either', 'b', 'notIn', 'xyz', 'false'],
    ['in keeps types apart', 1, 'in', ['1'], 'false'],
    ['in', 'a', 'in', ['a', 'b'], 'true'],
    ['notIn', 'c', 'notIn', ['a', 'b'], 'true'],
    ['in an absent list is unknown (the engine throws)', 'a', 'in', x, 'unknown'],
    ['a text does not contain', 'hello', 'contains', 'ell', 'false'],
    ['a text does not "not contain" either', 'hello', 'doesNotContain', 'zzz', 'false'],
    ['a list contains', ['x', 'y'], 'contains', 'x', 'true'],
    ['a list does not contain', ['x'], 'doesNotContain', 'y', 'true'],
    ['an empty list does not contain', [], 'doesNotContain', 'y', 'true'],
    ['every of none', [], 'everyFact:greaterThan', 5, 'true'],
    ['every', [6, 7], 'everyFact:greaterThan', 5, 'true'],
    ['some', [1, 7], 'someFact:greaterThan', 5, 'true'],
    ['some of a text', 'abc', 'someFact:equal', 'a', 'false'],
    ['not', 5, 'not:equal', 6, 'true'],
    ['between includes its bounds', 60, 'between', [60, 180], 'true'],
    ['between above', 181, 'between', [60, 180], 'false'],
    ['between of texts', 'b', 'between', ['a', 'c'], 'false'],
    ['between of three', 2, 'between', [1, 2, 3], 'false'],
    ['text contains', 'hello', 'textContains', 'ell', 'true'],
    ['text contains a number', 'a1', 'textContains', 1, 'false'],
    ['text starts', 'hello', 'textStartsWith', 'he', 'true'],
    ['a list starts with nothing', ['he'], 'textStartsWith', 'he', 'false'],
    ['isKnown', '', 'isKnown', true, 'true'],
    ['isKnown false', '', 'isKnown', false, 'false'],
    ['isKnown of null', null, 'isKnown', true, 'false'],
    ['isKnown of absent', undefined, 'isKnown', false, 'true'],
    ['isKnown needs true or false', 1, 'isKnown', 'true', 'false'],
    ['not:isKnown', undefined, 'not:isKnown', true, 'true'],
  ];

const dates: typeof cases = [
  ['later in time, earlier in letters', '2025-01-02', 'dateAfter', '2024-12-15', 'true'],
  ['another order of day and month is no date', '02/01/2025', 'dateAfter', '2024-12-15', 'false'],
  ['zones count', '2024-01-01T00:30:00+02:00', 'dateBefore', '2023-12-31T23:00:00Z', 'true'],
  ['a time without a zone names no moment', '2024-01-01T00:30:00', 'dateBefore', '2030-01-01', 'false'],
  ['the 31st of February is no day', '2026-02-31', 'dateBefore', '2030-01-01', 'false'],
  ['a leap day is one', '2024-02-29', 'dateBefore', '2030-01-01', 'true'],
  ['month 13', '2026-13-01', 'dateBefore', '2030-01-01', 'false'],
  ['hour 25', '2026-01-01T25:00:00Z', 'dateBefore', '2030-01-01', 'false'],
  ['a number is no date', 0, 'dateBefore', '2030-01-01', 'false'],
  ['the same instant is neither before', '2026-01-01', 'dateBefore', '2026-01-01T00:00:00Z', 'false'],
  ['nor after', '2026-01-01', 'dateAfter', '2026-01-01T00:00:00Z', 'false'],
  ['within the last week', '2026-03-03T12:00:00Z', 'withinLast', 'P7D', 'true'],
  ['a second too early', '2026-03-03T11:59:59Z', 'withinLast', 'P7D', 'false'],
  ['now', now, 'withinLast', 'PT0S', 'true'],
  ['the future is not within the last week', '2026-03-10T12:00:01Z', 'withinLast', 'P7D', 'false'],
  ['no span', now, 'withinLast', '7 days', 'false'],
];

const absent: typeof cases = [
  ...['equal', 'notEqual', 'lessThan', 'not:lessThan', 'contains', 'doesNotContain', 'not:contains'].map(
    (operator): (typeof cases)[number] => [
      `${operator} leaves absence open`,
      undefined,
      operator,
      1,
      'unknown',
    ],
  ),
  ['in leaves absence open', undefined, 'in', ['undefined'], 'unknown'],
  ['notIn leaves absence open', undefined, 'notIn', ['a'], 'unknown'],
  ['null is absent', null, 'notEqual', 'a', 'unknown'],
  ['null is absent from a list of values too', null, 'in', ['null'], 'unknown'],
  ['an absent reference', 5, 'equal', x, 'unknown'],
  ['absent against absent (the engine says equal)', undefined, 'equal', x, 'unknown'],
  ['everyFact of absent', undefined, 'everyFact:greaterThan', 5, 'unknown'],
  ['known: settles it', undefined, 'known:notEqual', 'a', 'false'],
  ['known: with not', undefined, 'known:not:contains', 'a', 'false'],
  ['known: settles an absent reference', 5, 'known:notEqual', x, 'false'],
  ['orUnknown: settles it', undefined, 'orUnknown:equal', 'a', 'true'],
  ['orUnknown: settles an absent reference', 5, 'orUnknown:equal', x, 'true'],
  ['orUnknown: with a known fact compares', 'b', 'orUnknown:equal', 'a', 'false'],
  ['known: with a known fact compares', 'b', 'known:notEqual', 'a', 'true'],
];

describe('operators', () => {
  test.each([...cases, ...dates, ...absent])(
    '%s: %j %s %j is %s',
    async (_, seen, operator, value, outcome) => {
      expect(await outcomeOf(seen, operator, value)).toBe(outcome);
    },
  );

  test('no operator throws or answers anything but true and false, whatever the types', async () => {
    const values: LeafValue[] = ['', 'a', 'P7D', '2026-01-01', 0, -1, true, ['a'], [1, 2], [true], x];
    const seen: (Json | undefined)[] = [
      undefined,
      null,
      '',
      'a',
      '10',
      0,
      -1,
      true,
      [],
      ['a'],
      [[1]],
      [null],
      {},
      { a: 1 },
    ];
    const names =
      'equal notEqual lessThan lessThanInclusive greaterThan greaterThanInclusive in notIn contains doesNotContain isKnown between dateBefore dateAfter withinLast textContains textStartsWith'.split(
        ' ',
      );
    const leaves = names.flatMap((name) =>
      ['', 'someFact:', 'everyFact:', 'not:', 'everyFact:not:', 'someFact:everyFact:'].flatMap((decorator) =>
        values.map((value) => leaf('contact', '$.seen', decorator + name, value)),
      ),
    );

    const roots = leaves.map((some) => ({ all: [some] }));
    for (const value of seen) {
      const contact: JsonObject = value === undefined ? {} : { seen: value };
      for (const verdict of await evaluateAll(roots, { contact, clock: { now } })) {
        if (verdict instanceof BrokenCondition) throw verdict;
        expect(verdict.unknown.length > 0).toBe(verdict.outcome === 'unknown');
      }
    }
  });

  test('without a clock, counting back from now is unknown', async () => {
    const root = { all: [leaf('contact', '$.seen', 'withinLast', 'P7D')] };

    expect(await evaluate(root, { contact: { seen: now } })).toMatchObject({
      outcome: 'unknown',
      unknown: [{ fact: 'clock', path: '$.now' }],
    });
    expect(await outcomeOf(now, 'orUnknown:withinLast', 'P7D')).toBe('true');
  });
});
