import { parseDocument } from '@baton/rules/documents/parse.ts';
import type { DecisionTable } from '@baton/rules/documents/table.ts';
import { type Cell, cellText, parseCell } from '@baton/rules/edit/cell-text.ts';
import type { Edited } from '@baton/rules/edit/edited.ts';
import {
  addInput,
  addOutput,
  addRow,
  changeCellIfUnknown,
  changeHitPolicy,
  changeInput,
  changeNote,
  duplicateRow,
  moveColumn,
  moveRow,
  paste,
  removeInput,
  removeOutput,
  removeRow,
  typeCell,
} from '@baton/rules/edit/table.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aTable, frozen } from '../support/documents.ts';

const table = frozen(aTable());

function made(edit: Edited<DecisionTable>): DecisionTable {
  if (!edit.ok) throw new Error(edit.reason);
  return edit.document;
}
const reasonOf = (edit: Edited<DecisionTable>) => (edit.ok ? '' : edit.reason);
const rowsOf = (edit: Edited<DecisionTable>) => made(edit).rows.map(({ id }) => id);

describe('rows', () => {
  test('are added with an id that no row ever had, and moved one place', () => {
    expect(rowsOf(addRow(table, 1))).toEqual(['r1', 'r4', 'r2', 'r3']);
    expect(rowsOf(moveRow(table, 'r3', -1))).toEqual(['r1', 'r3', 'r2']);
    expect(reasonOf(moveRow(table, 'r1', -1))).toBe('The row stands at the end already.');
    expect(made(duplicateRow(table, 'r1')).rows[1]).toEqual({ ...table.rows[0], id: 'r4' });
  });

  test('are removed, but not the last one', () => {
    const one = { ...table, rows: table.rows.slice(0, 1) };

    expect(rowsOf(removeRow(table, 'r2'))).toEqual(['r1', 'r3']);
    expect(reasonOf(removeRow(one, 'r1'))).toBe('A table needs at least one row.');
  });

  test('carry a note, which an empty one takes away', () => {
    expect(made(changeNote(table, 'r3', '')).rows[2]).toEqual({ id: 'r3', cells: {}, out: { o1: 'triage' } });
  });
});

describe('columns', () => {
  test('go with their cells', () => {
    const without = made(removeInput(table, 'i1'));

    expect(without.rows.map(({ cells }) => Object.keys(cells))).toEqual([['i2'], [], []]);
    expect(reasonOf(removeInput(without, 'i2'))).toMatch(/^A table needs at least one column that asks/);
    expect(reasonOf(removeOutput(table, 'o1'))).toMatch(/^A table needs at least one column that gives/);
  });

  test('are added once for each fact and each name given out', () => {
    const input = { label: 'Paid', fact: 'contact', path: '$.paid', type: 'boolean' as const };

    expect(made(addInput(table, input)).inputs[2]).toEqual({ ...input, id: 'i3' });
    expect(reasonOf(addInput(made(addInput(table, input)), input))).toBe(
      'The table asks about this fact already.',
    );
    expect(reasonOf(addOutput(table, { label: 'Team', param: 'team', type: 'text' }))).toMatch(/already/);
    expect(made(moveColumn(table, 'i1', 1)).inputs.map(({ id }) => id)).toEqual(['i2', 'i1']);
    expect(reasonOf(changeInput(table, 'i1', { label: ' ' }))).toBe('A column needs a label.');
  });
});

describe('a typed cell', () => {
  const number = { type: 'number' as const };
  const tier = { type: 'enum' as const, values: ['gold', 'silver', 'bronze'] };
  test.each<[string, { type: DecisionTable['inputs'][number]['type']; values?: string[] }, Cell]>([
    ['70..100', number, { operator: 'known:between', value: [70, 100] }],
    ['1.5 – 2', number, { operator: 'known:between', value: [1.5, 2] }],
    ['<30', number, { operator: 'known:lessThan', value: 30 }],
    ['≥ 3', number, { operator: 'known:greaterThanInclusive', value: 3 }],
    ['1, 2', number, { operator: 'known:in', value: [1, 2] }],
    ['gold', tier, { operator: 'known:equal', value: 'gold' }],
    ['not gold, silver', tier, { operator: 'known:notIn', value: ['gold', 'silver'] }],
    ['yes', { type: 'boolean' }, { operator: 'known:equal', value: true }],
    ['last 7 days', { type: 'date' }, { operator: 'known:withinLast', value: 'P7D' }],
    ['before 2026-03-01', { type: 'date' }, { operator: 'known:dateBefore', value: '2026-03-01' }],
    ['has no giro', { type: 'list' }, { operator: 'known:doesNotContain', value: 'giro' }],
    ['*shop*', { type: 'text' }, { operator: 'known:textContains', value: 'shop' }],
    ['unknown', tier, { operator: 'isKnown', value: false }],
  ])('%s', (text, column, cell) => {
    expect(parseCell(text, column)).toEqual({ ok: true, cell });
  });

  test('keeps what an absent fact means, and is blank where it says nothing', () => {
    const before = { operator: 'orUnknown:lessThan', value: 30 };

    expect(parseCell('< 40', number, before)).toEqual({
      ok: true,
      cell: { operator: 'orUnknown:lessThan', value: 40 },
    });
    expect(parseCell('-', number, before)).toEqual({ ok: true, cell: undefined });
    expect(made(changeCellIfUnknown(table, 'r2', 'i1', 'no')).rows[1]?.cells.i1?.operator).toBe(
      'known:greaterThanInclusive',
    );
  });

  test('says why it cannot be read', () => {
    expect(reasonOf(typeCell(table, 'r1', 'i1', 'many'))).toMatch(
      /^“many” cannot be read here. Write for example 80/,
    );
    expect(reasonOf(typeCell(table, 'r1', 'i2', 'platinum'))).toBe(
      '“platinum” is not among the values of the column: gold, silver.',
    );
  });

  test('that cannot be written as text has no text, so that nothing is lost by looking at it', () => {
    const text = { type: 'text' as const };

    expect(cellText({ operator: 'equal', value: { fact: 'contact', path: '$.x' } }, text)).toBeUndefined();
    expect(cellText({ operator: 'in', value: ['a, b', 'c'] }, text)).toBeUndefined();
    expect(cellText({ operator: 'not:equal', value: 'a' }, text)).toBeUndefined();
    expect(cellText({ operator: 'equal', value: 'known' }, text)).toBeUndefined();
    expect(cellText({ operator: 'equal', value: '-' }, text)).toBeUndefined();
    expect(cellText({ operator: 'textStartsWith', value: ' ' }, text)).toBeUndefined();
  });

  test('reads back as the cell it shows, whatever stands in it', () => {
    const operators = ['equal', 'notEqual', 'in', 'notIn', 'textContains', 'textStartsWith', 'isKnown'];
    const value = fc.oneof(fc.string(), fc.boolean(), fc.array(fc.string(), { minLength: 1, maxLength: 3 }));
    fc.assert(
      fc.property(fc.constantFrom(...operators), value, (operator, value) => {
        const cell = { operator, value };
        const text = cellText(cell, { type: 'text' });
        if (text !== undefined) expect(parseCell(text, { type: 'text' }, cell)).toEqual({ ok: true, cell });
      }),
    );
  });
});

