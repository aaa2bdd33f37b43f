import type { ProblemCode } from '@baton/rules/check/problems.ts';
import { parseDocument } from '@baton/rules/documents/parse.ts';
import { describe, expect, test } from 'vitest';
import { aRule, aTable, leaf } from '../support/documents.ts';

function problemsIn(input: unknown, file?: string): { code: ProblemCode; path: string; message: string }[] {
  const parsed = parseDocument('best-practice', input, { file });
  return parsed.ok ? [] : parsed.problems;
}

const gold = leaf('contact', '$.tier', 'equal', 'gold');
const withLeaf = (own: object) => ({ ...aRule(), conditions: { all: [{ ...gold, ...own }] } });

test('a sound document passes as text and as value, and comes out as it went in', () => {
  const rule = aRule();

  expect(parseDocument('best-practice', rule)).toEqual({ ok: true, document: rule });
  expect(parseDocument('best-practice', JSON.stringify(rule), { file: 'a-rule.json' })).toEqual({
    ok: true,
    document: rule,
  });
  expect(parseDocument('best-practice', `\uFEFF${JSON.stringify(rule)}\r\n`).ok).toBe(true);
  expect(parseDocument('tables', aTable(), { file: '/anywhere/tables/a-table.json' }).ok).toBe(true);
});

test('a script is a text that says something, and not a long one', () => {
  const saying = (script: unknown) =>
    problemsIn({
      ...aRule(),
      event: { type: 'task.create', params: { queue: 'sales', title: 'Call', due: 'P1D', script } },
    }).map(({ path }) => path);

  expect(saying('Good morning.')).toEqual([]);
  for (const script of ['', ' \n', 'x'.repeat(801), 7])
    expect(saying(script)).toContain('event.params.script');
});

describe('a text that is no document', () => {
  test.each<[string, string, ProblemCode, string]>([
    [
      'a comma too many',
      '{\n  "id": "a",\n}',
      'not-json',
      'Line 3, column 1: expected a key in double quotes, found "}".',
    ],
    [
      'a comma missing',
      '{"a": 1\n "b": 2}',
      'not-json',
      'Line 2, column 2: expected "," or "}", found "\\"".',
    ],
    ['a colon missing', '{"a" 1}', 'not-json', 'Line 1, column 6: expected ":", found "1".'],
    ['single quotes', "{'a': 1}", 'not-json', 'Line 1, column 2: expected a key in double quotes'],
    ['a list left open', '{"a": [1, 2', 'not-json', 'expected "," or "]", found the end of the text.'],
    ['a text left open', '{"a": "b', 'not-json', 'Line 1, column 7: expected a text with a closing quote'],
    ['a line break in a text', '{"a": "b\n"}', 'not-json', 'Line 1, column 9'],
    ['a wrong escape', '{"a": "\\x"}', 'not-json', 'expected an escape'],
    ['NaN', '{"a": NaN}', 'not-json', 'expected a value, found "N".'],
    ['a leading zero', '{"a": 012}', 'not-json', 'found "1"'],
    ['something after it', '{} {}', 'not-json', 'expected the end of the text, found "{".'],
    ['nothing', '', 'not-json', 'found the end of the text.'],
    ['half a surrogate escape', '{"a": "\\u12"}', 'not-json', 'expected an escape'],
    [
      'a key twice',
      '{"a": {"b": 1, "b": 2}}',
      'duplicate-key',
      'Line 1, column 16: "b" stands here a second time.',
    ],
    [
      'a key twice in two spellings',
      '{"b": 1, "\\u0062": 2}',
      'duplicate-key',
      '"b" stands here a second time.',
    ],
    ['__proto__', '{"a": [{"__proto__": {"admin": true}}]}', 'forbidden-key', '"__proto__" is not allowed'],
    ['__proto__ in disguise', '{"\\u005f_proto__": 1}', 'forbidden-key', '"__proto__" is not allowed'],
    ['constructor', '{"constructor": 1}', 'forbidden-key', '"constructor" is not allowed'],
    ['a hundred thousand brackets', '['.repeat(100_000), 'too-deep', 'deeper than 40 levels'],
    [
      'a list of ten thousand',
      `{"a":[${'1,'.repeat(9_999)}1]}`,
      'too-large',
      'Over 5000 entries stand here.',
    ],
    ['two megabytes', JSON.stringify('x'.repeat(2_000_000)), 'too-large', 'The text has 2000002 characters.'],
  ])('%s is named with its place', (_, text, code, message) => {
    const [problem] = problemsIn(text);

    expect(problem?.code).toBe(code);
    expect(problem?.message).toContain(message);
  });

  test('the path leads as far as the text was understood', () => {
    expect(problemsIn('{"tests": [{"name": "a"}, {"name": }]}')[0]?.path).toBe('tests.1.name');
    expect(problemsIn('{"a": [{"__proto__": 1}]}')[0]?.path).toBe('a.0.__proto__');
  });
});

