import { createDynamoStore } from '@baton/functions/adapters/aws/store.ts';
import { createSqliteStore } from '@baton/functions/adapters/sqlite/store.ts';
import { type Change, type Item, type Operation, Rejected, type Store } from '@baton/functions/ports.ts';
import { openDatabase } from '@baton/infra/local/database.ts';
import { describe, expect, onTestFinished, test } from 'vitest';
import { asStore, createBranchingStore } from '../support/branching-store.ts';
import { startDynamo } from '../support/dynamo-server.ts';
import { createMemoryStore } from '../support/memory-store.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** `changes` gives what the core table's change stream told since it was last asked. */
type Subject = { store: Store; changes(): Promise<Change[]> };
type Create = (options?: { onChange?: (changes: Change[]) => void }) => Promise<Subject>;

function listening(create: (onChange: (changes: Change[]) => void) => Store): Create {
  return async ({ onChange } = {}) => {
    const told: Change[] = [];
    const store = create((changes) => {
      told.push(...changes);
      onChange?.(changes);
    });
    return { store, changes: async () => told.splice(0) };
  };
}

const embedded: [name: string, create: Create][] = [
  [
    'SQLite',
    listening((onChange) => {
      const database = openDatabase({ folder: temporaryFolder() });
      onTestFinished(() => database.close());
      return createSqliteStore(database, { onChange });
    }),
  ],
  ['memory', listening((onChange) => createMemoryStore({ onChange }))],
  ['branching', listening((onChange) => asStore(createBranchingStore(), onChange))],
];

const dynamo = await startDynamo();

/** Every adapter of the port belongs in this list. */
const adapters = [...embedded];
if (dynamo)
  adapters.push([
    'DynamoDB',
    async () => {
      const { names, drain } = await dynamo.createTables();
      return { store: createDynamoStore({ client: dynamo.client, tables: names }), changes: drain };
    },
  ]);

const key = { pk: 'C#1', sk: 'HEAD' };

function put(item: Item): Operation {
  return { kind: 'put', table: 'core', item };
}

async function filled(create: Create, items: Item[]): Promise<Store> {
  const { store } = await create();
  await store.transact(items.map(put));
  return store;
}

