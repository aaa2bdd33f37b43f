import { BrokenCondition } from '@baton/rules/conditions/evaluate.ts';
import { decideTable } from '@baton/rules/decide/table.ts';
import type { DecisionTable } from '@baton/rules/documents/index.ts';
import { describe, expect, test } from 'vitest';
import { aTable, frozen } from '../support/documents.ts';

const key = { contact: { score: 90, tier: 'gold' } };
const atLeast = (value: number) => ({ i1: { operator: 'greaterThanInclusive', value } });

describe('first', () => {
  test('takes the first row that fits and names those it masks', async () => {
    const decision = await decideTable(aTable(), key);

    expect(decision).toMatchObject({
      kind: 'row',
      row: 'r1',
      out: { team: 'key' },
      masked: ['r2', 'r3'],
      unknown: [],
    });
  });

  test('says for each row why it fits or does not, one line for those that do not', async () => {
    const decision = await decideTable(aTable(), { contact: { score: 85, tier: 'silver' } });

    expect(decision).toMatchObject({ kind: 'row', row: 'r2' });
    expect(decision.trace.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['r1.i2', 'false'],
      ['r2.i1', 'true'],
    ]);
  });

  test('lets the catch-all row take contacts about whom nothing is known, and says what was missing', async () => {
    const decision = await decideTable(aTable(), {});

    expect(decision).toMatchObject({
      kind: 'row',
      row: 'r3',
      note: 'Also takes contacts without a score.',
      unknown: [
        { fact: 'contact', path: '$.score' },
        { fact: 'contact', path: '$.tier' },
      ],
    });
  });

  test('does not ask for facts of later rows', async () => {
    const rows: DecisionTable['rows'] = [
      { id: 'r1', cells: { i2: { operator: 'equal', value: 'gold' } }, out: { o1: 'a' } },
      { id: 'r2', cells: atLeast(5), out: { o1: 'b' } },
    ];

    expect(await decideTable(aTable({ rows }), { contact: { tier: 'gold' } })).toMatchObject({
      row: 'r1',
      unknown: [],
    });
  });

  test('finds no row and says what is unknown', async () => {
    const rows: DecisionTable['rows'] = [
      { id: 'r1', cells: atLeast(90), out: { o1: 'a' } },
      { id: 'r2', cells: { i2: { operator: 'equal', value: 'gold' } }, out: { o1: 'b' } },
    ];

    expect(await decideTable(aTable({ rows }), { contact: { score: 10 } })).toMatchObject({
      kind: 'none',
      unknown: [{ fact: 'contact', path: '$.tier' }],
    });
  });
});

describe('the other hit policies', () => {
  const rows: DecisionTable['rows'] = [
    { id: 'r1', cells: atLeast(50), out: { o1: 'silver' } },
    { id: 'r2', cells: atLeast(80), out: { o1: 'gold' } },
    { id: 'r3', cells: atLeast(95), out: { o1: 'gold' } },
  ];
  const outputs: DecisionTable['outputs'] = [
    { id: 'o1', label: 'Tier', param: 'tier', type: 'enum', values: ['gold', 'silver'] },
  ];
  const withPolicy = (hitPolicy: DecisionTable['hitPolicy']) => aTable({ hitPolicy, rows, outputs });
  const score = (value: number) => ({ contact: { score: value } });

  test('unique takes one row and refuses two', async () => {
    expect(await decideTable(withPolicy('unique'), score(60))).toMatchObject({ kind: 'row', row: 'r1' });
    expect(await decideTable(withPolicy('unique'), score(85))).toMatchObject({
      kind: 'conflict',
      rows: ['r1', 'r2'],
    });
  });

  test('any takes rows that agree and refuses those that do not', async () => {
    const agreeing = aTable({ hitPolicy: 'any', rows: rows.slice(1), outputs });

    expect(await decideTable(agreeing, score(96))).toMatchObject({ kind: 'row', row: 'r2', masked: ['r3'] });
    expect(await decideTable(withPolicy('any'), score(96))).toMatchObject({
      kind: 'conflict',
      rows: ['r1', 'r2', 'r3'],
    });
  });

  test('priority takes the most important output, then the first row', async () => {
    expect(await decideTable(withPolicy('priority'), score(96))).toMatchObject({
      kind: 'row',
      row: 'r2',
      masked: ['r1', 'r3'],
    });
    expect(await decideTable(withPolicy('priority'), score(60))).toMatchObject({ kind: 'row', row: 'r1' });
  });

  test('collect takes all in row order', async () => {
    const decision = await decideTable(withPolicy('collect'), score(85));

    expect(decision).toMatchObject({
      kind: 'rows',
      rows: [
        { row: 'r1', out: { tier: 'silver' } },
        { row: 'r2', out: { tier: 'gold' } },
      ],
    });
  });

  test('collect without a row is none', async () => {
    expect(await decideTable(withPolicy('collect'), score(1))).toMatchObject({ kind: 'none' });
  });
});

test('a cell in no column breaks the table instead of being overlooked', async () => {
  const rows: DecisionTable['rows'] = [
    { id: 'r1', cells: { i9: { operator: 'equal', value: 1 } }, out: { o1: 'a' } },
  ];

  await expect(decideTable(aTable({ rows }), key)).rejects.toThrow(BrokenCondition);
});

test('a table of a thousand rows keeps its trace short', async () => {
  const rows = Array.from({ length: 1000 }, (_, index) => ({
    id: `r${index + 1}`,
    cells: atLeast(index),
    out: { o1: `${index}` },
  }));
  const table = frozen(aTable({ rows: rows.toReversed() }));

  const decision = await decideTable(table, { contact: { score: 100 } });

  expect(decision).toMatchObject({ kind: 'row', out: { team: '100' } });
  expect(decision.trace.length).toBeLessThanOrEqual(200);
});
