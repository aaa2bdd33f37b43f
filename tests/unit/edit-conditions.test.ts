import type { Root } from '@baton/rules/conditions/condition.ts';
import { limits } from '@baton/rules/conditions/condition.ts';
import {
  addCondition,
  addLine,
  changeIfUnknown,
  changeOperator,
  type EditedCondition,
  ifUnknownOf,
  move,
  moveBy,
  negate,
  remove,
  setGroup,
  unwrap,
  wrap,
} from '@baton/rules/edit/conditions.ts';
import { describe, expect, test } from 'vitest';
import { frozen, leaf } from '../support/documents.ts';

const [a, b, c, d] = ['$.a', '$.b', '$.c', '$.d'].map((path) => leaf('contact', path, 'equal', 1));
if (!a || !b || !c || !d) throw new Error('four lines');

const given: Root = frozen({ all: [a, { any: [b, c] }, d] });

const made = (edit: EditedCondition) =>
  edit.ok ? { document: edit.document, at: edit.at } : { document: edit.reason, at: [] };
const reasonOf = (edit: EditedCondition) => (edit.ok ? '' : edit.reason);

describe('a line', () => {
  test('is added below another, also below a negated one, and at the end of a group', () => {
    expect(made(addLine(given, [0], c))).toEqual({ document: { all: [a, c, { any: [b, c] }, d] }, at: [1] });
    expect(made(addLine({ all: [{ not: a }] }, [0, 0], b))).toEqual({
      document: { all: [{ not: a }, b] },
      at: [1],
    });
    expect(made(addLine(given, [1], d))).toEqual({
      document: { all: [a, { any: [b, c, d] }, d] },
      at: [1, 2],
    });
  });

  test('and others typed at once go one by one into a group of their kind, else as a group', () => {
    expect(made(addCondition(given, [0], { all: [b, c] })).document).toEqual({
      all: [a, b, c, { any: [b, c] }, d],
    });
    expect(made(addCondition(given, [1, 0], { all: [a, d] })).document).toEqual({
      all: [a, { any: [b, { all: [a, d] }, c] }, d],
    });
  });

  test('moves past its neighbour, into the group beside it and out at the edge', () => {
    expect(made(moveBy(given, [2], 'up'))).toEqual({ document: { all: [a, d, { any: [b, c] }] }, at: [1] });
    expect(made(moveBy(given, [0], 'in'))).toEqual({
      document: { all: [{ any: [a, b, c] }, d] },
      at: [0, 0],
    });
    expect(made(moveBy(given, [1, 0], 'up'))).toEqual({
      document: { all: [a, b, { any: [c] }, d] },
      at: [1],
    });
    expect(made(moveBy(given, [1, 0], 'out'))).toEqual({
      document: { all: [a, { any: [c] }, b, d] },
      at: [2],
    });
    expect(reasonOf(moveBy(given, [0], 'up'))).toBe('It is the first line already.');
  });

  test('that leaves a group empty takes the group with it', () => {
    expect(made(move({ all: [a, { not: { any: [b] } }] }, [1, 0, 0], [], 0))).toEqual({
      document: { all: [b, a] },
      at: [0],
    });
  });

  test('is removed, but never the last one', () => {
    expect(made(remove(given, [1, 1]))).toEqual({ document: { all: [a, { any: [b] }, d] }, at: [1, 0] });
    expect(reasonOf(remove({ all: [{ any: [a] }] }, [0, 0]))).toMatch(/^A condition needs at least one line/);
  });

  test('says what an absent fact means, unless that is its question', () => {
    expect(made(changeIfUnknown({ all: [a] }, [0], 'no')).document).toEqual({
      all: [{ ...a, operator: 'known:equal' }],
    });
    expect(made(changeIfUnknown({ all: [{ ...a, operator: 'known:equal' }] }, [0], 'ask')).document).toEqual({
      all: [a],
    });
    expect(reasonOf(changeIfUnknown({ all: [{ ...a, operator: 'isKnown' }] }, [0], 'no'))).toMatch(
      /never unknown/,
    );
    expect(ifUnknownOf('orUnknown:not:equal')).toBe('yes');
  });

  test('keeps what an absent fact means when it compares in another way', () => {
    const root: Root = { all: [{ ...a, operator: 'orUnknown:equal' }] };

    expect(made(changeOperator(root, [0], 'between', [1, 2])).document).toEqual({
      all: [{ ...a, operator: 'orUnknown:between', value: [1, 2] }],
    });
    expect(made(changeOperator(root, [0], 'isKnown', true)).document).toEqual({
      all: [{ ...a, operator: 'isKnown', value: true }],
    });
  });
});

describe('a group', () => {
  test('is put around a node and dissolved again', () => {
    expect(made(wrap(given, [0], 'none'))).toEqual({
      document: { all: [{ not: { any: [a] } }, { any: [b, c] }, d] },
      at: [0],
    });
    expect(made(unwrap(given, [1])).document).toEqual({ all: [a, b, c, d] });
    expect(reasonOf(unwrap(given, []))).toMatch(/^The outermost group stays/);
  });

  test('cannot be moved into itself', () => {
    expect(reasonOf(move(given, [1], [1], 0))).toBe('A group cannot be moved into itself.');
  });

  test('becomes another kind; the outermost one is never a negation', () => {
    expect(made(setGroup(given, [1], 'none'))).toEqual({
      document: { all: [a, { not: { any: [b, c] } }, d] },
      at: [1],
    });
    expect(made(setGroup({ all: [a] }, [], 'none'))).toEqual({
      document: { all: [{ not: { any: [a] } }] },
      at: [0],
    });
    expect(made(negate({ all: [{ not: { any: [a] } }] }, []))).toEqual({ document: { any: [a] }, at: [] });
  });

  test('stays within the limits of the format', () => {
    const long: Root = { all: Array.from({ length: limits.children }, () => a) };
    const deep = Array.from({ length: limits.depth - 2 }).reduce<Root>((root) => ({ all: [root] }), {
      all: [a],
    });

    expect(reasonOf(addLine(long, [0], b))).toBe('A group holds 50 entries at most.');
    expect(reasonOf(wrap(deep, [], 'any'))).toBe('Groups nest 12 levels deep at most.');
  });
});