describe('a value that is no document', () => {
  const endless: Record<string, unknown> = {};
  endless.left = endless;
  endless.right = endless;

  test.each<[string, unknown, ProblemCode]>([
    ['null', null, 'wrong-type'],
    ['a number', 5, 'wrong-type'],
    ['a list', [], 'wrong-type'],
    ['nothing', undefined, 'missing-field'],
    ['itself', endless, 'too-deep'],
    ['a forbidden key', JSON.parse('{"tests": [{"facts": {"__proto__": 1}}]}'), 'forbidden-key'],
    ['ten thousand values in a list', Array.from({ length: 10_000 }, () => []), 'too-large'],
    [
      'a hundred thousand values',
      Array.from({ length: 30 }, () => Array.from({ length: 4000 }, () => [])),
      'too-large',
    ],
  ])('%s', (_, value, code) => {
    expect(problemsIn(value).map((problem) => problem.code)).toEqual([code]);
  });
});

describe('a document that does not fit', () => {
  test.each<[string, unknown, ProblemCode, string, string]>([
    [
      'a wrong id',
      { ...aRule(), id: 'Bad Id' },
      'wrong-format',
      'id',
      '"Bad Id" must be kebab-case, for example "first-order".',
    ],
    [
      'a missing field',
      { ...aRule(), owner: undefined },
      'missing-field',
      'owner',
      '"owner" is missing. Add an object { … }.',
    ],
    [
      'an unknown field',
      { ...aRule(), prority: 5 },
      'unknown-field',
      'prority',
      '"prority" is not a field of the document.',
    ],
    [
      'a wrong type',
      { ...aRule(), title: 5 },
      'wrong-type',
      'title',
      '5 stands here. Give a text in double quotes.',
    ],
    ['too small', { ...aRule(), priority: 0 }, 'out-of-range', 'priority', '0 must be at least 1.'],
    ['too large', { ...aRule(), priority: 1001 }, 'out-of-range', 'priority', '1001 must be at most 1000.'],
    [
      'a priority as text',
      { ...aRule(), priority: '4' },
      'wrong-type',
      'priority',
      '"4" stands here. Give a number.',
    ],
    [
      'an empty list',
      { ...aRule(), stages: [] },
      'out-of-range',
      'stages',
      'An empty list must have at least 1 entry.',
    ],
    [
      'an empty text',
      { ...aRule(), title: '' },
      'out-of-range',
      'title',
      '"" must have at least 1 character.',
    ],
    [
      'a day that is none',
      { ...aRule(), reviewBy: '2026-02-30' },
      'wrong-format',
      'reviewBy',
      '"2026-02-30" must be a day',
    ],
    [
      'an instant without a zone',
      { ...aRule(), effective: { from: '2026-01-01T00:00:00', to: null } },
      'wrong-format',
      'effective.from',
      'must be an instant with a zone',
    ],
    [
      'a span in months',
      { ...aRule(), success: { measure: 'm', window: 'P1M' } },
      'wrong-format',
      'success.window',
      'must be an ISO 8601 span',
    ],
    [
      'an event type without a dot',
      { ...aRule(), trigger: { events: ['error'] } },
      'wrong-format',
      'trigger.events.0',
      'must be noun.what-happened',
    ],
    [
      'an unknown action',
      { ...aRule(), event: { type: 'error', params: {} } },
      'wrong-value',
      'event.type',
      'Use "journey.enrol", "task.create", ',
    ],
    [
      'no action',
      { ...aRule(), event: {} },
      'missing-field',
      'event.type',
      '"type" is missing. Use "journey.enrol"',
    ],
    [
      'a parameter of no kind',
      { ...aRule(), event: { type: 'contact.update', params: { attribute: '$.a', value: null } } },
      'wrong-type',
      'event.params.value',
      'null stands here. Give a text in double quotes, a number, true or false or an object { … }.',
    ],
    [
      'an outcome of no kind',
      { ...aRule(), tests: [{ name: 'a', facts: {}, expect: { outcome: 'maybe' } }] },
      'wrong-value',
      'tests.0.expect.outcome',
      'Use "true", "false" or "unknown".',
    ],
    [
      'no condition',
      { ...aRule(), conditions: undefined },
      'missing-field',
      'conditions',
      '"conditions" is missing. Add an object { … }.',
    ],
    [
      'a text for a condition',
      { ...aRule(), conditions: 'x' },
      'wrong-type',
      'conditions',
      '"x" stands here. Give an object { … }.',
    ],
    [
      'a bare comparison',
      { ...aRule(), conditions: gold },
      'not-a-group',
      'conditions',
      'Put it into {"all": [ … ]}.',
    ],
    [
      'a bare not',
      { ...aRule(), conditions: { not: gold } },
      'not-a-group',
      'conditions',
      'Put it into {"all": [ … ]}.',
    ],
    [
      'all beside any',
      { ...aRule(), conditions: { all: [gold], any: [gold] } },
      'mixed-group',
      'conditions',
      'The node holds "all" and "any".',
    ],
    [
      'all beside a comparison',
      withLeaf({ all: [] }),
      'mixed-group',
      'conditions.all.0',
      'The node holds "all" and "fact".',
    ],
    [
      'an empty group',
      { ...aRule(), conditions: { any: [] } },
      'out-of-range',
      'conditions.any',
      'must hold at least one condition.',
    ],
    [
      'an empty node',
      { ...aRule(), conditions: { any: [{}] } },
      'missing-field',
      'conditions.any.0',
      'The node says nothing.',
    ],
    [
      'an unknown operator',
      withLeaf({ operator: 'equals' }),
      'wrong-format',
      'conditions.all.0.operator',
      '"equals" is not an operator; use for example',
    ],
    [
      'a hostile path',
      withLeaf({ path: '$.a[?(@.b)]' }),
      'wrong-format',
      'conditions.all.0.path',
      'must look like "$.tier"',
    ],
    [
      'a path into machinery',
      withLeaf({ path: '$.a.constructor' }),
      'wrong-format',
      'conditions.all.0.path',
      'must not name __proto__',
    ],
    ['a numeric path', withLeaf({ path: 5 }), 'wrong-type', 'conditions.all.0.path', '5 stands here.'],
    [
      'a value of null',
      withLeaf({ value: null }),
      'wrong-type',
      'conditions.all.0.value',
      'null stands here.',
    ],
    [
      'half a reference',
      withLeaf({ value: { fact: 'label' } }),
      'missing-field',
      'conditions.all.0.value.path',
      '"path" is missing.',
    ],
    [
      'a comparison with more',
      withLeaf({ params: {} }),
      'unknown-field',
      'conditions.all.0.params',
      '"params" is not a field of entry 1 of the list.',
    ],
  ])('%s', (_, value, code, path, message) => {
    const problems = problemsIn(value);

    expect(problems.map((problem) => [problem.code, problem.path])).toEqual([[code, path]]);
    expect(problems[0]?.message).toContain(message);
  });

  test('names every problem at once, with the document it is in', () => {
    const parsed = parseDocument('best-practice', { ...aRule(), title: '', priority: 0 });

    expect(parsed.ok ? [] : parsed.problems.map(({ document, path }) => [document, path])).toEqual([
      ['best-practice/a-rule', 'title'],
      ['best-practice/a-rule', 'priority'],
    ]);
  });

  test('describes the step that is wrong, not all kinds of steps', () => {
    const parsed = parseDocument('journeys', {
      id: 'a-journey',
      title: 't',
      why: 'w',
      owner: { team: 'x' },
      trigger: null,
      reEntry: { policy: 'always' },
      exits: [],
      start: 'ask',
      steps: {
        ask: { kind: 'wait', title: 'Wait', wait: { after: 'P1M' }, next: 'end' },
        end: { kind: 'end', title: 'End' },
        odd: { kind: 'wait', title: 'Wait', wait: { foo: 1 }, next: 'end' },
        Odd: {},
      },
      tests: [],
    });

    const found = parsed.ok ? [] : parsed.problems.map(({ code, path }) => [code, path]);
    expect(found).toContainEqual(['wrong-format', 'steps.ask.wait.after']);
    expect(found).toContainEqual(['missing-field', 'steps.end.reason']);
    expect(found).toContainEqual(['missing-field', 'steps.odd.wait.after']);
    expect(found).toContainEqual(['wrong-format', 'steps.Odd']);
  });
});

