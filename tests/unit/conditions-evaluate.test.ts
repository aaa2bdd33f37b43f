import type { Condition, Root } from '@baton/rules/conditions/condition.ts';
import { BrokenCondition, evaluate, evaluateAll } from '@baton/rules/conditions/evaluate.ts';
import { resolvePath } from '@baton/rules/conditions/path.ts';
import { nameNodes } from '@baton/rules/conditions/walk.ts';
import { describe, expect, test } from 'vitest';
import { frozen, leaf } from '../support/documents.ts';

const gold = leaf('contact', '$.tier', 'equal', 'gold');
const rich = leaf('contact', '$.score', 'greaterThan', 50);
const late = leaf('event', '$.late', 'equal', true);

/** A condition as it might arrive from outside the checks. */
const unchecked = (value: unknown): Root => value as Root;

describe('three values', () => {
  test('names only the facts whose absence made it unknown', async () => {
    const root: Root = { all: [{ any: [gold, rich] }, late] };

    const verdict = await evaluate(root, { contact: { tier: 'gold' }, event: {} });

    expect(verdict.outcome).toBe('unknown');
    expect(verdict.unknown).toEqual([{ fact: 'event', path: '$.late' }]);
  });

  test('is decided where what is known suffices', async () => {
    expect((await evaluate({ any: [gold, late] }, { contact: { tier: 'gold' } })).outcome).toBe('true');
    expect((await evaluate({ all: [gold, late] }, { contact: { tier: 'tin' } })).outcome).toBe('false');
    expect(
      (await evaluate({ all: [{ not: { any: [gold, late] } }] }, { contact: { tier: 'gold' } })).outcome,
    ).toBe('false');
    expect((await evaluate({ all: [{ not: gold }] }, {})).outcome).toBe('unknown');
  });

  test('names both sides of a comparison with an absent reference', async () => {
    const root: Root = { all: [leaf('a', '$.x', 'equal', { fact: 'b', path: '$.y' })] };

    expect((await evaluate(root, {})).unknown).toEqual([
      { fact: 'a', path: '$.x' },
      { fact: 'b', path: '$.y' },
    ]);
  });

  test('takes a root that is no object for absent, not for the value itself', async () => {
    const facts = JSON.parse('{ "contact": "gold" }');

    expect((await evaluate({ all: [gold] }, facts)).outcome).toBe('unknown');
  });
});

describe('trace', () => {
  test('shows what each leaf saw, also where it changed nothing', async () => {
    const { trace } = await evaluate(
      { any: [gold, { not: rich }] },
      { contact: { tier: 'gold', name: 'Ada' } },
    );

    expect(trace).toEqual([
      {
        name: 'n2',
        fact: 'contact',
        path: '$.tier',
        operator: 'equal',
        value: 'gold',
        seen: 'gold',
        outcome: 'true',
      },
      {
        name: 'n4',
        fact: 'contact',
        path: '$.score',
        operator: 'greaterThan',
        value: 50,
        outcome: 'unknown',
      },
    ]);
  });

  test('shows the value that a reference named', async () => {
    const root: Root = {
      all: [leaf('contact', '$.score', 'lessThan', { fact: 'contact', path: '$.limit' })],
    };

    const { trace } = await evaluate(root, { contact: { score: 3, limit: 5 } });

    expect(trace[0]).toMatchObject({ seen: 3, value: 5, outcome: 'true' });
  });

  test('cuts long lists and texts and never holds an object', async () => {
    const root: Root = {
      all: [
        leaf('contact', '$.list', 'contains', 1),
        leaf('contact', '$.text', 'textContains', 'a'),
        leaf('contact', '$.object', 'equal', 1),
        leaf('contact', '$.objects', 'contains', 1),
      ],
    };
    const list = Array.from({ length: 50 }, (_, index) => index);

    const { trace } = await evaluate(root, {
      contact: { list, text: 'a'.repeat(1000), object: { name: 'Ada' }, objects: [{ name: 'Ada' }] },
    });

    expect(trace[0]?.seen).toEqual([...list.slice(0, 20), '…']);
    expect(trace[1]?.seen).toHaveLength(200);
    expect(JSON.stringify(trace)).not.toContain('Ada');
  });

  test('keeps the names of the document and gives others by their place', async () => {
    const root: Root = { all: [{ ...gold, name: 'n2' }, rich, { name: 'n9', not: late }] };

    const { trace } = await evaluate(root, {});

    expect(trace.map(({ name }) => name)).toEqual(['n2', 'n3', 'n4']);
    expect(nameNodes(root)).toEqual({
      name: 'n1',
      all: [
        { ...gold, name: 'n2' },
        { ...rich, name: 'n3' },
        { name: 'n9', not: { ...late, name: 'n4' } },
      ],
    });
    expect(nameNodes(nameNodes(root))).toEqual(nameNodes(root));
  });
});