describe.each(adapters)('the %s store', (_name, create) => {
  describe('get', () => {
    test('gives what was put, in the table where it was put', async () => {
      const item = { ...key, name: 'Ada', tags: ['a', { b: null }], score: -0.5, open: true, gone: null };
      const store = await filled(create, [item]);

      expect(await store.get('core', key)).toEqual(item);
      expect(await store.get('guard', key)).toBeUndefined();
      expect(await store.get('core', { ...key, sk: 'HEAD2' })).toBeUndefined();
    });

    test('shares nothing with the item that was put or with an earlier answer', async () => {
      const item = { ...key, data: { list: [1] } };
      const store = await filled(create, [item]);
      item.data.list.push(2);
      const first = await store.get('core', key);
      if (first) first.data = 'changed';

      expect(await store.get('core', key)).toEqual({ ...key, data: { list: [1] } });
    });

    test('gives numbers and names back as they were', async () => {
      const item: Item = {
        ...key,
        numbers: [0, -0, 0.1, 1 / 3, -1e-130, 9e125, 2 ** 53 + 2, -123456789012345680000],
        constructor: { name: 'Set', toString: 1 },
        'a.b': { '#c': ':d' },
        select: { L: [], S: 'x', M: {} },
      };
      const store = await filled(create, [item]);

      expect(await store.get('core', key)).toEqual(JSON.parse(JSON.stringify(item)));
    });

    test('gives U+FFFD for half a character', async () => {
      const store = await filled(create, [
        { ...key, text: 'a\ud800b', whole: '\\ud83d 😀', list: ['\udc00'] },
      ]);

      expect(await store.get('core', key)).toEqual({
        ...key,
        text: 'a\ufffdb',
        whole: '\\ud83d 😀',
        list: ['\ufffd'],
      });
    });

    test('keeps keys apart that look alike', async () => {
      const store = await filled(create, [
        { pk: 'a', sk: 'b\0c', at: 1 },
        { pk: 'a\0b', sk: 'c', at: 2 },
        { pk: 'é', sk: 'x', at: 3 },
        { pk: 'e\u0301', sk: 'x', at: 4 },
        { pk: 'A', sk: 'b\0c', at: 5 },
      ]);

      expect((await store.get('core', { pk: 'a', sk: 'b\0c' }))?.at).toBe(1);
      expect((await store.get('core', { pk: 'a\0b', sk: 'c' }))?.at).toBe(2);
      expect((await store.get('core', { pk: 'é', sk: 'x' }))?.at).toBe(3);
      expect((await store.get('core', { pk: 'e\u0301', sk: 'x' }))?.at).toBe(4);
    });

    test('refuses an empty key', async () => {
      await expect((await create()).store.get('core', { pk: '', sk: 'x' })).rejects.toThrow(/"pk" is empty/);
    });
  });

  describe('transact', () => {
    test('replaces the whole item where a put has no condition', async () => {
      const store = await filled(create, [{ ...key, a: 1, b: 2 }]);

      expect(await store.transact([put({ ...key, c: 3 })])).toEqual({ ok: true });
      expect(await store.get('core', key)).toEqual({ ...key, c: 3 });
    });

    test('counts an undefined attribute as absent', async () => {
      const { store } = await create();
      const item: Item = JSON.parse('{"pk":"C#1","sk":"HEAD"}');
      Object.assign(item, { left: undefined });

      await store.transact([put(item)]);

      expect(Object.keys((await store.get('core', key)) ?? {})).toEqual(['pk', 'sk']);
    });

    test('deletes, and deletes again without complaint', async () => {
      const store = await filled(create, [{ ...key }]);
      const remove: Operation = { kind: 'delete', table: 'core', key };

      expect(await store.transact([remove])).toEqual({ ok: true });
      expect(await store.transact([remove])).toEqual({ ok: true });
      expect(await store.get('core', key)).toBeUndefined();
    });

    test('sets, removes and adds in one update and leaves the rest', async () => {
      const store = await filled(create, [{ ...key, keep: 'k', old: 1, rev: 4 }]);

      await store.transact([
        {
          kind: 'update',
          table: 'core',
          key,
          set: { stage: 'won' },
          remove: ['old', 'never'],
          add: { rev: 1, seen: -2 },
        },
      ]);

      expect(await store.get('core', key)).toEqual({ ...key, keep: 'k', stage: 'won', rev: 5, seen: -2 });
    });

    test('creates the item that an update without condition does not find', async () => {
      const { store } = await create();

      await store.transact([{ kind: 'update', table: 'core', key, add: { count: 1 } }]);

      expect(await store.get('core', key)).toEqual({ ...key, count: 1 });
    });

    test('does not create it where the update asks for presence', async () => {
      const { store } = await create();
      const update: Operation = { kind: 'update', table: 'core', key, set: { a: 1 }, if: { present: true } };

      expect(await store.transact([update])).toEqual({ ok: false, failed: [0] });
      expect(await store.get('core', key)).toBeUndefined();
    });

    test('writes nothing where one condition fails, and names every one that failed', async () => {
      const store = await filled(create, [{ ...key, status: 'open' }]);

      const result = await store.transact([
        put({ pk: 'C#2', sk: 'HEAD' }),
        { kind: 'put', table: 'core', item: { ...key }, if: { absent: true } },
        { kind: 'update', table: 'core', key: { pk: 'C#3', sk: 'x' }, set: { a: 1 } },
        { kind: 'check', table: 'guard', key, if: { present: true } },
        { kind: 'delete', table: 'core', key: { pk: 'C#4', sk: 'x' }, if: { equals: { a: null } } },
      ]);

      expect(result).toEqual({ ok: false, failed: [1, 3] });
      expect(await store.get('core', { pk: 'C#2', sk: 'HEAD' })).toBeUndefined();
      expect(await store.get('core', { pk: 'C#3', sk: 'x' })).toBeUndefined();
      expect(await store.get('core', key)).toEqual({ ...key, status: 'open' });
    });

    test('checks conditions against what stood before the transaction', async () => {
      const store = await filled(create, [{ ...key, rev: 1 }]);

      const both = await Promise.all([
        store.transact([{ kind: 'update', table: 'core', key, add: { rev: 1 }, if: { equals: { rev: 1 } } }]),
        store.transact([{ kind: 'update', table: 'core', key, add: { rev: 1 }, if: { equals: { rev: 1 } } }]),
      ]);

      expect(both.filter(({ ok }) => ok)).toHaveLength(1);
      expect((await store.get('core', key))?.rev).toBe(2);
    });

    test('takes no operations at all, and a hundred', async () => {
      const { store } = await create();
      const hundred = Array.from({ length: 100 }, (_, at) => put({ pk: 'p', sk: String(at) }));

      expect(await store.transact([])).toEqual({ ok: true });
      expect(await store.transact(hundred)).toEqual({ ok: true });
      await expect(store.transact([...hundred, put({ ...key })])).rejects.toThrow(/101 operations/);
    });
  });

  describe('a condition', () => {
    const stored = { ...key, status: 'open', count: 3, flag: false, nothing: null };

    test.each<[string, NonNullable<Operation['if']>, boolean, boolean]>([
      // what it says, the condition, does it hold for the stored item, does it hold for an absent one
      ['absent', { absent: true }, false, true],
      ['present', { present: true }, true, false],
      ['nothing asked', {}, true, true],
      ['equal text', { equals: { status: 'open' } }, true, false],
      ['equal false', { equals: { flag: false } }, true, false],
      ['another text', { equals: { status: 'closed' } }, false, false],
      ['text is not a number', { equals: { count: '3' } }, false, false],
      ['null is an absent attribute', { equals: { other: null } }, true, true],
      ['null is not a present attribute', { equals: { status: null } }, false, true],
      ['null is not a stored null', { equals: { nothing: null } }, false, true],
      ['present and an absent attribute', { present: true, equals: { other: null } }, true, false],
      ['one of several', { oneOf: { status: ['new', 'open'] } }, true, false],
      ['none of several', { oneOf: { status: ['new', 'closed'] } }, false, false],
      ['smaller than the bound', { below: { count: 4 } }, true, true],
      ['equal to the bound', { below: { count: 3 } }, false, true],
      ['an absent number', { below: { other: 0 } }, true, true],
      ['text below a number', { below: { status: 4 } }, false, true],
      ['a stored null below a number', { below: { nothing: 4 } }, false, true],
      ['all parts, one failing', { equals: { status: 'open' }, below: { count: 1 } }, false, false],
      ['inherited names are absent', { equals: { constructor: null, toString: null } }, true, true],
    ])('%s', async (_says, condition, forStored, forAbsent) => {
      const store = await filled(create, [stored]);
      const check = (sk: string) =>
        store.transact([{ kind: 'check', table: 'core', key: { pk: key.pk, sk }, if: condition }]);

      expect((await check(key.sk)).ok).toBe(forStored);
      expect((await check('other')).ok).toBe(forAbsent);
    });
  });

  describe('an operation that can never succeed', () => {
    const long = 'x'.repeat(1025);
    const nested = (depth: number): Item['a'] => (depth === 0 ? 1 : [nested(depth - 1)]);
    const bad = (value: unknown): Operation => {
      const item: Item = { ...key };
      Reflect.set(item, 'a', value);
      return put(item);
    };

    test.each<[string, Operation[], RegExp]>([
      [
        'two on one item',
        [put({ ...key }), { kind: 'delete', table: 'core', key }],
        /operation 1 .*same item/,
      ],
      ['an empty sort key', [put({ pk: 'a', sk: '' })], /"sk" is empty/],
      ['a long key', [put({ pk: long, sk: 'a' })], /longer than 1024 bytes/],
      ['a long key in bytes', [put({ pk: 'é'.repeat(513), sk: 'a' })], /longer than 1024 bytes/],
      ['half a character in a key', [put({ pk: '\ud800', sk: 'a' })], /half a character/],
      ['an item of more than 400 kB', [bad('x'.repeat(410_000))], /too many for one item/],
      [
        'more than 4 MB together',
        Array.from({ length: 11 }, (_, at) => put({ pk: 'p', sk: `${at}`, a: 'x'.repeat(400_000) })),
        /transaction is larger/,
      ],
      ['infinity', [bad(Number.POSITIVE_INFINITY)], /a is Infinity/],
      ['not a number, deep inside', [bad({ b: [Number.NaN] })], /a\.b\.0 is NaN/],
      ['a number that is too large', [bad(1e126)], /1e\+126/],
      ['a number that is too small', [bad(1e-131)], /1e-131/],
      ['a big integer', [bad(1n)], /bigint/],
      ['a date', [bad(new Date(0))], /not plain JSON/],
      ['deeper nesting than 31 levels', [bad(nested(32))], /nested deeper/],
      ['a hole in a list', [bad([undefined])], /undefined/],
      ['deep nesting', [bad(nested(40))], /nested deeper/],
      ['a prototype', [bad(JSON.parse('{"__proto__":1}'))], /__proto__/],
      ['a number in an index', [put({ ...key, tl: 5 })], /"tl" must be text/],
      ['an empty index key', [put({ ...key, g1pk: '' })], /"g1pk" is empty/],
      ['a change of the key', [{ kind: 'update', table: 'core', key, set: { pk: 'b' } }], /"pk" is the key/],
      [
        'one attribute twice',
        [{ kind: 'update', table: 'core', key, set: { a: 1 }, add: { a: 1 } }],
        /changed twice/,
      ],
      [
        'adding infinity',
        [{ kind: 'update', table: 'core', key, add: { a: Number.POSITIVE_INFINITY } }],
        /cannot add/,
      ],
      [
        'adding to the key of an index',
        [{ kind: 'update', table: 'guard', key, add: { g1sk: 1 } }],
        /"g1sk" must be text/,
      ],
      [
        'an update that changes nothing',
        [{ kind: 'update', table: 'core', key, set: {} }],
        /changes nothing/,
      ],
      [
        'a bound that no number has',
        [{ kind: 'check', table: 'core', key, if: { below: { a: 1e200 } } }],
        /storable number/,
      ],
      [
        'an endless list of choices',
        [{ kind: 'check', table: 'core', key, if: { oneOf: { a: [] } } }],
        /lists 0 values/,
      ],
    ])('is refused: %s', async (_what, operations, message) => {
      const { store } = await create();

      const refusal = store.transact(operations);

      await expect(refusal).rejects.toThrow(message);
      await expect(refusal).rejects.toBeInstanceOf(Rejected);
      expect((await store.query({ table: 'core', pk: 'p' })).items).toEqual([]);
    });

    test('takes 31 levels', async () => {
      const { store } = await create();

      expect(await store.transact([bad(nested(31))])).toEqual({ ok: true });
    });

    test.each([{ name: null }, { name: true }, { name: [1] }])('is refused: adding to %j', async (stored) => {
      const store = await filled(create, [{ ...key, ...stored }]);

      const refusal = store.transact([{ kind: 'update', table: 'core', key, add: { name: 1 } }]);

      await expect(refusal).rejects.toBeInstanceOf(Rejected);
    });

    test('is refused: an update that makes an item too large', async () => {
      const store = await filled(create, [{ ...key, a: 'x'.repeat(300_000) }]);

      const refusal = store.transact([
        { kind: 'update', table: 'core', key, set: { b: 'x'.repeat(200_000) } },
      ]);

      await expect(refusal).rejects.toBeInstanceOf(Rejected);
      expect((await store.get('core', key))?.b).toBeUndefined();
    });

    test('is refused: adding to text, and nothing of the transaction stays', async () => {
      const store = await filled(create, [{ ...key, name: 'Ada' }]);

      const refusal = store.transact([
        put({ pk: 'C#2', sk: 'HEAD' }),
        { kind: 'update', table: 'core', key, add: { name: 1 } },
      ]);

      await expect(refusal).rejects.toBeInstanceOf(Rejected);
      expect(await store.get('core', { pk: 'C#2', sk: 'HEAD' })).toBeUndefined();
    });
  });

  describe('query', () => {
    const rows: Item[] = ['a', 'b1', 'b2', 'b3', 'c', 'd'].map((sk, at) => ({
      pk: 'p',
      sk,
      tl: `t${9 - at}`,
      ...(at % 2 === 0 && { g1pk: 'g', g1sk: `s${at}` }),
      ...(at > 3 && { duepk: 'due', duesk: `2026-${at}` }),
    }));
    const keys = ({ items }: { items: Item[] }) => items.map(({ sk }) => sk);

    test.each<[string, Omit<Parameters<Store['query']>[0], 'table' | 'pk'>, string[]]>([
      ['a partition in order', {}, ['a', 'b1', 'b2', 'b3', 'c', 'd']],
      ['backwards', { reverse: true }, ['d', 'c', 'b3', 'b2', 'b1', 'a']],
      ['inclusive bounds', { from: 'b2', to: 'c' }, ['b2', 'b3', 'c']],
      ['from only', { from: 'b3' }, ['b3', 'c', 'd']],
      ['to only, backwards', { to: 'b1', reverse: true }, ['b1', 'a']],
      ['crossed bounds', { from: 'c', to: 'b' }, []],
      ['a prefix', { prefix: 'b' }, ['b1', 'b2', 'b3']],
      ['a prefix that nothing has', { prefix: 'b9' }, []],
      ['an empty prefix', { prefix: '' }, ['a', 'b1', 'b2', 'b3', 'c', 'd']],
      ['from the empty text on', { from: '', to: 'b1' }, ['a', 'b1']],
      ['up to the empty text', { to: '' }, []],
      ['bounds in the order of bytes', { from: 'c', to: '\u{1F600}' }, ['c', 'd']],
      ['bounds crossed in bytes alone', { from: '\u{1F600}', to: '\uffff' }, []],
      ['the timeline', { index: 'tl' }, ['d', 'c', 'b3', 'b2', 'b1', 'a']],
      ['a span of the timeline', { index: 'tl', from: 't5', to: 't6', reverse: true }, ['b3', 'c']],
      ['the newest', { index: 'tl', reverse: true, limit: 2 }, ['a', 'b1']],
    ])('reads %s', async (_what, query, expected) => {
      const store = await filled(create, [...rows, { pk: 'q', sk: 'b2', tl: 't5' }]);

      expect(keys(await store.query({ table: 'core', pk: 'p', ...query }))).toEqual(expected);
    });

    test.each<[string, Omit<Parameters<Store['count']>[0], 'table' | 'pk'>, number]>([
      ['a partition', {}, 6],
      ['inclusive bounds', { from: 'b2', to: 'c' }, 3],
      ['crossed bounds', { from: 'c', to: 'b' }, 0],
      ['a prefix', { prefix: 'b' }, 3],
      ['a span of the timeline', { index: 'tl', to: 't5' }, 2],
    ])('counts %s', async (_what, query, expected) => {
      const store = await filled(create, [...rows, { pk: 'q', sk: 'b2', tl: 't5' }]);

      expect(await store.count({ table: 'core', pk: 'p', ...query })).toBe(expected);
    });

    test('counts an index across partitions, beyond one page', async () => {
      const many = Array.from({ length: 1200 }, (_, at) => ({
        pk: `p${at}`,
        sk: 's',
        g1pk: 'g',
        g1sk: `${at}`,
      }));
      const { store } = await create();
      for (let at = 0; at < many.length; at += 100) await store.transact(many.slice(at, at + 100).map(put));

      expect(await store.count({ table: 'core', index: 'g1', pk: 'g' })).toBe(1200);
      expect(await store.count({ table: 'core', index: 'g1', pk: 'nobody' })).toBe(0);
      await expect(store.count({ table: 'core', pk: '' })).rejects.toThrow(Rejected);
    });

    test('reads the indexes across partitions; a row without the attributes is not in them', async () => {
      const store = await filled(create, [
        ...rows,
        { pk: 'o', sk: 'z', g1pk: 'g', g1sk: 's1' },
        { pk: 'o', sk: 'y', g1pk: 'g' },
      ]);

      expect(keys(await store.query({ table: 'core', index: 'g1', pk: 'g' }))).toEqual(['a', 'z', 'b2', 'c']);
      expect(keys(await store.query({ table: 'core', index: 'due', pk: 'due', to: '2026-4' }))).toEqual([
        'c',
      ]);
    });

    test('gives rows of one sort key in an index once each, page by page', async () => {
      const tied = ['a', 'b', 'c', 'd', 'e'].map((sk) => ({
        pk: `p${sk}`,
        sk,
        g1pk: 'g',
        g1sk: 's',
        tl: 't',
      }));
      const store = await filled(create, tied);

      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await store.query({ table: 'core', index: 'g1', pk: 'g', limit: 2, cursor });
        seen.push(...keys(page));
        cursor = page.cursor;
      } while (cursor);

      expect(seen.sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
    });

    test.each([
      { table: 'design', index: 'tl' },
      { table: 'design', index: 'due' },
      { table: 'guard', index: 'tl' },
      { table: 'guard', index: 'g1' },
      { table: 'guard', index: 'due' },
    ] as const)('refuses an index that the table does not have: %j', async (missing) => {
      const { store } = await create();

      await expect(store.query({ ...missing, pk: 'p' })).rejects.toThrow(/there is no such index/);
      await expect(store.count({ ...missing, pk: 'p' })).rejects.toBeInstanceOf(Rejected);
    });

    test('reads the one index of the design table', async () => {
      const { store } = await create();
      const items: Item[] = ['a', 'b'].map((sk) => ({
        pk: 'p',
        sk,
        tl: 't',
        g1pk: 'LIVE',
        g1sk: sk,
        duepk: 'd',
      }));
      await store.transact(items.map((item): Operation => ({ kind: 'put', table: 'design', item })));

      expect(keys(await store.query({ table: 'design', index: 'g1', pk: 'LIVE' }))).toEqual(['a', 'b']);
    });

    test('gives a page of more than a megabyte whole', async () => {
      const { store } = await create();
      const large = Array.from({ length: 12 }, (_, at) => ({
        pk: 'p',
        sk: String.fromCharCode(97 + at),
        a: 'x'.repeat(300_000),
      }));
      await store.transact(large.slice(0, 6).map(put));
      await store.transact(large.slice(6).map(put));

      const page = await store.query({ table: 'core', pk: 'p', limit: 11 });
      const rest = await store.query({ table: 'core', pk: 'p', limit: 11, cursor: page.cursor });

      expect(keys(page)).toEqual(large.slice(0, 11).map(({ sk }) => sk));
      expect(keys(rest)).toEqual(['l']);
      expect(await store.count({ table: 'core', pk: 'p' })).toBe(12);
    });

    test('moves and leaves an index with the attributes of the row', async () => {
      const store = await filled(create, [{ ...key, duepk: 'due', duesk: '1' }]);
      const due = async () => keys(await store.query({ table: 'core', index: 'due', pk: 'due', to: '2' }));

      await store.transact([{ kind: 'update', table: 'core', key, set: { duesk: '3' } }]);
      expect(await due()).toEqual([]);
      await store.transact([{ kind: 'update', table: 'core', key, set: { duesk: '2' } }]);
      expect(await due()).toEqual(['HEAD']);
      await store.transact([{ kind: 'update', table: 'core', key, remove: ['duepk', 'duesk'] }]);
      expect(await due()).toEqual([]);
    });

    test('sorts by bytes, not by UTF-16 units', async () => {
      const inOrder = ['B', 'a', 'é', '\uffff', '😀'];
      const store = await filled(
        create,
        inOrder.map((sk) => ({ pk: 'p', sk })),
      );

      expect(keys(await store.query({ table: 'core', pk: 'p' }))).toEqual(inOrder);
    });

    test.each(['\uffff', 'a\u{10ffff}', '\u{10ffff}', '\ud7ff'])('finds the prefix %j', async (prefix) => {
      const store = await filled(create, [
        { pk: 'p', sk: `${prefix}\u{10ffff}` },
        { pk: 'p', sk: prefix },
        { pk: 'p', sk: 'b' },
        { pk: 'p', sk: '\ue000' },
      ]);

      expect(keys(await store.query({ table: 'core', pk: 'p', prefix }))).toEqual([
        prefix,
        `${prefix}\u{10ffff}`,
      ]);
    });

    test.each([
      { pk: 'p' },
      { pk: 'p', reverse: true },
      { pk: 'p', index: 'tl' as const },
      { pk: 'g', index: 'g1' as const },
      { pk: 'g', index: 'g1' as const, reverse: true },
    ])('pages through %j and gives each row once', async (query) => {
      const store = await filled(create, rows);
      const whole = await store.query({ table: 'core', ...query });

      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await store.query({ table: 'core', ...query, limit: 2, cursor });
        expect(page.items.length).toBeLessThanOrEqual(2);
        seen.push(...keys(page));
        cursor = page.cursor;
      } while (cursor);

      expect(seen).toEqual(keys(whole));
      expect(whole.cursor).toBeUndefined();
    });

    test('keeps its place while rows come and go', async () => {
      const store = await filled(create, rows);
      const first = await store.query({ table: 'core', pk: 'p', limit: 3 });
      await store.transact([
        { kind: 'delete', table: 'core', key: { pk: 'p', sk: 'b2' } },
        put({ pk: 'p', sk: 'a0' }),
        put({ pk: 'p', sk: 'b4' }),
      ]);

      const second = await store.query({ table: 'core', pk: 'p', cursor: first.cursor });

      expect(keys(second)).toEqual(['b3', 'b4', 'c', 'd']);
    });

    test.each(['nonsense', '', 'WzFd', 'eyJhIjoxfQ'])('refuses the cursor %j', async (cursor) => {
      await expect((await create()).store.query({ table: 'core', pk: 'p', cursor })).rejects.toThrow(
        /belongs to another query/,
      );
    });

    test('refuses the cursor of another query', async () => {
      const store = await filled(create, rows);
      const { cursor } = await store.query({ table: 'core', pk: 'p', limit: 1 });

      for (const other of [
        { pk: 'q' },
        { pk: 'p', reverse: true },
        { pk: 'p', prefix: 'b' },
        { pk: 'p', index: 'tl' as const },
      ]) {
        await expect(store.query({ table: 'core', ...other, cursor })).rejects.toThrow(/another query/);
      }
    });

    test.each([
      { limit: 0 },
      { limit: 1001 },
      { limit: 1.5 },
      { pk: '' },
      { prefix: 'a', from: 'a' },
      { from: 'x'.repeat(1025) },
    ])('refuses %j', async (query) => {
      await expect((await create()).store.query({ table: 'core', pk: 'p', ...query })).rejects.toBeInstanceOf(
        Rejected,
      );
    });
  });

  describe('the change stream', () => {
    test('tells each change of a row in order, with the row after it', async () => {
      const { store, changes } = await create();

      await store.transact([put({ ...key, a: 1 }), put({ pk: 'C#2', sk: 'x' })]);
      const inserted = await changes();
      await store.transact([{ kind: 'update', table: 'core', key, add: { a: 1 } }]);
      await store.transact([{ kind: 'delete', table: 'core', key }]);

      expect(inserted).toHaveLength(2);
      expect(inserted).toEqual(
        expect.arrayContaining([
          { table: 'core', kind: 'INSERT', key, image: { ...key, a: 1 } },
          { table: 'core', kind: 'INSERT', key: { pk: 'C#2', sk: 'x' }, image: { pk: 'C#2', sk: 'x' } },
        ]),
      );
      expect(await changes()).toEqual([
        { table: 'core', kind: 'MODIFY', key, image: { ...key, a: 2 } },
        { table: 'core', kind: 'REMOVE', key },
      ]);
    });

    test('is silent about what writes nothing', async () => {
      const { store, changes } = await create();
      await store.transact([put({ ...key, a: 1, b: 2 })]);
      await changes();

      await store.transact([{ kind: 'check', table: 'core', key, if: { present: true } }]);
      await store.transact([{ kind: 'delete', table: 'core', key: { pk: 'none', sk: 'none' } }]);
      await store.transact([
        put({ ...key, a: 5 }),
        { kind: 'check', table: 'guard', key, if: { present: true } },
      ]);

      expect(await changes()).toEqual([]);
    });
  });

  test('says when everything is durable', async () => {
    const store = await filled(create, [{ ...key }]);

    await expect(store.durable()).resolves.toBeUndefined();
  });
});

