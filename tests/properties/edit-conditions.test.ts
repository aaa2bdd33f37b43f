import { type Condition, type Leaf, Root } from '@baton/rules/conditions/condition.ts';
import { evaluate, type Facts } from '@baton/rules/conditions/evaluate.ts';
import { childrenOf, isLeaf } from '@baton/rules/conditions/walk.ts';
import {
  type Address,
  addGroup,
  addLine,
  changeFact,
  changeIfUnknown,
  changeOperator,
  changeValue,
  duplicate,
  type EditedCondition,
  move,
  moveBy,
  negate,
  nodeAt,
  remove,
  setGroup,
  unwrap,
  wrap,
} from '@baton/rules/edit/conditions.ts';
import { begin, record, redo, undo } from '@baton/rules/edit/history.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { frozen, leaf } from '../support/documents.ts';

const line: fc.Arbitrary<Leaf> = fc
  .record({
    path: fc.constantFrom('$.a', '$.b', '$.c'),
    operator: fc.constantFrom('equal', 'known:equal', 'orUnknown:notEqual', 'isKnown'),
    value: fc.constantFrom<boolean | number>(true, false, 1),
  })
  .map(({ path, operator, value }) => leaf('contact', path, operator, operator === 'isKnown' ? true : value));

const kind = fc.constantFrom('all', 'any', 'none', 'not-all' as const);
const pick = fc.nat({ max: 40 });

/** One press of a key or button: which edit, on which of the nodes there are. */
type Press = (root: Root) => EditedCondition;
const press: fc.Arbitrary<Press> = fc.oneof(
  fc.tuple(pick, line).map(
    ([at, given]): Press =>
      (root) =>
        addLine(root, some(root, at), given),
  ),
  fc.tuple(pick, kind, line).map(
    ([at, group, given]): Press =>
      (root) =>
        addGroup(root, some(root, at), group, given),
  ),
  fc.tuple(pick, fc.constantFrom('up', 'down', 'in', 'out' as const)).map(
    ([at, way]): Press =>
      (root) =>
        moveBy(root, some(root, at), way),
  ),
  fc.tuple(pick, pick, pick).map(
    ([from, into, index]): Press =>
      (root) =>
        move(root, some(root, from), some(root, into), index % 4),
  ),
  fc.tuple(pick, kind).map(
    ([at, group]): Press =>
      (root) =>
        wrap(root, some(root, at), group),
  ),
  fc.tuple(pick, kind).map(
    ([at, group]): Press =>
      (root) =>
        setGroup(root, some(root, at), group),
  ),
  ...[unwrap, remove, negate, duplicate].map((edit) =>
    pick.map(
      (at): Press =>
        (root) =>
          edit(root, some(root, at)),
    ),
  ),
  fc.tuple(pick, fc.constantFrom('no', 'yes', 'ask' as const)).map(
    ([at, meaning]): Press =>
      (root) =>
        changeIfUnknown(root, some(root, at), meaning),
  ),
  fc.tuple(pick, line).map(
    ([at, given]): Press =>
      (root) =>
        changeFact(root, some(root, at), given),
  ),
  fc.tuple(pick, line).map(
    ([at, given]): Press =>
      (root) =>
        changeOperator(root, some(root, at), given.operator),
  ),
  fc.tuple(pick, line).map(
    ([at, given]): Press =>
      (root) =>
        changeValue(root, some(root, at), given.value),
  ),
);

function addresses(node: Condition, at: Address = []): Address[] {
  return [at, ...childrenOf(node).flatMap((child, index) => addresses(child, [...at, index]))];
}

function some(root: Root, pick: number): Address {
  const all = addresses(root);
  return all[pick % all.length] ?? [];
}

const start: Root = frozen({
  all: [
    leaf('contact', '$.a', 'known:equal', true),
    { any: [leaf('contact', '$.b', 'equal', 1), { not: leaf('contact', '$.c', 'isKnown', true) }] },
  ],
});

test('whatever is pressed, the condition stays one that can be read, and undoing everything gives the start', () => {
  let made = 0;
  let refusals = 0;
  fc.assert(
    fc.property(fc.array(press, { maxLength: 30 }), (presses) => {
      let history = begin<Root>(start);
      let at = 0;
      for (const edit of presses) {
        const edited = edit(history.present.document);
        at += 5000;
        if (edited.ok) {
          made += 1;
          expect(Root.safeParse(edited.document).success).toBe(true);
          expect(nodeAt(edited.document, edited.at)).toBeDefined();
          history = record(history, `${at}`, edited.document, at);
        } else {
          refusals += 1;
          expect(edited.reason).toMatch(/\.$/);
        }
      }
      const last = history.present.document;
      while (history.past.length > 0) history = undo(history);
      expect(history.present.document).toBe(start);
      while (history.future.length > 0) history = redo(history);
      expect(history.present.document).toBe(last);
    }),
    { numRuns: 400 },
  );
  expect(made).toBeGreaterThan(1000);
  expect(refusals).toBeGreaterThan(50);
});

const tree: fc.Arbitrary<Root> = fc.array(press, { maxLength: 12 }).map((presses) =>
  presses.reduce<Root>((root, edit) => {
    const edited = edit(root);
    return edited.ok ? edited.document : root;
  }, start),
);

const facts: fc.Arbitrary<Facts> = fc
  .record(
    { a: fc.constantFrom(true, false, 1), b: fc.constantFrom(true, false, 1), c: fc.constantFrom(true, 1) },
    { requiredKeys: [] },
  )
  .map((contact) => ({ contact }));

const countLines = (node: Condition): number =>
  isLeaf(node) ? 1 : childrenOf(node).reduce((sum, child) => sum + countLines(child), 0);

test('moving a line by one place loses none, and moving within a group changes no decision', async () => {
  await fc.assert(
    fc.asyncProperty(
      tree,
      pick,
      fc.constantFrom('up', 'down' as const),
      facts,
      async (root, at, way, known) => {
        const from = some(root, at);
        const moved = moveBy(root, from, way);
        if (!moved.ok) return;

        expect(countLines(moved.document)).toBe(countLines(root));
        if (moved.at.length !== from.length) return;
        expect((await evaluate(moved.document, known)).outcome).toBe((await evaluate(root, known)).outcome);
      },
    ),
    { numRuns: 300 },
  );
});

test('a group of one and two negations mean what the line meant', async () => {
  await fc.assert(
    fc.asyncProperty(
      tree,
      pick,
      fc.constantFrom('all', 'any' as const),
      facts,
      async (root, at, group, known) => {
        const before = (await evaluate(root, known)).outcome;
        const wrapped = wrap(root, some(root, at), group);
        const once = negate(root, some(root, at));
        const twice = once.ok ? negate(once.document, once.at) : once;

        if (wrapped.ok) expect((await evaluate(wrapped.document, known)).outcome).toBe(before);
        if (twice.ok) expect((await evaluate(twice.document, known)).outcome).toBe(before);
      },
    ),
    { numRuns: 300 },
  );
});