describe('a condition that json-rules-engine would misread', () => {
  const deep = (levels: number): Root => {
    let node: Condition = gold;
    for (let level = 2; level < levels; level += 1) node = { not: node };
    return { all: [node] };
  };
  const circular: { all: unknown[] } = { all: [gold] };
  circular.all.push(circular);

  test.each<[string, unknown]>([
    ['a bare leaf', gold],
    ['a bare not', { not: gold }],
    ['an empty any, true to the engine', { any: [] }],
    ['an empty all', { all: [] }],
    ['all beside any, ignored by the engine', { all: [gold], any: [late] }],
    ['a leaf that is also a group, true to the engine', { all: [{ ...gold, all: [] }] }],
    ['an unknown operator', { all: [{ ...gold, operator: 'Equal' }] }],
    ['a decorator alone', { all: [{ ...gold, operator: 'equal:' }] }],
    ['a decorator that Baton leaves out', { all: [{ ...gold, operator: 'swap:in' }] }],
    ['a shared condition', { all: [{ condition: 'x' }] }],
    ['parameters for a dynamic fact', { all: [{ ...gold, params: { a: 1 } }] }],
    ['a priority, which the engine writes into the document', { all: [{ ...gold, priority: '4' }] }],
    ['a value of null', { all: [{ ...gold, value: null }] }],
    ['no value', { all: [{ fact: 'contact', path: '$.tier', operator: 'equal' }] }],
    ['no path', { all: [{ fact: 'contact', operator: 'equal', value: 1 }] }],
    ['a fact without a name', { all: [{ ...gold, fact: '' }] }],
    ['thirteen levels', deep(13)],
    [
      '501 nodes',
      { all: Array.from({ length: 50 }, () => ({ any: Array.from({ length: 10 }, () => gold) })) },
    ],
    ['itself', circular],
    ['nothing', null],
    ['a text', 'all'],
  ])('%s is refused, not decided', async (_, root) => {
    await expect(evaluate(unchecked(root), {})).rejects.toBeInstanceOf(BrokenCondition);
  });

  test('500 nodes and 12 levels are accepted', async () => {
    const wide: Root = {
      all: Array.from({ length: 49 }, () => ({ any: Array.from({ length: 9 }, () => gold) })),
    };

    expect((await evaluate(wide, { contact: { tier: 'gold' } })).outcome).toBe('true');
    expect((await evaluate(deep(12), { contact: { tier: 'gold' } })).outcome).toBe('true');
  });

  test('stands alone: the others still decide', async () => {
    const roots = Array.from({ length: 300 }, (): Root => ({ all: [gold, rich] }));
    roots[137] = unchecked({ any: [] });

    const verdicts = await evaluateAll(roots, { contact: { tier: 'gold', score: 51 } });

    expect(verdicts[137]).toBeInstanceOf(BrokenCondition);
    expect(verdicts.filter((verdict) => 'outcome' in verdict && verdict.outcome === 'true')).toHaveLength(
      299,
    );
  });
});

test('a fact that cannot be read sets aside the conditions that read it, no others', async () => {
  const contact = {
    tier: 'gold',
    get score(): number {
      throw new Error('out of reach');
    },
  };

  const verdicts = await evaluateAll([{ all: [gold] }, { all: [rich] }], { contact });

  expect(verdicts[0]).toMatchObject({ outcome: 'true' });
  expect(verdicts[1]).toMatchObject({ message: 'cannot be decided: out of reach' });
});