describe.each(embedded)('the %s store, which tells its own process', (_name, create) => {
  test('tells a change when it can already be read', async () => {
    const read: Promise<Item | undefined>[] = [];
    const { store } = await create({
      onChange: (changes) => read.push(...changes.map((change) => store.get(change.table, change.key))),
    });

    await store.transact([put({ ...key, a: 1 })]);

    expect(await Promise.all(read)).toEqual([{ ...key, a: 1 }]);
  });

  // So does DynamoDB, but the server that stands for it here tells of such a row.
  test('is silent about a row that is written as it was', async () => {
    const { store, changes } = await create();
    await store.transact([put({ ...key, a: 1, b: 2 })]);
    await changes();

    await store.transact([put({ b: 2, a: 1, ...key })]);
    await store.transact([{ kind: 'update', table: 'core', key, set: { a: 1 } }]);

    expect(await changes()).toEqual([]);
  });

  test('gives rows of one sort key in an index in the order of their own keys', async () => {
    const place = { g1pk: 'g', g1sk: 's' };
    const store = await filled(create, [
      { pk: 'p', sk: 'b', ...place },
      { pk: 'o', sk: 'z', ...place },
      { pk: 'p', sk: 'a', ...place },
    ]);

    const { items } = await store.query({ table: 'core', index: 'g1', pk: 'g' });

    expect(items.map(({ sk }) => sk)).toEqual(['z', 'a', 'b']);
  });
});