describe('pasting', () => {
  test('fills cells from one on and adds rows that are missing', () => {
    const pasted = made(
      paste(table, { row: 'r3', column: 'i1' }, '< 10\tgold\tnurture\r\n10..20\t\tinside\textra\r\n'),
    );

    expect(pasted.rows.slice(2)).toEqual([
      {
        ...table.rows[2],
        cells: {
          i1: { operator: 'known:lessThan', value: 10 },
          i2: { operator: 'known:equal', value: 'gold' },
        },
        out: { o1: 'nurture' },
      },
      { id: 'r4', cells: { i1: { operator: 'known:between', value: [10, 20] } }, out: { o1: 'inside' } },
    ]);
  });

  test('refuses the whole where one text cannot be read', () => {
    expect(reasonOf(paste(table, { row: 'r1', column: 'i1' }, '1\tgold\nmany\tgold'))).toMatch(
      /^Nothing was pasted. Line 2: “many” cannot be read here/,
    );
  });
});

const pick = fc.nat({ max: 6 });
const at = <T>(entries: readonly T[], index: number): T => {
  const found = entries[index % entries.length];
  if (found === undefined) throw new Error('nothing to pick from');
  return found;
};
type Press = (table: DecisionTable) => Edited<DecisionTable>;
const text = fc.constantFrom('70..100', '< 3', 'gold', 'not gold', '', 'known', 'a\tb', '5\tsilver\tx\n6');
const press: fc.Arbitrary<Press> = fc.oneof(
  pick.map(
    (row): Press =>
      (now) =>
        addRow(now, row % (now.rows.length + 1)),
  ),
  pick.map(
    (row): Press =>
      (now) =>
        removeRow(now, at(now.rows, row).id),
  ),
  pick.map(
    (row): Press =>
      (now) =>
        duplicateRow(now, at(now.rows, row).id),
  ),
  fc.tuple(pick, fc.constantFrom(-1, 1 as const)).map(
    ([row, by]): Press =>
      (now) =>
        moveRow(now, at(now.rows, row).id, by),
  ),
  fc.tuple(pick, pick, text).map(
    ([row, column, typed]): Press =>
      (now) =>
        typeCell(now, at(now.rows, row).id, at([...now.inputs, ...now.outputs], column).id, typed),
  ),
  fc.tuple(pick, pick, text).map(
    ([row, column, pasted]): Press =>
      (now) =>
        paste(
          now,
          { row: at(now.rows, row).id, column: at([...now.inputs, ...now.outputs], column).id },
          pasted,
        ),
  ),
  pick.map(
    (column): Press =>
      (now) =>
        removeInput(now, at(now.inputs, column).id),
  ),
  pick.map(
    (column): Press =>
      (now) =>
        removeOutput(now, at(now.outputs, column).id),
  ),
  pick.map(
    (n): Press =>
      (now) =>
        addInput(now, { label: 'New', fact: 'contact', path: `$.x${n}`, type: 'number' }),
  ),
  pick.map(
    (n): Press =>
      (now) =>
        addOutput(now, { label: 'New', param: `p${n}`, type: 'text' }),
  ),
  fc.constantFrom('unique', 'collect' as const).map(
    (policy): Press =>
      (now) =>
        changeHitPolicy(now, policy),
  ),
);

test('whatever is pressed, the table stays one that can be read', () => {
  let made = 0;
  fc.assert(
    fc.property(fc.array(press, { maxLength: 25 }), (presses) => {
      let now = table;
      for (const edit of presses) {
        const edited = edit(now);
        if (!edited.ok) {
          expect(edited.reason).toMatch(/\.$/);
          continue;
        }
        made += 1;
        now = edited.document;
        const parsed = parseDocument('tables', now);
        expect(parsed.ok ? [] : parsed.problems).toEqual([]);
      }
    }),
  );
  expect(made).toBeGreaterThan(300);
});
