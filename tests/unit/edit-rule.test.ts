import type { BestPractice } from '@baton/rules/documents/best-practice.ts';
import { parseDocument } from '@baton/rules/documents/parse.ts';
import type { Edited } from '@baton/rules/edit/edited.ts';
import {
  changeParameter,
  changeRule,
  keepTest,
  removeTest,
  toggleStage,
  toggleTrigger,
} from '@baton/rules/edit/rule.ts';
import { expect, test } from 'vitest';
import { aRule, frozen } from '../support/documents.ts';

const rule = frozen(aRule());

function made(edit: Edited<BestPractice>): BestPractice {
  if (!edit.ok) throw new Error(edit.reason);
  const parsed = parseDocument('best-practice', edit.document);
  expect(parsed.ok ? [] : parsed.problems).toEqual([]);
  return edit.document;
}
const reasonOf = (edit: Edited<BestPractice>) => (edit.ok ? '' : edit.reason);

test('optional fields come and go without leaving a trace', () => {
  const limited = made(changeRule(rule, { cooldown: 'P30D', conflictGroup: 'calls' }));

  expect(limited.trigger).toEqual({ events: ['order.placed'], cooldown: 'P30D' });
  expect(made(changeRule(limited, { cooldown: undefined, conflictGroup: undefined }))).toEqual(rule);
  expect(made(changeRule(limited, { title: 'Another' })).trigger.cooldown).toBe('P30D');
});

test('shares and priorities stay within their limits', () => {
  expect(reasonOf(changeRule(rule, { priority: 0 }))).toBe('The priority is a whole number from 1 to 1000.');
  expect(reasonOf(changeRule(rule, { rollout: { percent: 101, holdoutPercent: 0, salt: 'x' } }))).toBe(
    'A share lies between 0 and 100 %.',
  );
});

test('a rule keeps one stage and one event; "any" stands alone', () => {
  expect(made(toggleStage(rule, 'developed')).stages).toEqual(['developed']);
  expect(made(toggleStage({ ...rule, stages: ['developed'] }, 'any')).stages).toEqual(['any']);
  expect(reasonOf(toggleStage(rule, 'any'))).toMatch(/needs at least one stage/);
  expect(made(toggleTrigger(rule, 'deal.won')).trigger.events).toEqual(['order.placed', 'deal.won']);
  expect(reasonOf(toggleTrigger(rule, 'order.placed'))).toMatch(/needs at least one event/);
});

test('parameters are said or taken from a fact, and those that are needed stay', () => {
  const keyed = made(changeParameter(rule, 'key', { fact: 'event', path: '$.orderId' }));

  expect(keyed.event.params).toMatchObject({ key: { fact: 'event', path: '$.orderId' } });
  expect(made(changeParameter(keyed, 'key', undefined))).toEqual(rule);
  expect(reasonOf(changeParameter(rule, 'queue', undefined))).toBe('“queue” cannot be missing here.');
});

test('tests are kept under their name, and the last one stays', () => {
  const kept = { name: 'gold', facts: {}, expect: { outcome: 'unknown' as const } };
  const replaced = made(keepTest(rule, kept));

  expect(replaced.tests).toEqual([kept, rule.tests[1]]);
  expect(reasonOf(keepTest(rule, { ...kept, name: ' ' }))).toMatch(/^Give the test a name/);
  expect(reasonOf(removeTest({ ...rule, tests: [kept] }, 'gold'))).toBe('A rule needs at least one test.');
});