describe('paths', () => {
  const facts = { a: { b: 1, list: [1, 2] }, text: 'x', nothing: null };
  const hostile = [
    '$',
    '$.',
    '.a.b',
    'a.b',
    '$..a',
    '$..[',
    '$.*',
    "$['a']",
    '$.a[0]',
    '$.a[?(@.b==1)]',
    '$.a[(@.length-1)]',
    '$.a.list[*]',
    '$.a.list.0',
    '$.constructor',
    '$.constructor.name',
    '$.__proto__',
    '$.a.__proto__.b',
    '$.prototype',
    '$.a[?(this.constructor.constructor("return 1")())]',
    '$.a b',
    '$.a.b\n',
    '',
    `$${'.a'.repeat(9)}`,
    5,
    null,
    undefined,
    ['$.a'],
    { path: '$.a' },
  ];

  const inherited = [
    '$.a.list.length',
    '$.text.length',
    '$.toString',
    '$.a.hasOwnProperty',
    '$.valueOf',
    '$.a.b.c',
  ];

  test.each([...hostile, ...inherited])('%j reads nothing and does not throw', (path) => {
    expect(resolvePath(facts, path)).toBeUndefined();
  });

  test.each(hostile)('%j in a condition never reaches the engine', async (path) => {
    const root = unchecked({ any: [{ ...gold, path }] });

    await expect(evaluate(root, { contact: facts })).rejects.toBeInstanceOf(BrokenCondition);
  });

  test.each(inherited)('%s in a condition is an unknown fact', async (path) => {
    const root: Root = { any: [leaf('facts', path, 'isKnown', true), leaf('facts', path, 'equal', 1)] };

    expect((await evaluate(root, { facts })).unknown).toEqual([{ fact: 'facts', path }]);
  });

  test('read own properties of plain objects', () => {
    expect(resolvePath(facts, '$.a.b')).toBe(1);
    expect(resolvePath(facts, '$.a.list')).toEqual([1, 2]);
    expect(resolvePath(facts, '$.nothing')).toBeNull();
    expect(resolvePath(Object.create({ a: 1 }), '$.a')).toBeUndefined();
    expect(resolvePath(null, '$.a')).toBeUndefined();
  });

  test('do not follow facts named after object machinery', async () => {
    const root: Root = { all: [leaf('constructor', '$.name', 'isKnown', true)] };

    expect((await evaluate(root, {})).outcome).toBe('false');
  });
});

describe('an evaluation', () => {
  test('changes neither its document nor its facts', async () => {
    const root: Root = frozen({ all: [gold, { not: rich }, leaf('contact', '$.tags', 'contains', 'a')] });
    const facts = frozen({ contact: { tier: 'gold', score: 3, tags: ['a', 'b'] } });

    const first = await evaluate(root, facts);
    const second = await evaluate(root, facts);

    expect(first.outcome).toBe('true');
    expect(second).toEqual(first);
  });

  test('keeps to its own facts among others at the same time', async () => {
    const root: Root = { all: [gold, rich, late] };
    const contacts = Array.from({ length: 30 }, (_, index) => ({
      contact: { tier: index % 2 ? 'gold' : 'tin', score: 60 },
      event: { late: true },
    }));

    const verdicts = await Promise.all(contacts.map((facts) => evaluate(root, facts)));

    expect(verdicts.map(({ outcome }) => outcome)).toEqual(
      contacts.map((_, index) => (index % 2 ? 'true' : 'false')),
    );
  });

  test('decides the same condition under two places of one call apart', async () => {
    const root: Root = { all: [gold] };

    const verdicts = await evaluateAll([root, { all: [rich] }, root], {
      contact: { tier: 'gold', score: 1 },
    });

    expect(verdicts.map((verdict) => 'outcome' in verdict && verdict.outcome)).toEqual([
      'true',
      'false',
      'true',
    ]);
  });
});