describe('a condition as a whole', () => {
  const nested = (levels: number) => {
    let node: object = gold;
    for (let level = 2; level < levels; level += 1) node = { not: node };
    return { ...aRule(), conditions: { all: [node] } };
  };

  test('nests twelve levels, not thirteen', () => {
    expect(problemsIn(nested(12))).toEqual([]);
    expect(problemsIn(nested(13)).map(({ code, path }) => [code, path])).toEqual([
      ['condition-too-deep', 'conditions'],
    ]);
  });

  test('holds 500 nodes, not more', () => {
    const wide = (inner: number) => ({
      ...aRule(),
      conditions: {
        all: Array.from({ length: 49 }, () => ({ any: Array.from({ length: inner }, () => gold) })),
      },
    });

    expect(problemsIn(wide(9))).toEqual([]);
    expect(problemsIn(wide(10)).map(({ code }) => code)).toEqual(['condition-too-large']);
  });

  test('has no name twice', () => {
    const conditions = { all: [{ ...gold, name: 'n1' }, { not: { ...gold, name: 'n1' } }] };

    expect(problemsIn({ ...aRule(), conditions }).map(({ code }) => code)).toEqual(['duplicate-node-name']);
  });

  test('is looked for where documents hold conditions, not in their data', () => {
    const facts = { contact: { when: { all: [{ name: 'n1' }, { name: 'n1' }] } } };

    expect(problemsIn({ ...aRule(), tests: [{ name: 'a', facts, expect: { outcome: 'false' } }] })).toEqual(
      [],
    );
  });
});

test('the file is named after the document', () => {
  expect(problemsIn(aRule(), 'other.json')).toMatchObject([
    {
      code: 'wrong-file-name',
      path: 'id',
      message: expect.stringContaining('The file is "other.json", the id is "a-rule".'),
    },
  ]);
});
