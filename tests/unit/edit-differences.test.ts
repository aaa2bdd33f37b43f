import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Journey } from '@baton/rules/documents/journey.ts';
import { parseDocument } from '@baton/rules/documents/parse.ts';
import { hasShape } from '@baton/rules/documents/shape.ts';
import { differences } from '@baton/rules/edit/difference.ts';
import { changeStep, connect, insertStepOn, removeStep } from '@baton/rules/edit/journey.ts';
import { journeyChanges } from '@baton/rules/edit/journey-changes.ts';
import { describe, expect, test } from 'vitest';

function open(): Journey {
  const text = readFileSync(
    join(import.meta.dirname, '../../rules/library/journeys/cart-abandonment.json'),
    'utf8',
  );
  const parsed = parseDocument('journeys', text);
  if (!parsed.ok) throw new Error(parsed.problems[0]?.message);
  return parsed.document;
}

describe('differences', () => {
  test('are told where they are, whatever the order of fields', () => {
    expect(differences({ a: 1, b: { c: [1] } }, { b: { c: [1] }, a: 1 })).toEqual([]);
    expect(differences({ a: 1, b: 2 }, { a: 3, c: 4 })).toEqual([
      { kind: 'changed', path: ['a'], before: 1, after: 3 },
      { kind: 'removed', path: ['b'], before: 2 },
      { kind: 'added', path: ['c'], after: 4 },
    ]);
  });

  test('of lists go by name where entries have one, else by place between what stands alike', () => {
    const [one, two, three] = [{ id: 'one' }, { id: 'two', n: 1 }, { id: 'three' }];

    expect(differences([one, two], [three, { ...two, n: 2 }, one])).toEqual([
      { kind: 'changed', path: ['two', 'n'], before: 1, after: 2 },
      { kind: 'added', path: ['three'], after: three },
      { kind: 'moved', path: [] },
    ]);
    expect(differences(['a', 'b', 'c'], ['a', 'x', 'b', 'c'])).toEqual([
      { kind: 'added', path: ['2'], after: 'x' },
    ]);
  });
});

describe('changes of a journey', () => {
  const before = open();

  test('tell arrows that lead elsewhere from steps that do something else', () => {
    const led = connect(before, { from: 'remind', path: 'next' }, 'push');
    const step = before.steps.settle;
    if (!led.ok || step?.kind !== 'wait-for') throw new Error('the journey is another one');
    const after = changeStep(led.document, 'settle', { ...step, timeout: { after: 'PT2H' } });
    if (!after.ok) throw new Error(after.reason);

    const { steps, arrows, fields } = journeyChanges(before, after.document);

    expect([...steps].sort()).toEqual([
      ['remind', 'rewired'],
      ['settle', 'changed'],
    ]);
    expect(arrows).toEqual([{ from: 'remind', title: 'then', before: 'await-second-look', after: 'push' }]);
    expect(fields).toEqual([
      { kind: 'changed', path: ['steps', 'settle', 'timeout', 'after'], before: 'PT1H', after: 'PT2H' },
    ]);
  });

  test('tell what came and what went', () => {
    const added = insertStepOn(before, { from: 'start' }, 'wait');
    const after = added.ok ? removeStep(added.document, 'push') : added;
    if (!after.ok) throw new Error(after.reason);

    const { steps, arrows } = journeyChanges(before, after.document);

    expect([...steps].sort()).toEqual([
      ['one-push-a-day', 'rewired'],
      ['push', 'removed'],
      ['wait', 'added'],
    ]);
    expect(arrows.map(({ from }) => from)).toEqual(['', 'one-push-a-day']);
    expect(journeyChanges(before, before)).toEqual({ steps: new Map(), arrows: [], fields: [] });
  });
});

describe('the shape of a document', () => {
  const journey = open();

  test('is there while what stands in it breaks rules', () => {
    expect(hasShape('journeys', { ...journey, title: '', why: '' })).toBe(true);
    expect(hasShape('journeys', { ...journey, tests: [], key: 'no path' })).toBe(true);
    expect(hasShape('journeys', { ...journey, trigger: { event: 'cart.updated', when: { all: [] } } })).toBe(
      true,
    );
  });

  test.each<[string, unknown]>([
    ['no document', null],
    ['a text', 'a journey'],
    ['another kind', { ...journey, steps: [] }],
    ['a step without its fields', { ...journey, steps: { settle: { kind: 'branch', title: 'Which' } } }],
    ['a step of no kind', { ...journey, steps: { settle: { kind: 'dance', title: 'Which' } } }],
  ])('is not there in %s', (_, value) => {
    expect(hasShape('journeys', value)).toBe(false);
  });
});
