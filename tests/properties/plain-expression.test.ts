import { plainExpression } from '@baton/infra/local/state-machine/plain-expression.ts';
import type { Json } from '@baton/rules/json.ts';
import fc from 'fast-check';
import jsonata from 'jsonata';
import { expect, test } from 'vitest';

const words = ['r', 'to', 'and'];
const name = fc.constantFrom(...words);
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => `$${names.join('.')}`);
const literal = fc.constantFrom("'to'", "''", "'a b'", 'true', 'false', '1', 'null');
const source = fc.oneof(
  path,
  fc.tuple(path, literal).map(([left, right]) => `${left} = ${right}`),
  fc.tuple(path, path).map(([left, right]) => `${left} = ${right}`),
);
const { value } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('to', '', 'a b', true, false, 1, 0, null),
    fc.array(tie('value'), { maxLength: 3 }),
    {
      weight: 3,
      arbitrary: fc.dictionary(name, tie('value'), { minKeys: 1, maxKeys: 3, noNullPrototype: true }),
    },
  ),
}));
const bindings = fc.dictionary(name, value, { minKeys: 2, maxKeys: 3, noNullPrototype: true });

test('an expression that is read without jsonata gives what jsonata gives, or is left to it', async () => {
  let read = 0;
  await fc.assert(
    fc.asyncProperty(source, bindings, async (text, known) => {
      const plain = plainExpression(text)?.(known);
      if (plain === undefined) return;
      read++;
      expect(plain).toEqual(await jsonata(text).evaluate(undefined, known));
    }),
    { numRuns: 10_000 },
  );
  expect(read).toBeGreaterThan(300);
});

test.each([
  [
    '$states.context.Execution.Input',
    { states: { context: { Execution: { Input: { contactId: 'c' } } } } },
    { contactId: 'c' },
  ],
  ["$r.to = 'second'", { r: { to: 'second' } }, true],
  ['$r.held = true', { r: { to: 'second', held: false } }, false],
])('%s is read without jsonata', (text, known, expected) => {
  expect(plainExpression(text)?.(known)).toEqual(expected);
});
