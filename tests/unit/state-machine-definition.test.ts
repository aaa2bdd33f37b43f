import { DefinitionRefused } from '@baton/infra/local/state-machine/check-definition.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import { expect, test } from 'vitest';
import { everyKind, invoke, machine, pass } from '../support/asl-definitions.ts';
import { aslHost, memoryDatabase } from '../support/asl-host.ts';

function problemsOf(definition: JsonObject): string[] {
  try {
    aslHost().machines.publish('m', definition);
  } catch (error) {
    if (error instanceof DefinitionRefused) return error.problems.map(({ code, path }) => `${code} ${path}`);
    throw error;
  }
  return [];
}

test('publishing the same again is harmless, another definition under the name is refused', () => {
  const database = memoryDatabase();
  const { machines } = aslHost({ database });
  machines.publish('m', everyKind);
  machines.publish('m', structuredClone(everyKind));
  aslHost({ database }).machines.publish('m', everyKind);

  expect(() => machines.publish('m', machine({ A: pass() }))).toThrow(
    'state machine m is published with another definition; publish it under a new name',
  );
});

test('a refusal names the place, the reason and the remedy', () => {
  const publish = () => aslHost().machines.publish('m', machine({ A: pass({ Next: 'B' }) }));

  expect(publish).toThrow(
    'state machine m is refused: /States/A/Next: there is no state "B" on this level; name a state beside it (transition)',
  );
});

test('JSONPath is refused by name', () => {
  const publish = () =>
    aslHost().machines.publish('m', { StartAt: 'A', States: { A: { Type: 'Pass', Result: 1, End: true } } });

  expect(publish).toThrow('/States/A: QueryLanguage JSONPath is not supported; use JSONata (query-language)');
});

test('states may say JSONata one by one, also inside', () => {
  const inner = { StartAt: 'B', States: { B: pass({ QueryLanguage: 'JSONata' }) } };
  const one = { Type: 'Map', QueryLanguage: 'JSONata', ItemProcessor: inner, End: true };
  const mixed = { ...one, ItemProcessor: { StartAt: 'B', States: { B: pass() } } };

  expect(problemsOf({ StartAt: 'A', States: { A: one } })).toEqual([]);
  expect(problemsOf({ StartAt: 'A', States: { A: mixed } })).toEqual([
    'query-language /States/A/ItemProcessor/States/B',
  ]);
});

const choice = (more: JsonObject) => ({
  A: { Type: 'Choice', Choices: [{ Condition: true, Next: 'B', ...more }], Default: 'B' },
  B: pass(),
});
const map = (B: JsonObject, more: JsonObject = {}) => ({
  Type: 'Map',
  ItemProcessor: { StartAt: 'B', States: { B } },
  End: true,
  ...more,
});

test.each<[string, JsonObject, string]>([
  ['an unknown start', machine({ A: pass() }, { StartAt: 'X' }), 'transition /StartAt'],
  ['neither Next nor End', machine({ A: { Type: 'Pass' } }), 'transition /States/A'],
  ['both Next and End', machine({ A: pass({ Next: 'B', End: true }), B: pass() }), 'transition /States/A'],
  [
    'a Catch to nowhere',
    machine({ A: invoke({}, { Catch: [{ ErrorEquals: ['X'], Next: 'Y' }] }) }),
    'transition /States/A/Catch/0/Next',
  ],
  ['a rule to nowhere', machine(choice({ Next: 'X' })), 'transition /States/A/Choices/0/Next'],
  ['a state that nothing leads to', machine({ A: pass(), B: pass() }), 'unreachable-state /States/B'],
  [
    'two states of one name',
    machine({ A: pass({ Next: 'B' }), B: map(pass()) }),
    'state-name /States/B/ItemProcessor/States/B',
  ],
  ['a name of 81 characters', machine({ ['x'.repeat(81)]: pass() }), `state-name /States/${'x'.repeat(81)}`],
  ['an unknown type', machine({ A: { Type: 'Nap', End: true } }), 'schema /States/A/Type'],
  ['a field of JSONPath', machine({ A: pass({ ResultPath: '$.a' }) }), 'jsonpath-field /States/A/ResultPath'],
  [
    'a field that is not supported',
    machine({ A: map(pass(), { ItemReader: {} }) }),
    'unsupported-field /States/A/ItemReader',
  ],
  [
    'broken JSONata',
    machine({ A: pass({ Output: { a: ['{% 1 + %}'] } }) }),
    'expression /States/A/Output/a/0',
  ],
  [
    'another service',
    machine({ A: { Type: 'Task', Resource: 'arn:aws:states:::sns:publish', End: true } }),
    'resource /States/A/Resource',
  ],
  [
    'no function',
    machine({ A: invoke({}, { Arguments: { Payload: {} } }) }),
    'arguments /States/A/Arguments',
  ],
  [
    'an unknown argument',
    machine({ A: invoke({}, { Arguments: { FunctionName: 'f', InvocationType: 'Event' } }) }),
    'arguments /States/A/Arguments/InvocationType',
  ],
  ['a variable named states', machine({ A: pass({ Assign: { states: 1 } }) }), 'variable /States/A/Assign'],
  [
    'a variable of an outer level',
    machine({ S: pass({ Assign: { n: 1 }, Next: 'A' }), A: map(pass({ Assign: { n: 2 } })) }),
    'variable /States/A/ItemProcessor/States/B/Assign',
  ],
  [
    'States.ALL beside another name',
    machine({ A: invoke({}, { Retry: [{ ErrorEquals: ['States.ALL', 'X'] }] }) }),
    'error-names /States/A/Retry/0/ErrorEquals',
  ],
  [
    'States.ALL before another entry',
    machine({ A: invoke({}, { Retry: [{ ErrorEquals: ['States.ALL'] }, { ErrorEquals: ['X'] }] }) }),
    'error-names /States/A/Retry/0/ErrorEquals',
  ],
  ['a Wait for nothing', machine({ A: { Type: 'Wait', End: true } }), 'wait /States/A'],
  [
    'a Wait for two things',
    machine({ A: { Type: 'Wait', Seconds: 1, Timestamp: '2026-01-01T00:00:00Z', End: true } }),
    'wait /States/A',
  ],
  [
    'an instant without zone',
    machine({ A: { Type: 'Wait', Timestamp: '2026-01-01T00:00:00', End: true } }),
    'schema /States/A/Timestamp',
  ],
  ['a condition that is text', machine(choice({ Condition: 'yes' })), 'schema /States/A/Choices/0/Condition'],
  [
    'a rate below 1',
    machine({ A: invoke({}, { Retry: [{ ErrorEquals: ['X'], BackoffRate: 0.5 }] }) }),
    'schema /States/A/Retry/0/BackoffRate',
  ],
])('refuses %s', (_, definition, problem) => {
  expect(problemsOf(definition)).toEqual([problem]);
});
