import { runHandoverTests, runRuleTests, runTableTests } from '@baton/rules/decide/run-tests.ts';
import type { BestPractice, DecisionTable, HandoverDocument } from '@baton/rules/documents/index.ts';
import { expect, test } from 'vitest';
import { aHandover, aRule, aTable } from '../support/documents.ts';

test('a rule that does what its tests say passes', async () => {
  expect(await runRuleTests(aRule())).toEqual([
    { name: 'gold', passed: true, expected: { outcome: 'true' }, got: { outcome: 'true' } },
    { name: 'silver', passed: true, expected: { outcome: 'false' }, got: { outcome: 'false' } },
  ]);
});

test('a rule that contradicts its test fails with what it gave', async () => {
  const tests: BestPractice['tests'] = [
    { name: 'outcome', facts: {}, expect: { outcome: 'false' } },
    {
      name: 'params',
      facts: { contact: { tier: 'gold' } },
      expect: { outcome: 'true', params: { queue: 'service' } },
    },
  ];

  expect(await runRuleTests(aRule({ tests }))).toMatchObject([
    { passed: false, got: { outcome: 'unknown' } },
    { passed: false, got: { outcome: 'true', params: { queue: 'sales' } } },
  ]);
});

test('a rule whose action lacks a value is unknown', async () => {
  const event = {
    type: 'contact.update' as const,
    params: { attribute: '$.x', value: { fact: 'event', path: '$.x' } },
  };
  const tests = [
    { name: 'x', facts: { contact: { tier: 'gold' } }, expect: { outcome: 'unknown' as const } },
  ];

  expect(await runRuleTests(aRule({ event, tests }))).toMatchObject([{ passed: true }]);
});

test('tables name the row, null for none, and their outputs by parameter', async () => {
  const tests: DecisionTable['tests'] = [
    {
      name: 'row',
      facts: { contact: { score: 90, tier: 'gold' } },
      expect: { row: 'r1', out: { team: 'key' } },
    },
    { name: 'wrong', facts: {}, expect: { row: 'r1', out: { team: 'key' } } },
  ];

  expect(await runTableTests(aTable({ tests }))).toMatchObject([
    { passed: true },
    { passed: false, got: { row: 'r3', out: { team: 'triage' } } },
  ]);
  expect(await runTableTests(aTable({ hitPolicy: 'unique', tests: tests.slice(0, 1) }))).toMatchObject([
    { passed: false, got: { row: 'conflict: r1, r2, r3' } },
  ]);
  const all: DecisionTable['tests'] = [
    { name: 'all', facts: { contact: { score: 90, tier: 'gold' } }, expect: { row: 'r1, r2, r3' } },
  ];
  expect(await runTableTests(aTable({ hitPolicy: 'collect', tests: all }))).toMatchObject([{ passed: true }]);
});

test('handovers tell unknown from staying and list what is missing', async () => {
  const test: HandoverDocument['tests'][number] = {
    name: 't',
    stage: 'targeted',
    milestones: [],
    facts: {},
    expect: { kind: 'unknown' },
  };
  const tests: HandoverDocument['tests'] = [
    test,
    { ...test, facts: { contact: { score: 1 } }, expect: { kind: 'stay' } },
    {
      ...test,
      facts: { contact: { score: 80 } },
      expect: { kind: 'blocked', missing: ['Phone', 'first-touch'] },
    },
    { ...test, facts: { contact: { score: 80 } }, expect: { kind: 'blocked', missing: ['Phone'] } },
  ];

  expect((await runHandoverTests(aHandover({ tests }))).map(({ passed }) => passed)).toEqual([
    true,
    true,
    true,
    false,
  ]);
});
